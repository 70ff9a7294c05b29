/** Boards that pages show: one feed for each scope, shared, open while somebody looks. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import type { BoardPush } from '../../../src/supervision/schema.ts';
import { createStore, type Store } from '../lib/store.ts';
import * as api from './board-api.ts';
import { BoardFeed, type BoardState } from './board.ts';
import { setServerNow } from './clock.ts';
import { closeBoard, listenToBoards, openBoard } from './live.ts';
import { Problem } from './problem.ts';
import { queryClient, usePages } from './queries.ts';

/** Without connection the figures are asked for over HTTP, this often. */
const POLL_MS = 20_000;
const WATCH_MS = 5_000;
/** Lists behind the figures are read again at most this often. */
const LISTS_MS = 2_000;

/** Over the socket, so that pushes follow; over HTTP while there is none. */
async function askFor(organizationId: string | null) {
  const view = openBoard(organizationId);
  if (view) return view;
  try {
    return await api.board(organizationId);
  } catch (error) {
    if (error instanceof Problem && [403, 404].includes(error.status)) return null;
    throw error;
  }
}

const stale = new Set<string>();
let reading: ReturnType<typeof setTimeout> | undefined;
const LISTS_OF: Record<BoardPush['lists'][number], string[]> = {
  orders: ['board-orders', 'supervisions'],
  escalations: ['board-escalations', 'supervisions'],
};

function readLists(lists: BoardPush['lists']): void {
  for (const list of lists) LISTS_OF[list].forEach((kind) => stale.add(kind));
  if (stale.size === 0) return;
  reading ??= setTimeout(() => {
    const kinds = new Set(stale);
    stale.clear();
    reading = undefined;
    void queryClient.invalidateQueries({ predicate: (q) => kinds.has(String(q.queryKey[0])) });
  }, LISTS_MS);
}

interface Open {
  store: Store<BoardState>;
  users: number;
  close: () => void;
}
const open = new Map<string, Open>();
const WAITING = createStore<BoardState>({ view: undefined, status: 'waiting', asOf: 0 });

function openFeed(organizationId: string | null): Open {
  const store = createStore<BoardState>(WAITING.get());
  const feed = new BoardFeed({
    ask: () => askFor(organizationId),
    changed: (state) => {
      if (state.view && state.view !== store.get().view) setServerNow(state.view.at);
      store.set(state);
    },
    lists: readLists,
    now: () => performance.now(),
  });
  const silence = listenToBoards({
    push: (push) => feed.push(push),
    connected: () => void feed.ask(),
    lost: () => feed.lost(),
  });
  let asked = performance.now();
  const watch = setInterval(() => {
    const old = feed.state.status !== 'live' || feed.isSilent();
    if (!old || feed.state.status === 'refused' || performance.now() - asked < POLL_MS) return;
    asked = performance.now();
    if (feed.isSilent()) feed.lost();
    void feed.ask();
  }, WATCH_MS);
  void feed.ask();
  const close = () => {
    silence();
    clearInterval(watch);
    // A unit's widest board and its own are one scope: the other may still be shown.
    const scope = feed.state.view?.scope;
    const shared = [...open.values()].some((other) => other.store.get().view?.scope === scope);
    if (scope !== undefined && !shared) closeBoard(scope);
  };
  return { store, users: 0, close };
}

/** Follows one board while it is shown. @param enabled false: nothing is asked. */
export function useBoard(organizationId: string | null, enabled = true): BoardState {
  const key = organizationId ?? '';
  const subscribe = useMemo(
    () => (listener: () => void) => {
      if (!enabled) return () => {};
      const board = open.get(key) ?? openFeed(organizationId);
      open.set(key, board);
      board.users += 1;
      const leave = board.store.subscribe(listener);
      return () => {
        leave();
        board.users -= 1;
        // The next page may show the same board.
        setTimeout(() => {
          if (board.users > 0 || open.get(key) !== board) return;
          open.delete(key);
          board.close();
        });
      };
    },
    [key, enabled, organizationId],
  );
  return useSyncExternalStore(subscribe, () => (open.get(key)?.store ?? WAITING).get());
}

export const useBoardOrders = (filter: api.BoardFilter, limit?: number, enabled = true) =>
  usePages(
    ['board-orders', api.filterQuery(filter), limit],
    (cursor, signal) => api.boardOrders(filter, cursor, limit, signal),
    enabled,
  );

export const useEscalations = (organizationId: string | null, limit: number, enabled = true) =>
  useQuery({
    queryKey: ['board-escalations', organizationId, limit],
    enabled,
    queryFn: ({ signal }) => api.escalations(organizationId, limit, signal),
  });

export const useSupervisions = (
  filter: Parameters<typeof api.supervisions>[0],
  limit?: number,
  enabled = true,
) =>
  usePages(
    ['supervisions', filter, limit],
    (cursor, signal) => api.supervisions(filter, cursor, limit, signal),
    enabled,
  );
