/** The operator's telephone: seat, calls, what the switch is asked, and news of all that. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Captions } from '../../../src/demo/schema.ts';
import type { ChannelPolicyView } from '../../../src/intake/schema.ts';
import type {
  CallView,
  ColleagueView,
  CommandInput,
  QueueView,
  SeatInput,
  SeatView,
} from '../../../src/telephony/schema.ts';
import { call } from './client.ts';
import { listenToCalls } from './live.ts';
import { queryClient } from './queries.ts';
import { holds, useMe } from './session.tsx';

export type { CallView, ColleagueView, SeatView };

type Signal = AbortSignal | undefined;
const on = (signal: Signal) => (signal ? { signal } : {});

const seat = (signal?: Signal) => call<SeatView>('GET', '/telephony/seat', on(signal));
const calls = (signal?: Signal) => call<CallView[]>('GET', '/telephony/calls', on(signal));
export const moveSeat = (input: SeatInput) =>
  call<SeatView>('PUT', '/telephony/seat', { body: input });
export const commandCall = (id: string, input: CommandInput) =>
  call<unknown>('POST', `/telephony/calls/${id}/commands`, { body: input });
export const warnCaller = (id: string, key: string) =>
  call<unknown>('POST', `/telephony/calls/${id}/warnings`, { key });
const captionsOf = (id: string, signal?: Signal) =>
  call<Captions>('GET', `/demo/calls/${id}`, on(signal));
const callsOfContact = (contactId: string, signal?: Signal) =>
  call<CallView[]>('GET', `/telephony/contacts/${contactId}/calls`, on(signal));

const queue = (signal?: Signal) => call<QueueView>('GET', '/telephony/queue', on(signal));

const colleagues = (signal?: Signal) =>
  call<ColleagueView[]>('GET', '/telephony/colleagues', on(signal));

/** Everything that is shown of telephones is read again. */
export const refreshCalls = () =>
  queryClient.invalidateQueries({
    predicate: ({ queryKey: [kind] }) => PHONE_KEYS.has(String(kind)),
  });
const PHONE_KEYS = new Set(['calls', 'seat', 'phone-queue', 'contact-calls', 'return-calls']);

/** Where nothing pushes any more, a telephone must still be heard. */
const LOOK_EVERY_MS = 10_000;
const reading = { staleTime: 0, refetchInterval: LOOK_EVERY_MS } as const;

/** Reads again at every news of a telephone. */
export function usePhoneNews(wanted: boolean): void {
  useEffect(() => (wanted ? listenToCalls(() => void refreshCalls()) : undefined), [wanted]);
}

export const useIsOperator = (): boolean => holds(useMe(), 'operator');

export const useSeat = (wanted = true) =>
  useQuery({
    queryKey: ['seat'],
    enabled: wanted,
    ...reading,
    refetchIntervalInBackground: true,
    queryFn: ({ signal }) => seat(signal),
  });

export const useQueue = () =>
  useQuery({ queryKey: ['phone-queue'], ...reading, queryFn: ({ signal }) => queue(signal) });

export const useColleagues = (wanted: boolean) =>
  useQuery({
    queryKey: ['colleagues'],
    enabled: wanted,
    staleTime: 0,
    queryFn: ({ signal }) => colleagues(signal),
  });

/** What the city says to who insults; of the policy, not of this page. */
export const useAbuseScript = (wanted: boolean): { zh: string; en: string } | undefined =>
  useQuery({
    queryKey: ['channel-policy'],
    enabled: wanted,
    staleTime: 60_000,
    queryFn: ({ signal }) => call<ChannelPolicyView>('GET', '/channel-policy', { signal }),
  }).data?.document.telephony.abuse.script;

/** The calls of a contact, with their legs and recordings. */
export const useContactCalls = (contactId: string | undefined) =>
  useQuery({
    queryKey: ['contact-calls', contactId],
    enabled: contactId !== undefined,
    retry: false,
    queryFn: ({ signal }) => callsOfContact(contactId ?? '', signal),
  });

/** A call at the desk; in a demo also who they say they are, and what they say. */
export interface DeskCall extends CallView {
  name: string;
  said: string;
}

export interface Calls {
  ringing: DeskCall | undefined;
  /** The one that is being talked on, or held. */
  talking: DeskCall | undefined;
}

/** What rings here and whom this operator talks to. */
export function useCalls(): Calls {
  const operator = useIsOperator();
  const { data = [] } = useQuery({
    queryKey: ['calls'],
    enabled: operator,
    ...reading,
    refetchIntervalInBackground: true,
    queryFn: ({ signal }) => calls(signal),
  });
  usePhoneNews(operator);
  const ringing = data.find((c) => c.state === 'offered' && c.mine);
  const talking = data.find((c) => (c.state === 'talking' || c.state === 'held') && c.mine);
  return { ringing: useTold(ringing), talking: useTold(talking) };
}

function useTold(found: CallView | undefined): DeskCall | undefined {
  const { demo } = useMe();
  const { data } = useQuery({
    queryKey: ['captions', found?.id],
    enabled: demo && found !== undefined && found.direction === 'in',
    staleTime: Infinity,
    retry: false,
    queryFn: ({ signal }) => captionsOf(found?.id ?? '', signal),
  });
  return found && { ...found, name: data?.name ?? '', said: data?.text ?? '' };
}
