/** An authentic message is taken once, or kept among the dead letters; nothing in between. */
import type { z } from 'zod';
import { SYSTEM } from '../kernel/actor.ts';
import { AppError, fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { sqlState } from '../platform/db.ts';
import { requestHash } from '../platform/idempotency.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import type { Known } from './gate.ts';
import { fieldsOf } from './rules.ts';
import type { MessageState } from './schema.ts';
import * as store from './store.ts';

/** A message whose sender is known and whose words could be read. */
export interface DoorMessage<T> {
  /** Ours; the same when it is sent in again. */
  id: string;
  sourceId: string;
  source: string;
  /** The sender's id of it. */
  externalId: string;
  /** When it came first, however often it was sent in since. */
  receivedAt: Date;
  body: T;
}

/** Who takes what is brought to a door. */
export interface DoorHandler<T> {
  /** Such as `cti`, `sms`, `sms_receipt`: a source of `sms` also knocks at `sms_receipt`. */
  door: string;
  schema: z.ZodType<T>;
  /** What the message is about, as a code. */
  kindOf(body: T): string;
  /** Whether the source's limit must not stop it: somebody may be in danger. */
  urgent?(body: T): boolean;
  /**
   * Works in the transaction of the message's row. An AppError puts the message to the dead letters,
   * unless it speaks of us (5xx): then, as after any other error, the sender tries again.
   * @returns ids and codes only: they are kept, and told again when the message comes again.
   */
  take(deps: Deps, tx: Tx, message: DoorMessage<T>): Promise<Record<string, unknown>>;
}

/** A handler of whatever its own schema reads. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyHandler = DoorHandler<any>;

/** What the sender is answered. */
export interface Taken {
  id: string;
  state: MessageState;
  error: string;
  answer: Record<string, unknown>;
}

/** @throws AppError `invalid_json`, `invalid_input` with `fields`. */
export function readBody<T>(schema: z.ZodType<T>, text: string): T {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    fail('invalid_json');
  }
  const read = schema.safeParse(raw);
  return read.success ? read.data : fail('invalid_input', { fields: fieldsOf(read.error.issues) });
}

/** The message as it may be read, before it is taken; null where nobody can. */
export function peek<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return readBody(schema, text);
  } catch {
    return null;
  }
}

/** Data that PostgreSQL refuses whenever they come: malformed values, a broken check or not-null. */
const NEVER_TAKEN = /^(?:22\w{3}|23502|23514)$/;

/** Why a message cannot be taken, however often it is sent; null: trying again may help. */
export function whyDead(error: unknown): string | null {
  if (!(error instanceof AppError))
    return NEVER_TAKEN.test(sqlState(error) ?? '') ? 'invalid_input' : null;
  if (error.status >= 500) return null;
  const { fields } = error.extra;
  return typeof fields === 'string' ? `${error.code} ${fields}` : error.code;
}

/** The same message came before. */
class CameBefore extends Error {}

/**
 * Takes a message once, by the sender's id of it.
 * @throws AppError `message_id_reused`, and whatever lets the sender try again: then nothing is kept.
 */
export async function receive<T>(
  deps: Deps,
  handler: DoorHandler<T>,
  from: Known,
  sent: { id: string; body: string },
): Promise<Taken> {
  const row: store.NewMessage = {
    id: newId(),
    source_id: from.sourceId,
    door: handler.door,
    external_id: sent.id,
    body_hash: requestHash(deps.crypto, sent.body),
  };
  try {
    return await inTransaction(deps, SYSTEM, async (tx) => {
      if (!(await store.claimMessage(tx.db, row, tx.at))) throw new CameBefore();
      const message = { ...from, id: row.id, externalId: sent.id, receivedAt: tx.at };
      const answer = await takeOnce(deps, tx, handler, { ...message, body: sent.body }, 1);
      return { id: row.id, state: 'done', error: '', answer };
    });
  } catch (error) {
    if (error instanceof CameBefore) return answerAgain(deps, row);
    const why = whyDead(error) ?? again(error);
    return bury(deps, row, {
      kind: kindOf(handler, sent.body),
      body_ct: deps.crypto.seal(sent.body, `${row.id}/body`),
      error: why,
    });
  }
}

/** Reads and takes a message whose row is ours, and marks it done. */
export async function takeOnce<T>(
  deps: Deps,
  tx: Tx,
  handler: DoorHandler<T>,
  m: Omit<DoorMessage<T>, 'body'> & { body: string },
  attempts: number,
): Promise<Record<string, unknown>> {
  const body = readBody(handler.schema, m.body);
  const { id, sourceId, source, externalId, receivedAt } = m;
  const message = { id, sourceId, source, externalId, receivedAt, body };
  const answer = await handler.take(deps, tx, message);
  const kind = handler.kindOf(body);
  await store.setDone(tx.db, { id, kind, answer: JSON.stringify(answer), at: tx.at, attempts });
  return answer;
}

/** What a message is about; '' where it cannot be read. */
export function kindOf<T>(handler: DoorHandler<T>, text: string): string {
  const body = peek(handler.schema, text);
  return body === null ? '' : handler.kindOf(body);
}

const again = (error: unknown): never => {
  throw error instanceof AppError ? error : new AppError('busy', {}, String(error));
};

/** In a transaction of its own: of the one that failed nothing stays. */
async function bury(
  deps: Deps,
  row: store.NewMessage,
  why: { kind: string; body_ct: Buffer; error: string },
): Promise<Taken> {
  const isNew = await inTransaction(deps, SYSTEM, async (tx) => {
    const made = await store.insertDead(tx.db, { ...row, ...why }, tx.at);
    if (made) {
      const payload = { messageId: row.id };
      tx.record({ type: 'door.message_died', subjectType: 'door', subjectId: row.id, payload });
    }
    return made;
  });
  if (!isNew) return answerAgain(deps, row);
  return { id: row.id, state: 'dead', error: codeOf(why.error), answer: {} };
}

async function answerAgain(deps: Deps, row: store.NewMessage): Promise<Taken> {
  const known = (await store.findMessage(deps.db, row)) ?? fail('busy');
  if (known.body_hash !== row.body_hash) fail('message_id_reused');
  return takenOf(known);
}

const takenOf = (known: store.KnownMessage): Taken => ({
  id: known.id,
  state: known.state as MessageState,
  error: codeOf(known.error),
  answer: (known.answer as Record<string, unknown> | null) ?? {},
});

/** What the very same message was answered before; null where it is new, or not the same. */
export async function answeredBefore(
  deps: Deps,
  door: string,
  from: Known,
  sent: { id: string; body: string },
): Promise<Taken | null> {
  const key = { source_id: from.sourceId, door, external_id: sent.id };
  const known = await store.findMessage(deps.db, key);
  return known?.body_hash === requestHash(deps.crypto, sent.body) ? takenOf(known) : null;
}

/** The code of an error as it is kept, without the fields that follow it. */
export const codeOf = (error: string): string => error.split(' ')[0]!;
