/** Who takes this call? One operator for one call, one call for one operator, the longest idle first. */
import { channelPolicyOf } from '../intake/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { violates } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { applyDue } from './due.ts';
import { callNamed, hear } from './ledger.ts';
import type { TelephonyPolicy } from './ledger.ts';
import type { OfferResult } from './limits.ts';
import { PASSED_PRIORITY, expectedWait, restingOf, seatsFor } from './rules.ts';
import type { Said } from './rules.ts';
import type { RouteAnswer, RouteQuestion } from './schema.ts';
import * as seats from './seat.store.ts';
import { releaseSeat, tellSeat } from './seats.ts';
import * as store from './store.ts';
import type { CallRow, Look } from './store.ts';

/** How often a call is noted to be asked about, in seconds. */
const TOUCH_SECONDS = 2;
/** Tries for a seat that others reach for at the same time. */
const TRIES = 3;

/** A question, with whose it is and what holds while it is answered. */
interface Asking {
  source: string;
  q: RouteQuestion;
  policy: TelephonyPolicy;
  /** Nobody asked about this call before. */
  isFirst: boolean;
  /** Not even its ringing was told. */
  isNew: boolean;
}

/**
 * Answers the switch. While nothing can be done for a call, that is one look and no transaction; else
 * the call is taken, looked at again, and what there is to do is done.
 */
export async function route(deps: Deps, source: string, q: RouteQuestion): Promise<RouteAnswer> {
  const named = { source, externalId: q.callId };
  const [look, { document }] = await Promise.all([
    store.lookAt(deps.db, named),
    channelPolicyOf(deps.db),
  ]);
  const policy = document.telephony;
  const quick = look && quickAnswer(look, q, policy);
  if (quick) {
    const age = look.now.getTime() - look.call.asked_at.getTime();
    if (age > TOUCH_SECONDS * 1000 && look.call.state !== 'ended')
      await store.touchCall(deps.db, look.call.id);
    return quick;
  }
  if (look?.late) await applyDue(deps, policy, look.call.id);
  return take(deps, { source, q, policy, isNew: look === null, isFirst: look?.unasked ?? true });
}

/** An answer that needs nothing done; null where something may be. */
function quickAnswer(s: Look, q: RouteQuestion, policy: TelephonyPolicy): RouteAnswer | null {
  const { call, offer, now } = s;
  if (call.erased_at || wantsOther(call, q)) return null;
  if (call.state === 'ended') return over(call);
  // Restrictions and the length of the queue were not looked at.
  if (s.unasked) return null;
  if (offer) return failureOf(offer, q, now) ? null : offered(offer, now);
  if (call.state === 'talking' || call.state === 'held') return waiting(s, policy);
  if (s.late || mayBeRefused(s) || waitedTooLong(s, policy)) return null;
  return choiceOf(s, policy).length > 0 ? null : waiting(s, policy);
}

/** Whether the caller wants what we do not know yet; `general` is no wish, and an emergency stays one. */
const wantsOther = (call: CallRow, { skill = 'general' }: RouteQuestion): boolean =>
  skill !== 'general' && skill !== call.skill && call.skill !== 'emergency';

const mayBeRefused = ({ call, restricted }: Look): boolean =>
  restricted && call.skill !== 'emergency' && call.priority < PASSED_PRIORITY && !call.offered_at;

const waitedTooLong = ({ call, now }: Look, policy: TelephonyPolicy): boolean =>
  call.skill !== 'emergency' && secondsFrom(call.queued_at, now) >= policy.overflowSeconds;

const secondsFrom = (since: Date, now: Date): number => (now.getTime() - since.getTime()) / 1000;

const offered = (o: { id: string; extension: string; until: Date }, now: Date): RouteAnswer => ({
  action: 'offer',
  target: o.extension,
  offerId: o.id,
  ringSeconds: Math.max(1, Math.ceil(secondsFrom(now, o.until))),
});

