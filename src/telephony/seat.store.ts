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
  change: Partial<Pick<SeatRow, 'session_id' | 'extension' | 'skills' | 'no_answers'>>,
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

/** Who sits at a telephone. */
export async function userAt(db: Reader, extension: string): Promise<string | null> {
  const row = await db
    .selectFrom('seat')
    .select('user_id')
    .where('extension', '=', extension)
    .where('state', '<>', 'offline')
    .executeTakeFirst();
  return row?.user_id ?? null;
}

/** Seats that a call holds. */
export async function seatsOfCall(db: Reader, callId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('seat')
    .select('user_id')
    .where('call_id', '=', callId)
    .orderBy('user_id')
    .execute();
  return rows.map((r) => r.user_id);
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
 * The only change of a seat's state: legal by SEAT_MOVES, guarded by the state that was read, and kept.
 * @throws AppError `state_conflict` where somebody was quicker.
 */
export async function moveSeat(db: DbTx, seat: SeatRow, m: Move): Promise<void> {
  if (!mayMove(seat.state, m.to, m.by)) fail('state_conflict', {}, `${seat.state} → ${m.to}`);
  const idle = m.to === 'ready' ? { idle_since: m.at } : {};
  const changed = await db
    .updateTable('seat')
    .set({
      state: m.to,
      since: m.at,
      until: m.until ?? null,
      call_id: m.callId ?? null,
      break_reason: m.breakReason ?? null,
      ...idle,
      ...(m.noAnswers !== undefined && { no_answers: m.noAnswers }),
    })
    .where('user_id', '=', seat.user_id)
    .where('state', '=', seat.state)
    .executeTakeFirst();
  if (changed.numUpdatedRows !== 1n) fail('state_conflict');
  await db
    .insertInto('seat_change')
    .values({
      id: newId(),
      user_id: seat.user_id,
      from_state: seat.state,
      to_state: m.to,
      reason: m.reason,
      call_id: m.callId ?? seat.call_id,
      at: m.at,
    })
    .execute();
}

/** Free seats, longest idle first; for an emergency those who write up their last call come after. */
export async function freeSeats(db: Reader, emergency: boolean, limit: number): Promise<SeatRow[]> {
  const rows = await db
    .selectFrom('seat')
    .selectAll()
    .where('state', 'in', emergency ? ['ready', 'wrap_up'] : ['ready'])
    .orderBy('state')
    .orderBy('idle_since')
    .orderBy('user_id')
    .limit(limit)
    .execute();
  return rows as SeatRow[];
}

/** Takes one seat where it is still as it was read and nobody else reaches for it. */
export async function grabSeat(db: DbTx, userId: string, state: SeatState) {
  const row = await db
    .selectFrom('seat')
    .selectAll()
    .where('user_id', '=', userId)
    .where('state', '=', state)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return (row as SeatRow | undefined) ?? null;
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

export async function insertOffer(
  db: DbTx,
  row: Omit<OfferRow, 'result' | 'ended_at'>,
): Promise<void> {
  await db.insertInto('call_offer').values(row).execute();
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

export async function offersOf(db: Reader, callId: string): Promise<OfferRow[]> {
  const rows = await db
    .selectFrom('call_offer')
    .selectAll()
    .where('call_id', '=', callId)
    .orderBy('offered_at', 'desc')
    .limit(100)
    .execute();
  return rows as OfferRow[];
}

/** Offers of these calls that ended since then, but for those that never rang anywhere. */
export async function endedOffers(
  db: Reader,
  callIds: readonly string[],
  since: Date,
): Promise<{ call_id: string; user_id: string }[]> {
  return db
    .selectFrom('call_offer')
    .select(['call_id', 'user_id'])
    .where('call_id', 'in', [...callIds])
    .where('ended_at', '>', since)
    .where('result', '<>', 'lost')
    .execute();
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
