import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Reader } from '../platform/db.ts';
import { maySee } from './allowed.ts';
import * as store from './store.ts';
import type { AssignmentRow, OrderRow } from './store.ts';
import { unitsOfOrders } from './units.store.ts';

/** An order with its assignments, seen by somebody who may. */
export interface Loaded {
  order: OrderRow;
  assignments: AssignmentRow[];
}

/** The order if the actor may see it. @throws AppError `not_found`. */
export async function visibleOrder(db: Reader, actor: Actor, orderId: string): Promise<Loaded> {
  const [found, assignments] = await Promise.all([
    store.findOrder(db, orderId),
    store.assignmentsOf(db, orderId),
  ]);
  const order = found ?? fail('not_found');
  if (!maySee(actor, order, assignments)) fail('not_found');
  return { order, assignments };
}

/** Tells of these orders, which exist, who may see which; one query for all. */
export async function whoSees(
  db: Reader,
  orderIds: readonly string[],
): Promise<(actor: Actor, orderId: string) => boolean> {
  const units = await unitsOfOrders(db, orderIds);
  return (actor, id) =>
    maySee(
      actor,
      { id },
      (units.get(id) ?? []).map((unit) => ({ organization_id: unit })),
    );
}
