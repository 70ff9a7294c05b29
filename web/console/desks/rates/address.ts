/** The desk in its address, so that every figure and what is behind it can be sent to somebody. */
import { RATES, type Rate } from '../../../../src/contract.ts';
import type { RateRow, RatesView } from '../../../../src/reporting/schema.ts';
import type { Behind, RatePart, RateReason } from '../../data/rates.ts';

export const PARTS: readonly RatePart[] = ['numerator', 'denominator', 'missed', 'excluded'];
export const SPANS = [1, 3, 6, 12] as const;
const SPAN_DEFAULT = 3;

export interface Place {
  organizationId: string | undefined;
  months: number;
  /** A month of those shown; undefined: all together. */
  month: string | undefined;
  rate: Rate | undefined;
  part: RatePart;
  reason: RateReason | undefined;
  unitId: string | undefined;
}

export function readPlace(search: URLSearchParams): Place {
  const months = Number(search.get('months'));
  return {
    organizationId: search.get('unit') ?? undefined,
    months: SPANS.find((n) => n === months) ?? SPAN_DEFAULT,
    month: search.get('month') ?? undefined,
    rate: RATES.find((r) => r === search.get('rate')),
    part: PARTS.find((p) => p === search.get('part')) ?? 'denominator',
    reason: (search.get('reason') as RateReason | null) ?? undefined,
    unitId: search.get('of') ?? undefined,
  };
}

export function ratesAddress(place: Partial<Place>): string {
  const { organizationId: unit, months, month, rate, part, reason, unitId: of } = place;
  const given = Object.entries({ unit, months, month, rate, part, reason, of }).filter(
    ([, value]) => value !== undefined,
  );
  return `/rates?${new URLSearchParams(given.map(([k, v]) => [k, String(v)]))}`;
}

/** What the place asks for; undefined while no figure is chosen. */
export function behindOf(place: Place, months: readonly string[]): Behind | undefined {
  const last = months.at(-1);
  if (!place.rate || !last) return undefined;
  const { rate, part, reason, unitId, organizationId } = place;
  const span = place.month ? { month: place.month } : { from: months[0], month: last };
  return { rate, part, reason, unitId, organizationId, ...span };
}

/** 92.3%; nothing where there is nothing to divide by. */
export const percent = (rate: number | null): string =>
  rate === null ? '—' : `${(rate * 100).toFixed(1)}%`;
/** 12, or 12.5 where halves were counted. */
export const amount = (n: number): string => String(Math.round(n * 10) / 10);

/** The figures of a row: of the month that is chosen, or of all together. */
export const figuresOf = (row: RateRow, view: RatesView, month: string | undefined) =>
  row.months[month ? view.months.indexOf(month) : -1] ?? row.all;

/** Units with the most orders first, by the first rate, then by the next. */
export const unitsOf = (view: RatesView, month: string | undefined): RateRow[] =>
  [...view.units].sort((a, b) => {
    const [left, right] = [figuresOf(a, view, month), figuresOf(b, view, month)];
    const steps = RATES.map((rate) => right[rate].denominator - left[rate].denominator);
    return steps.find((step) => step !== 0) ?? 0;
  });
