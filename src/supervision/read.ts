/** Supervision orders as their readers see them. */
import type { z } from 'zod';
import { subjectClocks } from '../deadline/index.ts';
import { descendants, organizationsById, userNames, worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Reader } from '../platform/db.ts';
import {
  handsOfOrders,
  orderItems,
  pageOf,
  readCursor,
  supervisionActs,
} from '../workorder/index.ts';
import { clash, orderRow } from '../workorder/lifecycle.ts';
import type { Hand } from '../workorder/lifecycle.ts';
import type { OrderListItem, Page } from '../workorder/schema.ts';
import type { supervisionListQuery, SupervisionView } from './schema.ts';
import { seesAll, seesOwn } from './service.ts';
import * as store from './store.ts';
import type { SupervisionRow } from './store.ts';

/**
 * Supervision orders, those that wait the oldest first: all for supervisors and administrators, those
 * addressed to them for units. @throws AppError `not_allowed`.
 */
export async function supervisions(
  db: Reader,
  actor: StaffActor,
  q: z.infer<typeof supervisionListQuery>,
): Promise<Page<SupervisionView>> {
  if (!seesAll(actor) && !seesOwn(actor)) fail('not_allowed');
  const within = q.organizationId ? await descendants(db, [q.organizationId]) : null;
  const unitIds = seesAll(actor) ? within : (within ?? [...actor.reach]).filter(reaches(actor));
  const which = { ...q, unitIds };
  const rows = await store.listSupervisions(db, which, readCursor(q.cursor), q.limit + 1);
  const view = await viewer(db, actor, rows);
  return pageOf(rows, q.limit, view, (r) => ({ at: r.issued_at, id: r.id }));
}

const reaches = (actor: StaffActor) => (id: string) => actor.reach.has(id);

type Act = SupervisionView['allowed'][number];

/** What somebody may do to one now, separation of duties included. */
function allowedTo(
  actor: StaffActor,
  row: SupervisionRow,
  order: OrderListItem,
  hands: readonly Hand[],
): Act[] {
  const may: Record<Act, boolean> = {
    reply_supervision:
      row.state === 'open' &&
      actor.grants.some(
        (g) => g.role === 'unit_leader' && g.organizationId === row.organization_id,
      ),
    judge_supervision: row.state === 'replied' && actor.grants.some((g) => g.role === 'supervisor'),
  };
  return (Object.keys(may) as Act[]).filter((act) => {
    const rule = orderRow(act);
    return may[act] && rule.from.includes(order.state) && clash(rule.hand, hands).length === 0;
  });
}

/** Looks up what a batch of rows needs, then makes each row's view. */
async function viewer(db: Reader, actor: StaffActor, rows: SupervisionRow[]) {
  const orderIds = rows.map((r) => r.order_id);
  const [orders, units, acts, clocks, hands] = await Promise.all([
    orderItems(db, orderIds, worksInCenter(actor)),
    organizationsById(
      db,
      rows.map((r) => r.organization_id),
    ),
    supervisionActs(db, orderIds),
    subjectClocks(
      db,
      rows.map((r) => r.id),
    ),
    handsOfOrders(db, orderIds, actor.personId),
  ]);
  const names = await userNames(
    db,
    acts.flatMap((a) => a.actorId ?? []),
  );
  const nameOf = (id: string | null) => (id && names.get(id)) || null;
  return (r: SupervisionRow): SupervisionView => {
    const order = orders.get(r.order_id) ?? fail('internal', {}, `no order ${r.order_id}`);
    const unit = units.get(r.organization_id)!;
    const mine = acts.filter((a) => a.supervisionId === r.id);
    const said = (act: (typeof mine)[number]['act']) =>
      mine
        .filter((a) => a.act === act)
        .map((a) => ({ ...a, byName: nameOf(a.actorId), at: a.at.toISOString() }));
    const [issued] = said('supervise');
    // Who may handle does not see when the citizen is called.
    const hidden = order.clock?.clock === 'callback' && !worksInCenter(actor);
    return {
      id: r.id,
      number: r.number,
      level: r.level,
      cause: r.cause,
      state: r.state,
      version: r.version,
      returns: r.returns,
      order: hidden ? { ...order, clock: null } : order,
      organization: { id: unit.id, code: unit.code, name: unit.name, nameEn: unit.nameEn },
      issuedByName: issued?.byName ?? null,
      issuedAt: r.issued_at.toISOString(),
      demand: issued?.body ?? '',
      clock: clocks.get(r.id)?.[0] ?? null,
      replies: said('reply_supervision').map(({ body, byName, at }) => ({
        text: body,
        byName,
        at,
      })),
      verdicts: said('judge_supervision').map(({ verdict, body, byName, at }) => ({
        verdict: verdict!,
        note: body,
        byName,
        at,
      })),
      allowed: allowedTo(actor, r, order, hands.get(r.order_id) ?? []),
    };
  };
}
