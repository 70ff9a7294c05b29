import type { Actor } from '../kernel/actor.ts';
import { userIdOf } from '../kernel/actor.ts';
import type { EventName, NewEvent } from '../kernel/events.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Party } from '../kernel/words.ts';
import type { Crypto } from './crypto.ts';
import { appNow, translateDbError } from './db.ts';
import type { Db, DbTx } from './db.ts';
import { isKeyTaken, keepAnswer, replay } from './idempotency.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { later } from './pipeline.ts';
import { isStalePlan } from './prepared.ts';
import type { Storage } from './storage.ts';
import { currentTrace } from './trace.ts';

/** What use cases need of the outside; nothing is hidden behind a container. */
export interface Deps {
  db: Db;
  crypto: Crypto;
  log: Logger;
  /** Consumers of an event: `consumersOf` of `src/subscriptions.ts`. */
  consumersOf: (type: EventName) => readonly string[];
  publicUrl: string;
  /** Where files lie. */
  storage: Storage;
  /** What this process counts of itself; a command or a test counts nothing. */
  metrics?: Metrics;
}

/** An open transaction: one instant, one actor, and the only way to emit. */
export interface Tx {
  readonly db: DbTx;
  /** `app_now()`, read once. */
  readonly at: Date;
  readonly actor: Actor;
  /** Collects an event; it is written with its outbox and audit rows before the commit. */
  record<N extends EventName>(event: NewEvent<N>, as?: Capacity): void;
  /** Writes what was collected so far now: before a lock that many wait for, instead of under it. */
  flush(): void;
}

/** In which role and for which unit the actor acted. */
export interface Capacity {
  party: Party;
  organizationId: string | null;
  /** Where several people share one transaction (group commit), whose event this is. */
  actorId?: string | null;
  /** And which request it follows from. */
  traceId?: string | undefined;
}

/** The transaction as one of several people in it: rows and events are that person's. */
export const onBehalf = (tx: Tx, actor: Actor, traceId?: string): Tx => ({
  ...tx,
  actor,
  record: (event, as) =>
    tx.record(event, {
      party: as?.party ?? 'system',
      organizationId: as?.organizationId ?? null,
      actorId: userIdOf(actor),
      traceId,
    }),
});

/** The request a unit of work serves. */
export interface Call {
  /** Follows what was asked from here to the workers and the sockets; says nothing of anybody. */
  traceId: string;
  /** Makes a repeated request harmless: it is answered from what the first one stored. */
  once?: { scope: string; key: string; hash: string };
}

interface Recorded {
  event: NewEvent;
  as: Capacity | undefined;
}

/**
 * The only opener of transactions: runs `work`, writes its events, outbox and audit rows, commits.
 * With `call.once` a request that was served before is answered again and does nothing; what `work`
 * answers must then be ids and codes, as it is kept.
 * @param first reads and locks that do not depend on the instant; they travel with the opening.
 * @throws AppError `database_unavailable`, `busy` or `separation_of_duties` for such SQL errors, and
 *   `idempotency_key_reused`.
 */
export async function inTransaction<T, F = undefined>(
  deps: Deps,
  actor: Actor,
  work: (tx: Tx, first: F) => Promise<T>,
  call?: Call,
  first?: (db: DbTx) => Promise<F>,
): Promise<T> {
  const serving: Serving<T, F> = { deps, actor, work, call, first };
  try {
    return await attempt(serving);
  } catch (error) {
    // The tables changed under what was prepared; nothing was done.
    if (isStalePlan(error)) return attempt(serving).catch((e) => failed(serving, e));
    return failed(serving, error);
  }
}

interface Serving<T, F> {
  deps: Deps;
  actor: Actor;
  work: (tx: Tx, first: F) => Promise<T>;
  call: Call | undefined;
  first: ((db: DbTx) => Promise<F>) | undefined;
}

async function attempt<T, F>(serving: Serving<T, F>): Promise<T> {
  const { deps, call } = serving;
  const begun = performance.now();
  const recorded: Recorded[] = [];
  const answer = await deps.db.transaction().execute((db) => serve(serving, db, recorded));
  told(deps, recorded, call, performance.now() - begun);
  return answer;
}

