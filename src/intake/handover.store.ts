import type { EmergencyTarget } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export interface HandoverRow {
  id: string;
  contact_id: string;
  order_id: string | null;
  target: EmergencyTarget;
  operator_id: string;
  call_leg: string;
  started_at: Date;
}

/** Open hand-overs that somebody is shown. */
const OPEN_MAX = 50;

export async function insertHandover(db: DbTx, row: HandoverRow): Promise<void> {
  later(db, db.insertInto('handover').values(row));
}

/** Reads hand-overs and keeps others from recording them until the transaction ends. */
export async function lockHandovers(
  db: DbTx,
  ids: readonly string[],
): Promise<Map<string, HandoverRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('handover')
    .selectAll()
    .where('id', 'in', [...ids])
    // In one order, so that two batches cannot wait for each other.
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map((r) => [r.id, r as HandoverRow]));
}

/**
 * The hand-over that this leg stands in, else the newest of the contact to this number that has none;
 * kept from others until the transaction ends.
 */
export async function lockOfLeg(
  db: DbTx,
  contactId: string,
  target: EmergencyTarget,
  callLeg: string,
): Promise<HandoverRow | null> {
  const row = await db
    .selectFrom('handover')
    .selectAll()
    .where('contact_id', '=', contactId)
    .where('target', '=', target)
    .where('call_leg', 'in', [callLeg, ''])
    .orderBy('call_leg', 'desc')
    .orderBy('started_at', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return (row as HandoverRow | undefined) ?? null;
}

/** Says by which leg the switch put the caller through. */
export async function setCallLeg(db: DbTx, id: string, callLeg: string): Promise<void> {
  later(db, db.updateTable('handover').set({ call_leg: callLeg }).where('id', '=', id));
}

/** Says which order records the hand-over. */
export async function linkHandover(db: DbTx, id: string, orderId: string): Promise<void> {
  later(
    db,
    db
      .updateTable('handover')
      .set({ order_id: orderId })
      .where('id', '=', id)
      .where('order_id', 'is', null),
  );
}

/** Hand-overs that no order records yet, newest first: an operator's, and all that began `before`. */
export async function openHandovers(
  db: Reader,
  of: { operatorId: string; before: Date | null },
): Promise<HandoverRow[]> {
  const rows = await db
    .selectFrom('handover')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('operator_id', '=', of.operatorId),
        ...(of.before ? [eb('started_at', '<=', of.before)] : []),
      ]),
    )
    .where('order_id', 'is', null)
    .orderBy('started_at', 'desc')
    .limit(OPEN_MAX)
    .execute();
  return rows as HandoverRow[];
}
