/** An operator's own seat. */
import { channelPolicyOf } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { appNow, violates } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { applyDue } from './due.ts';
import type { TelephonyPolicy } from './ledger.ts';
import { callViews, deskCalls } from './read.ts';
import { openDialsOf } from './return.store.ts';
import { mayMove, movesFrom, withGeneral } from './rules.ts';
import type { CallView, DeskView, SeatInput, SeatView } from './schema.ts';
import * as seats from './seat.store.ts';
import type { SeatRow } from './seat.store.ts';
import { move, tellSeat, writeOn } from './seats.ts';
import { callsById, speakingCalls } from './store.ts';

/** @throws AppError `not_allowed`. */
export const requireOperator = (actor: StaffActor): StaffActor =>
  holds(actor, 'operator') ? actor : fail('not_allowed');

/** Calls that one desk shows. */
const CALLS_MAX = 20;

const NO_SEAT = { state: 'offline', until: null, breakReason: null, call: null } as const;

interface SeatOptions {
  commands: boolean;
}

/** The seat as it stands now; what fell due is done first. */
export async function seatOf(
  deps: Deps,
  actor: StaffActor,
  options: SeatOptions,
): Promise<SeatView> {
  requireOperator(actor);
  const { seat } = await lookAt(deps, actor.userId);
  const calls = seat?.call_id ? await callsById(deps.db, [seat.call_id]) : [];
  return seatView(seat, await callViews(deps, actor, calls), options);
}

/**
 * All that the desk shows when its telephone rings, in one answer: the seat, who rings and who speaks,
 * and what these callers asked for before.
 */
export async function deskOf(
  deps: Deps,
  actor: StaffActor,
  options: SeatOptions,
): Promise<DeskView> {
  requireOperator(actor);
  const [{ seat, offer }, speaking] = await Promise.all([
    lookAt(deps, actor.userId),
    speakingCalls(deps.db, actor.userId, CALLS_MAX),
  ]);
  const known = new Set(speaking.map((c) => c.id));
  const others = [offer?.call_id, seat?.call_id].filter((id) => id != null && !known.has(id));
  const rows = await callsById(deps.db, [...new Set(others as string[])]);
  const views = await deskCalls(deps, actor, [...rows, ...speaking]);
  const calls = views.filter((c) => c.id === offer?.call_id || known.has(c.id));
  return { seat: seatView(seat, views, options), calls };
}

/** The seat and what rings at it; what fell due of them is done first, whoever else did not. */
async function lookAt(deps: Deps, userId: string) {
  const look = async () => {
    const [seat, offer] = await Promise.all([
      seats.findSeat(deps.db, userId),
      seats.offerTo(deps.db, userId),
    ]);
    return { seat, offer };
  };
  const [known, now] = await Promise.all([look(), appNow(deps.db)]);
  const ends = [known.seat?.until, known.offer?.until];
  if (!ends.some((until) => until && until <= now)) return known;
  await applyDue(deps, (await channelPolicyOf(deps.db)).document.telephony);
  return look();
}

function seatView(
  seat: SeatRow | null,
  calls: readonly CallView[],
  { commands }: SeatOptions,
): SeatView {
  if (!seat) {
    const since = new Date(0).toISOString();
    return { ...NO_SEAT, since, skills: ['general'], extension: '', commands };
  }
  return {
    state: seat.state,
    since: seat.since.toISOString(),
    until: seat.until?.toISOString() ?? null,
    skills: seat.skills,
    extension: seat.extension,
    breakReason: seat.break_reason,
    call: calls.find((c) => c.id === seat.call_id) ?? null,
    commands,
  };
}

/**
 * What an operator says of their seat; said again it does no harm.
 * @throws AppError `seat_offline` without an extension, `extension_taken`, `state_conflict` with the
 *   state and where one may go from there, `seat_busy` for who would be free while their telephone dials.
 */
export async function putSeat(
  deps: Deps,
  actor: StaffActor,
  input: SeatInput,
  call?: Call,
): Promise<void> {
  requireOperator(actor);
  const policy = (await channelPolicyOf(deps.db)).document.telephony;
  try {
    await inTransaction(deps, actor, (tx) => sit(tx, actor, input, policy), call);
  } catch (error) {
    throw violates(error, 'seat_extension') ? taken() : error;
  }
}

const taken = () => {
  try {
    return fail('extension_taken');
  } catch (error) {
    return error;
  }
};

async function sit(
  tx: Tx,
  actor: StaffActor,
  input: SeatInput,
  policy: TelephonyPolicy,
): Promise<null> {
  const seat = await settle(tx, actor, input);
  if (!seat) return null;
  if (input.state === 'wrap_up') {
    if (seat.state !== 'wrap_up') fail('state_conflict', standing(seat));
    await writeOn(tx, seat, policy);
    return null;
  }
  const breakReason = input.state === 'break' ? (input.breakReason ?? 'rest') : null;
  if (seat.state === input.state && seat.break_reason === breakReason) return null;
  if (seat.state === 'break' && input.state === 'break') fail('state_conflict', standing(seat));
  if (!mayMove(seat.state, input.state, 'operator')) fail('state_conflict', standing(seat));
  // Dialled in a break: the break goes on until that call is over.
  if (input.state === 'ready' && (await openDialsOf(tx.db, actor.userId)).length > 0)
    fail('seat_busy');
  const zero = input.state === 'ready' ? { noAnswers: 0 } : {};
  await move(tx, seat, { to: input.state, by: 'operator', reason: 'chosen', breakReason, ...zero });
  return null;
}

const standing = (seat: SeatRow) => ({ state: seat.state, allowed: movesFrom(seat.state) });

/** The seat with telephone and skills as they are said now; null where there is none and none is needed. */
async function settle(tx: Tx, actor: StaffActor, input: SeatInput): Promise<SeatRow | null> {
  const { userId, sessionId } = actor;
  const known = await seats.findSeat(tx.db, userId);
  if (!known && input.state === 'offline') return null;
  const extension = input.extension ?? (known?.extension || fail('seat_offline'));
  const skills = withGeneral(input.skills ?? known?.skills ?? []);
  await seats.ensureSeat(tx.db, { user_id: userId, session_id: sessionId, extension, skills, at: tx.at }); // prettier-ignore
  const [seat] = await seats.lockSeats(tx.db, [userId]);
  const busy = seat!.state === 'ringing' || seat!.state === 'talking';
  const moves = seat!.extension !== extension;
  if (moves && busy) fail('state_conflict', standing(seat!));
  if (input.state !== 'offline' && (await seats.extensionTaken(tx.db, extension, userId)))
    fail('extension_taken');
  await seats.setSeat(tx.db, userId, { session_id: sessionId, extension, skills });
  if (moves || skills.join() !== seat!.skills.join()) tellSeat(tx, userId);
  return { ...seat!, extension, skills, session_id: sessionId };
}
