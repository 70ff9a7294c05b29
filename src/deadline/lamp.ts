/** Which lamp a clock shows and how much is left of it. Pure; `figures.store.ts` says the lamp again in SQL. */
import { cityDay, DAY_MS } from '../kernel/clock.ts';
import type { Lamp } from '../kernel/words.ts';
import { dayAt, dayMinutes, startOfDate } from '../calendar/index.ts';
import type { WorkCalendar } from '../calendar/index.ts';
import { measure } from './rules.ts';
import type { Basis } from './rules.ts';

const MINUTE_MS = 60_000;
/** Dates looked ahead for the next working stretch; the longest closure of a year is some 10 days. */
const AHEAD_DATES = 120;

/** The instants that decide the lamp. */
export interface Instants {
  state: 'running' | 'paused' | 'stopped';
  dueAt: Date | null;
  soonAt: Date | null;
  todayAt: Date | null;
  provisional: boolean;
}

/** look.md, Clocks: overdue is strictly after the due instant; of two lamps the more urgent shows. */
export function lampOf(c: Instants, now: Date): Lamp {
  if (c.state === 'paused') return 'paused';
  if (c.dueAt && c.dueAt < now) return 'overdue';
  if (c.todayAt && c.todayAt <= now) return 'today';
  if (c.soonAt && c.soonAt <= now) return 'soon';
  return c.provisional ? 'provisional' : 'roomy';
}

/** What is left on the clock's own basis in ms; negative: over. */
export function leftOf(
  c: { basis: Basis; dueAt: Date | null; remainingMs: number | null },
  calendar: WorkCalendar,
  now: Date,
): number {
  if (!c.dueAt) return c.remainingMs ?? 0;
  return c.dueAt >= now
    ? measure(c.basis, calendar, now, c.dueAt)
    : -measure(c.basis, calendar, c.dueAt, now);
}

/** The present or next stretch of working time; null where the calendar has none soon. */
export function stretchAt(cal: WorkCalendar, now: Date): { from: Date; to: Date } | null {
  const today = startOfDate(cityDay(now)).getTime();
  for (let i = -1; i < AHEAD_DATES; i++) {
    const start = today + i * DAY_MS;
    for (const [a, b] of dayAt(cal, cityDay(new Date(start))).day.spans) {
      const to = new Date(start + b * MINUTE_MS);
      if (to > now) return { from: new Date(start + a * MINUTE_MS), to };
    }
  }
  return null;
}

/** Milliseconds called one day; null for natural hours, which are never called days (look.md). */
export const dayMsOf = (basis: Basis, cal: WorkCalendar): number | null =>
  basis === 'nh' ? null : dayMinutes(cal) * MINUTE_MS;
