/** A message of a citizen comes in: what it asks for is done at once, in one transaction, once. */
import type { DoorHandler, DoorMessage } from '../door/index.ts';
import { rateNewest } from '../followup/index.ts';
import {
  channelDoor,
  classifierOf,
  endContact,
  fromDraft,
  openContact,
  registerIn,
  requestersOf,
} from '../intake/index.ts';
import type { CitizenActor } from '../kernel/actor.ts';
import { HOUR_MS, cityMidnight } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { onBehalf } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { urgeIn, urgedToday } from '../supervision/index.ts';
import type { Understanding } from '../understanding/schema.ts';
import { act, lockOrder, orderRow, ordersOfCaller } from '../workorder/index.ts';
import type { OrderRow } from '../workorder/index.ts';
import { ordersAsked } from './answers.ts';
import { answersTo, bareText, readWords, saysMore, substanceOf } from './rules.ts';
import type { Asked, SmsAnswer, Waiting } from './rules.ts';
import { smsPolicyOf } from './sms-policy.ts';
import { inboundSms } from './sms.schema.ts';
import type { InboundSms } from './sms.schema.ts';
import * as store from './sms.store.ts';
import { planAnswer } from './tell.ts';
import { takesWords, waitingOf } from './waiting.ts';

interface Case {
  deps: Deps;
  tx: Tx;
  id: string;
  sms: InboundSms;
  /** Its words, without the one that makes them a matter of their own. */
  text: string;
  /** Keyed hash of the number: the only thing by which orders are found. */
  hmac: string;
  textHmac: string;
  policy: Awaited<ReturnType<typeof smsPolicyOf>>;
  asked: Asked;
  understanding: Understanding | null;
}

const requesterOf = ({ sms }: Case) => ({ kind: 'natural', name: '', phone: sms.from }) as const;

/**
 * The contact of a number's messages of one day: what somebody writes in pieces is one conversation,
 * and who writes every day stays findable by the newest requesters of the number.
 */
async function contactOf(c: Case): Promise<string> {
  const known = await store.contactSince(c.tx.db, c.hmac, cityMidnight(c.tx.at));
  const contactId = known ?? (await newContact(c));
  await store.setContact(c.tx.db, c.id, contactId);
  return contactId;
}

async function newContact(c: Case): Promise<string> {
  const opened = { channel: 'sms', requester: requesterOf(c), operatorId: null } as const;
  const { contactId } = await openContact(c.deps, c.tx, opened);
  // A message is over when it is there.
  await endContact(c.tx, contactId);
  return contactId;
}

/** What became of a message: what it was taken for, what is answered, and the order it was about. */
interface Done {
  understood: Asked['what'] | 'emergency' | 'empty' | 'supplement' | 'unclear';
  /** Null: nothing is answered. */
  answer: SmsAnswer | null;
  /** With the answer: a number that goes into its words, or the digits that were asked for. */
  detail?: string | number;
  orderId?: string;
}

/** The last classifier that was at work here: whether a message is urgent is asked before any query. */
let heardBy: Awaited<ReturnType<typeof classifierOf>> = null;
const understand = (text: string) =>
  heardBy?.understand({ content: text, address: '', channel: 'sms' }) ?? null;

/** Before anything was ever understood here, nobody is turned away as not urgent. */
const isUrgent = (sms: InboundSms): boolean => {
  const said = understand(sms.text);
  return said === null || said.emergency !== null;
};

/** The door of messages that come in. */
export const inboundDoor: DoorHandler<InboundSms> = {
  door: 'sms',
  schema: inboundSms,
  kindOf: () => 'sms',
  urgent: isUrgent,
  take: takeInbound,
};

async function takeInbound(
  deps: Deps,
  tx: Tx,
  { sourceId, body: sms }: DoorMessage<InboundSms>,
): Promise<Record<string, unknown>> {
  const hmac = deps.crypto.mac('phone', sms.from);
  await store.lockNumber(tx.db, hmac, tx.at);
  // Handed over again under another id of the door: still the same message.
  const known = await store.inboundBy(tx.db, sourceId, sms.messageId);
  if (known) return { inboundId: known.id, understood: known.understood };
  const policy = await smsPolicyOf(tx.db);
  const since = new Date(tx.at.getTime() - HOUR_MS);
  const before = await store.countSince(tx.db, hmac, since, policy.perHour);
  heardBy = (await classifierOf(deps, tx.db)) ?? heardBy;
  const asked = readWords(sms.text, policy.words);
  const text = asked.what === 'demand' ? (asked.anew ?? sms.text) : sms.text;
  const understanding = asked.what === 'demand' ? understand(text) : null;
  const id = newId();
  const textHmac = deps.crypto.mac('request', `sms/${bareText(text)}`);
  const c = { deps, tx, id, sms, text, hmac, textHmac, policy, asked, understanding };
  await keep(c, sourceId);
  const done = before >= policy.perHour ? await pastLimit(c) : await serve(c);
  await settle(c, done);
  return {
    inboundId: id,
    understood: done.understood,
    ...(done.orderId && { orderId: done.orderId }),
  };
}

