/** A citizen opens a chat: once, however often it is tried. */
import { channelPolicyOf, openContact } from '../intake/index.ts';
import type { ChannelPolicy } from '../intake/index.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { EmergencyTarget } from '../kernel/words.ts';
import { hashToken } from '../platform/crypto.ts';
import { appNow, violates } from '../platform/db.ts';
import { hit } from '../platform/throttle.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { assignWaiting } from './assign.ts';
import { AS_CITIZEN, CITIZEN, dueAfter, emergencyIn, requesterOf, warn } from './citizen.ts';
import { post, tellOf } from './post.ts';
import { chatView } from './read.ts';
import { PRIORITY, REOPEN_MINUTES, admission, withinHours } from './rules.ts';
import type { OpenInput, Opened } from './schema.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

const MINUTE_MS = 60_000;

/** 256 bits that only who opened the chat is told; made from its id, so that they can be told again. */
const tokenOf = (deps: Deps, chatId: string): string => deps.crypto.mac('chat', `token/${chatId}`);

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
