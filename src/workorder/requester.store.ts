/** Who raised a demand, encrypted, and why somebody looked. */
import type { DbTx, Reader } from '../platform/db.ts';

export async function insertIdentities(
  db: DbTx,
  rows: {
    requester_id: string;
    kind: string;
    key_id: string;
    name_ct: Buffer | null;
    phone_ct: Buffer | null;
  }[],
): Promise<void> {
  if (rows.length > 0) await db.insertInto('identity_vault').values(rows).execute();
}

export async function findIdentities(db: Reader, requesterIds: readonly string[]) {
  if (requesterIds.length === 0) return [];
  return db
    .selectFrom('identity_vault')
    .selectAll()
    .where('requester_id', 'in', [...requesterIds])
    .execute();
}

/** Keeps why a number was looked at. */
export async function insertRevealReason(
  db: DbTx,
  r: { id: string; orderId: string; userId: string; reason: string; at: Date },
): Promise<void> {
  await db
    .insertInto('identity_reading')
    .values({ id: r.id, order_id: r.orderId, user_id: r.userId, reason: r.reason, at: r.at })
    .execute();
}
