/** Calls to return, and callers who are restricted for a while. */
import { useQuery } from '@tanstack/react-query';
import type { ReturnResult } from '../../../src/contract.ts';
import type {
  RestrictedView,
  RestrictInput,
  ReturnCallView,
} from '../../../src/telephony/schema.ts';
import type { Page } from '../../../src/workorder/schema.ts';
import { call } from './client.ts';
import { usePages } from './queries.ts';

export type ReturnQueue = 'open' | 'mine' | 'done';
export type RestrictedState = 'current' | 'past';
const PAGE = 50;

export const useReturnCalls = (state: ReturnQueue, enabled = true) =>
  usePages<ReturnCallView>(
    ['return-calls', state],
    (cursor, signal) =>
      call('GET', '/telephony/return-calls', { query: { state, cursor, limit: PAGE }, signal }),
    enabled,
  );
export const takeReturn = (id: string, key: string) =>
  call<ReturnCallView>('POST', `/telephony/return-calls/${id}/take`, { key });
export const attemptReturn = (
  id: string,
  input: { result: ReturnResult; contactId?: string },
  key: string,
) => call<unknown>('POST', `/telephony/return-calls/${id}/attempts`, { body: input, key });

export const useRestricted = (state: RestrictedState, enabled = true) =>
  usePages<RestrictedView>(
    ['restricted', state],
    (cursor, signal) =>
      call<Page<RestrictedView>>('GET', '/telephony/restricted-callers', {
        query: { state, cursor, limit: PAGE },
        signal,
      }),
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
      call<Page<ReturnCallView>>('GET', '/telephony/return-calls', {
        query: { state: 'open', limit: 100 },
        signal,
      }),
  }).data?.items.length;
