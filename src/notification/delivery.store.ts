/**
 * What leaves the house. Tries are paced in real time, like throttles: a gateway outside knows
 * nothing of a clock that a demo or a test moved.
 */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';
import { DELIVERY_KINDS } from './rules.ts';

export interface DeliveryRow {
  id: string;
  event_id: string;
  kind: string;
  /** Null: an answer to a message that belongs to no order. */
  order_id: string | null;
  organization_id: string | null;
  requester_id: string | null;
  rating_link_id: string | null;
  state: 'pending' | 'sent' | 'dead' | 'obsolete';
  attempts: number;
  next_attempt_at: Date;
  last_error: string | null;
  created_at: Date;
  sent_at: Date | null;
  /** Quiet hours: an instant of the platform's clock, not of the outside. */
  not_before: Date | null;
  step: string;
  /** The message that it answers. */
  inbound_id: string | null;
  /** The provider's own id of it, once it was taken. */
  provider_id: string | null;
  /** What the provider said later of how far it got. */
  receipt: 'delivered' | 'undelivered' | null;
  receipt_code: string | null;
  receipt_at: Date | null;
}

/** A delivery taken for one try, with the real instant of that. */
export type ClaimedDelivery = DeliveryRow & { claimed_at: Date };

/** Quiet hours are over. */
const AWAKE = sql<boolean>`(not_before is null or not_before <= app_now())`;

/** A kind of a later release waits for a worker that knows it. */
const KNOWN: readonly string[] = DELIVERY_KINDS;

