/**
 * A nudge plus a fetch: the socket says that an order changed, the page reads it again over HTTP.
 * What is not newer than what is shown is dropped; after a gap everything on screen is read again.
 */
import type { InfiniteData, QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, Nudge, ServerToClient } from '../../../src/contract.ts';
import type { BoardPush, BoardView } from '../../../src/supervision/schema.ts';
import type { OrderDetail, OrderListItem, Page } from '../../../src/workorder/schema.ts';
import { createStore, useStore } from '../lib/store.ts';
import { serverNow, setServerNow } from './clock.ts';
import { DOOR_KEY } from './doors.ts';
import { readsNotices, tellsOf } from './noticed.ts';
import { queryClient, refreshAll } from './queries.ts';

/** Bursts of nudges become one reading of the lists. */
const GATHER_MS = 400;
/** Without socket the page asks by itself, this often. */
const POLL_MS = 20_000;
const BOARD_ANSWER_MS = 10_000;

export interface LiveState {
  state: 'connecting' | 'live' | 'stale';
  /** Server time of the last change of state. */
  since: number;
}
const liveStore = createStore<LiveState>({ state: 'connecting', since: serverNow() });
export const useLive = () => useStore(liveStore);

/** News that leaves the order's version as it was: always read again. */
const SAME_VERSION = new Set([
  'reply.drafted',
  'reply.sent_back',
  'delivery.failed',
  'deadline.fired',
  'deadline.moved',
  'escalation.recorded',
  'work_order.supervised',
  'work_order.supervision_replied',
  'work_order.supervision_judged',
]);
/** News about no order in particular: every clock may show something else now. */
const EVERYWHERE = new Set(['calendar.changed', 'policy.withdrawn']);
const LISTS = new Set(['orders', 'inbox', 'callbacks', 'supervisions', 'board-orders']);
const watched = new Map<string, number>();
let socket: Socket<ServerToClient, ClientToServer> | undefined;
let pending = new Map<string, number>();
let noticed = false;
let gathering: ReturnType<typeof setTimeout> | undefined;

const setState = (state: LiveState['state']) => {
  if (liveStore.get().state !== state) liveStore.set({ state, since: serverNow() });
};

/** News of telephones; their ids are calls and people, not orders. */
const CALLS = /^(?:call|caller|seat|return_call)\./;
export interface PhoneNews {
  /** It rings here, or it is of one's own seat or call; else of somebody's in the centre. */
  own: boolean;
  types: readonly string[];
}
type PhoneListener = (news: PhoneNews) => void;
const phones = new Set<PhoneListener>();
export function listenToCalls(listener: PhoneListener): () => void {
  phones.add(listener);
  return () => phones.delete(listener);
}

/** News of chats: its ids are chats. `typing` is told of a citizen who writes just now. */
const CHATS = /^chat\./;
interface ChatListener {
  /** @param ids of the chats that there is news of. */
  news?: (ids: ReadonlySet<string>) => void;
  typing?: (chatId: string) => void;
}
const chatters = new Set<ChatListener>();
export function listenToChats(listener: ChatListener): () => void {
  chatters.add(listener);
  return () => chatters.delete(listener);
}
/** Tells the citizen that the operator types. */
export const sayTyping = (chatId: string) => void socket?.emit('chat_typing', chatId);

function onChats(heard: Nudge[]): void {
  const typing = heard.filter(({ type }) => type === 'chat.typing');
  const ids = new Set(heard.filter(({ type }) => type !== 'chat.typing').map(({ id }) => id));
  for (const listener of chatters) {
    for (const { id } of typing) listener.typing?.(id);
    if (ids.size > 0) listener.news?.(ids);
  }
}

function onNudges(heard: Nudge[]): void {
  const nudges = heard.filter(({ type }) => !CALLS.test(type) && !CHATS.test(type));
  const calls = heard.filter(({ type }) => CALLS.test(type));
  if (calls.length > 0) {
    const own = calls.some(({ room }) => room.startsWith('user:'));
    const news = { own, types: calls.map(({ type }) => type) };
    phones.forEach((listener) => listener(news));
  }
  onChats(heard.filter(({ type }) => CHATS.test(type)));
  if (nudges.some(({ type }) => type.startsWith('door.')))
    void queryClient.invalidateQueries({ queryKey: [DOOR_KEY] });
  if (nudges.some(({ type }) => EVERYWHERE.has(type))) void refreshAll();
  for (const { id, type, version } of nudges) {
    const news = SAME_VERSION.has(type) ? Infinity : version;
    pending.set(id, Math.max(news, pending.get(id) ?? 0));
  }
  noticed ||= nudges.some(tellsOf);
  if (pending.size > 0) gathering ??= setTimeout(apply, GATHER_MS);
}

