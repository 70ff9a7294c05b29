/** Who takes this call? One operator for one call, one call for one operator, the longest idle first. */
import { channelPolicyOf } from '../intake/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import { violates } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { applyDue } from './due.ts';
import { callNamed, reckon, tell } from './ledger.ts';
import type { TelephonyPolicy } from './ledger.ts';
import { restrictionOf } from './restricted.store.ts';
import type { OfferResult } from './limits.ts';
import { PASSED_PRIORITY, expectedWait, seatFor } from './rules.ts';
import type { FreeSeat, Said } from './rules.ts';
import type { RouteAnswer, RouteQuestion } from './schema.ts';
import * as seats from './seat.store.ts';
import { move, releaseSeat } from './seats.ts';
import * as store from './store.ts';
import type { CallRow, Standing } from './store.ts';

/** Free seats and calls in front that one look takes in. */
const LOOK_MAX = 200;
/** How often a call is noted to be asked about, in seconds. */
const TOUCH_SECONDS = 2;
/** Tries for a seat that others reach for at the same time. */
const TRIES = 3;

/**
 * Answers the switch. While nothing can be done for a call that waits, that is one look and no
 * transaction; else the call is taken, and what there is to do is done.
 */
export async function route(deps: Deps, source: string, q: RouteQuestion): Promise<RouteAnswer> {
  const [standing, { document }] = await Promise.all([
    store.standingOf(deps.db, source, q.callId),
    channelPolicyOf(deps.db),
  ]);
  const policy = document.telephony;
  const quick = standing && !q.tried && quickAnswer(standing, q, policy);
  if (quick) {
    const age = standing.now.getTime() - standing.call.asked_at.getTime();
    if (age > TOUCH_SECONDS * 1000) await store.touchCall(deps.db, standing.call.id);
    return quick;
  }
  if (standing?.late) await applyDue(deps, policy, standing.call.id);
  const done = await take(deps, source, q, policy);
  if (done) return done;
  return waiting((await store.standingOf(deps.db, source, q.callId))!, policy);
}

/** An answer that needs nothing done; null where something may be. */
function quickAnswer(s: Standing, q: RouteQuestion, policy: TelephonyPolicy): RouteAnswer | null {
  const { call, now } = s;
  // Only its ringing is known: restrictions and the length of the queue were not looked at.
  if (isUnasked(call)) return null;
  if (q.skill && q.skill !== call.skill && q.skill !== 'general') return null;
  if (s.offer && s.offer.until > now) return offered(s.offer, now);
  if (call.state !== 'queued' || s.late || isFree(s, policy)) return null;
  if (call.skill !== 'emergency' && waitedOf(call, now) >= policy.overflowSeconds) return null;
  return waiting(s, policy);
}

/** Nobody asked who takes it: ringing alone does not move the instant. */
const isUnasked = (call: CallRow): boolean => call.asked_at.getTime() === call.created_at.getTime();

/** Whether there is anybody to whom the call may be offered, skills apart. */
const isFree = (s: Standing, policy: TelephonyPolicy): boolean =>
  s.freeSince !== null && s.now.getTime() - s.freeSince.getTime() >= policy.retrySeconds * 1000;

const waitedOf = (call: { queued_at: Date }, now: Date): number =>
  (now.getTime() - call.queued_at.getTime()) / 1000;

const offered = (o: { id: string; extension: string; until: Date }, now: Date): RouteAnswer => ({
  action: 'offer',
  target: o.extension,
  offerId: o.id,
  ringSeconds: Math.max(1, Math.ceil((o.until.getTime() - now.getTime()) / 1000)),
});

const waiting = (s: Standing, policy: TelephonyPolicy): RouteAnswer => ({
  action: 'wait',
  position: s.ahead + 1,
  expectedWaitSeconds: expectedWait(s.ahead, s.answers, s.now, s.onDuty),
  announcement: 'queue_position',
  askAgainMs: policy.askAgainMs,
});

const REFUSED: RouteAnswer = { action: 'refuse', announcement: 'restricted' };
const OVERFLOW: RouteAnswer = { action: 'overflow', announcement: 'call_back' };

