/** The outbox: one row per event × consumer, a duty not yet done. */
import { sql } from 'kysely';
import type { EventName, StoredEvent } from '../kernel/events.ts';
import type { DbTx, Reader } from './db.ts';

/** Rows taken at once. */
const BATCH_MAX = 500;

/** A duty as the relay needs it. */
export interface Duty {
  id: string;
  consumer: string;
  type: EventName;
  orderId: string | null;
  version: number | null;
  payload: Record<string, unknown>;
}

/**
 * Locks a batch of duties: those never queued, or those queued `requeueSeconds` ago and still not
 * done; the time doubles with each failure, up to an hour.
 */
export async function takeDuties(
  db: DbTx,
  which: 'new' | 'stale',
  requeueSeconds: number,
): Promise<Duty[]> {
  const where =
    which === 'new'
      ? sql`o.queued_at is null`
      : // The first condition is there for the index; the second only makes it later.
        sql`o.queued_at < clock_timestamp() - ${requeueSeconds}::int * interval '1 second'
          and o.queued_at < clock_timestamp() -
          least(${requeueSeconds}::int * power(2, least(o.failures, 10)), 3600) * interval '1 second'`;
  const rows = await sql<Duty>`
    select o.id, o.consumer, e.type, e.order_id as "orderId", e.version, e.payload
    from outbox o join domain_event e on e.id = o.event_id
    where ${where} order by o.id limit ${BATCH_MAX} for update of o skip locked`.execute(db);
  return rows.rows;
}

/** The duties are done: no more of them. */
export async function deleteDuties(db: DbTx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await db
      .deleteFrom('outbox')
      .where('id', 'in', [...ids])
      .execute();
}

export async function markQueued(db: DbTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('outbox')
    .set({ queued_at: sql<Date>`clock_timestamp()` })
    .where('id', 'in', [...ids])
    .execute();
}

/** Takes one duty off the outbox with its event; that delete is the receipt. Null = done before. */
export async function receiveDuty(
  db: DbTx,
  id: string,
): Promise<(StoredEvent & { consumer: string }) | null> {
  const r = await sql<StoredEvent & { consumer: string }>`
    with done as (delete from outbox where id = ${id} returning event_id, consumer)
    select done.consumer, e.id, e.type, e.subject_id as "subjectId", e.order_id as "orderId",
      e.version, e.actor_id as "actorId", e.payload, e.at
    from done join domain_event e on e.id = done.event_id`.execute(db);
  return r.rows[0] ?? null;
}

/** Notes that a duty failed; it stays and is queued again later. */
export async function noteDutyFailure(db: Reader, id: string, message: string): Promise<void> {
  await sql`update outbox set failures = failures + 1, last_error = ${message} where id = ${id}`.execute(
    db,
  );
}