const waiting = (s: Look, policy: TelephonyPolicy): RouteAnswer => ({
  action: 'wait',
  position: s.ahead + 1,
  expectedWaitSeconds: expectedWait(s.ahead, s.answers, s.now, s.onDuty),
  announcement: 'queue_position',
  askAgainMs: policy.askAgainMs,
});

const REFUSED: RouteAnswer = { action: 'refuse', announcement: 'restricted' };
const OVERFLOW: RouteAnswer = { action: 'overflow', announcement: 'call_back' };

/** How a call that is over is answered: nobody takes it any more. */
const over = (call: CallRow): RouteAnswer => (call.outcome === 'refused' ? REFUSED : OVERFLOW);

/** Does what there is to do for a call. Two that reach for one seat are told apart. */
async function take(deps: Deps, asking: Asking): Promise<RouteAnswer> {
  for (let left = TRIES; left > 0; left--) {
    try {
      return await inTransaction(deps, SYSTEM, (tx) => takeOnce(deps, tx, asking));
    } catch (error) {
      if (!violates(error, 'call_offer_user') && !violates(error, 'call_offer_call')) throw error;
    }
  }
  return fail('busy');
}

async function takeOnce(deps: Deps, tx: Tx, asking: Asking): Promise<RouteAnswer> {
  const { source, q, policy } = asking;
  const call = await callNamed(tx, source, q.callId, new Date(q.at), asking.isNew);
  if (call.contact_id === null || wantsOther(call, q)) await asked(deps, tx, call, asking);
  let s = await lookAgain(tx.db, asking);
  if (s.offer) {
    const failed = failureOf(s.offer, q, tx.at);
    if (!failed) return offered(s.offer, tx.at);
    await giveUp(tx, s.call, s.offer, failed, policy);
    s = await lookAgain(tx.db, asking);
  }
  const answer = s.call.state === 'queued' ? await serve(deps, tx, s, asking) : null;
  if (answer) return answer;
  if (s.call.state === 'ended') return over(s.call);
  await store.touchCall(tx.db, call.id);
  return waiting(s, policy);
}

/** A call that is known, and what is around it. */
async function lookAgain(db: Reader, { source, q, policy, isFirst }: Asking): Promise<Look> {
  const countTo = isFirst ? policy.queueMax + 1 : 0;
  return (await store.lookAt(db, { source, externalId: q.callId }, countTo))!;
}

/** What is done for a call in the queue; null: it waits. */
async function serve(deps: Deps, tx: Tx, s: Look, asking: Asking): Promise<RouteAnswer | null> {
  const { policy } = asking;
  if (!mayBeRefused(s)) return (await overflow(deps, tx, s, asking)) ?? offer(tx, s, policy);
  if (await passes(tx, s, policy))
    // It stands further in front now.
    return serve(deps, tx, await lookAgain(tx.db, asking), asking);
  await decide(deps, tx, s.call, { type: 'own.refused' }, policy);
  return REFUSED;
}

/** The question says what the ringing says, and may come before it. */
async function asked(deps: Deps, tx: Tx, call: CallRow, { q, policy }: Asking): Promise<void> {
  const said: Said = { type: 'own.asked', from: q.from, to: q.to, skill: q.skill };
  await hear(deps, tx, call, { at: new Date(q.at), said }, policy);
  if (call.contact_id === null) announceQueued(tx, call.id);
}

export const announceQueued = (tx: Tx, callId: string): void =>
  tx.record({ type: 'call.queued', subjectType: 'call', subjectId: callId, payload: { callId } });

/**
 * Why an offer came to nothing: the switch says so, or asks again after its time; null: it still rings.
 * Word of another offer, or of another telephone than the one we named, is no news.
 */
function failureOf(
  open: { id: string; extension: string; until: Date },
  { tried }: RouteQuestion,
  now: Date,
): OfferResult | null {
  const isAbout = tried?.offerId ? tried.offerId === open.id : tried?.target === open.extension;
  if (tried && isAbout) return tried.result;
  return open.until <= now ? 'no_answer' : null;
}

