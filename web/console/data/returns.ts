/** Calls to return, and callers who are restricted for a while. */
import { useQuery } from '@tanstack/react-query';
import type { ReturnResult } from '../../../src/contract.ts';
import type {
  DialView,
  RestrictedView,
  RestrictInput,
  ReturnCallView,
} from '../../../src/telephony/schema.ts';
import type { Page } from '../../../src/workorder/schema.ts';
import { call, type Query } from './client.ts';
import { usePages } from './queries.ts';

export type ReturnQueue = 'open' | 'mine' | 'done';
export type RestrictedState = 'current' | 'past';
const PAGE = 50;

interface Listed<T> {
  items: T[];
  next: string | null;
}
/** A page of a list, as every list here is read. */
const paged = async <T>(path: string, query: Query, signal: AbortSignal): Promise<Page<T>> => {
  const { items, next } = await call<Listed<T>>('GET', path, { query, signal });
  return { items, nextCursor: next };
};

export const useReturnCalls = (state: ReturnQueue, enabled = true) =>
  usePages<ReturnCallView>(
    ['return-calls', state],
    (cursor, signal) => paged('/telephony/return-calls', { state, cursor, limit: PAGE }, signal),
    enabled,
  );
export const takeReturn = (id: string, key: string) =>
  call<ReturnCallView>('POST', `/telephony/return-calls/${id}/take`, { key });
export const dialReturn = (id: string, key: string) =>
  call<DialView>('POST', `/telephony/return-calls/${id}/dial`, { key });
export const attemptReturn = (
  id: string,
  input: { result: ReturnResult; contactId?: string },
  key: string,
) => call<unknown>('POST', `/telephony/return-calls/${id}/attempts`, { body: input, key });

export const useRestricted = (state: RestrictedState, enabled = true) =>
  usePages<RestrictedView>(
    ['restricted', state],
    (cursor, signal) =>
      paged('/telephony/restricted-callers', { state, cursor, limit: PAGE }, signal),
    enabled,
  );
export const restrict = (input: RestrictInput, key: string) =>
  call<unknown>('POST', '/telephony/restricted-callers', { body: input, key });
export const liftRestriction = (id: string, reason: string, key: string) =>
  call<unknown>('POST', `/telephony/restricted-callers/${id}/lift`, { body: { reason }, key });

/** How many calls wait to be returned by somebody. */
export const useReturnCount = (enabled: boolean): number | undefined =>
  useQuery({
    queryKey: ['return-calls', 'count'],
    enabled,
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<Listed<ReturnCallView>>('GET', '/telephony/return-calls', {
        query: { state: 'open', limit: 100 },
        signal,
      }),
  }).data?.items.length;
