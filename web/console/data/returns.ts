/** Calls to return, and callers who are restricted for a while. */
import { useQuery } from '@tanstack/react-query';
import type { ReturnResult } from '../../../src/contract.ts';
import type { ChannelPolicyView } from '../../../src/intake/schema.ts';
import type {
  CallView,
  DecisionInput,
  DialView,
  ProposalView,
  RestrictedView,
  RestrictInput,
  ReturnCallView,
  WarnedCallView,
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

/** What operators ask for: what waits for a decision, and what was decided. */
export type ProposalState = 'open' | 'decided';
export const useProposals = (state: ProposalState) =>
  usePages<ProposalView>(['proposals', state], (cursor, signal) =>
    paged('/telephony/restriction-proposals', { state, cursor, limit: PAGE }, signal),
  );
export const useProposalCount = (enabled: boolean): number | undefined =>
  useQuery({
    queryKey: ['proposals', 'count'],
    enabled,
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<{ open: number }>('GET', '/telephony/restriction-proposals/count', { signal }),
  }).data?.open;
export const proposeRestriction = (callId: string, reason: string, key: string) =>
  call<unknown>('POST', `/telephony/calls/${callId}/restriction-proposals`, {
    body: { reason },
    key,
  });
export const decideProposal = (id: string, input: DecisionInput, key: string) =>
  call<ProposalView>('POST', `/telephony/restriction-proposals/${id}/decision`, {
    body: input,
    key,
  });

/** Whom one has warned often enough to ask for a restriction. */
export const useWarned = (enabled = true) =>
  useQuery({
    queryKey: ['warned'],
    enabled,
    queryFn: ({ signal }) =>
      call<{ items: WarnedCallView[] }>('GET', '/telephony/warned-callers', { signal }),
  });

/** One call, with what was recorded of it. */
export const useCallView = (id: string) =>
  useQuery({
    queryKey: ['contact-calls', 'one', id],
    retry: false,
    queryFn: ({ signal }) => call<CallView>('GET', `/telephony/calls/${id}`, { signal }),
  });

/** How many warnings a restriction needs, and how many days it lasts at most; of the policy. */
export const useAbusePolicy = () =>
  useQuery({
    queryKey: ['channel-policy'],
    staleTime: 60_000,
    queryFn: ({ signal }) => call<ChannelPolicyView>('GET', '/channel-policy', { signal }),
  }).data?.document.telephony.abuse;

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
