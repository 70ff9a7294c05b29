import { areaNames, categoryNames } from '../catalogue/index.ts';
import { holds } from '../kernel/actor.ts';
import type { Actor, StaffActor } from '../kernel/actor.ts';
import { organizationsById, userNames, worksInCenter } from '../identity/index.ts';
import type { Organization } from '../identity/index.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Party, Solved, Truth, Visibility } from '../kernel/words.ts';
import { KEY_ID } from '../platform/crypto.ts';
import type { Crypto } from '../platform/crypto.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import * as read from './read.store.ts';
import type { Cursor, ListedAssignment, ListedOrder } from './read.store.ts';
import { maskName, maskPhone, mayReadText } from './rules.ts';
import type {
  AssignmentView,
  InboxFacet,
  InboxItem,
  OrderDetail,
  OrderListItem,
  OrderQueue,
  Page,
  ReplyView,
  RequesterView,
  TimelineItem,
  UnitRef,
} from './schema.ts';
import { allowedAssignmentActs, allowedOrderActs, maySee } from './service.ts';
import * as store from './store.ts';
import type { AssignmentRow, OrderRow } from './store.ts';

/** A place in a list, as text that means nothing to others. */
export const writeCursor = (c: Cursor): string =>
  Buffer.from(`${c.at.toISOString()} ${c.id}`).toString('base64url');

/** @throws AppError `invalid_input` when the text is no cursor. */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const [at = '', id = ''] = Buffer.from(text, 'base64url').toString().split(' ');
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime()) || !/^[0-9a-f-]{36}$/.test(id)) {
    fail('invalid_input', {
      issues: [{ path: 'cursor', message: 'not a cursor', code: 'invalid' }],
    });
  }
  return { at: instant, id };
}

/** Cuts `limit + 1` rows to a page with the cursor of its last row. */
export function pageOf<R, T>(
  rows: R[],
  limit: number,
  view: (r: R) => T,
  cursorOf: (r: R) => Cursor,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    nextCursor: rows.length > limit && last ? writeCursor(cursorOf(last)) : null,
  };
}

const unitRef = (o: Organization | undefined): UnitRef | null =>
  o ? { id: o.id, code: o.code, name: o.name, nameEn: o.nameEn } : null;

/** Looks up the names that a batch of rows needs, then makes each row's view. */
async function lister(db: Reader, rows: ListedOrder[], more: string[] = []) {
  const [categories, areas, units] = await Promise.all([
    categoryNames(
      db,
      rows.flatMap((r) => r.category_code ?? []),
    ),
    areaNames(
      db,
      rows.flatMap((r) => r.area_code ?? []),
    ),
    organizationsById(db, [...rows.flatMap((r) => r.lead_id ?? []), ...more]),
  ]);
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
  q: { queue: OrderQueue; cursor?: string | undefined; limit: number },
): Promise<Page<OrderListItem>> {
  requireCenter(actor);
  const rows = await read.listQueue(db, q.queue, readCursor(q.cursor), q.limit + 1);
  const { view } = await lister(db, rows);
  const newestFirst = q.queue === 'all' || q.queue === 'open';
  return pageOf(rows, q.limit, view, (r) => ({
    at: newestFirst ? r.registered_at : r.state_since,
    id: r.id,
  }));
}

export async function countOrders(db: Reader, actor: StaffActor) {
  requireCenter(actor);
  return read.countQueues(db);
}

/** Orders by number or its last digits, only those the actor may see. */
export async function findOrders(
  db: Reader,
  actor: StaffActor,
  q: string,
): Promise<OrderListItem[]> {
  const digits = q.replace(/\D/g, '');
  if (digits.length < 4 || digits.length > 14) return [];
  const rows = await read.findByNumber(db, digits);
  const visible = [];
  for (const r of rows) {
    if (maySee(actor, r, await store.assignmentsOf(db, r.id))) visible.push(r);
  }
  const { view } = await lister(db, visible);
  return visible.map(view);
}

/** Views of given orders, for modules above that keep lists of their own. */
export async function orderItems(
  db: Reader,
  ids: readonly string[],
): Promise<Map<string, OrderListItem>> {
  const rows = await read.listByIds(db, ids);
  const { view } = await lister(db, rows);
  return new Map(rows.map((r) => [r.id, view(r)]));
}

export async function ordersOfRequesters(
  db: Reader,
  requesterIds: readonly string[],
): Promise<OrderListItem[]> {
  const rows = await read.listByRequesters(db, requesterIds);
  const { view } = await lister(db, rows);
  return rows.map(view);
}

/** The inbox of every unit in the actor's reach. */
export async function listInbox(
  db: Reader,
  actor: StaffActor,
  q: { facet: InboxFacet; cursor?: string | undefined; limit: number },
): Promise<Page<InboxItem>> {
  const rows = await read.listInbox(db, unitsOf(actor), q.facet, readCursor(q.cursor), q.limit + 1);
  const { view, units } = await lister(
    db,
    rows,
    rows.map((r) => r.a_organization_id),
  );
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
    },
  });
  return pageOf(rows, q.limit, item, (r) => ({ at: r.a_created_at, id: r.a_id }));
}