/** Plans a notice that leaves the house; null when this event planned it before. */
export async function insertDelivery(
  db: DbTx,
  row: Pick<
    DeliveryRow,
    | 'id'
    | 'event_id'
    | 'kind'
    | 'order_id'
    | 'organization_id'
    | 'requester_id'
    | 'rating_link_id'
    | 'created_at'
    | 'not_before'
    | 'step'
    | 'inbound_id'
  >,
): Promise<boolean> {
  const r = await db
    .insertInto('delivery')
    .values({ ...row, state: 'pending', next_attempt_at: sql<Date>`clock_timestamp()` })
    .onConflict((c) => c.doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findDelivery(db: Reader, id: string): Promise<DeliveryRow | null> {
  const row = await db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirst();
  return (row as DeliveryRow | undefined) ?? null;
}

/**
 * Takes pending deliveries for one try: counts the attempt and pushes the next one into the future,
 * so that a process that dies while sending leaves them to be tried again, and two never send at once.
 */
export async function claimDeliveries(
  db: Reader,
  ids: readonly string[],
  leaseSeconds: number,
): Promise<ClaimedDelivery[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .updateTable('delivery')
    .set({
      attempts: sql`attempts + 1`,
      // Nothing is known of this try yet; what became of the last one told when this one is due.
      last_error: null,
      next_attempt_at: sql<Date>`clock_timestamp() + make_interval(secs => ${leaseSeconds})`,
    })
    // In one order for everybody, so that two who claim the same wait in no circle.
    .where(
      sql<boolean>`id in (select id from delivery where id = any(${[...ids]}::uuid[])
        order by id for update)`,
    )
    .where('state', '=', 'pending')
    .where('next_attempt_at', '<=', sql<Date>`clock_timestamp()`)
    .where('kind', 'in', [...KNOWN])
    .where(AWAKE)
    .returningAll()
    .returning(sql<Date>`clock_timestamp()`.as('claimed_at'))
    .execute();
  return rows as ClaimedDelivery[];
}

/** What was sent: the provider's own id of it, where it gave one. */
export interface SentDelivery {
  id: string;
  providerId: string | null;
}

export async function markSent(db: Reader, sent: readonly SentDelivery[]): Promise<void> {
  if (sent.length === 0) return;
  const [ids, providerIds] = [sent.map((s) => s.id), sent.map((s) => s.providerId)];
  // A receipt may have been quicker than the answer to the request.
  await sql`
    with done as materialized (select d.id, s.provider_id
      from unnest(${ids}::uuid[], ${providerIds}::text[]) as s (id, provider_id)
      join delivery d on d.id = s.id order by d.id for update of d)
    update delivery d set state = 'sent', sent_at = coalesce(d.sent_at, app_now()),
      provider_id = coalesce(done.provider_id, d.provider_id), last_error = null
    from done where d.id = done.id`.execute(db);
}

/** What it says is no longer true, or nobody wants it: it is not sent. */
export function markObsolete(db: DbTx, id: string, why: string | null): void {
  const set = { state: 'obsolete', last_error: why };
  later(db, db.updateTable('delivery').set(set).where('id', '=', id));
}

/** The real instant: what comes from outside is signed by the clocks outside. */
export async function realNow(db: Reader): Promise<Date> {
  const r = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return r.rows[0]!.now;
}

/** Whether a try of any message runs: claimed, and nothing is known of it yet. */
export async function tryRuns(db: Reader): Promise<boolean> {
  const row = await db
    .selectFrom('delivery')
    .select('id')
    .where('state', '=', 'pending')
    .where('next_attempt_at', '>', sql<Date>`clock_timestamp()`)
    .where('attempts', '>', 0)
    .where('last_error', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Locks what a receipt is about; null where nobody or more than one is meant. */
export async function lockForReceipt(
  db: DbTx,
  named: { id: string | null; providerId: string | null },
): Promise<DeliveryRow | null> {
  const { id, providerId } = named;
  const rows = await db
    .selectFrom('delivery')
    .selectAll()
    .$if(id !== null, (q) => q.where('id', '=', id!))
    // A provider that knows both names one message.
    .$if(id !== null && providerId !== null, (q) =>
      q.where((eb) => eb.or([eb('provider_id', 'is', null), eb('provider_id', '=', providerId)])),
    )
    .$if(id === null, (q) => q.where('provider_id', '=', providerId))
    .limit(2)
    .forUpdate()
    .execute();
  return rows.length === 1 ? (rows[0] as DeliveryRow) : null;
}

/** Notes how far a message got; one that arrived was sent, whatever became of our request. */
export async function noteReceipt(
  db: DbTx,
  id: string,
  r: {
    receipt: DeliveryRow['receipt'];
    code: string;
    at: Date;
    providerId: string | null;
  },
): Promise<void> {
  later(
    db,
    db
      .updateTable('delivery')
      .set({
        state: 'sent',
        sent_at: sql<Date>`coalesce(sent_at, ${r.at}::timestamptz)`,
        last_error: null,
        provider_id: sql`coalesce(provider_id, ${r.providerId}::text)`,
        ...(r.receipt && { receipt: r.receipt, receipt_code: r.code, receipt_at: r.at }),
      })
      .where('id', '=', id),
  );
}

/** Notes why a try failed and when the next one is, or that there is none. */
export async function markFailed(
  db: Reader,
  id: string,
  failure: { error: string; dead: boolean; waitSeconds: number },
): Promise<void> {
  await db
    .updateTable('delivery')
    .set({
      state: failure.dead ? 'dead' : 'pending',
      last_error: failure.error,
      next_attempt_at: sql<Date>`clock_timestamp() + make_interval(secs => ${failure.waitSeconds})`,
    })
    .where('id', '=', id)
    // A receipt that says it arrived is stronger than a time-out of ours.
    .where('state', '=', 'pending')
    .execute();
}

/** Starts a dead or waiting delivery anew; false when it was sent. */
export async function reviveDelivery(db: DbTx, id: string): Promise<boolean> {
  const r = await db
    .updateTable('delivery')
    .set({ state: 'pending', attempts: 0, next_attempt_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'dead'])
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

/** Pending deliveries whose next try is due since so many seconds, in real time; bounded. */
export async function dueDeliveries(
  db: Reader,
  limit: number,
  overdueSeconds = 0,
): Promise<string[]> {
  const rows = await db
    .selectFrom('delivery')
    .select('id')
    .where('state', '=', 'pending')
    .where(
      'next_attempt_at',
      '<=',
      sql<Date>`clock_timestamp() - make_interval(secs => ${overdueSeconds})`,
    )
    .where('kind', 'in', [...KNOWN])
    .where(AWAKE)
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute();
  return rows.map((r) => r.id);
}

export async function listDeliveries(
  db: Reader,
  q: { state?: string | undefined; orderId?: string | undefined },
  cursor: { at: Date; id: string } | null,
  limit: number,
): Promise<DeliveryRow[]> {
  let query = db.selectFrom('delivery').selectAll();
  if (q.state) query = query.where('state', '=', q.state);
  if (q.orderId) query = query.where('order_id', '=', q.orderId);
  if (cursor)
    query = query.where(
      sql<boolean>`(created_at, id) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)`,
    );
  return (await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()) as DeliveryRow[];
}

/**
 * Whether a message should be on its way that nobody tried yet, and when the quiet hours of the next
 * one end.
 */
export async function nextDelivery(db: Reader): Promise<{ due: boolean; next: Date | null }> {
  const r = await sql<{ due: boolean; next: Date | null }>`
    with t as materialized (select app_now() as now)
    select coalesce(bool_or(attempts < 2 and (not_before is null or not_before <= t.now)), false) as due,
      min(not_before) filter (where not_before > t.now) as next
    from delivery, t where state = 'pending'`.execute(db);
  return r.rows[0]!;
}