/** Sent twice at once: whoever came second finds the state changed, and the first one's answer. */
async function failed<T, F>({ deps, call }: Serving<T, F>, error: unknown): Promise<T> {
  const once = call?.once;
  if (!once) throw translateDbError(error);
  const taken = isKeyTaken(error);
  const known = await replay<{ answer: T }>(deps.db, once.scope, once.key, once.hash).catch(
    (e: unknown) => {
      if (taken) throw translateDbError(e);
    },
  );
  if (known) return known.answer;
  throw taken ? new AppError('busy') : translateDbError(error);
}

/** The request without its key, where the answer must not be kept. */
export const unkept = (call: Call | undefined): Call | undefined =>
  call && { traceId: call.traceId };

async function serve<T, F>(
  { deps, actor, work, call, first }: Serving<T, F>,
  db: DbTx,
  recorded: Recorded[],
): Promise<T> {
  const once = call?.once;
  const [at, known, seen] = await Promise.all([
    appNow(db),
    once && replay<{ answer: T }>(db, once.scope, once.key, once.hash),
    first?.(db),
  ]);
  if (known) return known.answer;
  let written = 0;
  const tx: Tx = {
    db,
    at,
    actor,
    record: (event, as) => void recorded.push({ event: event as NewEvent, as }),
    flush() {
      for (; written < recorded.length; written += EVENTS_AT_ONCE)
        writeEvents(deps, tx, recorded.slice(written, written + EVENTS_AT_ONCE), traceOf(call));
      written = recorded.length;
    },
  };
  const answer = await work(tx, seen as F);
  tx.flush();
  if (once) keepAnswer(db, once, { answer });
  return answer;
}

/** Whoever was asked for many at once says itself which; else it is the request that is served. */
const traceOf = (call: Call | undefined): string | undefined => call?.traceId ?? currentTrace();

const ACT = /^(?:work_order|assignment|handover|reply|chat|call)\./;

/** Counts what was done, and names the orders that a request touched in the log. */
function told(deps: Deps, recorded: readonly Recorded[], call: Call | undefined, ms: number): void {
  for (const { event, as } of recorded) {
    if (!ACT.test(event.type)) continue;
    deps.metrics?.act(event.type, ms / 1_000);
    const traceId = as?.traceId ?? traceOf(call);
    if (traceId) deps.log.info({ traceId, event: event.type, orderId: event.orderId }, 'committed');
  }
}

/** Events of one statement, which takes at most 65,535 values. */
const EVENTS_AT_ONCE = 500;

function writeEvents(deps: Deps, tx: Tx, recorded: Recorded[], called?: string) {
  const actorId = userIdOf(tx.actor);
  const rows = recorded.map(({ event, as }) => ({ id: newId(), event, as }));
  const events = rows.map(({ id, event, as }) => ({
    id,
    type: event.type,
    subject_type: event.subjectType,
    subject_id: event.subjectId,
    order_id: event.orderId ?? null,
    version: event.version ?? null,
    actor_id: as?.actorId === undefined ? actorId : as.actorId,
    payload: JSON.stringify(event.payload),
    at: tx.at,
  }));
  // What begins here, at an instant or a schedule, is followed from here.
  const traceId = called ?? newId();
  const duties = rows.flatMap(({ id, event, as }) =>
    deps.consumersOf(event.type).map((consumer) => ({
      id: newId(),
      event_id: id,
      consumer,
      trace_id: as?.traceId ?? traceId,
    })),
  );
  // One statement: whatever is done in the house ends with it.
  const told = tx.db.with('told', (q) => q.insertInto('domain_event').values(events));
  const due = told.with('due', (q) => q.insertInto('outbox').values(duties));
  const audited = (duties.length > 0 ? due : told).insertInto('audit_log').values(
    rows.map(({ event, as }) => ({
      id: newId(),
      at: tx.at,
      actor_id: as?.actorId === undefined ? actorId : as.actorId,
      acting_role: as?.party ?? tx.actor.kind,
      organization_id: as?.organizationId ?? null,
      action: event.type,
      subject_type: event.subjectType,
      subject_id: event.subjectId,
      detail: JSON.stringify(event.payload),
      trace_id: as?.traceId ?? called ?? null,
    })),
  );
  later(tx.db, audited);
}