export const countInbox = (db: Reader, actor: StaffActor) => read.countInbox(db, unitsOf(actor));

/** Units whose inbox it is: those reached by a unit role; the centre itself handles nothing. */
const unitsOf = (actor: StaffActor): string[] =>
  holds(actor, 'unit_receiver', 'handler', 'unit_leader', 'command_room', 'grid_worker')
    ? [...actor.reach]
    : [];

interface Loaded {
  order: OrderRow;
  assignments: AssignmentRow[];
}

/** The order if the actor may see it. @throws AppError `not_found`. */
export async function visibleOrder(db: Reader, actor: Actor, orderId: string): Promise<Loaded> {
  const order = (await store.findOrder(db, orderId)) ?? fail('not_found');
  const assignments = await store.assignmentsOf(db, orderId);
  if (!maySee(actor, order, assignments)) fail('not_found');
  return { order, assignments };
}

/** Everything one viewer may know of an order, and what they may do. */
export async function orderDetail(
  deps: { db: Reader; crypto: Crypto },
  actor: StaffActor,
  orderId: string,
): Promise<OrderDetail> {
  const { db } = deps;
  const { order, assignments } = await visibleOrder(db, actor, orderId);
  const [listed, text, acts, texts, replies, hands] = await Promise.all([
    read.listByIds(db, [orderId]),
    read.orderTextOf(db, orderId),
    read.actsOf(db, orderId),
    read.actTextsOf(db, orderId),
    read.repliesOf(db, orderId),
    store.handsOf(db, orderId, actor.personId),
  ]);
  const seen = { actor, order, assignments, hands };
  const { view, units } = await lister(db, listed, [
    ...assignments.map((a) => a.organization_id),
    ...acts.flatMap((a) => a.organization_id ?? []),
  ]);
  const names = await userNames(db, [
    ...acts.flatMap((a) => a.actor_id ?? []),
    ...assignments.flatMap((a) => a.signed_by ?? []),
    ...replies.flatMap((r) => [r.author_id, r.countersigned_by ?? []].flat()),
  ]);
  const reader = { kind: 'staff' as const, center: worksInCenter(actor), reach: actor.reach };
  const replyViews = replies
    .filter((r) => mayReadReply(reader, assignments, r))
    .map((r) => ({ assignmentId: r.assignment_id, view: replyView(r, names) }));
  return {
    ...view(listed[0]!),
    contactId: order.contact_id,
    content: text?.content ?? '',
    address: text?.address ?? '',
    occurred: text?.occurred ?? '',
    subjectName: text?.subject_name ?? '',
    subjectKind: order.subject_kind,
    anonymous: order.anonymous,
    wishCallback: order.wish_callback,
    wishPublic: order.wish_public,
    noReturn: order.no_return,
    direct: order.direct,
    closedAt: order.closed_at?.toISOString() ?? null,
    requester: await requesterView(deps, actor, { order, assignments }),
    directReplies: replyViews.filter((r) => r.assignmentId === null).map((r) => r.view),
    assignments: assignments.map((a): AssignmentView => ({
      id: a.id,
      round: a.round,
      kind: a.kind,
      state: a.state,
      organization: unitRef(units.get(a.organization_id))!,
      createdAt: a.created_at.toISOString(),
      signedAt: a.signed_at?.toISOString() ?? null,
      signedByName: (a.signed_by && names.get(a.signed_by)) ?? null,
      firstContactAt: a.first_contact_at?.toISOString() ?? null,
      submittedAt: a.submitted_at?.toISOString() ?? null,
      waived: a.waived,
      replies: replyViews.filter((r) => r.assignmentId === a.id).map((r) => r.view),
      allowed: allowedAssignmentActs(seen, a),
    })),
    timeline: acts.map((a): TimelineItem => ({
      id: a.id,
      act: a.act as TimelineItem['act'],
      from: a.from_state as TimelineItem['from'],
      to: a.to_state as TimelineItem['to'],
      version: a.order_version,
      round: a.round,
      party: a.party as Party,
      actorName: (a.actor_id && names.get(a.actor_id)) ?? null,
      organization: a.organization_id ? unitRef(units.get(a.organization_id)) : null,
      at: a.at.toISOString(),
      detail: a.detail,
      texts: texts
        .filter(
          (t) =>
            t.act_id === a.id &&
            mayReadText(
              { visibility: t.visibility as Visibility, organizationId: t.organization_id },
              reader,
            ),
        )
        .map((t) => ({ kind: t.kind, visibility: t.visibility as Visibility, body: t.body })),
    })),
    allowed: allowedOrderActs(seen),
  };
}

type ReplyRow = Awaited<ReturnType<typeof read.repliesOf>>[number];

