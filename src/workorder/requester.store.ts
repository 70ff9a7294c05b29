/** Who raised a demand, encrypted, and why somebody looked. */
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

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
  if (rows.length > 0) later(db, db.insertInto('identity_vault').values(rows));
}

export async function findIdentities(db: Reader, requesterIds: readonly string[]) {
  if (requesterIds.length === 0) return [];
  return db
    .selectFrom('identity_vault')
    .selectAll()
    .where('requester_id', 'in', [...requesterIds])
    .execute();
}

/** Forgets name and number of those who raised no order; the rest of the row stays. */
export async function eraseIdentities(
  db: DbTx,
  requesterIds: readonly string[],
  at: Date,
): Promise<void> {
  if (requesterIds.length === 0) return;
  later(
    db,
    db
      .updateTable('identity_vault as v')
      .set({ name_ct: null, phone_ct: null, erased_at: at })
      .where('v.requester_id', 'in', [...requesterIds])
      .where((e) => e.or([e('v.name_ct', 'is not', null), e('v.phone_ct', 'is not', null)]))
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom('work_order as o')
              .select('o.id')
              .whereRef('o.requester_id', '=', 'v.requester_id'),
          ),
        ),
      ),
  );
}

/** Keeps why a number was looked at. */
export async function insertRevealReason(
  db: DbTx,
  r: { id: string; orderId: string; userId: string; reason: string; at: Date },
): Promise<void> {
  later(
    db,
    db
      .insertInto('identity_reading')
      .values({ id: r.id, order_id: r.orderId, user_id: r.userId, reason: r.reason, at: r.at }),
  );
}
