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

type Part = Omit<Count, 'rate'>;

function add(f: RateFigure, c: Part): void {
  const { outcome, reason } = store.verdictOf(c.code);
  if (outcome === 'excluded') f.excluded[reason!] = (f.excluded[reason!] ?? 0) + c.n;
  else f[outcome] += c.n;
  if (f.strict !== null) f.strict += c.strict;
  if (f.policyOnly !== null) f.policyOnly += c.policyOnly;
}

/** What follows from the sums. */
function finished(f: RateFigure): RateFigure {
  f.denominator = f.met + f.partly + f.missed;
  f.numerator = f.met + f.partly * RATE_RULES.partlyWeight;
  f.rate = f.denominator > 0 ? f.numerator / f.denominator : null;
  f.enough = f.denominator >= RATE_RULES.enoughFrom;
  return f;
}

/** Adds counts up to one figure. */
export function figureOf(rate: Rate, counts: readonly Part[]): RateFigure {
  const f = empty(rate);
  for (const c of counts) add(f, c);
  return finished(f);
}

const perRate = (of: (rate: Rate) => RateFigure) =>
  Object.fromEntries(RATES.map((r) => [r, of(r)])) as Record<Rate, RateFigure>;

/** Each count is looked at once: there are as many as units times months times verdicts. */
function rowOf(own: readonly Count[], months: string[], unit: RateRow['unit']): RateRow {
  const row: RateRow = { unit, months: months.map(() => perRate(empty)), all: perRate(empty) };
  for (const c of own) {
    add(row.months[months.indexOf(c.month)]![c.rate], c);
    add(row.all[c.rate], c);
  }
  for (const figures of [...row.months, row.all]) Object.values(figures).forEach(finished);
  return row;
}

function byOrganization(counts: readonly Count[]): Map<string, Count[]> {
  const units = new Map<string, Count[]>();
  for (const c of counts) {
    const unit = units.get(c.organizationId);
    if (unit) unit.push(c);
    else units.set(c.organizationId, [c]);
  }
  return units;
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
  const byUnit = byOrganization(counts);
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
