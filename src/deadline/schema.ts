/** The policy document, and what is shown of a clock. */
import { z } from 'zod';
import type { DayKind } from '../calendar/rules.ts';
import {
  CHANNELS,
  CLOCKS,
  DEMAND_TYPES,
  LADDER_ACTIONS,
  ROLES,
  SUPERVISION_CAUSES,
  URGENCIES,
} from '../kernel/words.ts';
import type { Clock, Lamp, Role } from '../kernel/words.ts';
import { BASES, PAUSE_TYPES } from './rules.ts';
import type { Basis, Line } from './rules.ts';

/** Hours at most: a year. */
const amount = z.number().positive().max(8_784);

/** Working days of one limit; the calendar looks ten years ahead, and every act would fail beyond. */
const WORKING_DAYS_MAX = 250;

/** One line of the table of domain.md §3.3; a condition that is left out holds for all. */
export const limitRow = z
  .object({
    clock: z.enum(CLOCKS),
    urgency: z.enum(URGENCIES).optional(),
    type: z.enum(DEMAND_TYPES).optional(),
    channel: z.enum(CHANNELS).optional(),
    /** Only for rounds after the first (重办), or only for the first. */
    redo: z.boolean().optional(),
    /** Of a supervision order (domain.md §2.7). */
    level: z.int().min(0).max(4).optional(),
    amount,
    basis: z.enum(BASES),
    source: z.string().max(200).default(''),
  })
  .refine((r) => r.basis !== 'wd' || (Number.isInteger(r.amount) && r.amount <= WORKING_DAYS_MAX), {
    path: ['amount'],
    message: `whole working days, at most ${WORKING_DAYS_MAX}`,
  });
export type LimitRow = z.infer<typeof limitRow>;

/** One step of the ladder on some clocks. */
export const ladderRow = z
  .object({
    clocks: z.array(z.enum(CLOCKS)).min(1).max(CLOCKS.length),
    step: z.string().regex(/^[a-z0-9_]{2,24}$/),
    at: z.union([
      z.object({ share: z.number().gt(0).lt(1) }),
      z.object({ after: z.int().min(0).max(60) }),
    ]),
    level: z.int().min(0).max(4),
    action: z.enum(LADDER_ACTIONS),
    /** Positions in the unit (or, for `supervisor` and the other roles of the centre, there) that hear of it. */
    to: z.array(z.enum(ROLES)).max(ROLES.length),
    /** Also by message to the duty telephone. */
    message: z.boolean().default(false),
  })
  // Of a supplement it is the citizen who hears.
  .refine((r) => r.to.length > 0 || r.clocks.every((c) => c === 'supplement'), {
    path: ['to'],
    message: 'somebody must hear of it',
  });
export type LadderRow = z.infer<typeof ladderRow>;

/** A step is one row for each clock: a second one of the name could not be written beside it. */
function eachStepOnce(rows: readonly LadderRow[]): boolean {
  const steps = rows.flatMap((r) => r.clocks.map((clock) => `${clock} ${r.step}`));
  return steps.length === new Set(steps).size;
}

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** Everything that is a number or a rule of time: one version of it is one document. */
export const policyDocument = z.object({
  /** First match wins; a clock without a match does not run for that order. */
  limits: z.array(limitRow).min(1).max(500),
  ladder: z.array(ladderRow).max(100).refine(eachStepOnce, 'a step stands twice on one clock'),
  /** What opens a supervision order besides an overdue clock. */
  triggers: z
    .array(
      z.object({
        on: z.enum(['redo']),
        count: z.int().min(1).max(10),
        level: z.int().min(2).max(4),
        cause: z.enum(SUPERVISION_CAUSES),
      }),
    )
    .max(50),
  /** No messages to people's telephones between these times of the city's day. */
  quiet: z.object({
    from: timeOfDay,
    to: timeOfDay,
    exceptUrgencies: z.array(z.enum(URGENCIES)).max(URGENCIES.length),
  }),
  /** Follow-up (domain.md §2.10). */
  followup: z.object({
    attempts: z.int().min(1).max(10),
    attemptDays: z.int().min(1).max(10),
    linkDays: z.int().min(1).max(60),
    /** Minutes after a call that reached nobody before the next one counts. */
    attemptMinutes: z.int().min(0).max(1440).default(10),
    /** One consultation in this many is called. */
    consultationSample: z.int().min(1).max(100),
  }),
});
export type PolicyDocument = z.infer<typeof policyDocument>;

