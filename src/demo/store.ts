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

export interface CallRow {
  id: string;
  user_ids: string[];
  phone_ct: Buffer;
  name_ct: Buffer;
  text_ct: Buffer;
  state: 'ringing' | 'answered' | 'ended';
  rang_at: Date;
  answered_at: Date | null;
  answered_by: string | null;
}

export async function insertCall(
  db: DbTx,
  row: Pick<CallRow, 'id' | 'user_ids' | 'phone_ct' | 'name_ct' | 'text_ct' | 'rang_at'>,
): Promise<void> {
  await db
    .insertInto('demo_call')
    .values({ ...row, state: 'ringing' })
    .execute();
}

/** Ends the calls that have rung longest, so that no more than `left` ring. @returns those. */
export async function endOldest(
  db: DbTx,
  left: number,
): Promise<Pick<CallRow, 'id' | 'user_ids'>[]> {
  return db
    .updateTable('demo_call')
    .set({ state: 'ended' })
    .where('id', 'in', (q) =>
      q
        .selectFrom('demo_call as old')
        .select('old.id')
        .where('old.id', 'in', (all) =>
          all
            .selectFrom('demo_call')
            .select('id')
            .where('state', '=', 'ringing')
            .orderBy('rang_at', 'desc')
            .orderBy('id', 'desc')
            .offset(left),
        )
        // One that another call ends just now is ended; waiting for each other would be a deadlock.
        .forUpdate()
        .skipLocked(),
    )
    .where('state', '=', 'ringing')
    .returning(['id', 'user_ids'])
    .execute();
}

/** Calls that ring at somebody or that they answered, newest first. */
export async function callsOf(db: Reader, userId: string, limit: number): Promise<CallRow[]> {
  const rows = await db
    .selectFrom('demo_call')
    .selectAll()
    .where(sql<boolean>`${userId}::uuid = any(user_ids)`)
    .where(sql<boolean>`(state = 'ringing' or (state = 'answered' and answered_by = ${userId}))`)
    .orderBy('rang_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows as CallRow[];
}

export async function findCall(db: Reader, id: string, userId: string): Promise<CallRow | null> {
  const row = await db
    .selectFrom('demo_call')
    .selectAll()
    .where('id', '=', id)
    .where(sql<boolean>`${userId}::uuid = any(user_ids)`)
    .executeTakeFirst();
  return (row as CallRow | undefined) ?? null;
}

/** Takes a call that rings; false when somebody was quicker or it is over. */
export async function answerCall(db: DbTx, id: string, userId: string, at: Date): Promise<boolean> {
  const r = await db
    .updateTable('demo_call')
    .set({ state: 'answered', answered_by: userId, answered_at: at })
    .where('id', '=', id)
    .where('state', '=', 'ringing')
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

export async function endCall(db: DbTx, id: string): Promise<boolean> {
  const r = await db
    .updateTable('demo_call')
    .set({ state: 'ended' })
    .where('id', '=', id)
    .where('state', '<>', 'ended')
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}
