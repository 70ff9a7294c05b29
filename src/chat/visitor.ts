/** The citizen's side of a chat: opening, speaking, leaving a message, ending, rating. */
import {
  channelPolicyOf,
  classifierOf,
  endContact,
  nameContact,
  openContact,
  peopleOfContacts,
} from '../intake/index.ts';
import type { ChannelPolicy, Intake } from '../intake/index.ts';
import type { RequesterInput } from '../intake/schema.ts';
import type { CitizenActor } from '../kernel/actor.ts';
import { AppError, fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { EmergencyTarget } from '../kernel/words.ts';
import { hashToken } from '../platform/crypto.ts';
import { appNow, violates } from '../platform/db.ts';
import { hit } from '../platform/throttle.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { matterInput } from '../workorder/schema.ts';
import { assignWaiting } from './assign.ts';
import * as messages from './message.store.ts';
import type { MessageRow } from './message.store.ts';
import { change, post, tellOf } from './post.ts';
import { chatView } from './read.ts';
import {
  PRIORITY,
  REOPEN_MINUTES,
  admission,
  clockAt,
  counted,
  isLive,
  withinHours,
} from './rules.ts';
import type { LeaveInput, MessageInput, OpenInput, Opened, Posted, RatingInput } from './schema.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** Who writes in a chat is proved by its token; the events say that a citizen did. */
export const CITIZEN: CitizenActor = { kind: 'citizen', orderId: null, how: 'submission' };
export const AS_CITIZEN = { party: 'citizen', organizationId: null } as const;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** 256 bits that only who opened the chat is told; made from its id, so that they can be told again. */
const tokenOf = (deps: Deps, chatId: string): string => deps.crypto.mac('chat', `token/${chatId}`);

/** The emergency line that words call for. */
export async function emergencyIn(deps: Deps, text: string): Promise<EmergencyTarget | null> {
  const classifier = await classifierOf(deps);
  const said = classifier?.understand({ content: text, address: '', channel: 'chat' });
  return said?.emergency?.target ?? null;
}

/** @throws AppError `too_many_attempts`; who speaks of an emergency is never held up. */
async function throttled(
  deps: Deps,
  policy: ChannelPolicy['chat'],
  source: string,
  emergency: EmergencyTarget | null,
): Promise<void> {
  const used = await hit(deps.db, `chat:open:${deps.crypto.mac('throttle', source)}`, 60);
  if (used > policy.opensPerHour && !emergency) fail('too_many_attempts');
}

/** What a repeated opening is answered: the chat as it stands, to who opened it just now. */
async function opened(deps: Deps, chat: ChatRow, policy: ChannelPolicy['chat']): Promise<Opened> {
  const young = (await appNow(deps.db)).getTime() - chat.opened_at.getTime() < REOPEN_MINUTES * MINUTE_MS; // prettier-ignore
  if (!young) fail('state_conflict', { reason: 'opened_before' });
  const greeting = policy.greeting[chat.language === 'en' ? 'en' : 'zh'];
  const view = await chatView(deps, (await store.findChat(deps.db, chat.id))!);
  return { ...view, token: tokenOf(deps, chat.id), greeting };
}

/**
 * Opens a chat; the same widget's second try finds the first one's.
 * @param source network address, for the throttle.
 * @throws AppError `too_many_attempts`, `state_conflict` for an opening that is long past.
 */
export async function openChat(deps: Deps, input: OpenInput, source: string): Promise<Opened> {
  const { document } = await channelPolicyOf(deps.db);
  const policy = document.chat;
  const clientHash = deps.crypto.mac('chat', `client/${input.clientId}`);
  const known = await store.findByClient(deps.db, clientHash);
  if (known) return opened(deps, known, policy);
  const emergency = input.text ? await emergencyIn(deps, input.text) : null;
  await throttled(deps, policy, source, emergency);
  try {
    await inTransaction(deps, CITIZEN, (tx) =>
      insert(deps, tx, { input, clientHash, emergency, policy }),
    );
  } catch (error) {
    if (!violates(error, 'chat_session_client_hash_key')) throw error;
  }
  await assignWaiting(deps);
  const chat = (await store.findByClient(deps.db, clientHash)) ?? fail('busy');
  return opened(deps, chat, policy);
}

interface Opening {
  input: OpenInput;
  clientHash: string;
  emergency: EmergencyTarget | null;
  policy: ChannelPolicy['chat'];
}

const requesterOf = (said: { name: string; phone?: string | undefined }): RequesterInput => ({
  kind: said.name === '' && said.phone === undefined ? 'anonymous' : 'natural',
  name: said.name,
  ...(said.phone !== undefined && { phone: said.phone }),
});

async function insert(deps: Deps, tx: Tx, o: Opening): Promise<void> {
  const { input, policy, emergency } = o;
  const [{ waiting }, on] = [await store.waitingNow(tx.db), await seats.seatsOn(tx.db)];
  const { state, away } = admission({
    within: withinHours(tx.at, policy.hours),
    waiting,
    queueMax: policy.queueMax,
    seats: on.length,
    emergency: emergency !== null,
  });
  const id = newId();
  const requester = requesterOf(input);
  const { contactId } = await openContact(deps, tx, {
    channel: 'chat',
    requester,
    operatorId: null,
  });
  const waits = state === 'waiting';
  await store.insertChat(tx.db, {
    id,
    client_hash: o.clientHash,
    token_hash: hashToken(tokenOf(deps, id)),
    contact_id: contactId,
    language: input.language,
    state,
    away,
    priority: emergency ? PRIORITY.emergency : PRIORITY.inTurn,
    emergency,
    opened_at: tx.at,
    queued_at: waits ? tx.at : null,
    first_due_at: waits ? dueAfter(tx.at, policy) : null,
    clock: waits ? 'running' : null,
    last_citizen_at: tx.at,
    minute_at: tx.at,
    page_ct: input.page ? deps.crypto.seal(input.page, `${id}/page`) : null,
  } as Parameters<typeof store.insertChat>[1]);
  const chat = (await store.findChat(tx.db, id))!;
  const language = input.language === 'en' ? 'en' : 'zh';
  const system = { side: 'system', kind: 'text' } as const;
  await post(deps, tx, chat, { ...system, text: policy.greeting[language] });
  if (input.text) await firstWords(deps, tx, chat, input.text);
  if (away) await post(deps, tx, chat, { ...system, text: policy.away[language] });
  if (waits) tellOf(tx, 'chat.queue', chat, { as: AS_CITIZEN });
}

async function firstWords(deps: Deps, tx: Tx, chat: ChatRow, text: string): Promise<void> {
  await post(deps, tx, chat, { side: 'citizen', kind: 'text', text });
  if (chat.emergency) await warn(deps, tx, chat, chat.emergency);
}

const warn = (deps: Deps, tx: Tx, chat: ChatRow, target: EmergencyTarget) =>
  post(deps, tx, chat, {
    side: 'system',
    kind: 'notice',
    code: 'emergency',
    noticeNumber: Number(target),
  });

const dueAfter = (at: Date, policy: ChannelPolicy['chat']): Date =>
  new Date(at.getTime() + policy.firstAnswerSeconds * 1_000);

/** The chat of a token that may still be read. @throws AppError `not_signed_in`. */
export async function visitorChat(deps: Deps, token: string): Promise<ChatRow> {
  const chat = token.length > 100 ? null : await store.findByToken(deps.db, hashToken(token));
  if (!chat) return fail('not_signed_in');
  if (isLive(chat.state)) return chat;
  const { document } = await channelPolicyOf(deps.db);
  const last = Math.max(chat.ended_at!.getTime(), chat.last_citizen_at.getTime());
  const over = (await appNow(deps.db)).getTime() - last > document.chat.resumeDays * DAY_MS;
  return over ? fail('not_signed_in') : chat;
}

/** What the same id said before: the same words again are no second message. */
export function repeated(deps: Deps, known: MessageRow, side: string, text: string): Posted {
  const same =
    known.side === side &&
    known.kind === 'text' &&
    deps.crypto.open(known.body_ct!, `${known.id}/body`) === text;
  if (!same) fail('idempotency_key_reused');
  return { seq: known.seq ?? known.after_seq!, at: known.at.toISOString() };
}

/** The citizen says something. @throws AppError `state_conflict` (with the state), `too_many_attempts`. */
export async function say(deps: Deps, chatId: string, input: MessageInput): Promise<Posted> {
  const [{ document }, emergency] = [
    await channelPolicyOf(deps.db),
    await emergencyIn(deps, input.text),
  ];
  const policy = document.chat;
  let queued = false;
  const posted = await inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    const known = await messages.findByClientId(tx.db, chat.id, input.id);
    if (known) return repeated(deps, known, 'citizen', input.text);
    if (!isLive(chat.state) || (chat.state === 'away' && !emergency))
      fail('state_conflict', { state: chat.state });
    await countWords(tx, chat, { perMinute: policy.perMinute, emergency: emergency !== null });
    const said = { side: 'citizen', kind: 'text', clientId: input.id, text: input.text } as const;
    const seq = await post(deps, tx, chat, said);
    if (emergency && !chat.emergency) queued = await mark(deps, tx, chat, emergency, policy);
    tellOf(tx, 'chat.message', chat, { as: AS_CITIZEN });
    return { seq, at: tx.at.toISOString() };
  });
  if (queued) await assignWaiting(deps);
  return posted;
}

