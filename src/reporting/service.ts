import { organizationsById } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { CITY_OFFSET_MS, cityDay } from '../kernel/clock.ts';
import { RATES } from '../kernel/words.ts';
import type { Rate } from '../kernel/words.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { boardScope } from '../supervision/index.ts';
import { orderItems, pageOf, readCursor, unitRef } from '../workorder/index.ts';
import type { OrderListItem, Page } from '../workorder/schema.ts';
import { RATE_RULES } from './rules.ts';
import type {
  RateFigure,
  RateItem,
  RateOrdersQuery,
  RateRow,
  RatesQuery,
  RatesView,
} from './schema.ts';
import * as store from './store.ts';
import type { Count, FactRange } from './store.ts';

/** Units listed at once. */
const UNITS_MAX = 500;

/** `yyyy-mm` plus whole months. */
export function addMonths(month: string, n: number): string {
  const [y = 0, m = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(y, m - 1 + n, 1)).toISOString().slice(0, 7);
}
/** The instant a month of the city begins. */
const startOf = (month: string): Date =>
  new Date(Date.parse(`${month}-01T00:00:00Z`) - CITY_OFFSET_MS);

const empty = (rate: Rate): RateFigure => ({
  numerator: 0,
  denominator: 0,
  rate: null,
  enough: false,
  met: 0,
  partly: 0,
  missed: 0,
  strict: rate === 'satisfaction' ? 0 : null,
  policyOnly: rate === 'satisfaction' ? 0 : null,
  excluded: {},
});

/** Adds counts up to one figure. */
export function figureOf(rate: Rate, counts: readonly Omit<Count, 'rate'>[]): RateFigure {
  const f = empty(rate);
  for (const c of counts) {
    const { outcome, reason } = store.verdictOf(c.code);
    if (outcome === 'excluded') f.excluded[reason!] = (f.excluded[reason!] ?? 0) + c.n;
    else f[outcome] += c.n;
    if (f.strict !== null) f.strict += c.strict;
    if (f.policyOnly !== null) f.policyOnly += c.policyOnly;
  }
  f.denominator = f.met + f.partly + f.missed;
  f.numerator = f.met + f.partly * RATE_RULES.partlyWeight;
  f.rate = f.denominator > 0 ? f.numerator / f.denominator : null;
  f.enough = f.denominator >= RATE_RULES.enoughFrom;
  return f;
}

const perRate = (of: (rate: Rate) => RateFigure) =>
  Object.fromEntries(RATES.map((r) => [r, of(r)])) as Record<Rate, RateFigure>;

function groupBy(counts: readonly Count[], key: (c: Count) => string): Map<string, Count[]> {
  const groups = new Map<string, Count[]>();
  for (const c of counts) {
    const group = groups.get(key(c));
    if (group) group.push(c);
    else groups.set(key(c), [c]);
  }
  return groups;
}

function rowOf(own: readonly Count[], months: string[], unit: RateRow['unit']): RateRow {
  const cells = groupBy(own, (c) => `${c.rate} ${c.month}`);
  const of = (rate: Rate, month: string) => cells.get(`${rate} ${month}`) ?? [];
  return {
    unit,
    months: months.map((m) => perRate((r) => figureOf(r, of(r, m)))),
    all: perRate((r) =>
      figureOf(
        r,
        months.flatMap((m) => of(r, m)),
      ),
    ),
  };
}

/**
 * The three rates of the units a viewer answers for, by month.
 * @throws AppError `not_allowed`, `not_found` for a unit outside the viewer's own.
 */
export async function readRates(db: Reader, actor: StaffActor, q: RatesQuery): Promise<RatesView> {
  const scope = await boardScope(db, actor, q.organizationId ?? null);
  const now = await appNow(db);
  const last = q.to ?? cityDay(now).slice(0, 7);
  const months = Array.from({ length: q.months }, (_, i) => addMonths(last, i + 1 - q.months));
  const range: FactRange = {
    from: startOf(months[0]!),
    to: startOf(addMonths(last, 1)),
    unitIds: scope.organizationIds,
  };
  const counts = await store.countFacts(db, range);
  const byUnit = groupBy(counts, (c) => c.organizationId);
  const ids = [...byUnit.keys()];
  const units = await organizationsById(db, [
    ...ids,
    ...(q.organizationId ? [q.organizationId] : []),
  ]);
  const listed = ids
    .flatMap((id) => unitRef(units.get(id)) ?? [])
    .toSorted((a, b) => a.code.localeCompare(b.code))
    .slice(0, UNITS_MAX);
  return {
    organization: q.organizationId ? unitRef(units.get(q.organizationId)) : null,
    months,
    total: rowOf(counts, months, null),
    units: listed.map((u) => rowOf(byUnit.get(u.id) ?? [], months, u)),
    rules: { ...RATE_RULES },
    at: now.toISOString(),
  };
}

const CODES: Record<RateOrdersQuery['part'], readonly string[]> = {
  numerator: ['met', 'partly'],
  denominator: ['met', 'partly', 'missed'],
  missed: ['missed'],
  excluded: ['-'],
};

/** The orders behind one figure, newest first; same rights and same verdicts as the figure. */
export async function rateOrders(
  db: Reader,
  actor: StaffActor,
  q: RateOrdersQuery,
): Promise<Page<RateItem>> {
  const scope = await boardScope(db, actor, q.organizationId ?? null);
  const inside = q.unitId && (scope.organizationIds?.includes(q.unitId) ?? true);
  const range: FactRange = {
    from: startOf(q.from ?? q.month),
    to: startOf(addMonths(q.month, 1)),
    unitIds: q.unitId ? (inside ? [q.unitId] : []) : scope.organizationIds,
  };
  const codes = q.part === 'excluded' && q.reason ? [`-${q.reason}`] : CODES[q.part];
  const rows = await store.listFacts(db, q.rate, range, codes, readCursor(q.cursor), q.limit + 1);
  const [orders, units] = await Promise.all([
    orderItems(
      db,
      rows.map((r) => r.orderId),
      scope.organizationIds === null,
    ),
    organizationsById(
      db,
      rows.map((r) => r.organizationId),
    ),
  ]);
  // Who handles does not see when the citizen is called (domain.md §2.10).
  const shown = (o: OrderListItem): OrderListItem =>
    scope.organizationIds === null || o.clock?.clock !== 'callback' ? o : { ...o, clock: null };
  const view = (r: (typeof rows)[number]): RateItem => ({
    factId: r.factId,
    order: shown(orders.get(r.orderId)!),
    unit: unitRef(units.get(r.organizationId)),
    ...store.verdictOf(r.code),
    value: r.value,
    at: r.at.toISOString(),
  });
  return pageOf(rows, q.limit, view, (r) => ({ at: r.at, id: r.factId }));
}
