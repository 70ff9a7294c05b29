/** Starts and stops the clocks of an order with each act, in its transaction. */
import {
  continueClocks,
  lockOrderClocks,
  pauseClocks,
  resumeClocks,
  startClocks,
  stopClocks,
} from '../deadline/index.ts';
import type { Facts, Start } from '../deadline/index.ts';
import type { Channel, Clock, DemandType, Urgency } from '../kernel/words.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import {
  ANSWERED,
  FULFILS,
  LEADING,
  STATE_CLOCK,
  STATE_PAUSE,
  UNIT_CLOCKS,
  VOIDING,
} from './clocks.ts';
import type { Context, Outcome } from './effects.ts';
import type { Act, OrderState } from './lifecycle.ts';

/** What happened, as far as clocks care. */
interface Done {
  act: Act;
  to: OrderState;
  round: number;
  assignmentId: string | null;
}

/** The order as it is after the act. */
function factsOf(c: Context, outcome: Outcome, round: number): Facts {
  const set = (outcome.set ?? {}) as { urgency?: Urgency; type?: DemandType };
  return {
    urgency: set.urgency ?? c.order.urgency,
    type: set.type ?? c.order.type,
    channel: c.order.channel,
    redo: round > 1,
  };
}

const opened = (outcome: Outcome) =>
  (outcome.events ?? [])
    .filter((e) => e.type === 'assignment.created')
    .map((e) => ({
      id: e.subjectId,
      ...(e.payload as { organizationId: string; kind: 'lead' | 'co' }),
    }));

const cancelled = (outcome: Outcome): string[] =>
  (outcome.events ?? []).filter((e) => e.type === 'assignment.cancelled').map((e) => e.subjectId);

/** Ids of everything whose clocks belong to the order. */
const subjects = (c: Context): string[] => [c.order.id, ...c.assignments.map((a) => a.id)];

/** Whether a unit works on the order: its clock, paused or not, is the one to show. */
const withUnit = (c: Context): boolean =>
  c.assignments.some((a) => a.round === c.order.round && a.kind === 'lead' && a.state === 'signed');

/** All that one act does to clocks. Stops come first: an order is shown by one clock at a time. */
export async function runClocks(c: Context, d: Done, outcome: Outcome): Promise<void> {
  if (c.order.state !== d.to || FULFILS[d.act]) await lockOrderClocks(c.tx.db, c.order.id);
  await stopping(c, d, outcome);
  await pausing(c, d);
  await startClocks(c.tx, c.capacity.party, starting(c, d, outcome));
}

async function stopping(c: Context, d: Done, outcome: Outcome): Promise<void> {
  const { tx, order, capacity } = c;
  const stop = (subjectIds: string[], how: 'done' | 'void', clocks?: readonly Clock[]) =>
    stopClocks(tx, capacity.party, { subjectIds, ...(clocks && { clocks }) }, how, d.act);
  const how = VOIDING.includes(d.act) ? 'void' : 'done';
  const left = order.state === d.to ? undefined : STATE_CLOCK[order.state];
  if (left) await stop([order.id], how, [left]);
  if (ANSWERED.includes(d.to) && !ANSWERED.includes(order.state))
    await stop([order.id], how, ['citizen']);
  const fulfilled =
    d.act === 'first_contact' && outcome.detail?.reached !== true ? [] : FULFILS[d.act];
  if (d.assignmentId && fulfilled?.length) await stop([d.assignmentId], 'done', fulfilled);
  const over = cancelled(outcome);
  if (over.length > 0) await stop(over, 'void');
  // While the reply is audited no unit can act: whatever still runs there stands, and runs on if it fails.
  if (d.act === 'submit_reply') {
    await stop(
      c.assignments.filter((a) => a.round === order.round).map((a) => a.id),
      'void',
    );
  }
  if (d.to === 'closed') await stop(subjects(c), 'void');
  // No unit owes anything of an order that left the house; who raised it still waits.
  else if (d.to === 'transferred')
    await stop(
      c.assignments.map((a) => a.id),
      'void',
    );
}

async function pausing(c: Context, d: Done): Promise<void> {
  const { tx, order, capacity } = c;
  const subjectIds = c.assignments.filter((a) => a.round === order.round).map((a) => a.id);
  if (d.act === 'audit_fail') {
    await continueClocks(tx, capacity.party, { subjectIds, stoppedBy: 'submit_reply' }, d.act);
  }
  if (order.state === d.to) return;
  const pause = STATE_PAUSE[d.to];
  if (pause) await pauseClocks(tx, capacity.party, { subjectIds }, pause, d.act);
  else if (STATE_PAUSE[order.state]) {
    await resumeClocks(tx, capacity.party, { subjectIds }, d.act);
  }
}

function starting(c: Context, d: Done, outcome: Outcome): Start[] {
  const { order } = c;
  const facts = factsOf(c, outcome, d.round);
  const base = { orderId: order.id, facts, reason: d.act };
  const entered = order.state === d.to ? undefined : STATE_CLOCK[d.to];
  const center: Start[] = entered
    ? [
        {
          ...base,
          subjectId: order.id,
          clock: entered,
          organizationId: null,
          leading: LEADING.includes(entered) && !(STATE_PAUSE[d.to] && withUnit(c)),
        },
      ]
    : [];
  const units = opened(outcome).flatMap((a) =>
    UNIT_CLOCKS[a.kind]
      // Nobody can be contacted where nobody said who they are.
      .filter((clock) => clock !== 'first_contact' || !order.anonymous)
      .map((clock) => ({
        ...base,
        subjectId: a.id,
        clock,
        organizationId: a.organizationId,
        leading: a.kind === 'lead' && LEADING.includes(clock),
      })),
  );
  return [...center, ...units];
}

/** The clocks that run from registration on, for a whole batch. */
export const registerClocks = (
  tx: Tx,
  orders: readonly {
    id: string;
    urgency: string | null;
    type: string | null;
    channel: string;
  }[],
): Promise<void> =>
  startClocks(
    tx,
    'system',
    orders.flatMap((o) => {
      const facts: Facts = {
        urgency: o.urgency as Urgency | null,
        type: o.type as DemandType | null,
        channel: o.channel as Channel,
        redo: false,
      };
      return (['citizen', 'accept'] as const).map((clock) => ({
        subjectId: o.id,
        orderId: o.id,
        clock,
        organizationId: null,
        facts,
        leading: LEADING.includes(clock),
        reason: 'register',
      }));
    }),
  );
