/** Clocks for orders that are older than the clocks, or that lost theirs: nothing open goes unwatched. */
import { startClocks } from '../deadline/index.ts';
import type { Start } from '../deadline/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import type { Clock } from '../kernel/words.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { LEADING, STATE_CLOCK, UNIT_CLOCKS } from './clocks.ts';
import type { AssignmentRow, OrderRow } from './store.ts';
import * as read from './read.store.ts';
import * as store from './store.ts';

/** Orders adopted in one transaction. */
const PORTION = 200;

/** Clocks of an assignment that its acts have already fulfilled. */
function fulfilled(a: AssignmentRow): Clock[] {
  return [
    ...(a.state === 'pending_sign' ? [] : (['sign'] as const)),
    ...(a.first_contact_at ? (['first_contact'] as const) : []),
  ];
}

/** What should run for an order, from the instants its rows tell. */
function due(order: OrderRow, assignments: readonly AssignmentRow[]): Start[] {
  const facts = {
    urgency: order.urgency,
    type: order.type,
    channel: order.channel,
    redo: order.round > 1,
  };
  const base = { orderId: order.id, facts, reason: 'adopt' };
  const state = STATE_CLOCK[order.state];
  const own: Start[] = [
    {
      ...base,
      subjectId: order.id,
      clock: 'citizen',
      organizationId: null,
      leading: false,
      at: order.registered_at,
    },
    ...(state
      ? [
          {
            ...base,
            subjectId: order.id,
            clock: state,
            organizationId: null,
            leading: LEADING.includes(state),
            at: order.state_since,
          },
        ]
      : []),
  ];
  const units = assignments
    .filter((a) => a.round === order.round && (a.state === 'pending_sign' || a.state === 'signed'))
    .flatMap((a) =>
      UNIT_CLOCKS[a.kind]
        .filter((clock) => !fulfilled(a).includes(clock))
        .map((clock) => ({
          ...base,
          subjectId: a.id,
          clock,
          organizationId: a.organization_id,
          leading: a.kind === 'lead' && LEADING.includes(clock),
          at: a.created_at,
        })),
    );
  return [...own, ...(order.state === 'dispatched' || order.state === 'in_progress' ? units : [])];
}

/** Adopts a portion of the open orders that no clock was ever started for. */
async function adoptSome(tx: Tx): Promise<number> {
  const orders = await read.ordersWithoutClock(tx.db, PORTION);
  for (const id of orders) {
    const order = await store.lockOrder(tx.db, id);
    if (!order) continue;
    await startClocks(tx, 'system', due(order, await store.assignmentsOf(tx.db, id)));
  }
  return orders.length;
}

/** Called by the schedule; an upgrade from a version without clocks is done with the first rounds. */
export async function adoptClocks(deps: Deps): Promise<number> {
  let total = 0;
  for (;;) {
    const n = await inTransaction(deps, SYSTEM, adoptSome);
    total += n;
    if (n < PORTION) return total;
  }
}