/** A draft is read in its own unit only; what was submitted, by the centre and every unit on it. */
function mayReadReply(
  reader: { center: boolean; reach: ReadonlySet<string> },
  assignments: AssignmentRow[],
  r: ReplyRow,
): boolean {
  const unit = assignments.find((a) => a.id === r.assignment_id)?.organization_id;
  if (r.state === 'draft') return unit !== undefined && reader.reach.has(unit);
  return true;
}

const replyView = (r: ReplyRow, names: Map<string, string>): ReplyView => ({
  id: r.id,
  kind: r.kind as ReplyView['kind'],
  state: r.state as ReplyView['state'],
  truth: r.truth as Truth | null,
  solved: r.solved as Solved | null,
  contactMade: r.contact_made,
  finding: r.finding,
  measures: r.measures,
  basis: r.basis,
  publicVersion: r.public_version,
  authorName: names.get(r.author_id) ?? '',
  countersignedByName: (r.countersigned_by && names.get(r.countersigned_by)) ?? null,
  createdAt: r.created_at.toISOString(),
  submittedAt: r.submitted_at?.toISOString() ?? null,
});

/** Roles that may have to reach the citizen. */
const CENTER_REVEALERS = ['operator', 'dispatcher', 'callback_agent', 'supervisor'] as const;
const UNIT_REVEALERS = ['unit_receiver', 'handler', 'unit_leader', 'command_room'] as const;

function mayReveal(actor: StaffActor, l: Loaded): boolean {
  if (l.order.confidential || !l.order.requester_id) return false;
  if (holds(actor, ...CENTER_REVEALERS)) return true;
  return l.assignments.some(
    (a) =>
      a.state !== 'pending_sign' &&
      a.state !== 'cancelled' &&
      a.state !== 'returned' &&
      actor.grants.some(
        (g) =>
          g.organizationId === a.organization_id &&
          (UNIT_REVEALERS as readonly string[]).includes(g.role),
      ),
  );
}

async function requesterView(
  deps: { db: Reader; crypto: Crypto },
  actor: StaffActor,
  l: Loaded,
): Promise<RequesterView> {
  const none = {
    kind: 'anonymous' as const,
    name: null,
    phone: null,
    canReveal: false,
    hidden: l.order.confidential,
  };
  if (!l.order.requester_id || l.order.confidential) return none;
  const known = await openIdentity(deps, l.order.requester_id);
  if (!known) return none;
  return {
    kind: known.kind,
    name: known.name === '' ? null : maskName(known.name),
    phone: known.phone === '' ? null : maskPhone(known.phone),
    canReveal: known.phone !== '' && mayReveal(actor, l),
    hidden: false,
  };
}

/** Name and telephone in clear; for sending a notice, or through `reveal`. Never log the answer. */
export async function openIdentity(deps: { db: Reader; crypto: Crypto }, requesterId: string) {
  const row = await store.findIdentity(deps.db, requesterId);
  if (!row) return null;
  const open = (ct: Buffer | null, field: string) =>
    ct ? deps.crypto.open(ct, `${requesterId}/${field}`) : '';
  return {
    kind: row.kind as RequesterView['kind'],
    name: open(row.name_ct, 'name'),
    phone: open(row.phone_ct, 'phone'),
  };
}

/** Encrypts and keeps who a requester is. */
export async function keepIdentities(
  db: DbTx,
  crypto: Crypto,
  list: { requesterId: string; kind: string; name: string; phone: string }[],
): Promise<void> {
  const seal = (text: string, id: string, field: string) =>
    text === '' ? null : crypto.seal(text, `${id}/${field}`);
  await store.insertIdentities(
    db,
    list.map((i) => ({
      requester_id: i.requesterId,
      kind: i.kind,
      key_id: KEY_ID,
      name_ct: seal(i.name, i.requesterId, 'name'),
      phone_ct: seal(i.phone, i.requesterId, 'phone'),
    })),
  );
}

/** Shows one number once, for a stated reason; the reading is logged with its reader. */
export async function revealRequester(
  deps: Deps,
  actor: StaffActor,
  orderId: string,
  reason: string,
  traceId?: string,
): Promise<{ name: string; phone: string }> {
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const loaded = await visibleOrder(tx.db, actor, orderId);
      if (!mayReveal(actor, loaded)) fail('not_allowed');
      const known = await openIdentity(
        { db: tx.db, crypto: deps.crypto },
        loaded.order.requester_id!,
      );
      if (!known || known.phone === '') fail('requester_unreachable');
      await store.insertRevealReason(tx.db, {
        id: newId(),
        orderId,
        userId: actor.userId,
        reason,
        at: tx.at,
      });
      tx.record({
        type: 'requester.revealed',
        subjectType: 'work_order',
        subjectId: orderId,
        orderId,
        payload: { field: 'phone', reasonGiven: true },
      });
      return { name: known.name, phone: known.phone };
    },
    traceId,
  );
}
