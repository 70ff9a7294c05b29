/** Seats follow the calls: who speaks talks, who spoke writes up, whose telephone fell silent is free. */
import { hasSessions } from '../identity/index.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import type { TelephonyPolicy } from './ledger.ts';
import type { CallFacts } from './rules.ts';
import { afterOffer } from './rules.ts';
import * as store from './seat.store.ts';
import type { Move, SeatRow } from './seat.store.ts';
import type { Around, CallRow } from './store.ts';
import type { OfferResult } from './limits.ts';

/** Changes a seat and says so to its person and the centre. */
export async function move(tx: Tx, seat: SeatRow, m: Omit<Move, 'at'>): Promise<SeatRow> {
  await store.moveSeat(tx.db, seat, { ...m, at: tx.at });
  tellSeat(tx, seat.user_id);
  return { ...seat, state: m.to, call_id: m.callId ?? null, until: m.until ?? null };
}

export const tellSeat = (tx: Tx, userId: string): void =>
  tx.record({
    type: 'seat.changed',
    subjectType: 'seat',
    subjectId: userId,
    payload: { userId },
  });

/** After a talk: written up for as long as the policy says, then ready by itself. */
function afterTalk(tx: Tx, seat: SeatRow, policy: TelephonyPolicy): Promise<SeatRow> {
  if (policy.wrapUpSeconds === 0)
    return move(tx, seat, { to: 'ready', by: 'system', reason: 'call_ended' });
  const until = new Date(tx.at.getTime() + policy.wrapUpSeconds * 1000);
  return move(tx, seat, { to: 'wrap_up', by: 'system', reason: 'call_ended', callId: seat.call_id, until }); // prettier-ignore
}

/** Who goes on writing has as long again, up to the policy's limit after the call. */
export async function writeOn(tx: Tx, seat: SeatRow, policy: TelephonyPolicy): Promise<void> {
  const wanted = tx.at.getTime() + policy.wrapUpSeconds * 1000;
  const most = seat.since.getTime() + policy.wrapUpMaxSeconds * 1000;
  const until = new Date(Math.min(wanted, most));
  if (!seat.until || until <= seat.until) return;
  await store.setSeat(tx.db, seat.user_id, { until });
  tellSeat(tx, seat.user_id);
}

/**
 * Puts every seat that this call concerns where the call says. Those who leave it come first, so that
 * no call ever holds two seats.
 * @returns the people whose seats it holds or held.
 */
export async function setSeats(
  tx: Tx,
  call: CallRow,
  facts: CallFacts,
  around: Around,
  policy: TelephonyPolicy,
): Promise<string[]> {
  const ids = [...around.holders, around.offer?.user_id, facts.speakerId].filter(
    (id) => id != null,
  );
  // The call is ours: no seat takes it up meanwhile.
  const seats = await store.lockSeats(tx.db, [...new Set(ids)]);
  const speaks = (s: SeatRow) => s.user_id === facts.speakerId;
  for (const seat of seats) if (!speaks(seat)) await leave(tx, call, facts, seat, policy);
  for (const seat of seats) if (speaks(seat)) await speak(tx, call, seat);
  return seats.map((s) => s.user_id);
}

async function leave(
  tx: Tx,
  call: CallRow,
  facts: CallFacts,
  seat: SeatRow,
  policy: TelephonyPolicy,
) {
  if (seat.call_id !== call.id) return;
  // Their telephone dials, and nobody has answered yet.
  if (call.direction === 'out' && facts.state === 'waiting') return;
  const spoke = facts.legs.some((l) => l.userId === seat.user_id);
  if (seat.state === 'talking') await afterTalk(tx, seat, policy);
  if (seat.state !== 'ringing' || (facts.state === 'waiting' && facts.legs.length === 0)) return;
  // Its answer and its end came in one breath, or the other way round.
  if (spoke) await afterTalk(tx, await answer(tx, call, seat), policy);
  else await move(tx, seat, { to: 'ready', by: 'system', reason: 'call_gone' });
}

const answer = (tx: Tx, call: CallRow, seat: SeatRow): Promise<SeatRow> =>
  move(tx, seat, {
    to: 'talking',
    by: 'system',
    reason: 'answered',
    callId: call.id,
    noAnswers: 0,
  });

async function speak(tx: Tx, call: CallRow, seat: SeatRow) {
  const elsewhere = seat.call_id !== null && seat.call_id !== call.id;
  // Who is called by two at once is left with the first; the switch will say how that ends.
  if (elsewhere && (seat.state === 'ringing' || seat.state === 'talking')) return;
  if (seat.state !== 'talking' && seat.state !== 'offline') await answer(tx, call, seat);
}

/** The offer came to nothing: the operator is free again, or taken for absent. */
export async function releaseSeat(
  tx: Tx,
  callId: string,
  userId: string,
  result: OfferResult,
  policy: TelephonyPolicy,
): Promise<void> {
  const [seat] = await store.lockSeats(tx.db, [userId]);
  if (!seat || seat.state !== 'ringing' || seat.call_id !== callId) return;
  const { to, noAnswers, breakReason } = afterOffer(result, seat.no_answers, policy.absentAfter);
  await move(tx, seat, { to, by: 'system', reason: result, noAnswers, breakReason });
}

/** Those of these people who are at a desk: some request or socket of theirs within the minutes. */
export const present = (deps: Deps, userIds: readonly string[], minutes: number) =>
  hasSessions(deps.db, userIds, minutes);
