/** Queues of the centre, inboxes of the units, and order lines for modules above. */
import { areaNames, categoryNames } from '../catalogue/index.ts';
import { orderClocks, subjectClocks } from '../deadline/index.ts';
import { organizationsById, worksInCenter } from '../identity/index.ts';
import type { Organization } from '../identity/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { cityMidnight } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { asksNumber, digitsOf } from '../kernel/typed.ts';
import type { WaitReason } from '../kernel/words.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { dispatchedBySystem, ordersBySystem, waitsOf } from '../routing/index.ts';
import { autoScores, classificationsOf } from '../understanding/index.ts';
import type { OrderState } from './lifecycle.ts';
import * as inbox from './inbox.store.ts';
import type { ListedAssignment } from './inbox.store.ts';
import * as list from './list.store.ts';
import type { ListedOrder } from './list.store.ts';
import { pageOf, readCursor } from './page.ts';
import type {
  InboxFacet,
  InboxItem,
  OrderCounts,
  OrderListItem,
  OrderQueue,
  Page,
  UnitRef,
} from './schema.ts';
import { whoSees } from './visible.ts';

/** A unit as lists name it. */
export const unitRef = (o: Organization | undefined): UnitRef | null =>
  o ? { id: o.id, code: o.code, name: o.name, nameEn: o.nameEn } : null;

const WAITING: readonly OrderState[] = ['registered', 'pending_dispatch'];

/**
 * Looks up the names and clocks that a batch of rows needs, then makes each row's view.
 * @param o.units further organisations whose names are needed.
 * @param o.center false: the reader may handle, and does not see when the citizen is called.
 */
export async function lister(
  db: Reader,
  rows: ListedOrder[],
  o: { units?: string[]; center: boolean },
) {
  // Why the system left it to a person is said only while it waits for one.
  const waiting = rows.filter((r) => WAITING.includes(r.state)).map((r) => r.id);
  const waits = await waitsOf(db, waiting);
  const unsure = o.center && [...waits.values()].some((w) => w.reasons.includes('low_score'));
  const [understood, auto, categories, areas, units, clocks] = await Promise.all([
    o.center ? classificationsOf(db, waiting) : new Map<string, never>(),
    unsure ? autoScores(db) : null,
    categoryNames(
      db,
      rows.flatMap((r) => r.category_code ?? []),
    ),
    areaNames(
      db,
      rows.flatMap((r) => r.area_code ?? []),
    ),
    organizationsById(db, [
      ...rows.flatMap((r) => r.lead_id ?? []),
      ...[...waits.values()].flatMap((wait) => wait.suggestedLeadId ?? []),
      ...(o.units ?? []),
    ]),
    orderClocks(
      db,
      rows.map((r) => r.id),
    ),
  ]);
  const clockOf = (orderId: string) => {
    const clock = clocks.get(orderId) ?? null;
    return !o.center && clock?.clock === 'callback' ? null : clock;
  };
  const suggested = ({ id, state }: ListedOrder): OrderListItem['suggested'] => {
    const wait = waits.get(id);
    const score = wait?.score ?? understood.get(id)?.score ?? null;
    if (!o.center || (!wait && score === null)) return null;
    const lead = wait?.suggestedLeadId ? unitRef(units.get(wait.suggestedLeadId)) : null;
    const needed = wait?.reasons.includes('low_score') && auto;
    return {
      lead,
      score,
      needed: needed ? (state === 'registered' ? needed.accept : needed.dispatch) : null,
    };
  };
  const view = (r: ListedOrder): OrderListItem => {
    const category = r.category_code ? categories.get(r.category_code) : undefined;
    const area = r.area_code ? areas.get(r.area_code) : undefined;
    return {
      id: r.id,
      orderNo: r.order_no,
      state: r.state,
      version: r.version,
      round: r.round,
      channel: r.channel,
      type: r.type,
      urgency: r.urgency,
      category: category
        ? { code: category.code, name: category.name, nameEn: category.nameEn }
        : null,
      area: r.area_code && area ? { code: r.area_code, name: area } : null,
      title: r.title,
      excerpt: r.excerpt,
      confidential: r.confidential,
      lead: r.lead_id ? unitRef(units.get(r.lead_id)) : null,
      registeredAt: r.registered_at.toISOString(),
      stateSince: r.state_since.toISOString(),
      closingType: r.closing_type,
      redoProposed: r.redo_proposed,
      urges: r.urges,
      flags: r.flags,
      emergency: r.emergency,
      waits: waits.get(r.id)?.reasons ?? [],
      suggested: suggested(r),
      clock: clockOf(r.id),
    };
  };
  return { view, units };
}

const requireCenter = (actor: StaffActor) => {
  if (!worksInCenter(actor)) fail('not_allowed');
};

