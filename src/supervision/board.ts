/** The board: who may see which, its figures, and the rows behind every number of it. */
import type { z } from 'zod';
import { publishedUntil } from '../calendar/index.ts';
import { clockViews, countLamps, listClocks } from '../deadline/index.ts';
import type { ClockFilter, LampCount } from '../deadline/index.ts';
import {
  ancestors,
  descendants,
  operatorsSignedIn,
  organizationsById,
  userNames,
} from '../identity/index.ts';
import type { Organization } from '../identity/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { LAMPS } from '../kernel/words.ts';
import type { Clock, Role } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import { orderItems, pageOf, readCursor, signersOf } from '../workorder/index.ts';
import type { OrderListItem, Page, UnitRef } from '../workorder/schema.ts';
import * as store from './board.store.ts';
import { STAGES } from './schema.ts';
import type {
  BoardFigures,
  BoardItem,
  BoardListQuery,
  BoardView,
  EscalationView,
  escalationQuery,
  Lamps,
  Stage,
} from './schema.ts';

/** Roles of the centre that see the whole city's board, and roles of units that see their own. */
const CITY_ROLES: readonly Role[] = ['supervisor', 'center_admin', 'dispatcher'];
const OWN_ROLES: readonly Role[] = ['unit_leader', 'command_room'];

/** What one board counts. Viewers whose scopes have the same key look at the same board. */
export interface BoardScope {
  key: string;
  /** Where it begins: the unit that was asked for, or the viewer's own; none = the whole city. */
  roots: string[];
  /** Those and all below them; null: whoever holds a clock, the centre too. */
  organizationIds: string[] | null;
}

const CITY: BoardScope = { key: 'city', roots: [], organizationIds: null };

async function scopeOf(db: Reader, roots: string[]): Promise<BoardScope> {
  const organizationIds = await descendants(db, roots);
  return { key: `org:${roots.join(',')}`, roots, organizationIds };
}

/** Units of a list that lie below no other of it, sorted. */
async function topmost(db: Reader, ids: readonly string[]): Promise<string[]> {
  const all = [...new Set(ids)].sort();
  if (all.length < 2) return all;
  const above = await Promise.all(all.map((id) => ancestors(db, [id])));
  return all.filter((id, i) => !above[i]!.some((a) => a !== id && all.includes(a)));
}

/**
 * The scope of the board an actor asks for.
 * @param organizationId null: the widest the actor may see.
 * @throws AppError `not_allowed` for other roles, `not_found` for what lies outside the reach.
 */
export async function boardScope(
  db: Reader,
  actor: StaffActor,
  organizationId: string | null,
): Promise<BoardScope> {
  const city = holds(actor, ...CITY_ROLES);
  const own = actor.grants.filter((g) => OWN_ROLES.includes(g.role)).map((g) => g.organizationId);
  if (!city && own.length === 0) fail('not_allowed');
  if (organizationId === null) return city ? CITY : scopeOf(db, await topmost(db, own));
  const above = await ancestors(db, [organizationId]);
  if (!city && !above.some((id) => own.includes(id))) fail('not_found');
  const scope = await scopeOf(db, [organizationId]);
  return scope.organizationIds!.length > 0 ? scope : fail('not_found');
}

/** The clocks of each stage; those of the centre and the lead's final one count where they lead. */
const CLOCKS_OF: Record<Stage, readonly Clock[]> = {
  accept: ['accept'],
  dispatch: ['dispatch'],
  sign: ['sign'],
  final: ['final', 'co'],
  audit: ['audit'],
  callback: ['callback'],
};
const CENTRE_STAGES: readonly Stage[] = ['accept', 'dispatch', 'audit', 'callback'];