/** Does what there is to do for a call; null: it waits. Two that reach for one seat are told apart. */
async function take(
  deps: Deps,
  source: string,
  q: RouteQuestion,
  policy: TelephonyPolicy,
): Promise<RouteAnswer | null> {
  for (let left = TRIES; ; left--) {
    try {
      return await inTransaction(deps, SYSTEM, (tx) => takeOnce(deps, tx, source, q, policy));
    } catch (error) {
      const raced = violates(error, 'call_offer_user') || violates(error, 'call_offer_call');
      if (!raced) throw error;
      if (left <= 1) return null;
    }
  }
}

async function takeOnce(
  deps: Deps,
  tx: Tx,
  source: string,
  q: RouteQuestion,
  policy: TelephonyPolicy,
): Promise<RouteAnswer | null> {
  const at = new Date(q.at);
  let call = await callNamed(tx, source, q.callId, at);
  const isNew = isUnasked(call);
  if (call.contact_id === null || (q.skill && q.skill !== call.skill))
    call = await asked(deps, tx, call, q, policy);
  await store.updateCall(tx.db, call.id, { asked_at: tx.at });
  const open = await seats.openOffer(tx.db, call.id);
  const failed = open && failureOf(open, q, tx.at);
  if (open && !failed) return offered(open, tx.at);
  if (open && failed) call = await giveUp(tx, call, open, failed, policy);
  if (call.state !== 'queued') return call.state === 'ended' ? over(call) : null;
  const priority = await pass(deps, tx, call, policy, isNew);
  if (typeof priority !== 'number') return priority;
  return offer(tx, { ...call, priority }, policy);
}

/** How a call that is over is answered: nobody takes it any more. */
const over = (call: CallRow): RouteAnswer => (call.outcome === 'refused' ? REFUSED : OVERFLOW);

/** The question says what the ringing says, and may come before it. */
async function asked(
  deps: Deps,
  tx: Tx,
  call: CallRow,
  q: RouteQuestion,
  policy: TelephonyPolicy,
): Promise<CallRow> {
  const said: Said = { type: 'own.asked', from: q.from, to: q.to, skill: q.skill };
  await tell(deps, tx, call, { at: new Date(q.at), said });
  const row = await reckon(deps, tx, call, policy);
  if (call.contact_id === null) announceQueued(tx, row.id);
  return row;
}

export const announceQueued = (tx: Tx, callId: string): void =>
  tx.record({ type: 'call.queued', subjectType: 'call', subjectId: callId, payload: { callId } });

/**
 * Why an offer came to nothing: the switch says so, or asks again after its time; null: it still rings.
 * Another telephone than the one we named is no news.
 */
function failureOf(open: seats.OfferRow, q: RouteQuestion, now: Date): OfferResult | null {
  if (q.tried && q.tried.target === open.extension) return q.tried.result;
  return open.until <= now ? 'no_answer' : null;
}

/** The call stands in the queue again, the operator is free or taken for absent. */
export async function giveUp(
  tx: Tx,
  call: CallRow,
  open: seats.OfferRow,
  result: OfferResult,
  policy: TelephonyPolicy,
): Promise<CallRow> {
  await seats.closeOffer(tx.db, open.id, result, tx.at);
  await releaseSeat(tx, call.id, open.user_id, result, policy);
  return backToQueue(tx, call, open.user_id);
}

/** Nobody's offer any more: it stands in the queue where it stood. */
export async function backToQueue(tx: Tx, call: CallRow, userId: string): Promise<CallRow> {
  if (call.state !== 'offered') return call;
  await store.updateCall(tx.db, call.id, { state: 'queued' });
  tx.record({
    type: 'call.changed',
    subjectType: 'call',
    subjectId: call.id,
    payload: { callId: call.id, userIds: [userId] },
  });
  return { ...call, state: 'queued' };
}

// ---------------------------------------------------------------- limits

/** Restricted callers and a queue too long; an emergency is never asked. @returns its priority, or no. */
async function pass(
  deps: Deps,
  tx: Tx,
  call: CallRow,
  policy: TelephonyPolicy,
  isNew: boolean,
): Promise<number | RouteAnswer> {
  if (call.skill === 'emergency') return call.priority;
  const asks = call.phone_hmac !== null && call.priority < PASSED_PRIORITY && !call.offered_at;
  const priority = asks ? await restrict(deps, tx, call, policy) : call.priority;
  if (priority === null) return REFUSED;
  const tooLong = waitedOf(call, tx.at) >= policy.overflowSeconds;
  const tooMany = isNew && (await store.countWaiting(tx.db, policy.queueMax + 1)) > policy.queueMax;
  if (!tooLong && !tooMany) return priority;
  await decide(deps, tx, call, { type: 'own.overflowed' }, policy);
  return OVERFLOW;
}

