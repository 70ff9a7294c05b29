import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';

export interface NewNotification {
  id: string;
  organization_id: string;
  order_id: string;
  assignment_id: string | null;
  kind: string;
  event_id: string;
  at: Date;
}

/** Puts a notice into a unit's inbox; a repeated event changes nothing. */
export async function insertNotification(db: DbTx, row: NewNotification): Promise<void> {
  await db
    .insertInto('notification')
    .values(row)
    .onConflict((c) => c.doNothing())
    .execute();
}

export async function listNotifications(
  db: Reader,
  unitIds: readonly string[],
  cursor: { at: Date; id: string } | null,
  limit: number,
) {
  if (unitIds.length === 0) return [];
  let q = db
    .selectFrom('notification')
    .select(['id', 'kind', 'order_id', 'at'])
    .where('organization_id', 'in', [...unitIds]);
  if (cursor) q = q.where(sql<boolean>`(at, id) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)`);
  return q.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}