/** Which clocks some stages of a scope are: the condition of every number and of its list. */
function clocksOf(scope: BoardScope, stages: readonly Stage[]): ClockFilter {
  const { organizationIds } = scope;
  if (organizationIds === null) {
    // In the city an order counts once: by the clock it is shown by.
    const clocks = stages.flatMap((s) => CLOCKS_OF[s]).filter((c) => c !== 'co');
    return { clocks, organizationIds, leading: clocks.filter((c) => c !== 'sign') };
  }
  const clocks = stages.filter((s) => !CENTRE_STAGES.includes(s)).flatMap((s) => CLOCKS_OF[s]);
  return { clocks, organizationIds };
}

const dark = (): Lamps => Object.fromEntries(LAMPS.map((l) => [l, 0])) as Lamps;

/** Adds the cells of one breakdown of the stage `final`. */
function breakdown(cells: readonly LampCount[], by: LampCount['by']): Record<string, Lamps> {
  const rows: Record<string, Lamps> = {};
  for (const c of cells)
    if (c.by === by && CLOCKS_OF.final.includes(c.clock)) (rows[c.key] ??= dark())[c.lamp] += c.n;
  return rows;
}

function stagesOf(cells: readonly LampCount[]): BoardFigures['stages'] {
  const rows = Object.fromEntries(STAGES.map((s) => [s, dark()])) as BoardFigures['stages'];
  for (const c of cells) {
    const stage = STAGES.find((s) => CLOCKS_OF[s].includes(c.clock));
    if (c.by === 'all' && stage) rows[stage][c.lamp] += c.n;
  }
  return rows;
}

/** What was counted, when, and after which instant a number changes by itself. */
export interface Counted {
  figures: BoardFigures;
  at: Date;
  next: Date | null;
}

/** Counts one board: for the first reading, for every push, and for the test that compares both. */
export async function figures(
  db: Reader,
  scope: BoardScope,
  now: Date | null = null,
): Promise<Counted> {
  const city = scope.organizationIds === null;
  // One after the other: boards must not take every connection of the process.
  const lamps = await countLamps(db, clocksOf(scope, STAGES), now);
  const open = await store.countOpen(db, scope.organizationIds);
  const operators = city ? await operatorsSignedIn(db, now) : null;
  const { cells, at, next } = lamps;
  const sum = (state: string, level?: number) =>
    open
      .filter((o) => o.state === state && (level === undefined || o.level === level))
      .reduce((n, o) => n + o.n, 0);
  return {
    at,
    next,
    figures: {
      stages: stagesOf(cells),
      units: breakdown(cells, 'unit'),
      urgencies: breakdown(cells, 'urgency'),
      channels: breakdown(cells, 'channel'),
      supervision: {
        open: { 2: sum('open', 2), 3: sum('open', 3), 4: sum('open', 4) },
        replied: sum('replied'),
      },
      operators,
    },
  };
}

const unitRef = ({ id, code, name, nameEn }: Organization): UnitRef => ({ id, code, name, nameEn });

/** Makes figures readable: names of the units, and how far the calendar is known. */
export async function viewOf(
  db: Reader,
  scope: BoardScope,
  counted: { figures: BoardFigures; at: Date },
  count: { epoch: string; seq: number },
): Promise<BoardView> {
  const ids = new Set([...scope.roots, ...Object.keys(counted.figures.units)]);
  const [units, { publishedTo }] = await Promise.all([
    organizationsById(db, [...ids]),
    publishedUntil(db),
  ]);
  const root = scope.roots[0] ? units.get(scope.roots[0]) : undefined;
  return {
    scope: scope.key,
    organization: root ? unitRef(root) : null,
    figures: counted.figures,
    at: counted.at.toISOString(),
    ...count,
    unitsById: Object.fromEntries(
      [...units].map(([id, o]) => [id, { ...unitRef(o), kind: o.kind }]),
    ),
    publishedTo,
  };
}

/** The board as it is now, for those who are not told of changes. */
export async function readBoard(
  db: Reader,
  actor: StaffActor,
  organizationId: string | null,
): Promise<BoardView> {
  const scope = await boardScope(db, actor, organizationId);
  return viewOf(db, scope, await figures(db, scope), { epoch: '', seq: 0 });
}

