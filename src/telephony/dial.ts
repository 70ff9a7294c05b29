/** A call to return is dialled by the switch, where there is one that takes commands. */
import { userIdOf } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
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
 * the switch tells by events. While that call lives, asking again dials no second one, and the seat is
 * taken: nobody is offered a telephone that dials.
 * @returns whether the switch dials; else it is to be dialled by hand.
 * @throws AppError `not_found`, `already_done`, `state_conflict` for who did not take it, `seat_busy`
 *   while another call rings or is spoken, and `switch_refused`, `switch_unreachable`.
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
    const row = (await returns.lockReturn(tx.db, id)) ?? fail('not_found');
    if (row.ended_at) fail('already_done');
    if (row.state !== 'taken' || row.taken_by !== actor.userId)
      fail('state_conflict', { state: row.state });
    const seat = await seats.findSeat(tx.db, actor.userId);
    if (door.commandUrl === undefined || !seat || seat.state === 'offline') return { callId: null };
    const known = await returns.openDial(tx.db, id);
    const busy = seat.state === 'ringing' || seat.state === 'talking';
    if (busy && seat.call_id !== known) fail('seat_busy');
    return { callId: known ?? (await begin(deps, tx, row, policy)) };
  };
  const { callId } = await inTransaction(deps, actor, work);
  if (callId === null) return { dialled: false };
  await order(deps, door, actor, callId, policy);
  return { dialled: true };
}

/** The call as we know it before the switch does: ours, to this number. @returns its id. */
async function begin(
  deps: Deps,
  tx: Tx,
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
  const status = await send(deps, door, call.source, {
    command: 'dial',
    callId: call.external_id,
    target: deps.crypto.open(call.phone_ct, `${call.id}/phone`),
    extension: seat.extension,
  });
  if (status >= 200 && status < 300) return inTransaction(deps, actor, (tx) => occupy(tx, call));
  await inTransaction(deps, actor, async (tx) => {
    const row = await store.lockCall(tx.db, callId);
    if (row && row.state === 'queued') await giveUpCall(deps, tx, row, policy);
  });
  fail('switch_refused', { status });
}

/** The telephone dials: no call is offered to it until this one is over. A break stays one. */
async function occupy(tx: Tx, { id }: store.CallRow): Promise<void> {
  const call = await store.lockCall(tx.db, id);
  const userId = userIdOf(tx.actor);
  const [seat] = userId ? await seats.lockSeats(tx.db, [userId]) : [];
  const idle = seat?.state === 'ready' || seat?.state === 'wrap_up';
  if (!call || call.state !== 'queued' || !seat || !idle) return;
  await move(tx, seat, { to: 'talking', by: 'system', reason: 'dialled', callId: id });
}
