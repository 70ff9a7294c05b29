/** The outbox: one row per event × consumer, a duty not yet done. */
import { sql } from 'kysely';
import type { EventName, StoredEvent } from '../kernel/events.ts';
import type { DbTx, Reader } from './db.ts';
import { later } from './pipeline.ts';

/** Rows taken at once. */
const BATCH_MAX = 500;
/** Longest first pause of the sweeper after a failure, in seconds. */
const SWEEP_AGAIN_MAX_SECONDS = 15;

/** Consumers that the relay serves itself; all others go through a queue. */
const NUDGES = 'realtime';
/** Consumer whose duties leave the house. */
const SENDS = 'notification.send';

/** A duty as the relay needs it. */
export interface Duty {
  id: string;
  consumer: string;
}

/** A duty that is told to the sockets and then done. */
export interface Nudge {
  type: EventName;
  orderId: string | null;
  version: number | null;
  payload: Record<string, unknown>;
  /** The request that this follows from; null of a release before. */
  traceId: string | null;
}

/** Takes a batch of nudges off the outbox, the oldest first. */
export async function takeNudges(db: DbTx): Promise<Nudge[]> {
  const r = await sql<Nudge>`
    with due as materialized (select id from outbox where queued_at is null and consumer = ${NUDGES}
        order by id limit ${BATCH_MAX} for update skip locked),
      done as (delete from outbox o using due where o.id = due.id
        returning o.id, o.event_id, o.trace_id)
    select done.trace_id as "traceId", e.type, e.order_id as "orderId", e.version, e.payload
    from done join domain_event e on e.id = done.event_id order by done.id`.execute(db);
  return r.rows;
}

/**
 * Marks a batch of duties as queued: those never queued, or those queued `requeueSeconds` ago and
 * still not done; the time doubles with each failure, up to an hour.
 */
export async function takeDuties(
  db: DbTx,
  which: 'new' | 'stale',
  requeueSeconds: number,
): Promise<Duty[]> {
  const where =
    which === 'new'
      ? sql`queued_at is null and consumer <> ${NUDGES}`
      : // The first condition is there for the index; the second only makes it later.
        sql`queued_at < clock_timestamp() - ${requeueSeconds}::int * interval '1 second'
          and queued_at < clock_timestamp() -
          least(${requeueSeconds}::int * power(2, least(failures, 10)), 3600) * interval '1 second'`;
  const r = await sql<Duty>`/* planned anew */
    with due as materialized (select id from outbox where ${where}
        order by id limit ${BATCH_MAX} for update skip locked),
      marked as (update outbox o set queued_at = clock_timestamp() from due where o.id = due.id
        returning o.id, o.consumer)
    select id, consumer from marked order by id`.execute(db);
  return r.rows;
}

/** Whether a batch of these waits: a look that locks nothing and costs one statement. */
export async function anyNew(db: Reader, kind: 'nudges' | 'duties'): Promise<boolean> {
  const whose = kind === 'nudges' ? sql`consumer = ${NUDGES}` : sql`consumer <> ${NUDGES}`;
  const r = await sql`select 1 from outbox where queued_at is null and ${whose} limit 1`.execute(
    db,
  );
  return r.rows.length > 0;
}

/** What the sweeper asks for. */
export interface Neglected {
  /** Duties that leave the house, or those done in it. */
  kind: 'sends' | 'others';
  ageSeconds: number;
  limit: number;
}

/**
 * Duties that stand here longer than they should, the oldest first. One that failed is left alone for
 * a while, which doubles up to half an hour.
 */
export async function neglectedDuties(db: Reader, n: Neglected): Promise<string[]> {
  const whom =
    n.kind === 'sends' ? sql`consumer = ${SENDS}` : sql`consumer not in (${SENDS}, ${NUDGES})`;
  const base = Math.min(Math.max(n.ageSeconds, 1), SWEEP_AGAIN_MAX_SECONDS);
  const r = await sql<{ id: string }>`
    select id from outbox where ${whom}
      and created_at <= clock_timestamp() - ${n.ageSeconds}::int * interval '1 second'
      and (failures = 0 or queued_at < clock_timestamp() -
        least(${base}::int * power(2, least(failures, 10)), 1800) * interval '1 second')
    order by id limit ${n.limit} for update skip locked`.execute(db);
  return r.rows.map((x) => x.id);
}

/** A duty that was taken off the outbox, with its event. */
export type Received = StoredEvent & {
  dutyId: string;
  consumer: string;
  /** The request that this follows from; null of a release before. */
  traceId: string | null;
};

/**
 * Takes duties off the outbox with their events, the oldest first; that delete is the receipt. Those
 * done before are passed over. One that somebody holds is waited for: the relay names a duty to the
 * queue before it lets go of it.
 */
export async function receiveDuties(db: DbTx, ids: readonly string[]): Promise<Received[]> {
  const r = await sql<Received>`
    with given as materialized (select id from outbox
        where id = any(${[...ids]}::uuid[]) order by id for update),
      done as (delete from outbox o using given where o.id = given.id
        returning o.id, o.event_id, o.consumer, o.trace_id)
    select done.id as "dutyId", done.consumer, done.trace_id as "traceId", e.id, e.type,
      e.subject_id as "subjectId", e.order_id as "orderId", e.version, e.actor_id as "actorId",
      e.payload, e.at
    from done join domain_event e on e.id = done.event_id order by done.id`.execute(db);
  return r.rows;
}

/** Takes one duty off the outbox with its event. Null = done before. */
export const receiveDuty = async (db: DbTx, id: string): Promise<Received | null> =>
  (await receiveDuties(db, [id]))[0] ?? null;

/** Who comes with many and finds one held gives all of them back soon, instead of holding them too. */
export const waitBriefly = (db: DbTx): void => later(db, sql`set local lock_timeout = '300ms'`);

/** The consumers of duties that still stand, by id, and how often each failed. */
export async function consumersOfDuties(
  db: Reader,
  ids: readonly string[],
): Promise<{ id: string; consumer: string; failures: number }[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('outbox')
    .select(['id', 'consumer', 'failures'])
    .where('id', 'in', [...ids])
    .orderBy('id')
    .execute();
}

/** Notes that a duty failed; it stays and is tried again later, counted from now. */
export async function noteDutyFailure(db: Reader, id: string, message: string): Promise<void> {
  await sql`
    update outbox set failures = failures + 1, last_error = ${message}, queued_at = clock_timestamp()
    where id = ${id}`.execute(db);
}

/**
 * Whether any duty is left that did not fail again and again; nudges only tell.
 * @param among Only of these consumers.
 */
export async function anyDuty(db: Reader, among?: readonly string[]): Promise<boolean> {
  const only = among ? sql`and consumer = any(${[...among]}::text[])` : sql``;
  const r = await sql<{ any: boolean }>`
    select exists (select 1 from outbox
      where failures < 3 and consumer <> ${NUDGES} ${only}) as any`.execute(db);
  return r.rows[0]!.any;
}

/** Counted up to here; more is as bad. */
const BACKLOG_MAX = 100_000;

/** How many duties wait, and for how many seconds the oldest has. */
export async function backlog(db: Reader): Promise<{ count: number; oldestSeconds: number }> {
  const r = await sql<{ count: number; oldestSeconds: number }>`
    select count(*)::int as count,
      coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as "oldestSeconds"
    from (select created_at from outbox order by id limit ${BACKLOG_MAX}) o`.execute(db);
  return r.rows[0]!;
}
