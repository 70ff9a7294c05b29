/** Operators' seats, what became of them, and the offers that were made to them. */
import { sql } from 'kysely';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import type { BreakReason, OfferResult, SeatSkill, SeatState } from './limits.ts';
import { GRACE_SECONDS, mayMove } from './rules.ts';
import type { Mover } from './rules.ts';

export interface SeatRow {
  user_id: string;
  session_id: string;
  extension: string;
  skills: SeatSkill[];
  state: SeatState;
  since: Date;
  until: Date | null;
  idle_since: Date;
  break_reason: BreakReason | null;
  call_id: string | null;
  no_answers: number;
}

export async function findSeat(db: Reader, userId: string): Promise<SeatRow | null> {
  const row = await db
    .selectFrom('seat')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return (row as SeatRow | undefined) ?? null;
}

/** Reads seats and keeps others from changing them; always in the order of their ids. */
export async function lockSeats(db: DbTx, userIds: readonly string[]): Promise<SeatRow[]> {
  if (userIds.length === 0) return [];
  const rows = await db
    .selectFrom('seat')
    .selectAll()
    .where('user_id', 'in', [...userIds])
    .orderBy('user_id')
    .forUpdate()
    .execute();
  return rows as SeatRow[];
}

/** The seat's own people first: makes a seat that is offline, or leaves it as it stands. */
export async function ensureSeat(
  db: DbTx,
  row: Pick<SeatRow, 'user_id' | 'session_id' | 'extension' | 'skills'> & { at: Date },
): Promise<void> {
  const { at, ...own } = row;
  await db
    .insertInto('seat')
    .values({ ...own, state: 'offline', since: at, idle_since: at })
    .onConflict((c) => c.column('user_id').doNothing())
    .execute();
}

export async function setSeat(
  db: DbTx,
  userId: string,
  change: Partial<Pick<SeatRow, 'session_id' | 'extension' | 'skills' | 'no_answers' | 'until'>>,
): Promise<void> {
  await db.updateTable('seat').set(change).where('user_id', '=', userId).execute();
}

