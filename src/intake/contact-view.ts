/** A contact as staff see it: how it came, how long it was, what became of it. */
import { userNames, worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Channel, ContactOutcome } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { orderItems, orderNosOf, ordersOfContact as idsOf, whoSees } from '../workorder/index.ts';
import type { OrderListItem } from '../workorder/schema.ts';
import type { ContactView } from './schema.ts';
import * as store from './store.ts';

/** Ids of the orders that a contact made, the first in front. */
export const ordersOfContact = (db: Reader, contactId: string): Promise<string[]> =>
  idsOf(db, contactId);

/**
 * For the centre, and for who may see one of its orders: these see those only.
 * @throws AppError `not_found` for everybody else.
 */
export async function viewContact(
  deps: Pick<Deps, 'db'>,
  actor: StaffActor,
  contactId: string,
): Promise<ContactView> {
  const contact = (await store.contactById(deps.db, contactId)) ?? fail('not_found');
  const center = worksInCenter(actor);
  const all = await ordersOfContact(deps.db, contactId);
  const sees = await whoSees(deps.db, all);
  const ids = all.filter((id) => sees(actor, id));
  if (!center && ids.length === 0) fail('not_found');
  const items = await orderItems(deps.db, ids, center);
  const about = center ? contact.outcome_order_id : null;
  const orderNo = about && (await orderNosOf(deps.db, [about])).get(about);
  const { operator_id: operator } = contact;
  const names = await userNames(deps.db, operator ? [operator] : []);
  return {
    id: contact.id,
    channel: contact.channel as Channel,
    operatorName: (operator && names.get(operator)) || null,
    startedAt: contact.started_at.toISOString(),
    endedAt: contact.ended_at?.toISOString() ?? null,
    outcome: contact.outcome as ContactOutcome | null,
    outcomeOrder: about && orderNo ? { id: about, orderNo } : null,
    orders: ids.map((id) => items.get(id)).filter((o): o is OrderListItem => o !== undefined),
    unresolved: contact.ended_at !== null && contact.outcome === null && all.length === 0,
  };
}
