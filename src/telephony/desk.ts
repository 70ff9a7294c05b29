/** An operator's own seat. */
import { channelPolicyOf } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { violates } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { applyDue } from './due.ts';
import { callViews } from './read.ts';
import { mayMove, movesFrom, withGeneral } from './rules.ts';
import type { SeatInput, SeatView } from './schema.ts';
import * as seats from './seat.store.ts';
import type { SeatRow } from './seat.store.ts';
import { move, tellSeat } from './seats.ts';
import { callsById } from './store.ts';

/** @throws AppError `not_allowed`. */
export const requireOperator = (actor: StaffActor): StaffActor =>
  holds(actor, 'operator') ? actor : fail('not_allowed');

const NO_SEAT = { state: 'offline', until: null, breakReason: null, call: null } as const;

/** The seat as it stands now; what fell due is done first. */
export async function seatOf(
  deps: Deps,
  actor: StaffActor,
  options: { commands: boolean },
): Promise<SeatView> {
  requireOperator(actor);
  const { commands } = options;
  const known = await seats.findSeat(deps.db, actor.userId);
  if (!known) {
    const since = new Date(0).toISOString();
    return { ...NO_SEAT, since, skills: ['general'], extension: '', commands };
  }
  const due = known.state === 'ringing' || known.until !== null;
  if (due) await applyDue(deps, (await channelPolicyOf(deps.db)).document.telephony);
  const seat = due ? (await seats.findSeat(deps.db, actor.userId))! : known;
  const calls = seat.call_id ? await callsById(deps.db, [seat.call_id]) : [];
  return {
    state: seat.state,
    since: seat.since.toISOString(),
    until: seat.until?.toISOString() ?? null,
    skills: seat.skills,
    extension: seat.extension,
    breakReason: seat.break_reason,
    call: (await callViews(deps, actor, calls))[0] ?? null,
    commands,
  };
}

/**
 * What an operator says of their seat; said again it does no harm.
 * @throws AppError `seat_offline` without an extension, `extension_taken`, `state_conflict` with the
 *   state and where one may go from there.
 */
export async function putSeat(
  deps: Deps,
  actor: StaffActor,
  input: SeatInput,
  call?: Call,
): Promise<void> {
  requireOperator(actor);
  try {
    await inTransaction(deps, actor, (tx) => sit(tx, actor, input), call);
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

async function sit(tx: Tx, actor: StaffActor, input: SeatInput): Promise<null> {
  const seat = await settle(tx, actor, input);
  if (!seat) return null;
  const breakReason = input.state === 'break' ? (input.breakReason ?? 'rest') : null;
  if (seat.state === input.state && seat.break_reason === breakReason) return null;
  if (seat.state === 'break' && input.state === 'break') fail('state_conflict', standing(seat));
  if (!mayMove(seat.state, input.state, 'operator')) fail('state_conflict', standing(seat));
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