/** Counts one more message of this minute. */
export async function countWords(
  tx: Tx,
  chat: ChatRow,
  limit: { perMinute: number; emergency: boolean },
): Promise<void> {
  const w = counted({ since: chat.minute_at, count: chat.minute_count }, tx.at);
  if (w.count > limit.perMinute && !limit.emergency) fail('too_many_attempts');
  await change(tx, chat, { minute_at: w.since, minute_count: w.count });
}

/** Marks a chat for an emergency: first in the queue, wherever it stood. @returns whether it waits now. */
async function mark(
  deps: Deps,
  tx: Tx,
  chat: ChatRow,
  emergency: EmergencyTarget,
  policy: ChannelPolicy['chat'],
): Promise<boolean> {
  const enters = chat.state === 'away';
  await change(tx, chat, {
    emergency,
    priority: PRIORITY.emergency,
    ...(enters && { state: 'waiting', queued_at: tx.at }),
    ...(enters && { first_due_at: dueAfter(tx.at, policy), clock: 'running' }),
  });
  await warn(deps, tx, chat, emergency);
  tellOf(tx, 'chat.queue', chat, { as: AS_CITIZEN });
  return chat.state === 'waiting';
}

/** The citizen ends it; said twice it changes nothing. */
export const endByCitizen = (deps: Deps, chatId: string): Promise<void> =>
  inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    if (isLive(chat.state)) await finish(deps, tx, chat, 'citizen');
  })
    .then(() => assignWaiting(deps))
    .then(() => undefined);

