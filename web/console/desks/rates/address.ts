/** The desk in its address, so that every figure and what is behind it can be sent to somebody. */
import { RATES, type Rate } from '../../../../src/contract.ts';
import type { RateFigure, RateRow, RatesView } from '../../../../src/reporting/schema.ts';
import type { Behind, RatePart, RateReason } from '../../data/rates.ts';

export const PARTS: readonly RatePart[] = ['numerator', 'denominator', 'missed', 'excluded'];
export const SPANS = [1, 3, 6, 12] as const;
const SPAN_DEFAULT = 3;

/** Units by one rate, or by how many of it were missed; those with too few come after those one may compare. */
export const ORDERS = ['worst', 'best', 'missed'] as const;
export type UnitOrder = (typeof ORDERS)[number];

export interface Place {
  organizationId: string | undefined;
  months: number;
  /** A month of those shown; undefined: all together. */
  month: string | undefined;
  rate: Rate | undefined;
  part: RatePart;
  reason: RateReason | undefined;
  unitId: string | undefined;
  /** What the units stand in order of; undefined: those with the most orders first. */
  by: { rate: Rate; order: UnitOrder } | undefined;
}

function readBy(text: string | null): Place['by'] {
  const [rate, order] = text?.split('.') ?? [];
  const found = { rate: RATES.find((r) => r === rate), order: ORDERS.find((o) => o === order) };
  return found.rate && found.order ? { rate: found.rate, order: found.order } : undefined;
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
    by: readBy(search.get('by')),
  };
}

export function ratesAddress(place: Partial<Place>): string {
  const { organizationId: unit, months, month, rate, part, reason, unitId: of } = place;
  const by = place.by && `${place.by.rate}.${place.by.order}`;
  const given = Object.entries({ unit, months, month, rate, part, reason, of, by }).filter(
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

const byMost = (left: Figures, right: Figures): number =>
  RATES.map((rate) => right[rate].denominator - left[rate].denominator).find((n) => n !== 0) ?? 0;

type Figures = RateRow['all'];

/** Of what is too few nothing is said but how many were missed; nothing at all comes last. */
function byRate(left: RateFigure, right: RateFigure, order: UnitOrder): number {
  const rank = (f: RateFigure) =>
    f.denominator === 0 ? 2 : f.enough || order === 'missed' ? 0 : 1;
  if (rank(left) !== rank(right)) return rank(left) - rank(right);
  const missed = right.missed - left.missed;
  if (order === 'missed') return missed;
  if (rank(left) > 0) return order === 'worst' ? missed : -missed;
  const step = (left.rate ?? 0) - (right.rate ?? 0);
  return order === 'worst' ? step : -step;
}

/** Units in the order that is chosen; else those with the most orders first, by each rate in turn. */
export const unitsOf = (view: RatesView, { month, by }: Pick<Place, 'month' | 'by'>): RateRow[] =>
  [...view.units].sort((a, b) => {
    const [left, right] = [figuresOf(a, view, month), figuresOf(b, view, month)];
    return (by && byRate(left[by.rate], right[by.rate], by.order)) || byMost(left, right);
  });
