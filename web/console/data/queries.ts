/** What is on screen, by key; live.ts makes these stale when the server says so. */
import {
  QueryCache,
  QueryClient,
  MutationCache,
  useInfiniteQuery,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { WaitReason } from '../../../src/contract.ts';
import type { Me } from '../../../src/identity/schema.ts';
import type { CallerHistory } from '../../../src/intake/schema.ts';
import type { RoutingSuggestion, SuggestInput } from '../../../src/routing/schema.ts';
import type { InboxFacet, OrderDetail, OrderQueue, Page } from '../../../src/workorder/schema.ts';
import * as api from './api.ts';
import { setServerNow } from './clock.ts';
import { retry, retryDelay } from './patience.ts';
import { Problem } from './problem.ts';

const MINUTE_MS = 60_000;

/** A request without session shows the sign-in page, at the same address. */
const onError = (error: unknown) => {
  if (error instanceof Problem && error.code === 'not_signed_in') {
    queryClient.setQueryData(['session'], null);
  }
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 5 * MINUTE_MS,
      retry,
      retryDelay,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** Keys of things that acts do not change. */
const FIXED = new Set(['session', 'reference', 'demo', 'suggest', 'find']);

/** Makes everything on screen fetch again, except what acts cannot have changed. */
export const refreshAll = () =>
  queryClient.invalidateQueries({ predicate: (q) => !FIXED.has(String(q.queryKey[0])) });

/** Shows the sign-in page and, once nothing is on screen any more, drops what was read. */
export function forgetSession(): void {
  queryClient.setQueryData(['session'], null);
  setTimeout(() => queryClient.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' }));
}

/** Who is signed in; null: nobody. */
export const useSession = () =>
  useQuery<Me | null>({
    queryKey: ['session'],
    staleTime: MINUTE_MS,
    refetchInterval: (query) => (query.state.data ? MINUTE_MS : false),
    queryFn: async ({ signal }) => {
      try {
        const me = await api.whoAmI(signal);
        setServerNow(me.serverNow);
        return me;
      } catch (error) {
        if (error instanceof Problem && error.code === 'not_signed_in') return null;
        throw error;
      }
    },
  });

export const useReference = () =>
  useQuery({
    queryKey: ['reference'],
    staleTime: MINUTE_MS,
    queryFn: ({ signal }) => api.reference(signal),
  });

export const useDemoAccounts = () =>
  useQuery({
    queryKey: ['demo'],
    staleTime: Infinity,
    retry: false,
    queryFn: ({ signal }) => api.demoAccounts(signal),
  });

/** A list that grows by pages. */
export function usePages<T>(
  queryKey: readonly unknown[],
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  enabled = true,
) {
  const query = useInfiniteQuery({
    queryKey,
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    getNextPageParam: (last: Page<T>) => last.nextCursor ?? undefined,
  });
  return { ...query, items: query.data?.pages.flatMap((page) => page.items) ?? [] };
}

export const useOrders = (queue: OrderQueue) =>
  usePages(['orders', queue], (cursor, signal) => api.orders(queue, cursor, signal));
/** What waits for a dispatcher, for one reason or for any. */
export const useTriage = (wait: WaitReason | undefined) =>
  usePages(['orders', 'triage', wait ?? ''], (cursor, signal) => api.triage(wait, cursor, signal));
export const useInbox = (facet: InboxFacet) =>
  usePages(['inbox', facet], (cursor, signal) => api.inbox(facet, cursor, signal));
export const useCallbacks = (queue: api.CallbackQueue) =>
  usePages(['callbacks', queue], (cursor, signal) => api.callbacks(queue, cursor, signal));

/** A list as its page needs it, whatever it lists. */
export type Pages<T> = ReturnType<typeof usePages<T>>;

export const useOrderCounts = (enabled = true) =>
  useQuery({
    queryKey: ['orders', 'counts'],
    enabled,
    queryFn: ({ signal }) => api.orderCounts(signal),
  });
export const useInboxCounts = (enabled = true) =>
  useQuery({
    queryKey: ['inbox', 'counts'],
    enabled,
    queryFn: ({ signal }) => api.inboxCounts(signal),
  });
export const useCallbackCounts = (enabled = true) =>
  useQuery({
    queryKey: ['callbacks', 'counts'],
    enabled,
    queryFn: ({ signal }) => api.callbackCounts(signal),
  });

export const useOrder = (id: string | undefined): UseQueryResult<OrderDetail> =>
  useQuery({
    queryKey: ['order', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => api.order(id ?? '', signal),
  });

export const useOrderRouting = (id: string | undefined) =>
  useQuery({
    queryKey: ['routing', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => api.orderRouting(id ?? '', signal),
  });

export const useSuggestion = (input: SuggestInput | undefined) =>
  useQuery<RoutingSuggestion>({
    queryKey: ['suggest', input],
    enabled: input !== undefined,
    staleTime: MINUTE_MS,
    placeholderData: (previous) => previous,
    queryFn: ({ signal }) => api.suggest(input as SuggestInput, signal),
  });

export const useEvaluations = (orderId: string | undefined) =>
  useQuery({
    queryKey: ['evaluations', orderId],
    enabled: orderId !== undefined,
    queryFn: ({ signal }) => api.evaluations(orderId ?? '', signal),
  });

export const useCaller = (phone: string | undefined) =>
  useQuery({
    queryKey: ['caller', phone],
    enabled: phone !== undefined,
    retry: false,
    queryFn: ({ signal }) => api.callerHistory(phone ?? '', signal),
  });

/** What a call brought along of its caller; nobody has to ask for it again. */
export const keepCaller = (phone: string, history: CallerHistory) =>
  void queryClient.setQueryData(['caller', phone], history);

export const useFind = (q: string) =>
  useQuery({
    queryKey: ['find', q],
    enabled: q !== '',
    queryFn: ({ signal }) => api.findOrders(q, signal),
  });

export const useNotifications = () =>
  useQuery({ queryKey: ['notifications'], queryFn: ({ signal }) => api.notifications(signal) });
export const useDeliveries = (orderId: string, enabled: boolean) =>
  useQuery({
    queryKey: ['deliveries', orderId],
    enabled,
    queryFn: ({ signal }) => api.deliveries(orderId, signal),
  });
