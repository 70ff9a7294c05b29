/** Dead letters: what could not be taken is listed, sent in again, or given up. */
import { SYSTEM, holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { Db } from '../platform/db.ts';
import { inTransaction, onBehalf } from '../platform/unit-of-work.ts';
import type { Call, Capacity, Deps, Tx } from '../platform/unit-of-work.ts';
import type { DoorMessageView, MessageQuery, MessageState, Redriven } from './schema.ts';
import * as store from './store.ts';
import { codeOf, kindOf, takeOnce, whyDead } from './take.ts';
import type { AnyHandler } from './take.ts';

/** Whose desk the doors are. @throws AppError `not_allowed`. */
export const keeper = (actor: StaffActor): StaffActor =>
  holds(actor, 'center_admin') ? actor : fail('not_allowed');

const asKeeper = (actor: StaffActor): Capacity => ({
  party: 'center_admin',
  organizationId: actor.grants.find((g) => g.role === 'center_admin')?.organizationId ?? null,
});

/** One page of the messages in a state, newest first. @throws AppError `invalid_input`. */
export async function listMessages(
  db: Db,
  q: MessageQuery,
): Promise<{ items: DoorMessageView[]; nextCursor: string | null }> {
  const filter = { state: q.state, door: q.door };
  const rows = await store.listMessages(db, filter, readCursor(q.cursor), q.limit + 1);
  const last = rows.length > q.limit ? rows[q.limit - 1]! : null;
  return {
    items: rows.slice(0, q.limit).map((r) => ({
      id: r.id,
      source: r.source,
      door: r.door,
      externalId: r.external_id,
      kind: r.kind,
      state: r.state as MessageState,
      error: codeOf(r.error),
      fields: r.error.split(' ').slice(1).join(' '),
      attempts: r.attempts,
      receivedAt: r.received_at.toISOString(),
      doneAt: r.done_at?.toISOString() ?? null,
    })),
    nextCursor: last && writeCursor(last.received_at, last.id),
  };
}

const writeCursor = (at: Date, id: string): string =>
  Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');

function readCursor(text: string | undefined): { at: Date; id: string } | null {
  if (text === undefined) return null;
  const [at = '', id = ''] = Buffer.from(text, 'base64url').toString().split(' ');
  const instant = new Date(at);
  const issues = [{ path: 'cursor', message: 'not a cursor', code: 'invalid' }];
  const sane = instant.getUTCFullYear() >= 2000 && instant.getUTCFullYear() < 3000;
  return sane && isId(id) ? { at: instant, id } : fail('invalid_input', { issues });
}

/**
 * Sends a dead message in again, as if it came now. What fails again stays, with its new error.
 * @throws AppError `not_found`, `already_done` for one that lies dead no more.
 */
export async function redrive(
  deps: Deps,
  actor: StaffActor,
  id: string,
  handlers: readonly AnyHandler[],
  call: Call,
): Promise<Redriven> {
  let kind = '';
  try {
    return await inTransaction(
      deps,
      SYSTEM,
      async (tx) => {
        const { row, handler, body } = await dead(deps, tx, id, handlers);
        kind = kindOf(handler, body);
        const message = { id, sourceId: row.source_id, source: row.name, body };
        const came = { externalId: row.external_id, receivedAt: row.received_at };
        await takeOnce(deps, tx, handler, { ...message, ...came }, row.attempts + 1);
        note(tx, actor, 'door.message_redriven', id);
        return { id, state: 'done', error: '' };
      },
      call,
    );
  } catch (error) {
    if (error instanceof NotDead) return refuse(deps, id);
    const why = whyDead(error);
    if (why === null) throw error;
    return failedAgain(deps, actor, { id, kind, error: why }, call);
  }
}

class NotDead extends Error {}

async function dead(deps: Deps, tx: Tx, id: string, handlers: readonly AnyHandler[]) {
  const row = await store.lockDead(tx.db, id);
  const handler = row && handlers.find((h) => h.door === row.door);
  if (!row?.body_ct || !handler) throw new NotDead();
  return { row, handler, body: deps.crypto.open(row.body_ct, `${id}/body`) };
}

/** @throws AppError `not_found`, `already_done`. */
async function refuse(deps: Deps, id: string): Promise<never> {
  const state = await store.messageState(deps.db, id);
  return fail(state === null || state === 'dead' ? 'not_found' : 'already_done');
}

const failedAgain = (
  deps: Deps,
  actor: StaffActor,
  failure: { id: string; kind: string; error: string },
  call: Call,
): Promise<Redriven> =>
  inTransaction(
    deps,
    actor,
    async (tx) => {
      if (!(await store.setFailed(tx.db, failure))) return refuse(deps, failure.id);
      note(tx, actor, 'door.message_redriven', failure.id);
      return { id: failure.id, state: 'dead', error: codeOf(failure.error) };
    },
    call,
  );

/** Nobody sends it in again: its words are erased. @throws AppError `not_found`, `already_done`. */
export const giveUp = (deps: Deps, actor: StaffActor, id: string, call: Call): Promise<Redriven> =>
  inTransaction(
    deps,
    actor,
    async (tx) => {
      if (!(await store.giveUp(tx.db, id, tx.at))) return refuse(deps, id);
      note(tx, actor, 'door.message_given_up', id);
      return { id, state: 'given_up', error: '' };
    },
    call,
  );

const note = (
  tx: Tx,
  actor: StaffActor,
  type: 'door.message_redriven' | 'door.message_given_up',
  id: string,
): void =>
  onBehalf(tx, actor).record(
    { type, subjectType: 'door', subjectId: id, payload: { messageId: id } },
    asKeeper(actor),
  );
