/** Citizens in chats: who may connect, what their sockets say and hear, who is at the desks. */
import {
  SOCKETS_MAX,
  TYPING_EVERY_MS,
  operatorOf,
  someoneThere,
  talksIn,
  visitorChat,
  visitorsThere,
  waitsOf,
} from '../chat/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import { chatRoom } from '../platform/realtime-bus.ts';
import type { BusMessage } from '../platform/realtime-bus.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import type { ChatNews } from './nudge.ts';

/** What is known of a citizen's socket. */
export interface Visitor {
  chatId: string;
}

/** A citizen's socket as far as this needs it. */
interface VisitorSocket {
  handshake: { auth: Record<string, unknown> };
  data: Visitor;
  join(room: string): unknown;
  on(event: 'typing', heard: () => void): unknown;
  emit(event: 'news', news: ChatNews): unknown;
}

interface Talk {
  deps: Deps;
  tell: (message: BusMessage) => void;
}

/** The queue is counted for those who wait at most this often, in milliseconds. */
const QUEUE_EVERY_MS = 1_000;
/** Operators and citizens at this process are noted as there this often, in milliseconds. */
const SEATS_EVERY_MS = 10_000;

/** Lets in who shows the token of a chat. @throws whatever tells the widget that it may not. */
export async function admitVisitor(
  deps: Deps,
  socket: VisitorSocket,
  inRoom: (room: string) => number,
): Promise<void> {
  const { token } = socket.handshake.auth;
  if (typeof token !== 'string') throw new Error('not_signed_in');
  const chat = await visitorChat(deps, token).catch(() => {
    throw new Error('not_signed_in');
  });
  if (inRoom(chatRoom(chat.id)) >= SOCKETS_MAX) throw new Error('too_many');
  socket.data = { chatId: chat.id };
}

/** Serves a citizen's socket: it hears that there is news, and says that somebody types. */
export function serveVisitor({ deps, tell }: Talk, socket: VisitorSocket): void {
  const { chatId } = socket.data;
  void socket.join(chatRoom(chatId));
  const sometimes = rarely();
  socket.on('typing', () => {
    if (!sometimes()) return;
    void operatorOf(deps, chatId)
      .then((userId) => {
        if (userId === null) return;
        tell({ rooms: [`user:${userId}`], nudge: { type: 'chat.typing', id: chatId, version: 0 } });
      })
      .catch(() => {});
  });
}

/** Says in a chat that its operator types; nobody else can. */
export function whoTypes({ deps, tell }: Talk, userId: () => string): (chatId: unknown) => void {
  const sometimes = rarely();
  return (chatId) => {
    if (typeof chatId !== 'string' || !isId(chatId) || !sometimes()) return;
    void talksIn(deps, userId(), chatId)
      .then((mine) => {
        if (!mine) return;
        const nudge = { type: 'chat.typing', id: chatId, version: 0 };
        tell({ rooms: [], nudge, chat: { chatId, news: { typing: true } } });
      })
      .catch(() => {});
  };
}

/** True at most once in a while. */
function rarely(): () => boolean {
  let last = -Infinity;
  return () => {
    const now = performance.now();
    if (now - last < TYPING_EVERY_MS) return false;
    last = now;
    return true;
  };
}

/** Tells those who wait at this process their place, whenever the queue moved. */
export function watchQueue(deps: Deps, sockets: () => Iterable<VisitorSocket>) {
  let timer: NodeJS.Timeout | undefined;
  let lookedAt = -Infinity;
  const look = async () => {
    timer = undefined;
    lookedAt = performance.now();
    const here = [...sockets()];
    if (here.length === 0) return;
    const waits = await waitsOf(deps.db, [...new Set(here.map((s) => s.data.chatId))]);
    for (const socket of here) {
      const wait = waits.get(socket.data.chatId);
      if (wait) socket.emit('news', { state: 'waiting', ...wait });
    }
  };
  return {
    moved(): void {
      const inMs = Math.max(0, lookedAt + QUEUE_EVERY_MS - performance.now());
      timer ??= setTimeout(() => void look().catch(() => {}), inMs).unref();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Notes who is connected here: operators keep their chats, citizens their places in the queue. */
export function watchSeats(
  deps: Deps,
  sockets: () => Iterable<{ data: { actor: StaffActor } }>,
  citizens: () => Iterable<{ data: Visitor }>,
): NodeJS.Timeout {
  const note = () => {
    const there = [...sockets()].map((s) => s.data.actor).filter((a) => holds(a, 'operator'));
    const ids = [...new Set(there.map((a) => a.userId))];
    if (ids.length > 0) void someoneThere(deps, ids).catch(() => {});
    const chats = [...new Set([...citizens()].map((s) => s.data.chatId))];
    if (chats.length > 0) void visitorsThere(deps, chats).catch(() => {});
  };
  return setInterval(note, SEATS_EVERY_MS).unref();
}
