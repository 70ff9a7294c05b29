/** What falls due at the telephone, whoever looks first: a lost worker or switch locks nobody. */
import { channelPolicyOf } from '../intake/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import type { Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import type { StoredEvent } from '../kernel/events.ts';
import { backToQueue, giveUp } from './distribute.ts';
import { hear } from './ledger.ts';
import type { TelephonyPolicy } from './ledger.ts';
import { eraseOld } from './recording.store.ts';
import { takeOverdue } from './return.store.ts';
import { expiredAs } from './rules.ts';
import * as seats from './seat.store.ts';
import { move, present } from './seats.ts';
import * as store from './store.ts';

/** Done at one look of each kind; more is found by the next. */
const BATCH_MAX = 100;
/** Done of each kind for others while a caller's switch waits for an answer. */
const ASKED_MAX = 5;

/**
 * Offers that rang too long and wrap-ups that are over.
 * @param asking the call whose switch asks just now: what became of its offer it says itself.
 * @returns how many were there.
 */
export async function applyDue(
  deps: Deps,
  policy: TelephonyPolicy,
  asking?: string,
): Promise<number> {
  const limit = asking === undefined ? BATCH_MAX : ASKED_MAX;
  const [offers, wrapUps] = await Promise.all([
    seats.overdueOffers(deps.db, limit),
    seats.endedWrapUps(deps.db, limit),
  ]);
  const here = await present(deps, wrapUps, policy.goneMinutes);
  for (const callId of offers.filter((id) => id !== asking))
    await alone(deps, (tx) => takeBack(tx, callId, policy));
  for (const userId of wrapUps) await alone(deps, (tx) => endWrapUp(tx, userId, here.has(userId)));
  return offers.length + wrapUps.length;
}

/** One that fails is left to the next look: it holds up neither who asks nor the others. */
async function alone(deps: Deps, work: (tx: Tx) => Promise<void>): Promise<void> {
  try {
    await inTransaction(deps, SYSTEM, work);
  } catch (error) {
    deps.log.error({ error: String(error) }, 'telephony due');
  }
}

/** An offer whose time is over. */
async function takeBack(tx: Tx, callId: string, policy: TelephonyPolicy): Promise<void> {
  const call = await store.lockFreeCall(tx.db, callId);
  const open = call && (await seats.openOffer(tx.db, callId));
  if (!open || open.until > tx.at) return;
  const offer = { id: open.id, userId: open.user_id };
  await giveUp(tx, call, offer, expiredAs(open, call.asked_at), policy);
}

/** Written up: ready for the next, or off, who signed out during the talk. */
async function endWrapUp(tx: Tx, userId: string, isHere: boolean): Promise<void> {
  const [seat] = await seats.lockSeats(tx.db, [userId]);
  if (seat?.state !== 'wrap_up' || seat.until === null || seat.until > tx.at) return;
  const next = isHere
    ? { to: 'ready' as const, reason: 'wrap_up_over' }
    : { to: 'offline' as const, reason: 'gone' };
  await move(tx, seat, { ...next, by: 'system' });
}

/** Everything that falls due by itself. @returns how much was done. */
export async function telephonyDue(deps: Deps): Promise<number> {
  const policy = (await channelPolicyOf(deps.db)).document.telephony;
  const done = await applyDue(deps, policy);
  return done + (await endLost(deps, policy)) + (await tellOverdue(deps));
}

/** Calls of which the switch says nothing any more: they are over, and who called is called back. */
async function endLost(deps: Deps, policy: TelephonyPolicy): Promise<number> {
  const lost = await store.lostCalls(deps.db, policy, BATCH_MAX);
  for (const id of lost)
    await alone(deps, async (tx) => {
      const call = await store.lockFreeCall(tx.db, id);
      if (call && call.state !== 'ended') await giveUpCall(deps, tx, call, policy);
    });
  return lost.length;
}

/** We say that a call is over, as the switch cannot. */
export async function giveUpCall(
  deps: Deps,
  tx: Tx,
  call: store.CallRow,
  policy: TelephonyPolicy,
): Promise<void> {
  const last = call.answered_at ?? call.entered_at;
  const at = tx.at > last ? tx.at : last;
  await hear(deps, tx, call, { at, said: { type: 'own.lost' } }, policy);
}

async function tellOverdue(deps: Deps): Promise<number> {
  return inTransaction(deps, SYSTEM, async (tx) => {
    const late = await takeOverdue(tx.db, BATCH_MAX);
    for (const returnCallId of late)
      tx.record({
        type: 'return_call.overdue',
        subjectType: 'return_call',
        subjectId: returnCallId,
        payload: { returnCallId },
      });
    return late.length;
  });
}

/** Seats whose people are gone without a word go offline; who speaks is left to the switch. */
export async function sweepSeats(deps: Deps): Promise<void> {
  const policy = (await channelPolicyOf(deps.db)).document.telephony;
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const page = await seats.openSeats(deps.db, after, BATCH_MAX);
    if (page.length === 0) return;
    after = page.at(-1)!.user_id;
    const ids = page.map((s) => s.user_id);
    const here = await present(deps, ids, policy.goneMinutes);
    for (const id of ids.filter((u) => !here.has(u)))
      await inTransaction(deps, SYSTEM, (tx) => vacate(tx, id, 'gone'));
  }
}

/** A seat nobody sits at: its offer goes back to the queue; a talk goes on until it ends. */
export async function vacate(tx: Tx, userId: string, reason: string): Promise<void> {
  const open = await seats.offerTo(tx.db, userId);
  const call = open && (await store.lockCall(tx.db, open.call_id));
  const [seat] = await seats.lockSeats(tx.db, [userId]);
  if (!seat || seat.state === 'offline' || seat.state === 'talking') return;
  // Between two looks it began to ring: the next look sees to it.
  if (seat.state === 'ringing' && seat.call_id !== call?.id) return;
  await move(tx, seat, { to: 'offline', by: 'system', reason });
  if (!call || !open || !(await seats.closeOffer(tx.db, open.id, 'gone', tx.at))) return;
  await backToQueue(tx, call, userId);
}

/** Whoever signed out of the session they took the seat in leaves the seat. */
export async function leaveSeat(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const seat = await seats.findSeat(tx.db, event.subjectId);
  if (seat && seat.session_id === event.payload.sessionId)
    await vacate(tx, seat.user_id, 'signed_out');
}

/** Numbers and ledgers of calls past their retention. */
export async function eraseCalls(deps: Deps, days: number): Promise<void> {
  while ((await store.eraseCalls(deps.db, days, BATCH_MAX)) >= BATCH_MAX);
}

/** Which of these contacts calls still need: who called stays known. */
export const neededByCalls = (db: Reader, contactIds: readonly string[]): Promise<Set<string>> =>
  store.contactsInUse(db, contactIds);

/** Recordings past their retention: where they lie is forgotten. */
export async function eraseRecordings(deps: Deps): Promise<void> {
  while ((await eraseOld(deps.db, BATCH_MAX)) === BATCH_MAX);
}
