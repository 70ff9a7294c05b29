/** The operator's telephone: seat, calls, what the switch is asked, and news of all that. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Captions } from '../../../src/demo/schema.ts';
import type { ChannelPolicyView } from '../../../src/intake/schema.ts';
import type {
  CallView,
  ColleagueView,
  CommandInput,
  DeskCallView,
  DeskView,
  QueueView,
  SeatInput,
  SeatView,
} from '../../../src/telephony/schema.ts';
import { call } from './client.ts';
import { listenToCalls, type PhoneNews } from './live.ts';
import { keepCaller, queryClient } from './queries.ts';
import { holds, useMe } from './session.tsx';

export type { CallView, ColleagueView, SeatView };

type Signal = AbortSignal | undefined;
const on = (signal: Signal) => (signal ? { signal } : {});

/** Seat, calls and callers in one answer: whoever rings is shown with all that is known of them. */
async function desk(signal: Signal): Promise<DeskView> {
  const view = await call<DeskView>('GET', '/telephony/desk', on(signal));
  for (const { phone, caller } of view.calls) if (phone && caller) keepCaller(phone, caller);
  return view;
}
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
export const refreshCalls = () => readAgain([DESK, ...CENTRE, ...LISTS]);

const DESK = 'phone-desk';
/** What changes with everybody's calls, and lists that change now and then. */
const CENTRE = ['phone-queue', 'contact-calls'];
const LISTS = ['return-calls', 'restricted', 'proposals', 'warned'];
const readAgain = (kinds: readonly string[]) =>
  queryClient.invalidateQueries({
    predicate: ({ queryKey: [kind] }) => kinds.includes(String(kind)),
  });

/** Where nothing pushes any more, a telephone must still be heard. */
const LOOK_EVERY_MS = 10_000;
/** An empty queue fills only with news. */
const QUIET_MS = 30_000;
const reading = { staleTime: 0, refetchInterval: LOOK_EVERY_MS } as const;

/**
 * News of others become one reading, and not that of all desks at one instant: a whole centre that
 * asks for its queue whenever somebody's telephone rings would hold up the one desk where it does.
 */
function gathered(kinds: readonly string[], leastMs: number, mostMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const read = () => {
    timer = undefined;
    void readAgain(kinds);
  };
  return () => (timer ??= setTimeout(read, leastMs + Math.random() * (mostMs - leastMs)));
}
const readCentre = gathered(CENTRE, 2_000, 8_000);
const readLists = gathered(LISTS, 300, 1_500);
let soon = false;
/** Once, however many parts of the page listen; without a timer, which a hidden page holds back. */
function readOwn(): void {
  if (soon) return;
  soon = true;
  queueMicrotask(() => {
    soon = false;
    void readAgain([DESK, 'contact-calls']);
  });
}

function onNews({ own, types }: PhoneNews): void {
  if (own) readOwn();
  if (types.some((type) => /^(?:return_call|caller)\./.test(type))) readLists();
  if (types.some((type) => /^(?:call|seat)\./.test(type))) readCentre();
}

/** Reads again at the news of a telephone: one's own at once. */
export function usePhoneNews(wanted: boolean): void {
  useEffect(() => (wanted ? listenToCalls(onNews) : undefined), [wanted]);
}

export const useIsOperator = (): boolean => holds(useMe(), 'operator');

/** One reading for seat, calls and callers, whoever shows which of them. */
const useDesk = <T>(wanted: boolean, select: (view: DeskView) => T) =>
  useQuery({
    queryKey: [DESK],
    enabled: wanted,
    ...reading,
    refetchIntervalInBackground: true,
    queryFn: ({ signal }) => desk(signal),
    select,
  });
const seatIn = (view: DeskView) => view.seat;
const callsIn = (view: DeskView) => view.calls;

export const useSeat = (wanted = true) => useDesk(wanted, seatIn);

export const useQueue = () =>
  useQuery<QueueView>({
    queryKey: ['phone-queue'],
    staleTime: 0,
    // Only a wait that grows has to be told without news.
    refetchInterval: ({ state }) => (state.data?.waiting ? LOOK_EVERY_MS : QUIET_MS),
    queryFn: ({ signal }) => queue(signal),
  });

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
export interface DeskCall extends DeskCallView {
  name: string;
  said: string;
}

export interface Calls {
  ringing: DeskCall | undefined;
  /** The one that is being talked on, or held. */
  talking: DeskCall | undefined;
}

const NONE: readonly DeskCallView[] = [];

/** What rings here and whom this operator talks to. */
export function useCalls(): Calls {
  const operator = useIsOperator();
  const { data = NONE } = useDesk(operator, callsIn);
  usePhoneNews(operator);
  const ringing = data.find((c) => c.state === 'offered' && c.mine);
  const talking = data.find((c) => (c.state === 'talking' || c.state === 'held') && c.mine);
  return { ringing: useTold(ringing), talking: useTold(talking) };
}

function useTold(found: DeskCallView | undefined): DeskCall | undefined {
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
