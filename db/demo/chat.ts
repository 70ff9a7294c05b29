/** Chats of the play: a citizen's widget on one side, an operator's chat desk on the other. */
import type { ChatDetail, Opened } from '../../src/chat/schema.ts';
import { person } from './client.ts';
import type { Play } from './context.ts';
import { isAwake } from './hours.ts';
import type { Caller, Planned } from './plan.ts';
import { idFrom } from './random.ts';
import * as words from './words.ts';

const MINUTE = 60_000;
const SESSIONS = '/chat/v1/sessions';
const CURRENT = `${SESSIONS}/current`;

/** Who waits in the queue when the play is over, minutes before its end, and whom one could call. */
const WAITING: { minutes: number; caller: Caller }[] = [
  { minutes: 9, caller: { phone: '13700004000', name: '小区住户' } },
  { minutes: 6, caller: { phone: '13700004001', name: '' } },
  { minutes: 3, caller: { phone: '', name: '' } },
  { minutes: 1, caller: { phone: '13700004002', name: '唐女士' } },
];

/** A citizen who has a chat open. */
async function opens(
  play: Play,
  key: string,
  { name, phone }: Caller,
  text: string,
): Promise<Opened | null> {
  const answer = await person(play.base, 'citizen').post<Opened>(SESSIONS, {
    clientId: idFrom('chat', play.city.seed, key),
    name,
    ...(phone && { phone }),
    text,
  });
  if (answer.status === 201) {
    play.came.chats += 1;
    return answer.body;
  }
  play.note('open chat', answer);
  return null;
}

async function sit(play: Play, login: string, on: boolean): Promise<void> {
  const who = await play.people.as(login);
  const answer = await who.put('/api/chat/seat', { on });
  if (answer.status !== 200) play.note('chat seat', answer);
}

/** What is to be done for the demand of a chat. */
export interface Chatting<T> {
  login: string;
  /** The operator registers it. */
  register: (contactId: string) => Promise<T>;
  /** It was left where nobody sat, and is an order already. */
  left: (orderId: string) => Promise<T>;
}

/**
 * A whole chat: by day with the operator, at night a message is left.
 * @returns what became of the demand; undefined where no chat came about.
 */
export async function chats<T>(play: Play, p: Planned, c: Chatting<T>): Promise<T | undefined> {
  if (p.caller.phone && !isAwake(p.at)) return leaves(play, p, c);
  await sit(play, c.login, true);
  const chat = await opens(play, p.key, p.caller, p.said.text);
  const done = chat?.state === 'open' ? await talk(play, p, chat, c) : undefined;
  if (chat) await ends(play, p, chat, done !== undefined);
  await sit(play, c.login, false);
  return done;
}

const detailOf = async (play: Play, login: string, { chatId }: Opened) => {
  const answer = await (await play.people.as(login)).get<ChatDetail>(`/api/chat/chats/${chatId}`);
  if (answer.status === 200) return answer.body;
  play.note('chat', answer);
  return null;
};

async function talk<T>(
  play: Play,
  p: Planned,
  chat: Opened,
  { login, register }: Chatting<T>,
): Promise<T | undefined> {
  const d = play.dice('chat', p.key);
  const id = (nth: number) => idFrom('message', play.city.seed, p.key, nth);
  const path = `/api/chat/chats/${chat.chatId}/messages`;
  const says = (nth: number, text: string) =>
    play.post(login, path, { id: id(nth), text }, 'chat answer');
  const detail = await detailOf(play, login, chat);
  if (!detail) return undefined;
  await says(1, d.pick(words.CHAT_ASKED));
  const text = p.said.address || d.pick(words.CHAT_SAID);
  const mine = person(play.base, 'citizen', chat.token);
  const said = await mine.post(`${CURRENT}/messages`, { id: id(2), text });
  if (said.status !== 200) play.note('chat message', said);
  const done = await register(detail.contactId);
  await says(3, d.pick(words.CHAT_NOTED));
  return done;
}

/** The citizen closes it; most say how it was. */
async function ends(play: Play, p: Planned, { token }: Opened, served: boolean): Promise<void> {
  const d = play.dice('chat rating', p.key);
  const mine = person(play.base, 'citizen', token);
  await mine.post(`${CURRENT}/end`, {});
  if (!served || !d.chance(0.7)) return;
  const satisfaction = d.chance(0.85) ? d.int(4, 5) : d.int(2, 3);
  const rated = await mine.post(`${CURRENT}/rating`, { satisfaction });
  if (rated.status !== 204) play.note('chat rating', rated);
}

/** Nobody sits at the chat desk: what they want is left there and becomes an order. */
async function leaves<T>(play: Play, p: Planned, c: Chatting<T>): Promise<T | undefined> {
  const { name, phone } = p.caller;
  const chat = await opens(play, p.key, p.caller, words.CHAT_HELLO);
  if (!chat) return undefined;
  const mine = person(play.base, 'citizen', chat.token);
  const left = await mine.post(`${CURRENT}/leave`, { name, phone, text: p.said.text });
  const detail = left.status === 200 ? await detailOf(play, 'supervisor', chat) : null;
  const order = detail?.orders[0];
  if (order) return c.left(order.orderId);
  play.note('leave message', left);
  return undefined;
}

/** The supervisor's canned answers stand before anybody sits down. */
export async function cannedAnswers(play: Play): Promise<void> {
  const who = await play.people.as('supervisor');
  for (const canned of words.CANNED) {
    const answer = await who.post('/api/chat/canned-answers', canned);
    if (answer.status !== 201) play.note('canned answer', answer);
  }
}

/** Those who wait when the play is over: whoever sits down at the chat desk has them at once. */
export async function waitingChats(play: Play): Promise<void> {
  for (const [i, { minutes, caller }] of WAITING.entries()) {
    const key = `y${i}`;
    await play.stage.wait(play.city.endAt - minutes * MINUTE, key, false);
    await play.inTurn(() => opens(play, key, caller, words.CHAT_WAITING[i]!));
  }
}