/** Whether somebody else sits at this telephone. */
export async function extensionTaken(db: Reader, extension: string, userId: string) {
  const row = await db
    .selectFrom('seat')
    .select('user_id')
    .where('extension', '=', extension)
    .where('state', '<>', 'offline')
    .where('user_id', '<>', userId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whom a telephone means in a call: whom that was offered to there, newest first, else who sits there. */
export async function personAt(
  db: Reader,
  callId: string,
  extension: string,
): Promise<string | null> {
  const r = await sql<{ user_id: string | null }>`
    select coalesce(
      (select user_id from call_offer where call_id = ${callId} and extension = ${extension}
        order by offered_at desc limit 1),
      (select user_id from seat where extension = ${extension} and state <> 'offline')) as user_id`.execute(
    db,
  );
  return r.rows[0]!.user_id;
}

export interface Move {
  to: SeatState;
  by: Mover;
  /** A code: why. */
  reason: string;
  at: Date;
  callId?: string | null;
  until?: Date | null;
  breakReason?: BreakReason | null;
  noAnswers?: number;
}

/**
 * Changes a seat's state: legal by SEAT_MOVES, guarded by the state that was read, and kept. Besides
 * this only `ringSeat` does.
 * @throws AppError `state_conflict` where somebody was quicker.
 */
export async function moveSeat(db: DbTx, seat: SeatRow, m: Move): Promise<void> {
  if (!mayMove(seat.state, m.to, m.by)) fail('state_conflict', {}, `${seat.state} → ${m.to}`);
  const callId = m.callId ?? null;
  const r = await sql`
    with moved as (
      update seat set state = ${m.to}, since = ${m.at}, until = ${m.until ?? null},
        call_id = ${callId}, break_reason = ${m.breakReason ?? null},
        idle_since = case when ${m.to} = 'ready' then ${m.at}::timestamptz else idle_since end,
        no_answers = coalesce(${m.noAnswers ?? null}, no_answers)
      where user_id = ${seat.user_id} and state = ${seat.state} returning user_id)
    insert into seat_change (id, user_id, from_state, to_state, reason, call_id, at)
    select ${newId()}::uuid, user_id, ${seat.state}, ${m.to}, ${m.reason},
      ${callId ?? seat.call_id}::uuid, ${m.at}::timestamptz from moved`.execute(db);
  if (r.numAffectedRows !== 1n) fail('state_conflict');
}

/** What is offered, to the first of these who is still as they were read. */
export interface Ring {
  callId: string;
  /** Best first. */
  to: readonly { userId: string; state: SeatState }[];
  at: Date;
  until: Date;
}

/**
 * Rings at one seat, that nobody else reaches for just now: seat, its change, the offer and the call
 * together, in one statement. The call is ours. Null where all of them were taken meanwhile.
 */
export async function ringSeat(db: DbTx, ring: Ring): Promise<OfferRow | null> {
  const legal = ring.to.filter((s) => mayMove(s.state, 'ringing', 'system'));
  const r = await sql<OfferRow>`
    with wanted as (
      select user_id, state, n from unnest(${legal.map((s) => s.userId)}::uuid[],
        ${legal.map((s) => s.state)}::text[]) with ordinality as x (user_id, state, n)),
    picked as (
      select s.user_id, s.state from seat s join wanted w on w.user_id = s.user_id
        and w.state = s.state order by w.n limit 1 for update of s skip locked),
    rung as (
      update seat s set state = 'ringing', since = ${ring.at}, until = null, call_id = ${ring.callId}
      from picked p where s.user_id = p.user_id returning s.user_id, s.extension, p.state),
    kept as (
      insert into seat_change (id, user_id, from_state, to_state, reason, call_id, at)
      select ${newId()}::uuid, user_id, state, 'ringing', 'offered', ${ring.callId}::uuid,
        ${ring.at}::timestamptz from rung),
    called as (
      update call set state = 'offered', asked_at = ${ring.at},
        offered_at = coalesce(offered_at, ${ring.at}::timestamptz)
      where id = ${ring.callId} and exists (select 1 from rung))
    insert into call_offer (id, call_id, user_id, extension, offered_at, until)
    select ${newId()}::uuid, ${ring.callId}::uuid, user_id, extension, ${ring.at}::timestamptz,
      ${ring.until}::timestamptz from rung returning *`.execute(db);
  return r.rows[0] ?? null;
}

/** Wrap-ups that are over. */
export async function endedWrapUps(db: Reader, limit: number): Promise<string[]> {
  const r = await sql<{ user_id: string }>`
    select user_id from seat where until <= app_now() order by until limit ${limit}`.execute(db);
  return r.rows.map((x) => x.user_id);
}

/** Seats that are not offline, a page of them. */
export async function openSeats(db: Reader, after: string, limit: number): Promise<SeatRow[]> {
  const rows = await db
    .selectFrom('seat')
    .selectAll()
    .where('state', '<>', 'offline')
    .where('user_id', '>', after)
    .orderBy('user_id')
    .limit(limit)
    .execute();
  return rows as SeatRow[];
}

// ---------------------------------------------------------------- offers

export interface OfferRow {
  id: string;
  call_id: string;
  user_id: string;
  extension: string;
  offered_at: Date;
  until: Date;
  result: OfferResult | null;
  ended_at: Date | null;
}

export async function openOffer(db: Reader, callId: string): Promise<OfferRow | null> {
  const row = await db
    .selectFrom('call_offer')
    .selectAll()
    .where('call_id', '=', callId)
    .where('result', 'is', null)
    .executeTakeFirst();
  return (row as OfferRow | undefined) ?? null;
}

export async function openOffersOf(db: Reader, callIds: readonly string[]): Promise<OfferRow[]> {
  if (callIds.length === 0) return [];
  const rows = await db
    .selectFrom('call_offer')
    .selectAll()
    .where('call_id', 'in', [...callIds])
    .where('result', 'is', null)
    .execute();
  return rows as OfferRow[];
}

export async function offerTo(db: Reader, userId: string): Promise<OfferRow | null> {
  const row = await db
    .selectFrom('call_offer')
    .selectAll()
    .where('user_id', '=', userId)
    .where('result', 'is', null)
    .executeTakeFirst();
  return (row as OfferRow | undefined) ?? null;
}

/** Those of these calls that were ever offered to somebody. */
export async function offeredTo(
  db: Reader,
  callIds: readonly string[],
  userId: string,
): Promise<string[]> {
  if (callIds.length === 0) return [];
  const rows = await db
    .selectFrom('call_offer')
    .select('call_id')
    .distinct()
    .where('call_id', 'in', [...callIds])
    .where('user_id', '=', userId)
    .execute();
  return rows.map((r) => r.call_id);
}

/** Whether a call was ever offered to somebody. */
export async function wasOffered(db: Reader, callId: string, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('call_offer')
    .select('id')
    .where('call_id', '=', callId)
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function closeOffer(
  db: DbTx,
  id: string,
  result: OfferResult,
  at: Date,
): Promise<boolean> {
  const r = await db
    .updateTable('call_offer')
    .set({ result, ended_at: at })
    .where('id', '=', id)
    .where('result', 'is', null)
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

/** Calls whose offer rang too long. */
export async function overdueOffers(db: Reader, limit: number): Promise<string[]> {
  const r = await sql<{ call_id: string }>`
    select call_id from call_offer where result is null
      and until <= app_now() - make_interval(secs => ${GRACE_SECONDS})
    order by until limit ${limit}`.execute(db);
  return r.rows.map((x) => x.call_id);
}