const onNotice = readsNotices(
  () => void queryClient.invalidateQueries({ queryKey: ['notifications'] }),
);

function apply(): void {
  const news = pending;
  pending = new Map();
  if (noticed) onNotice();
  noticed = false;
  gathering = undefined;
  void queryClient.invalidateQueries({
    predicate: (q) => concerns(q.queryKey, q.state.data, news),
  });
}

/** Whether a cached answer may be older than the news. */
function concerns(key: QueryKey, data: unknown, news: Map<string, number>): boolean {
  const [kind, id] = key as [string, string];
  if (kind === 'order') return isOlder(data as OrderDetail | undefined, news.get(id));
  if (['routing', 'evaluations', 'deliveries'].includes(kind)) return news.has(id);
  if (!LISTS.has(kind)) return false;
  const shown = versionsIn(data);
  return [...news].some(([orderId, version]) => (shown.get(orderId) ?? -1) < version);
}

const isOlder = (shown: { version: number } | undefined, version: number | undefined) =>
  version !== undefined && (shown === undefined || shown.version < version);

/** Versions of the orders that a cached list shows; a count shows none and is always read again. */
function versionsIn(data: unknown): Map<string, number> {
  const pages = (data as InfiniteData<Page<OrderListItem | { order: OrderListItem }>> | undefined)
    ?.pages;
  const items = Array.isArray(pages) ? pages.flatMap((page) => page.items) : [];
  return new Map(
    items.map((item) => {
      const order = 'order' in item ? item.order : item;
      return [order.id, order.version];
    }),
  );
}

/** What a board wants to hear of the socket. */
export interface BoardListener {
  push: (push: BoardPush) => void;
  connected: () => void;
  lost: () => void;
}
const boards = new Set<BoardListener>();

/** Pushes of boards, and when the connection came or went. */
export function listenToBoards(listener: BoardListener): () => void {
  boards.add(listener);
  return () => boards.delete(listener);
}

/** Opens a board over the socket; `undefined` when there is no connection to ask over. */
export const openBoard = (organizationId: string | null): Promise<BoardView | null> | undefined =>
  socket?.connected
    ? socket.timeout(BOARD_ANSWER_MS).emitWithAck('board', organizationId)
    : undefined;
export const closeBoard = (scope: string) => void socket?.emit('unboard', scope);

/** Words of the server that no further try will change. */
const REFUSED = new Set(['not_signed_in', 'foreign_origin']);
const AGAIN_MS = 1_500;

function connect(): () => void {
  let again: ReturnType<typeof setTimeout> | undefined;
  socket = io({ path: '/socket.io', transports: ['websocket', 'polling'] });
  socket.on('nudge', onNudges);
  socket.on('board', (push) => boards.forEach((board) => board.push(push)));
  socket.on('resync', (at) => {
    if (at) setServerNow(at);
    void refreshAll();
  });
  socket.on('connect', () => {
    const gap = liveStore.get().state !== 'connecting';
    setState('live');
    for (const id of watched.keys()) watch(id);
    if (gap) void refreshAll();
    boards.forEach((board) => board.connected());
  });
  const lost = () => {
    setState('stale');
    boards.forEach((board) => board.lost());
  };
  socket.on('disconnect', lost);
  socket.on('connect_error', (error) => {
    lost();
    // The library tries again where nobody answered, not where the server refused: a busy one has to.
    const busy = !socket?.active && !REFUSED.has(error.message);
    if (busy) again = setTimeout(() => socket?.connect(), AGAIN_MS * (1 + Math.random()));
  });
  const offline = lost;
  const online = () => {
    if (!socket?.connected) return;
    setState('live');
    void refreshAll();
    boards.forEach((board) => board.connected());
  };
  window.addEventListener('offline', offline);
  window.addEventListener('online', online);
  const poll = setInterval(() => {
    if (liveStore.get().state !== 'live') void refreshAll();
  }, POLL_MS);
  return () => {
    clearInterval(poll);
    clearTimeout(again);
    window.removeEventListener('offline', offline);
    window.removeEventListener('online', online);
    socket?.close();
    socket = undefined;
    setState('connecting');
  };
}

/** Holds the connection while somebody is signed in. */
export const useLiveConnection = (userId: string) => useEffect(connect, [userId]);

const watch = (orderId: string) => socket?.emit('watch', orderId, () => {});

/** Follows one order while its page is open. */
export function useWatch(orderId: string | undefined): void {
  useEffect(() => {
    if (orderId === undefined) return;
    watched.set(orderId, (watched.get(orderId) ?? 0) + 1);
    if (socket?.connected) watch(orderId);
    return () => {
      const left = (watched.get(orderId) ?? 1) - 1;
      if (left > 0) return void watched.set(orderId, left);
      watched.delete(orderId);
      socket?.emit('unwatch', orderId);
    };
  }, [orderId]);
}
