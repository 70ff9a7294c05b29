/** The API of clocks, calendars and policies. */
import { useQuery } from '@tanstack/react-query';
import type {
  CalendarChange,
  CalendarListItem,
  CalendarPreview,
  CalendarView,
  ClockHealth,
} from '../../../src/calendar/schema.ts';
import type {
  DeadlineView,
  PolicyView,
  SimulateInput,
  SimulateView,
} from '../../../src/deadline/schema.ts';
import { call } from './client.ts';

type Signal = AbortSignal | undefined;
const on = (signal: Signal) => (signal ? { signal } : {});
const MINUTE_MS = 60_000;

export const orderDeadlines = (orderId: string, signal?: Signal) =>
  call<DeadlineView[]>('GET', `/orders/${orderId}/deadlines`, on(signal));
export const simulate = (input: SimulateInput, signal?: Signal) =>
  call<SimulateView>('POST', '/deadlines/simulate', { body: input, ...on(signal) });
export const policies = (signal?: Signal) =>
  call<{ items: PolicyView[] }>('GET', '/policies', on(signal));
export const withdrawPolicy = (version: number, key: string) =>
  call<unknown>('POST', `/policies/${version}/withdraw`, { key });
export const calendars = (signal?: Signal) =>
  call<{ items: CalendarListItem[] }>('GET', '/calendars', on(signal));
export interface DaysQuery {
  organizationId?: string | undefined;
  from: string;
  to: string;
}
export const calendarDays = (query: DaysQuery, signal?: Signal) =>
  call<CalendarView>('GET', '/calendars/days', { query: { ...query }, ...on(signal) });
export const previewCalendar = (change: CalendarChange) =>
  call<CalendarPreview>('POST', '/calendars/preview', { body: change });
export const publishCalendar = (change: CalendarChange, key: string) =>
  call<CalendarPreview>('POST', '/calendars', { body: change, key });
export const clockHealth = (signal?: Signal) =>
  call<ClockHealth>('GET', '/clocks/health', on(signal));

/** Read again with every version of the order; the ladder fires without one, so also by the minute. */
export const useDeadlines = (orderId: string, version: number) =>
  useQuery<DeadlineView[]>({
    queryKey: ['deadlines', orderId, version],
    refetchInterval: MINUTE_MS,
    placeholderData: (previous, query) => (query?.queryKey[1] === orderId ? previous : undefined),
    queryFn: ({ signal }) => orderDeadlines(orderId, signal),
  });
export const usePolicies = () =>
  useQuery({ queryKey: ['policies'], queryFn: ({ signal }) => policies(signal) });
export const useCalendars = () =>
  useQuery({ queryKey: ['calendars'], queryFn: ({ signal }) => calendars(signal) });
export const useCalendarDays = (query: DaysQuery) =>
  useQuery<CalendarView>({
    queryKey: ['calendar-days', query.organizationId ?? null, query.from, query.to],
    placeholderData: (previous) => previous,
    queryFn: ({ signal }) => calendarDays(query, signal),
  });
export const useClockHealth = () =>
  useQuery({ queryKey: ['clock-health'], queryFn: ({ signal }) => clockHealth(signal) });