/** An order as a list of the board shows it; units do not see when the citizen is called. */
const shown = (scope: BoardScope, order: OrderListItem): OrderListItem =>
  scope.organizationIds !== null && order.clock?.clock === 'callback'
    ? { ...order, clock: null }
    : order;

/** The clocks behind a number of the board, the longest overdue first. */
export async function boardOrders(
  db: Reader,
  actor: StaffActor,
  q: BoardListQuery,
): Promise<Page<BoardItem>> {
  const scope = await boardScope(db, actor, q.organizationId ?? null);
  const all = clocksOf(scope, [q.stage]);
  const inside = q.unitId && (all.organizationIds?.includes(q.unitId) ?? true);
  const filter: ClockFilter = {
    ...all,
    ...(q.unitId && { organizationIds: inside ? [q.unitId] : [] }),
    ...(q.lamp && { lamps: q.lamp }),
    ...(q.urgency && { urgency: q.urgency }),
    ...(q.channel && { channel: q.channel }),
  };
  const rows = await listClocks(db, filter, readCursor(q.cursor), q.limit + 1);
  const orderIds = rows.map((r) => r.order_id);
  const [orders, clocks, units, signers, last, standing] = await Promise.all([
    orderItems(db, orderIds, scope.organizationIds === null),
    clockViews(db, rows),
    organizationsById(
      db,
      rows.flatMap((r) => r.organization_id ?? []),
    ),
    signersOf(
      db,
      rows.map((r) => r.subject_id),
    ),
    store.lastEscalations(db, orderIds),
    store.standingLevels(db, orderIds),
  ]);
  const names = await userNames(db, [...signers.values()]);
  const view = (r: (typeof rows)[number]): BoardItem => {
    const unit = r.organization_id ? units.get(r.organization_id) : undefined;
    const isOfRow = (e: { orderId: string; organizationId: string | null }) =>
      e.orderId === r.order_id && e.organizationId === r.organization_id;
    const step = last.find(isOfRow);
    const clock = clocks.get(r.id)!;
    return {
      order: shown(scope, orders.get(r.order_id)!),
      clock,
      organization: unit ? unitRef(unit) : null,
      handlerName: names.get(signers.get(r.subject_id) ?? '') ?? null,
      last: step
        ? { action: step.action, level: step.level, cause: step.cause, at: step.at.toISOString() }
        : null,
      level: Math.max(clock.level, standing.find(isOfRow)?.level ?? 0),
    };
  };
  return pageOf(rows, q.limit, view, (r) => ({ at: r.orderAt, id: r.id }));
}

/** What the ladder did in a scope, newest first. */
export async function boardEscalations(
  db: Reader,
  actor: StaffActor,
  q: z.infer<typeof escalationQuery>,
): Promise<Page<EscalationView>> {
  const scope = await boardScope(db, actor, q.organizationId ?? null);
  const which = { unitIds: scope.organizationIds, minLevel: q.minLevel };
  const rows = await store.listEscalations(db, which, readCursor(q.cursor), q.limit + 1);
  const [orders, units] = await Promise.all([
    orderItems(
      db,
      rows.map((r) => r.order_id),
      scope.organizationIds === null,
    ),
    organizationsById(
      db,
      rows.flatMap((r) => r.organization_id ?? []),
    ),
  ]);
  const view = (r: (typeof rows)[number]): EscalationView => {
    const order = orders.get(r.order_id);
    const unit = r.organization_id ? units.get(r.organization_id) : undefined;
    return {
      id: r.id,
      action: r.action,
      level: r.level,
      cause: r.cause,
      clock: r.clock,
      step: r.step,
      at: r.at.toISOString(),
      orderId: r.order_id,
      orderNo: order?.orderNo ?? '',
      title: order?.title ?? '',
      organization: unit ? unitRef(unit) : null,
      supervisionNumber: r.number,
    };
  };
  return pageOf(rows, q.limit, view, (r) => ({ at: r.at, id: r.id }));
}