/** The call stands in the queue again, the operator is free or taken for absent. */
export async function giveUp(
  tx: Tx,
  call: CallRow,
  open: { id: string; userId: string },
  result: OfferResult,
  policy: TelephonyPolicy,
): Promise<void> {
  await seats.closeOffer(tx.db, open.id, result, tx.at);
  await releaseSeat(tx, call.id, open.userId, result, policy);
  await backToQueue(tx, call, open.userId);
}

/** Nobody's offer any more: it stands in the queue where it stood. */
export async function backToQueue(tx: Tx, call: CallRow, userId: string): Promise<void> {
  if (call.state !== 'offered') return;
  await store.updateCall(tx.db, call.id, { state: 'queued' });
  tx.record({
    type: 'call.changed',
    subjectType: 'call',
    subjectId: call.id,
    payload: { callId: call.id, userIds: [userId] },
  });
}

// ---------------------------------------------------------------- limits

/** A queue that is too long, or was for too long; an emergency is never asked. */
async function overflow(deps: Deps, tx: Tx, s: Look, asking: Asking): Promise<RouteAnswer | null> {
  const { isFirst, policy } = asking;
  const tooMany = isFirst && s.call.skill !== 'emergency' && s.waiting > policy.queueMax;
  if (!tooMany && !waitedTooLong(s, policy)) return null;
  await decide(deps, tx, s.call, { type: 'own.overflowed' }, policy);
  return OVERFLOW;
}

/**
 * A restricted caller hears the numbers of emergencies and is refused; who calls again at once may be
 * in danger and passes, before others.
 */
async function passes(tx: Tx, s: Look, policy: TelephonyPolicy): Promise<boolean> {
  const { id, phone_hmac } = s.call;
  const since = new Date(tx.at.getTime() - policy.abuse.passMinutes * 60_000);
  if (!(await store.refusedSince(tx.db, phone_hmac!, since, id))) return false;
  await store.updateCall(tx.db, id, { priority: PASSED_PRIORITY });
  return true;
}

/** Our own word in the ledger. */
function decide(deps: Deps, tx: Tx, call: CallRow, said: Said, policy: TelephonyPolicy) {
  // Never before what the switch said, whose clock is another.
  const at = tx.at > call.entered_at ? tx.at : call.entered_at;
  return hear(deps, tx, call, { at, said }, policy);
}

// ---------------------------------------------------------------- the offer

/** The seats that are this call's, best first; none where those before it take all there are. */
function choiceOf(s: Look, policy: TelephonyPolicy): Look['free'] {
  if (s.free.length === 0) return [];
  const since = new Date(s.now.getTime() - policy.retrySeconds * 1000);
  const own = s.offers.filter((o) => o.result !== 'lost');
  const asWaiting = (c: { id: string; skill: CallRow['skill']; queuedAt: Date }) => ({
    id: c.id,
    skill: c.skill,
    waited: secondsFrom(c.queuedAt, s.now),
    resting: restingOf(
      c.id === s.call.id ? own : s.resting.filter((o) => o.callId === c.id),
      since,
    ),
  });
  const { id, skill, queued_at: queuedAt } = s.call;
  const tried = new Set(s.offers.map((o) => o.userId));
  const rules = { widenSeconds: policy.widenSeconds, tried };
  return seatsFor(asWaiting({ id, skill, queuedAt }), s.before.map(asWaiting), s.free, rules);
}

/** Offers the call to the seat that is its; null where there is none, or others were quicker. */
async function offer(tx: Tx, s: Look, policy: TelephonyPolicy): Promise<RouteAnswer | null> {
  const to = choiceOf(s, policy);
  if (to.length === 0) return null;
  const { id: callId } = s.call;
  const until = new Date(tx.at.getTime() + policy.ringSeconds * 1000);
  const made = await seats.ringSeat(tx.db, { callId, to, at: tx.at, until });
  if (!made) return null;
  tellSeat(tx, made.user_id);
  tx.record({
    type: 'call.offered',
    subjectType: 'call',
    subjectId: callId,
    payload: { callId, userIds: [made.user_id] },
  });
  return offered(made, tx.at);
}
