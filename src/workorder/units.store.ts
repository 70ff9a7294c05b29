/** Which units hold orders and who signed for them, for many at once. */
import type { Reader } from '../platform/db.ts';

/** The units that have, or had, an assignment of each order. */
export async function unitsOfOrders(
  db: Reader,
  orderIds: readonly string[],
): Promise<Map<string, string[]>> {
  const units = new Map<string, string[]>();
  if (orderIds.length === 0) return units;
  const rows = await db
    .selectFrom('assignment')
    .select(['order_id', 'organization_id'])
    .distinct()
    .where('order_id', 'in', [...new Set(orderIds)])
    .execute();
  for (const r of rows)
    units.set(r.order_id, [...(units.get(r.order_id) ?? []), r.organization_id]);
  return units;
}

/** Who signed for each of these assignments, by the assignment's id. */
export async function signersOf(
  db: Reader,
  assignmentIds: readonly string[],
): Promise<Map<string, string>> {
  if (assignmentIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('assignment')
    .select(['id', 'signed_by'])
    .where('id', 'in', [...new Set(assignmentIds)])
    .where('signed_by', 'is not', null)
    .execute();
  return new Map(rows.map((r) => [r.id, r.signed_by!]));
}