/**
 * A restricted caller hears the numbers of emergencies and is refused; who calls again at once may be
 * in danger and passes, before others. @returns the call's priority; null: refused.
 */
async function restrict(
  deps: Deps,
  tx: Tx,
  call: CallRow,
  policy: TelephonyPolicy,
): Promise<number | null> {
  const found = await restrictionOf(tx.db, call.phone_hmac!);
  if (!found) return call.priority;
  const since = new Date(tx.at.getTime() - policy.abuse.passMinutes * 60_000);
  if (await store.refusedSince(tx.db, call.phone_hmac!, since, call.id)) {
    await store.updateCall(tx.db, call.id, { priority: PASSED_PRIORITY });
    return PASSED_PRIORITY;
  }
  await decide(deps, tx, call, { type: 'own.refused' }, policy);
  return null;
}

/** Our own word in the ledger. */
async function decide(deps: Deps, tx: Tx, call: CallRow, said: Said, policy: TelephonyPolicy) {
  // Never before what the switch said, whose clock is another.
  const at = tx.at > call.entered_at ? tx.at : call.entered_at;
  await tell(deps, tx, call, { at, said });
  return reckon(deps, tx, call, policy);
}

// ---------------------------------------------------------------- the offer

/** Offers the call to the seat that is its; null where those before it take all there are. */
async function offer(tx: Tx, call: CallRow, policy: TelephonyPolicy): Promise<RouteAnswer | null> {
  const emergency = call.skill === 'emergency';
  const free = await seats.freeSeats(tx.db, emergency, LOOK_MAX);
  if (free.length === 0) return null;
  const at = { priority: call.priority, queuedAt: call.queued_at, id: call.id };
  const ahead = await store.callsBefore(tx.db, at, LOOK_MAX);
  const tried = new Set((await seats.offersOf(tx.db, call.id)).map((o) => o.user_id));
  const resting = await restingFor(tx, [call.id, ...ahead.map((c) => c.id)], policy);
  const asWaiting = (c: { id: string; skill: CallRow['skill']; queued_at: Date }) => ({
    id: c.id,
    skill: c.skill,
    waited: waitedOf(c, tx.at),
    resting: resting.get(c.id),
  });
  const left: FreeSeat[] = free.map((s) => ({ userId: s.user_id, skills: s.skills }));
  while (left.length > 0) {
    const rules = { widenSeconds: policy.widenSeconds, tried };
    const chosen = seatFor(asWaiting(call), ahead.map(asWaiting), left, rules);
    if (!chosen) return null;
    const { state } = free.find((s) => s.user_id === chosen.userId)!;
    const seat = await seats.grabSeat(tx.db, chosen.userId, state);
    if (seat) return ring(tx, call, seat, policy);
    left.splice(left.indexOf(chosen), 1);
  }
  return null;
}

/** By call, who was offered it within the policy's seconds and is left alone with it for now. */
async function restingFor(tx: Tx, callIds: readonly string[], policy: TelephonyPolicy) {
  const since = new Date(tx.at.getTime() - policy.retrySeconds * 1000);
  const resting = new Map<string, Set<string>>();
  for (const o of await seats.endedOffers(tx.db, callIds, since))
    resting.set(o.call_id, (resting.get(o.call_id) ?? new Set()).add(o.user_id));
  return resting;
}

async function ring(tx: Tx, call: CallRow, seat: seats.SeatRow, policy: TelephonyPolicy) {
  const offer = {
    id: newId(),
    call_id: call.id,
    user_id: seat.user_id,
    extension: seat.extension,
    offered_at: tx.at,
    until: new Date(tx.at.getTime() + policy.ringSeconds * 1000),
  };
  await seats.insertOffer(tx.db, offer);
  await move(tx, seat, { to: 'ringing', by: 'system', reason: 'offered', callId: call.id });
  await store.updateCall(tx.db, call.id, {
    state: 'offered',
    offered_at: call.offered_at ?? tx.at,
  });
  tx.record({
    type: 'call.offered',
    subjectType: 'call',
    subjectId: call.id,
    payload: { callId: call.id, userIds: [seat.user_id] },
  });
  return offered(offer, tx.at);
}