/** What a clock says wherever an order is listed. The browser only ticks it down. */
export interface ClockView {
  clock: Clock;
  lamp: Lamp;
  basis: Basis;
  dueAt: string | null;
  soonAt: string | null;
  todayAt: string | null;
  provisional: boolean;
  /** Working (wd, wh) or natural (nh) milliseconds left at `asOf`; negative: over. */
  leftMs: number;
  asOf: string;
  /** The present or next stretch in which the clock runs; null while paused. */
  runsFrom: string | null;
  runsTo: string | null;
  /** Milliseconds that are called one day (7 h in the city); null for natural hours. */
  dayMs: number | null;
  /** Highest level of the ladder reached. */
  level: number;
}

/** One clock of an order or assignment with its explanation, step by step. */
export interface DeadlineView extends ClockView {
  id: string;
  subjectId: string;
  organization: { id: string; name: string; nameEn: string } | null;
  state: 'running' | 'paused' | 'stopped';
  amount: number;
  /** What the limit was looked up by. */
  urgency: string | null;
  type: string | null;
  startedAt: string;
  stoppedAt: string | null;
  met: boolean | null;
  policyVersion: number;
  /** Since when this version of the policy holds. */
  policyFrom: string;
  calendarName: string;
  calendarVersion: number;
  lines: ExplainLine[];
  /** From the start to the due date, or to today where it is over (at most 42 dates); numbers count working days. */
  days: ExplainDay[];
  /** Steps of the ladder, those that fired and those to come. */
  steps: {
    step: string;
    level: number;
    action: string;
    /** Positions that hear of it. */
    to: Role[];
    at: string;
    firedAt: string | null;
  }[];
}

export interface ExplainLine extends Omit<Line, 'at' | 'until' | 'due'> {
  at: string;
  until?: string;
  due: string | null;
  /** Code of the ledger's entry: why it started, paused, was extended. */
  reason: string;
  byName: string | null;
}

export interface ExplainDay {
  date: string;
  kind: DayKind;
  name: string;
  spans: (readonly [number, number])[];
  /** Nth working day after the start; null where it does not count. */
  n: number | null;
  paused: boolean;
  due: boolean;
  published: boolean;
}

export const simulateInput = z.object({
  receivedAt: z.iso.datetime({ offset: true }),
  clock: z.enum(CLOCKS).default('final'),
  type: z.enum(DEMAND_TYPES).default('help'),
  urgency: z.enum(URGENCIES).default('U4'),
  channel: z.enum(CHANNELS).default('phone'),
  redo: z.boolean().default(false),
  organizationId: z.uuid().nullish(),
  /** Pauses to try, in order and without overlap. */
  pauses: z
    .array(
      z.object({
        type: z.enum(PAUSE_TYPES),
        from: z.iso.datetime({ offset: true }),
        to: z.iso.datetime({ offset: true }),
      }),
    )
    .max(20)
    .default([]),
});
export type SimulateInput = z.infer<typeof simulateInput>;
export type SimulateView = Omit<DeadlineView, 'id' | 'subjectId'>;

export const publishPolicyInput = z.object({
  document: policyDocument,
  note: z.string().trim().min(1).max(500),
  validFrom: z.iso.datetime({ offset: true }).nullish(),
});
export interface PolicyView {
  version: number;
  validFrom: string;
  note: string;
  publishedByName: string | null;
  publishedAt: string;
  withdrawnAt: string | null;
  current: boolean;
  document: PolicyDocument;
}
