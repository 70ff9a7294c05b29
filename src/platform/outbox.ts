/** The outbox: one row per event × consumer, a duty not yet done. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
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
  type: EventName;
  orderId: string | null;
  version: number | null;
  payload: Record<string, unknown>;
  /** The request that this follows from; null of a release before. */
  traceId: string | null;
}

/** Locks a batch of nudges. */
export const takeNudges = (db: DbTx): Promise<Duty[]> =>
  take(db, sql`o.queued_at is null and o.consumer = ${NUDGES}`);

/**
 * Locks a batch of duties for a queue: those never queued, or those queued `requeueSeconds` ago and
 * still not done; the time doubles with each failure, up to an hour.
 */
export const takeDuties = (
  db: DbTx,
  which: 'new' | 'stale',
  requeueSeconds: number,
): Promise<Duty[]> =>
  take(
    db,
    which === 'new'
      ? sql`o.queued_at is null and o.consumer <> ${NUDGES}`
      : // The first condition is there for the index; the second only makes it later.
        sql`o.queued_at < clock_timestamp() - ${requeueSeconds}::int * interval '1 second'
          and o.queued_at < clock_timestamp() -
          least(${requeueSeconds}::int * power(2, least(o.failures, 10)), 3600) * interval '1 second'`,
  );

/** Whether a batch of these waits: a look that locks nothing and costs one statement. */
export async function anyNew(db: Reader, kind: 'nudges' | 'duties'): Promise<boolean> {
  const whose = kind === 'nudges' ? sql`consumer = ${NUDGES}` : sql`consumer <> ${NUDGES}`;
  const r = await sql`select 1 from outbox where queued_at is null and ${whose} limit 1`.execute(
    db,
  );
  return r.rows.length > 0;
}

async function take(db: DbTx, where: RawBuilder<unknown>): Promise<Duty[]> {
  const rows = await sql<Duty>`
    select o.id, o.consumer, o.trace_id as "traceId", e.type, e.order_id as "orderId", e.version,
      e.payload
    from outbox o join domain_event e on e.id = o.event_id
    where ${where} order by o.id limit ${BATCH_MAX} for update of o skip locked`.execute(db);
  return rows.rows;
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

/** The duties are done: no more of them. */
export async function deleteDuties(db: DbTx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) later(db, db.deleteFrom('outbox').where('id', 'in', [...ids]));
}

export async function markQueued(db: DbTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  later(
    db,
    db
      .updateTable('outbox')
      .set({ queued_at: sql<Date>`clock_timestamp()` })
      .where('id', 'in', [...ids]),
  );
}

/** Takes one duty off the outbox with its event; that delete is the receipt. Null = done before. */
export async function receiveDuty(
  db: DbTx,
  id: string,
): Promise<(StoredEvent & { consumer: string; traceId: string | null }) | null> {
  const r = await sql<StoredEvent & { consumer: string; traceId: string | null }>`
    with done as (delete from outbox where id = ${id} returning event_id, consumer, trace_id)
    select done.consumer, done.trace_id as "traceId", e.id, e.type, e.subject_id as "subjectId", e.order_id as "orderId",
      e.version, e.actor_id as "actorId", e.payload, e.at
    from done join domain_event e on e.id = done.event_id`.execute(db);
  return r.rows[0] ?? null;
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
