/** Clocks for orders that are older than the clocks, or that lost theirs: nothing open goes unwatched. */
import { livingClocks, startClocks, stopClocks } from '../deadline/index.ts';
import type { Start } from '../deadline/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import type { Clock } from '../kernel/words.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { FULFILS, LEADING, STATE_CLOCK, UNIT_CLOCKS } from './clocks.ts';
import type { OrderState } from './lifecycle.ts';
import type { AssignmentRow, OrderRow } from './store.ts';
import * as read from './read.store.ts';
import * as store from './store.ts';

/** Orders looked for at once. */
const PORTION = 200;

/** Acts by which the citizen was answered; the first of them ended the citizen's clock. */
const ANSWERS: readonly string[] = ['audit_pass', 'direct_answer'];
/** States in which the units' clocks run, or stand as the reply that is audited left them. */
const WITH_UNITS: readonly OrderState[] = ['dispatched', 'in_progress', 'pending_audit'];

/** An order with what tells which of its clocks have been fulfilled. */
interface Old {
  order: OrderRow;
  /** Of its present round. */
  assignments: readonly AssignmentRow[];
  acts: readonly { act: string; assignment_id: string | null; at: Date }[];
}

const start = (o: Old, s: Pick<Start, 'subjectId' | 'clock' | 'organizationId' | 'at'>): Start => ({
  ...s,
  orderId: o.order.id,
  facts: {
    urgency: o.order.urgency,
    type: o.order.type,
    channel: o.order.channel,
    redo: o.order.round > 1,
  },
  leading: LEADING.includes(s.clock),
  reason: 'adopt',
});

/** The clocks of the order itself, from the instants its rows tell. */
function ofOrder(o: Old): Start[] {
  const { order } = o;
  const own = { subjectId: order.id, organizationId: null };
  const state = STATE_CLOCK[order.state];
  return [
    start(o, { ...own, clock: 'citizen', at: order.registered_at }),
    ...(state ? [start(o, { ...own, clock: state, at: order.state_since })] : []),
  ];
}

/** Clocks of an assignment that its acts have already fulfilled, and those nobody can fulfil. */
function fulfilled(o: Old, a: AssignmentRow): Clock[] {
  const progressed = o.acts.some((x) => x.act === 'progress' && x.assignment_id === a.id);
  return [
    ...(a.state === 'pending_sign' ? [] : (['sign'] as const)),
    ...(a.first_contact_at || o.order.anonymous ? (['first_contact'] as const) : []),
    ...(progressed ? (['first_disposal'] as const) : []),
  ];
}

/** The clocks of the units that work on it. */
const ofUnits = (o: Old): Start[] =>
  o.assignments
    .filter((a) => ['pending_sign', 'signed', 'submitted'].includes(a.state))
    // A co-handler that has answered owes nothing.
    .filter((a) => a.kind === 'lead' || a.state !== 'submitted')
    .flatMap((a) =>
      UNIT_CLOCKS[a.kind]
        .filter((clock) => !fulfilled(o, a).includes(clock))
        .map((clock) =>
          start(o, {
            subjectId: a.id,
            clock,
            organizationId: a.organization_id,
            at: a.created_at,
          }),
        ),
    );

/** What the reply that is audited now has stopped, as of then: it runs on if the audit fails. */
async function stopByReply(tx: Tx, o: Old): Promise<void> {
  const lead = o.assignments.find((a) => a.kind === 'lead' && a.state === 'submitted');
  if (!lead) return;
  const then = { ...tx, at: lead.submitted_at ?? lead.state_since };
  const clocks = FULFILS.submit_reply!;
  await stopClocks(then, 'system', { subjectIds: [lead.id], clocks }, 'done', 'submit_reply');
  const subjectIds = o.assignments.map((a) => a.id);
  await stopClocks(then, 'system', { subjectIds }, 'void', 'submit_reply');
}

/** Starts what should run; what an act has started meanwhile runs already. */
async function adopt(tx: Tx, o: Old): Promise<void> {
  const { order } = o;
  const units = WITH_UNITS.includes(order.state) ? ofUnits(o) : [];
  const wanted = [...ofOrder(o), ...units];
  const living = await livingClocks(
    tx.db,
    wanted.map((s) => s.subjectId),
  );
  const runs = new Set(living.map((d) => `${d.subject_id} ${d.clock}`));
  const missing = (list: readonly Start[]) =>
    list.filter((s) => !runs.has(`${s.subjectId} ${s.clock}`));
  await startClocks(tx, 'system', missing(units));
  // An order is shown by one clock at a time: those of the units stop first.
  if (order.state === 'pending_audit') await stopByReply(tx, o);
  await startClocks(tx, 'system', missing(ofOrder(o)));
  const answer = o.acts.find((x) => ANSWERS.includes(x.act));
  if (!answer) return;
  const which = { subjectIds: [order.id], clocks: ['citizen'] as const };
  await stopClocks({ ...tx, at: answer.at }, 'system', which, 'done', answer.act);
}

/** What a module above ends, in the same transaction, of what an order was given. */
type Ending = (tx: Tx, orderId: string) => Promise<void>;

/** Adopts one order, and tells boards and lists. */
async function adoptOne(tx: Tx, id: string, ending: Ending): Promise<void> {
  const order = await store.lockOrder(tx.db, id);
  if (!order || (await read.hasClock(tx.db, id))) return;
  const assignments = (await store.assignmentsOf(tx.db, id)).filter((a) => a.round === order.round);
  await adopt(tx, { order, assignments, acts: await read.actsOf(tx.db, id) });
  await ending(tx, id);
  tx.record({
    type: 'deadline.moved',
    subjectType: 'work_order',
    subjectId: id,
    orderId: id,
    payload: { organizationIds: assignments.map((a) => a.organization_id) },
  });
}

/**
 * Adopts the open orders that no clock was ever started for, each in a transaction of its own: one
 * that cannot be adopted is logged and holds up no other. Called again and again.
 * @returns how many were adopted.
 */
export async function adoptClocks(deps: Deps, ending: Ending = async () => {}): Promise<number> {
  let total = 0;
  const failed = new Set<string>();
  for (;;) {
    const found = await read.ordersWithoutClock(deps.db, PORTION + failed.size);
    const ids = found.filter((id) => !failed.has(id));
    if (ids.length === 0) return total;
    for (const id of ids) {
      try {
        await inTransaction(deps, SYSTEM, (tx) => adoptOne(tx, id, ending));
        total += 1;
      } catch (error) {
        failed.add(id);
        deps.log.warn({ orderId: id, error: String(error).slice(0, 200) }, 'no clock for an order');
      }
    }
  }
}
