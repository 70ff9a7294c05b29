/** What citizens said, as figures: inputs and views. Months are `yyyy-mm` of the city. */
import { z } from 'zod';
import type { ChatFigures } from '../chat/schema.ts';
import type { TelephonyFigures } from '../telephony/schema.ts';
import { RATES, RATE_EXCLUSIONS } from '../kernel/words.ts';
import type { Rate, RateExclusion, RateOutcome } from '../kernel/words.ts';
import { pageQuery } from '../workorder/schema.ts';
import type { OrderListItem, UnitRef } from '../workorder/schema.ts';

const month = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/);

/** Months shown at once. */
export const MONTHS_MAX = 12;

/** `to` is the last month shown (default: this one), `months` how many end with it. */
export const ratesQuery = z.object({
  organizationId: z.uuid().optional(),
  to: month.optional(),
  months: z.coerce.number().int().min(1).max(MONTHS_MAX).default(3),
});
export type RatesQuery = z.infer<typeof ratesQuery>;

const monthsUpTo = (m: string): number => Number(m.slice(0, 4)) * 12 + Number(m.slice(5));

const rateOrders = pageQuery.extend({
  rate: z.enum(RATES),
  /** `numerator` = met and partly; `denominator` = all but the excluded. */
  part: z.enum(['numerator', 'denominator', 'missed', 'excluded']).default('denominator'),
  reason: z.enum(RATE_EXCLUSIONS).optional(),
  /** One month, or with `from` every month from there to this one. */
  month,
  from: month.optional(),
  /** One unit alone. */
  unitId: z.uuid().optional(),
  /** A unit with all below it: the scope of the page. */
  organizationId: z.uuid().optional(),
});
export const rateOrdersQuery = rateOrders.refine(
  (q) => !q.from || monthsUpTo(q.month) - monthsUpTo(q.from) < MONTHS_MAX,
  { path: ['from'], message: `at most ${MONTHS_MAX} months` },
);
export type RateOrdersQuery = z.infer<typeof rateOrdersQuery>;

/** One rate of one unit in one month. */
export interface RateFigure {
  /** Weighted: a partly solved one counts by the weight of the rules. */
  numerator: number;
  denominator: number;
  /** 0–1; null where there is nothing to divide by. */
  rate: number | null;
  /** Whether there are enough to say anything; if not, the page says 样本不足. */
  enough: boolean;
  met: number;
  partly: number;
  missed: number;
  /** For satisfaction, rated 4 or 5; for others null. */
  strict: number | null;
  /** Of the missed, those displeased with the policy alone; for satisfaction only. */
  policyOnly: number | null;
  excluded: Partial<Record<RateExclusion, number>>;
}

export interface RateRow {
  /** Null: all units of the scope together. */
  unit: UnitRef | null;
  /** By month, in the order of `months`, then all months together. */
  months: Record<Rate, RateFigure>[];
  all: Record<Rate, RateFigure>;
}

export interface RatesView {
  organization: UnitRef | null;
  months: string[];
  total: RateRow;
  /** Units with at least one fact, by name of the tree; at most 500. */
  units: RateRow[];
  /** What the numbers rest on, for the page to print. */
  rules: {
    version: number;
    enoughFrom: number;
    partlyWeight: number;
    satisfiedFrom: number;
    strictFrom: number;
  };
  at: string;
}

/** One order behind a figure. */
export interface RateItem {
  factId: string;
  order: OrderListItem;
  unit: UnitRef | null;
  outcome: RateOutcome;
  reason: RateExclusion | null;
  /** What was said: solved code or 1–5; null where nothing. */
  value: string | null;
  at: string;
}

/** Telephone and chat as they are just now; counts of today are of the city's day. */
export interface OperationsView {
  at: string;
  telephone: TelephonyFigures;
  chat: ChatFigures;
}
