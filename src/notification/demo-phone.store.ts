import { sql } from 'kysely';
import type { Reader } from '../platform/db.ts';

/** Keeps a message of the demo's telephone; the same id again changes nothing. */
export async function insertMessage(
  db: Reader,
  row: { id: string; to_ct: Buffer; text_ct: Buffer },
): Promise<void> {
  await db
    .insertInto('demo_sms')
    .values({ ...row, at: sql<Date>`app_now()` })
    .onConflict((c) => c.doNothing())
    .execute();
}

export async function listMessages(db: Reader, limit: number) {
  return db
    .selectFrom('demo_sms')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

export async function messagesAfter(db: Reader, id: string, limit: number) {
  return db
    .selectFrom('demo_sms')
    .selectAll()
    .where(sql<boolean>`(at, id) > (select x.at, x.id from demo_sms x where x.id = ${id}::uuid)`)
    .orderBy('at')
    .orderBy('id')
    .limit(limit)
    .execute();
}
