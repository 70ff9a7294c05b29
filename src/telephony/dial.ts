/** A call to return is dialled by the switch, where there is one that takes commands. */
import type { StaffActor } from '../kernel/actor.ts';
import { AppError, fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { channelPolicyOf } from '../intake/index.ts';
import { send } from './commands.ts';
import type { SwitchDoor } from './commands.ts';
import { giveUpCall } from './due.ts';
import { hear } from './ledger.ts';
import type { TelephonyPolicy } from './ledger.ts';
import * as returns from './return.store.ts';
import { requireReturner } from './returns.ts';
import type { DialView } from './schema.ts';
import * as seats from './seat.store.ts';
import { move } from './seats.ts';
import * as store from './store.ts';

/**
 * Has the operator's telephone dial the number of a call to return that they took; what comes of it
 * the switch tells by events. The telephone is taken before the switch is asked: nobody is offered one
 * that dials, and while that call lives it dials no second one.
 * @returns whether the switch dials; else it is to be dialled by hand.
 * @throws AppError `not_found`, `already_done`, `state_conflict` for who did not take it, `seat_busy`
 *   while another call rings, is spoken or dialled, and `switch_refused`, `switch_unreachable`.
 */
export async function dialReturn(
  deps: Deps,
  door: SwitchDoor,
  actor: StaffActor,
  id: string,
): Promise<DialView> {
  requireReturner(actor);
  const policy = (await channelPolicyOf(deps.db)).document.telephony;
  const work = async (tx: Tx) => {
    // Before the task: so does a call that is answered, which ends the task of its number.
    const [seat] = await seats.lockSeats(tx.db, [actor.userId]);
    const row = (await returns.lockReturn(tx.db, id)) ?? fail('not_found');
    if (row.ended_at) fail('already_done');
    if (row.state !== 'taken' || row.taken_by !== actor.userId)
      fail('state_conflict', { state: row.state });
    if (door.commandUrl === undefined || !seat || seat.state === 'offline') return { callId: null };
    const known = await returns.openDial(tx.db, id);
    if (await isBusy(tx, seat, known)) fail('seat_busy');
    return { callId: known ?? (await begin(deps, tx, seat, row, policy)) };
  };
  const { callId } = await inTransaction(deps, actor, work);
  if (callId === null) return { dialled: false };
  await order(deps, door, actor, callId, policy);
  return { dialled: true };
}

/** Whether another call than this has the telephone; in a break it may dial, too. */
async function isBusy(tx: Tx, seat: seats.SeatRow, known: string | null): Promise<boolean> {
  const has = seat.state === 'ringing' || seat.state === 'talking' ? [seat.call_id] : [];
  const dials = await returns.openDialsOf(tx.db, seat.user_id);
  return [...has, ...dials].some((callId) => callId !== known);
}

/** The call as we know it before the switch does: ours, to this number. @returns its id. */
async function begin(
  deps: Deps,
  tx: Tx,
  seat: seats.SeatRow,
  row: returns.ReturnRow,
  policy: TelephonyPolicy,
): Promise<string> {
  const { source } = (await store.findCall(tx.db, row.sealed_for))!;
  const id = newId();
  const now = { at: tx.at, now: tx.at };
  const made = (await store.insertCall(tx.db, { id, source, external_id: id, direction: 'out', ...now }))!; // prettier-ignore
  // Only what is over loses its number.
  const from = deps.crypto.open(row.phone_ct!, `${row.sealed_for}/phone`);
  const said = { type: 'own.asked' as const, from, to: policy.number };
  await hear(deps, tx, made, { at: tx.at, said }, policy);
  await returns.linkReturn(tx.db, id, row.id);
  // A break stays one.
  if (seat.state === 'ready' || seat.state === 'wrap_up')
    await move(tx, seat, { to: 'talking', by: 'system', reason: 'dialled', callId: id });
  return id;
}

async function order(
  deps: Deps,
  door: SwitchDoor,
  actor: StaffActor,
  callId: string,
  policy: TelephonyPolicy,
): Promise<void> {
  const call = (await store.findCall(deps.db, callId)) ?? fail('not_found');
  const seat = (await seats.findSeat(deps.db, actor.userId)) ?? fail('seat_offline');
  if (call.state === 'ended' || !call.phone_ct) fail('state_conflict', { state: call.state });
  // The call is over, and the telephone free.
  const giveUp = () =>
    inTransaction(deps, actor, async (tx) => {
      const row = await store.lockCall(tx.db, callId);
      if (row?.state === 'queued') await giveUpCall(deps, tx, row, policy);
    });
  const asked = send(deps, door, call.source, {
    command: 'dial',
    callId: call.external_id,
    target: deps.crypto.open(call.phone_ct, `${call.id}/phone`),
    extension: seat.extension,
  });
  const status = await asked.catch(async (error: unknown) => {
    // A switch that did not answer may dial all the same.
    if (!(error instanceof AppError && error.code === 'switch_unreachable')) await giveUp();
    throw error;
  });
  if (status >= 200 && status < 300) return;
  await giveUp();
  fail('switch_refused', { status });
}