const keep = (c: Case, sourceId: string): Promise<void> =>
  store.insertInbound(c.tx.db, {
    id: c.id,
    source_id: sourceId,
    message_id: c.sms.messageId,
    from_hmac: c.hmac,
    from_ct: c.deps.crypto.seal(c.sms.from, `${c.id}/from`),
    text_ct: c.deps.crypto.seal(c.sms.text, `${c.id}/text`),
    text_hmac: c.textHmac,
    said_at: new Date(c.sms.at),
    received_at: c.tx.at,
    understood: c.asked.what,
    result: '',
    contact_id: null,
    order_id: null,
  });

async function settle(c: Case, done: Done): Promise<void> {
  const detail = done.detail === undefined ? '' : ` ${done.detail}`;
  await store.settleInbound(c.tx.db, c.id, {
    understood: done.understood,
    result: `${done.answer ?? (done.orderId ? 'registered' : 'kept')}${detail}`,
    order_id: done.orderId ?? null,
  });
  if (done.answer) {
    await contactOf(c);
    await planAnswer(c.tx, { inboundId: c.id, kind: done.answer, orderId: done.orderId ?? null });
  }
  c.tx.record({
    type: 'sms.taken',
    subjectType: 'sms',
    subjectId: c.id,
    ...(done.orderId && { orderId: done.orderId }),
    payload: { inboundId: c.id, understood: done.understood },
  });
}

/** Beyond the hour's limit a message is kept; danger and the wish for silence are heard all the same. */
async function pastLimit(c: Case): Promise<Done> {
  if (c.understanding?.emergency) return demand(c);
  if (c.asked.what === 'stop' || c.asked.what === 'start')
    return { ...(await serve(c)), answer: null };
  return { understood: c.asked.what, answer: null };
}

async function serve(c: Case): Promise<Done> {
  const { asked } = c;
  switch (asked.what) {
    case 'rate':
      return rate(c, asked);
    case 'stop':
      await store.optOut(c.tx.db, {
        id: newId(),
        phone_hmac: c.hmac,
        since: c.tx.at,
        stop_id: c.id,
      });
      return { understood: 'stop', answer: 'sms_stopped' };
    case 'start':
      await store.endOptOut(c.tx.db, c.hmac, { until: c.tx.at, start_id: c.id });
      return { understood: 'start', answer: 'sms_started' };
    case 'urge':
      return urge(c, asked.tail);
    case 'progress':
      return progress(c, asked.tail);
    case 'demand':
      return demand(c);
  }
}

/** Orders of this number, found by its keyed hash; confidential and anonymous ones never are. */
async function ownOrders(c: Case, tail: string): Promise<OrderRow[]> {
  const requesters = await requestersOf({ ...c.deps, db: c.tx.db }, c.sms.from);
  return ordersOfCaller(c.tx.db, requesters, { ...(tail && { tail }), limit: 20 });
}

async function rate(
  c: Case,
  { satisfaction, tail, bare }: Extract<Asked, { what: 'rate' }>,
): Promise<Done> {
  // “3” may answer “在几幢？”; a rating stands for good, so it is the one that has to be plain.
  const replied = bare ? await reply(c, await waitingFor(c), satisfaction) : null;
  if (replied) return replied;
  const orders = await ownOrders(c, tail);
  const rated = await rateNewest(c.tx, orders.map((o) => o.id), satisfaction); // prettier-ignore
  if (rated.result === 'nothing') return { understood: 'rate', answer: 'sms_nothing_to_rate' };
  const { orderId } = rated;
  return rated.result === 'rated'
    ? { understood: 'rate', answer: 'sms_rated', detail: satisfaction, orderId }
    : { understood: 'rate', answer: 'sms_already_rated', orderId };
}

