import type { DbTx } from '../platform/db.ts';

/** Keeps an urge. @throws unique violation when a citizen urges twice on one city day. */
export async function insertUrge(
  db: DbTx,
  row: {
    id: string;
    order_id: string;
    act_id: string;
    level: number;
    party: string;
    city_day: string;
    at: Date;
  },
): Promise<void> {
  await db.insertInto('urge').values(row).execute();
}
