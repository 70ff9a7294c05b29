/** Seats; whether somebody sits there goes by real time, which nobody can move. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { ChatSeatTable } from '../../db/schema.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Seat } from './rules.ts';

export type SeatRow = Selectable<ChatSeatTable>;

/** A sign of life is written at most this often, in seconds. */
const TOUCH_SECONDS = 5;

/** One decides at a time who gets which chat; taken before any row, until the transaction ends. */
export async function lockAssigning(db: DbTx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('chat:assign', 0))`.execute(db);
}

export async function findSeat(db: Reader, userId: string): Promise<SeatRow | null> {
  const row = await db
    .selectFrom('chat_seat')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row ?? null;
}

/** Puts a seat on or off; made with the first use. */
export async function setSeat(
  db: DbTx,
  seat: { userId: string; on: boolean; cap: number; at: Date },
): Promise<SeatRow> {
  const r = await sql<SeatRow>`
    insert into chat_seat (user_id, is_on, cap, changed_at, seen_at)
    values (${seat.userId}, ${seat.on}, ${seat.cap}, ${seat.at}, clock_timestamp())
    on conflict (user_id) do update set is_on = excluded.is_on, cap = excluded.cap,
      changed_at = excluded.changed_at, seen_at = excluded.seen_at
    returning *`.execute(db);
  return r.rows[0]!;
}

/** Seats that are on, with what each holds; at most some hundred people. */
export async function seatsOn(db: Reader): Promise<(Seat & { number: number })[]> {
  const r = await sql<Seat & { number: number }>`
    select s.user_id as "userId", s.number, s.cap, s.last_assigned_at as "lastAssignedAt",
      count(c.id)::int as open
    from chat_seat s left join chat_session c on c.operator_id = s.user_id and c.state = 'open'
    where s.is_on group by s.user_id order by s.number limit 1000`.execute(db);
  return r.rows;
}

export async function noteAssigned(db: DbTx, userId: string, at: Date): Promise<void> {
  await db
    .updateTable('chat_seat')
    .set({ last_assigned_at: at })
    .where('user_id', '=', userId)
    .execute();
}

/** These people are there. */
export async function touchSeats(db: Reader, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await sql`
    update chat_seat set seen_at = clock_timestamp()
    where user_id in (
      select user_id from chat_seat where user_id = any (${[...userIds]}::uuid[]) and is_on
        and seen_at < clock_timestamp() - ${TOUCH_SECONDS}::int * interval '1 second'
      for update skip locked)`.execute(db);
}

/** Seats that are on and of whose people nothing was seen for that long. */
export async function goneSeats(db: Reader, seconds: number, max: number): Promise<string[]> {
  const r = await sql<{ id: string }>`
    select user_id as id from chat_seat
    where is_on and seen_at < clock_timestamp() - ${seconds}::int * interval '1 second'
    order by seen_at limit ${max}`.execute(db);
  return r.rows.map((x) => x.id);
}

/** Puts a seat off whose people are still gone. @returns whether it did. */
export async function offIfGone(db: DbTx, userId: string, seconds: number): Promise<boolean> {
  const r = await sql`
    update chat_seat set is_on = false
    where user_id = ${userId} and is_on
      and seen_at < clock_timestamp() - ${seconds}::int * interval '1 second'`.execute(db);
  return (r.numAffectedRows ?? 0n) > 0n;
}