/** Urges the newest order that can be urged; once a day each, as on the page. */
async function urge(c: Case, tail: string): Promise<Done> {
  const may: readonly string[] = orderRow('urge').from;
  const found = (await ownOrders(c, tail)).find((o) => may.includes(o.state));
  const order = found && (await lockOrder(c.tx.db, found.id));
  if (!order || !may.includes(order.state))
    return { understood: 'urge', answer: 'sms_nothing_to_urge' };
  const { id: orderId } = order;
  if (await urgedToday(c.tx, orderId))
    return { understood: 'urge', answer: 'sms_urged_already', orderId };
  const actor: CitizenActor = { kind: 'citizen', orderId, how: 'caller_number' };
  await urgeIn(onBehalf(c.tx, actor), actor, orderId, { level: 1, text: '' });
  return { understood: 'urge', answer: 'sms_urged', orderId };
}

async function progress(c: Case, tail: string): Promise<Done> {
  const requesters = await requestersOf({ ...c.deps, db: c.tx.db }, c.sms.from);
  const orders = await ordersAsked(c.tx.db, requesters, tail);
  if (orders.length === 0) return { understood: 'progress', answer: 'sms_no_progress' };
  // Which orders these are is looked up again when the answer goes out.
  return { understood: 'progress', answer: 'sms_progress', detail: tail };
}

const waitingFor = ({ deps, tx, sms }: Case): Promise<Waiting[]> =>
  waitingOf({ ...deps, db: tx.db }, sms.from);

/** Takes a message for what was asked for; null where it answers nothing. `points`: what it may mean too. */
async function reply(c: Case, waiting: Waiting[], points?: number): Promise<Done | null> {
  const since = new Date(c.tx.at.getTime() - c.policy.replyHours * HOUR_MS);
  const to = answersTo(c.sms.text, waiting, { since, substanceMin: c.policy.substanceMin });
  if (!to) return null;
  const detail = points !== undefined && { detail: points };
  const order = to === 'unclear' ? null : await lockOrder(c.tx.db, to.id);
  return order && takesWords(order)
    ? { ...(await supplement(c, order)), ...detail }
    : { understood: 'unclear', answer: 'sms_which', ...detail };
}

/** What the citizen was asked for, as on the page; the order goes on from where it waited. */
async function supplement(c: Case, { id: orderId }: OrderRow): Promise<Done> {
  const actor: CitizenActor = { kind: 'citizen', orderId, how: 'caller_number' };
  const input = { text: c.sms.text.trim(), address: '' };
  await act(onBehalf(c.tx, actor), actor, orderId, 'supplement', null, input);
  return { understood: 'supplement', answer: 'sms_supplemented', orderId };
}

/** What is said is no matter of its own: it was asked for, was said before, or is nothing. */
async function noDemand(c: Case, anew: boolean): Promise<Done | null> {
  const { understanding, policy, text, tx } = c;
  const waiting = await waitingFor(c);
  const replied = anew ? null : await reply(c, waiting);
  if (replied) return replied;
  const since = new Date(tx.at.getTime() - policy.sameHours * HOUR_MS);
  const same = await store.sameBefore(tx.db, {
    hmac: c.hmac,
    textHmac: c.textHmac,
    since,
    // What was added to one order may be meant for another now.
    understood: anew || waiting.length > 0 ? ['demand'] : ['demand', 'supplement'],
  });
  if (same) return { understood: 'demand', answer: 'sms_same', orderId: same };
  const empty =
    substanceOf(text) < policy.substanceMin || understanding?.proposal.act === 'close_no_substance';
  if (!empty) return null;
  const which = waiting.length > 0 && (anew || saysMore(text, policy.substanceMin));
  return { understood: 'empty', answer: which ? 'sms_which' : 'sms_help' };
}

/** A matter becomes an order like one from the page, unless nothing is said or it was said before. */
async function demand(c: Case): Promise<Done> {
  const { asked, understanding, sms, text, tx } = c;
  const danger = understanding?.emergency ?? null;
  const anew = asked.what === 'demand' && asked.anew !== undefined;
  const done = danger ? null : await noDemand(c, anew);
  if (done) return done;
  const draft = channelDoor('sms').parse({ id: c.id, from: sms.from, text });
  const citizen: CitizenActor = { kind: 'citizen', orderId: null, how: 'submission' };
  const arrival = fromDraft(citizen, `sms/${c.id}`, draft);
  const { orderId } = await registerIn(c.deps, tx, { ...arrival, contactId: await contactOf(c) });
  // Number and code go out by themselves, as to everybody who left a telephone.
  return danger
    ? { understood: 'emergency', answer: 'sms_emergency', orderId }
    : { understood: 'demand', answer: null, orderId };
}
