import { z } from 'zod';
import type { Day } from './rules.ts';

const date = z.iso.date();
const span = z
  .tuple([z.int().min(0).max(1439), z.int().min(1).max(2880)])
  .refine(([a, b]) => a < b, 'ends before it begins');

export const calendarQuery = z.object({
  organizationId: z.uuid().optional(),
  from: date,
  to: date,
});

/** A year's days off and make-up days, as the notice of the State Council gives them, or holiday-cn's file. */
export const importInput = z.object({
  year: z.int().min(2007).max(2100),
  source: z.string().trim().min(1).max(200),
  days: z
    .array(z.object({ date, name: z.string().trim().max(40).default(''), isOffDay: z.boolean() }))
    .min(1)
    .max(200),
});
export type ImportInput = z.infer<typeof importInput>;

/** Weekly hours from a date on: summer hours, a utility that never closes, a night shift. */
export const hoursInput = z.object({
  organizationId: z.uuid().nullish(),
  name: z.string().trim().min(1).max(60),
  followsCity: z.boolean().default(true),
  from: date,
  to: date.nullish(),
  /** Working spans of each ISO weekday (1 = Monday), minutes from 00:00; an end after 1440 runs into the next date. */
  week: z
    .array(z.object({ weekday: z.int().min(1).max(7), spans: z.array(span).max(6) }))
    .min(1)
    .max(7),
});
export type HoursInput = z.infer<typeof hoursInput>;

/** Single dates: a typhoon stops work in a district, an extra working day for one unit. */
export const exceptionsInput = z.object({
  organizationId: z.uuid().nullish(),
  dates: z.array(date).min(1).max(60),
  kind: z.enum(['off', 'makeup', 'stop', 'regular']),
  name: z.string().trim().min(1).max(60),
  source: z.string().trim().min(1).max(200),
});
export type ExceptionsInput = z.infer<typeof exceptionsInput>;

/** Everything that changes a calendar; with `preview` nothing is kept. */
export const calendarChange = z.discriminatedUnion('change', [
  z.object({ change: z.literal('import'), input: importInput }),
  z.object({ change: z.literal('hours'), input: hoursInput }),
  z.object({ change: z.literal('exceptions'), input: exceptionsInput }),
]);
export type CalendarChange = z.infer<typeof calendarChange>;

export interface CalendarView {
  id: string;
  name: string;
  organization: { id: string; name: string; nameEn: string } | null;
  followsCity: boolean;
  version: number;
  /** Last date with a row; null where nothing waits for a notice. */
  publishedTo: string | null;
  days: (Day & { published: boolean })[];
}

export interface CalendarListItem {
  id: string;
  name: string;
  organization: { id: string; name: string; nameEn: string } | null;
  followsCity: boolean;
  publishedTo: string | null;
}

/** What a change would move. */
export interface CalendarPreview {
  /** Dates that would differ, at most 400. */
  days: { date: string; before: Day | null; after: Day; calendarName: string }[];
  /** Living clocks whose due instant would move: how many, and 50 of them, the one due first in front. */
  moved: number;
  movedEarlier: number;
  movedLater: number;
  noLongerProvisional: number;
  samples: {
    deadlineId: string;
    orderId: string;
    /** Named for whoever reads the preview. */
    orderNo?: string;
    /** The unit that holds it; null: the centre. */
    organizationId: string | null;
    clock: string;
    before: string | null;
    after: string | null;
  }[];
  /** Clocks already over that would be in time again. */
  noLongerOverdue: number;
  version: number | null;
}

/** Whether the published days still reach far enough. */
export interface ClockHealth {
  publishedTo: string;
  /** Calendar days left from today. */
  daysLeft: number;
  warning: 'none' | 'soon' | 'over';
  provisional: number;
}
