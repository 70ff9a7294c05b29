/** What the desk asks of the switch: signed, answered within seconds or not at all, outside transactions. */
import { secretOf, signedHeaders } from '../door/index.ts';
import { channelPolicyOf } from '../intake/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { giveUpCall } from './due.ts';
import { requireOperator } from './desk.ts';
import type { CallCommand } from './limits.ts';
import { callViews } from './read.ts';
import type { CallView, CommandInput, SwitchCommand } from './schema.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';

/** Longest wait for the switch's answer, in milliseconds: a person stands before the desk. */
const ANSWER_MS = 3_000;
/** Our name towards a switch. */
const SENDER = 'hotline';

/** Where commands go; without it the telephone set is used by hand. */
export interface SwitchDoor {
  commandUrl?: string | undefined;
}

/** In which states of a call a command makes sense; `answer` is for whom it is offered to. */
const WHEN: Record<CallCommand, readonly store.CallRow['state'][]> = {
  answer: ['offered'],
  // Whose telephone dials may leave it.
  hangup: ['queued', 'offered', 'talking', 'held'],
  hold: ['talking'],
  unhold: ['held'],
  transfer: ['talking', 'held'],
  consult: ['talking', 'held'],
  complete: ['talking', 'held'],
  cancel: ['talking', 'held'],
};

/**
 * Sends a command for the operator's own call; what came of it the switch tells by events.
 * @throws AppError `not_found`, `state_conflict`, and `switch_missing`, `switch_refused`,
 *   `switch_unreachable`.
 */
export async function command(
  deps: Deps,
  door: SwitchDoor,
  actor: StaffActor,
  callId: string,
  input: CommandInput,
): Promise<CallView> {
  requireOperator(actor);
  const call = (await store.findCall(deps.db, callId)) ?? fail('not_found');
  const offer = await seats.openOffer(deps.db, callId);
  const seat = await seats.findSeat(deps.db, actor.userId);
  const isOwn = offer ? offer.user_id === actor.userId : speaks(seat, call) || dials(seat, call);
  if (!isOwn) fail('not_found');
  if (!WHEN[input.command].includes(call.state)) fail('state_conflict', { state: call.state });
  if (!seat) fail('seat_offline');
  const leg = (await store.legsOf(deps.db, [callId])).at(-1)?.leg_id;
  const status = await send(deps, door, call.source, {
    command: input.command,
    callId: call.external_id,
    extension: seat.extension,
    ...(input.target !== undefined && { target: input.target }),
    ...(leg !== undefined && { legId: leg }),
  });
  await heed(deps, actor, call.id, input.command, status);
  return (await callViews(deps, actor, await store.callsById(deps.db, [callId])))[0]!;
}

/** Their telephone has the call; who passed it on, even to a number outside, writes it up only. */
const speaks = (seat: seats.SeatRow | null, call: store.CallRow): boolean =>
  seat?.call_id === call.id && seat.state === 'talking' && call.operator_id === seat.user_id;

/** Their telephone dials, and nobody has answered; who writes a call up has it no more. */
const dials = (seat: seats.SeatRow | null, call: store.CallRow): boolean =>
  seat?.call_id === call.id &&
  seat.state === 'talking' &&
  call.direction === 'out' &&
  call.state === 'queued';

/** A call that the switch does not know is over, whatever we believed. */
async function heed(
  deps: Deps,
  actor: StaffActor,
  callId: string,
  asked: CallCommand,
  status: number,
): Promise<void> {
  if (status >= 200 && status < 300) return;
  if (asked !== 'hangup' || (status !== 404 && status !== 410)) fail('switch_refused', { status });
  const policy = (await channelPolicyOf(deps.db)).document.telephony;
  await inTransaction(deps, actor, async (tx) => {
    const call = await store.lockCall(tx.db, callId);
    if (call && call.state !== 'ended') await giveUpCall(deps, tx, call, policy);
  });
}

/** @returns the status that the switch answered. */
export async function send(
  deps: Deps,
  door: SwitchDoor,
  source: string,
  said: SwitchCommand,
): Promise<number> {
  const url = door.commandUrl ?? fail('switch_missing');
  const secret = (await secretOf(deps, source)) ?? fail('switch_missing');
  const body = JSON.stringify(said);
  // Real time: another house knows no other clock.
  const at = new Date(performance.timeOrigin + performance.now());
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: signedHeaders(secret, { source: SENDER, id: newId(), body, at }),
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    return fail('switch_unreachable', {}, error instanceof Error ? error.message : String(error));
  }
}