/** A queue of the centre. @throws AppError `not_allowed` for units, who have an inbox. */
export async function listOrders(
  db: Reader,
  actor: StaffActor,
  q: {
    queue: OrderQueue;
    wait?: WaitReason | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<Page<OrderListItem>> {
  requireCenter(actor);
  const ids = q.queue === 'auto_dispatched' ? await dispatchedToday(db) : [];
  const rows = await list.listQueue(db, { ...q, ids }, readCursor(q.cursor), q.limit + 1);
  const { view } = await lister(db, rows, { center: true });
  return pageOf(rows, q.limit, view, (r) => ({ at: r.sort_at, id: r.id }));
}

/** What the system dispatched since midnight in the city; as many as any list counts. */
const dispatchedToday = async (db: Reader): Promise<string[]> =>
  ordersBySystem(db, cityMidnight(await appNow(db)), list.COUNT_MAX);

export async function countOrders(db: Reader, actor: StaffActor): Promise<OrderCounts> {
  requireCenter(actor);
  const midnight = cityMidnight(await appNow(db));
  const [queues, waits, autoDispatchedToday] = await Promise.all([
    list.countQueues(db),
    list.countWaits(db),
    dispatchedBySystem(db, midnight),
  ]);
  return { ...queues, waits, autoDispatchedToday };
}

/** Words of a demand, and no number: at least one of two characters. */
const WORDS = /[^\p{P}\p{S}\p{Z}\p{C}]+/gu;

/** Orders by number or its last digits, or by words of the demand; only those the actor may see. */
export async function findOrders(
  db: Reader,
  actor: StaffActor,
  asked: string,
): Promise<OrderListItem[]> {
  const center = worksInCenter(actor);
  const unitIds = center ? null : [...actor.reach];
  // Full-width digits are digits.
  const q = asked.normalize('NFKC');
  const words = q.match(WORDS) ?? [];
  const digits = digitsOf(q);
  const isNumber = asksNumber(q);
  let rows: ListedOrder[] = [];
  if (isNumber && digits.length >= 4 && digits.length <= 16)
    rows = await list.findByNumber(db, digits, unitIds);
  else if (!isNumber && words.some((w) => w.length >= 2))
    rows = await list.findByWords(db, words, unitIds);
  // “尾号0001”: no demand says so, an order ends so.
  if (rows.length === 0 && !isNumber && digits.length >= 4 && digits.length <= 16)
    rows = await list.findByNumber(db, digits, unitIds);
  const sees = await whoSees(
    db,
    rows.map((r) => r.id),
  );
  const visible = rows.filter((r) => sees(actor, r.id));
  const { view } = await lister(db, visible, { center });
  return visible.map(view);
}

/** Views of given orders, for modules above that keep lists of their own; `center`: who reads works there. */
export async function orderItems(
  db: Reader,
  ids: readonly string[],
  center = true,
): Promise<Map<string, OrderListItem>> {
  const rows = await list.listByIds(db, ids);
  const { view } = await lister(db, rows, { center });
  return new Map(rows.map((r) => [r.id, view(r)]));
}

export async function ordersOfRequesters(
  db: Reader,
  requesterIds: readonly string[],
): Promise<OrderListItem[]> {
  const rows = await list.listByRequesters(db, requesterIds);
  const { view } = await lister(db, rows, { center: true });
  return rows.map(view);
}

/** The inbox of every unit in the actor's reach. */
export async function listInbox(
  db: Reader,
  actor: StaffActor,
  q: { facet: InboxFacet; cursor?: string | undefined; limit: number },
): Promise<Page<InboxItem>> {
  const rows = await inbox.listInbox(
    db,
    unitsOf(actor),
    q.facet,
    readCursor(q.cursor),
    q.limit + 1,
  );
  const [{ view, units }, clocks] = await Promise.all([
    lister(db, rows, { units: rows.map((r) => r.a_organization_id), center: false }),
    subjectClocks(
      db,
      rows.map((r) => r.a_id),
    ),
  ]);
  const clockOf = (r: ListedAssignment) =>
    clocks.get(r.a_id)?.find((c) => c.clock === 'final' || c.clock === 'co') ?? null;
  const stepClockOf = (r: ListedAssignment) => {
    const step = r.a_state === 'pending_sign' ? 'sign' : 'first_contact';
    return clocks.get(r.a_id)?.find((c) => c.clock === step) ?? null;
  };
  const item = (r: ListedAssignment): InboxItem => ({
    ...view(r),
    assignment: {
      id: r.a_id,
      state: r.a_state,
      kind: r.a_kind,
      organization: unitRef(units.get(r.a_organization_id))!,
      createdAt: r.a_created_at.toISOString(),
      signedAt: r.a_signed_at?.toISOString() ?? null,
      firstContactAt: r.a_first_contact_at?.toISOString() ?? null,
      replyDrafted: r.a_drafted,
      returned: r.a_returned,
      reachable: r.a_reachable,
      clock: clockOf(r),
      stepClock: stepClockOf(r),
    },
  });
  return pageOf(rows, q.limit, item, (r) => ({ at: r.sort_at, id: r.a_id }));
}

export const countInbox = (db: Reader, actor: StaffActor) => inbox.countInbox(db, unitsOf(actor));

/** Units whose inbox it is: those reached by a unit role; the centre itself handles nothing. */
const unitsOf = (actor: StaffActor): string[] =>
  holds(actor, 'unit_receiver', 'handler', 'unit_leader', 'command_room', 'grid_worker')
    ? [...actor.reach]
    : [];