/** Ends a locked chat that goes on, and its contact; the place at the desk is free. */
export async function finish(
  deps: Deps,
  tx: Tx,
  chat: ChatRow,
  by: 'citizen' | 'operator' | 'idle' | 'left',
): Promise<void> {
  const wasWaiting = chat.state === 'waiting';
  const clock = clockAt({ state: chat.clock, dueAt: chat.first_due_at }, tx.at, 'over');
  if (clock === 'late' && chat.clock !== 'late') tellOf(tx, 'chat.late', chat);
  await change(tx, chat, {
    state: by === 'left' ? 'left_message' : 'ended',
    ended_at: tx.at,
    ended_by: by,
    clock,
  });
  const code = by === 'left' ? ('left' as const) : (`ended_${by}` as const);
  await post(deps, tx, chat, { side: 'system', kind: 'notice', code });
  await endContact(tx, chat.contact_id);
  tellOf(tx, 'chat.changed', chat, by === 'citizen' ? { as: AS_CITIZEN } : {});
  if (wasWaiting) tellOf(tx, 'chat.queue', chat);
}

/** Once, after the end. @throws AppError `state_conflict`, `already_rated`. */
export const rate = (deps: Deps, chatId: string, input: RatingInput): Promise<void> =>
  inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    if (chat.state !== 'ended') fail('state_conflict', { state: chat.state });
    if (chat.rated_at) fail('already_rated');
    await change(tx, chat, {
      satisfaction: input.satisfaction,
      solved: input.solved ?? null,
      comment_ct: input.comment ? deps.crypto.seal(input.comment, `${chat.id}/comment`) : null,
      rated_at: tx.at,
    });
    tellOf(tx, 'chat.changed', chat, { as: AS_CITIZEN });
  });

/**
 * Leaves a message where nobody is there: a demand like any other, with number and query code.
 * The same once more is answered the same.
 * @throws AppError `state_conflict` where somebody talks with them, or it is over.
 */
export async function leave(
  deps: Deps,
  intake: Intake,
  chatId: string,
  input: LeaveInput,
): Promise<{ orderNo: string; queryCode: string }> {
  await inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    if (chat.state === 'left_message') return;
    if (chat.state !== 'waiting' && chat.state !== 'away')
      fail('state_conflict', { state: chat.state });
    const known = await peopleOfContacts({ ...deps, db: tx.db }, [chat.contact_id]);
    const { name, phone } = known.get(chat.contact_id) ?? { name: '', phone: '' };
    const told = {
      contactId: chat.contact_id,
      channel: 'chat',
      requester: requesterOf(input),
    } as const;
    if (name !== input.name || phone !== input.phone) await nameContact(deps, tx, told);
  });
  const chat = (await store.findChat(deps.db, chatId)) ?? fail('not_found');
  const made = await intake
    .register({
      actor: CITIZEN,
      key: `chat-left-${chat.id}`,
      channel: 'chat',
      contactId: chat.contact_id,
      requester: requesterOf(input),
      matter: matterInput.parse({ content: input.text }),
    })
    .catch((error: unknown) => {
      // Somebody took the chat meanwhile: what was to be left can be said.
      if (error instanceof AppError && error.code === 'not_found')
        return fail('state_conflict', { state: 'open' });
      throw error;
    });
  await inTransaction(deps, CITIZEN, (tx) => keepLeft(deps, tx, chat.id, made.orderId, input.text));
  return { orderNo: made.orderNo, queryCode: made.queryCode };
}

async function keepLeft(deps: Deps, tx: Tx, chatId: string, orderId: string, text: string) {
  const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
  // The chat's own id stands for the one message that is left in it.
  if (!(await messages.findByClientId(tx.db, chat.id, chat.id)))
    await post(deps, tx, chat, { side: 'citizen', kind: 'text', clientId: chat.id, text });
  if (!(await messages.findByClientId(tx.db, chat.id, orderId)))
    await post(deps, tx, chat, { side: 'system', kind: 'order', clientId: orderId, orderId });
  if (chat.state === 'waiting' || chat.state === 'away') await finish(deps, tx, chat, 'left');
}

/** Marks what the citizen has read. */
export const seenByCitizen = async (deps: Deps, chatId: string, seq: number): Promise<void> =>
  void (await store.moveSeen(deps.db, chatId, 'citizen', seq));
