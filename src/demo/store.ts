import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import type { PlayState } from './schema.ts';

export interface PlayRow {
  state: PlayState;
  seed: number;
  days: number;
  end_at: Date;
  done: number;
  total: number;
  city_time: Date | null;
}

export async function findPlay(db: Reader): Promise<PlayRow | null> {
  const row = await db.selectFrom('demo_play').selectAll().executeTakeFirst();
  return (row as PlayRow | undefined) ?? null;
}

/** Begins a play; what was known of an earlier one is forgotten. */
export async function beginPlay(
  db: Reader,
  row: Pick<PlayRow, 'seed' | 'days' | 'end_at' | 'total'>,
): Promise<void> {
  const fresh = { ...row, state: 'playing', done: 0, city_time: null };
  await db
    .insertInto('demo_play')
    .values(fresh)
    .onConflict((c) => c.column('only_row').doUpdateSet(fresh))
    .execute();
}

export async function notePlay(
  db: Reader,
  change: Partial<Pick<PlayRow, 'state' | 'done' | 'city_time'>>,
): Promise<void> {
  await db.updateTable('demo_play').set(change).execute();
}

/** First of all in a transaction: everything is read as it stood at one instant. */
export const inOneView = async (db: DbTx): Promise<void> =>
  void (await sql`set transaction isolation level repeatable read`.execute(db));
