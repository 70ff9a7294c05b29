/** Transfer first, record after: an emergency is handed over before, and whether or not, there is an order. */
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { act, visibleOrder } from '../workorder/index.ts';
import { newContact, writeContacts } from './contacts.ts';
import { insertHandover, openHandovers } from './handover.store.ts';
import type { HandoverRow } from './handover.store.ts';
import type { HandoverInput, HandoverView } from './schema.ts';
import * as store from './store.ts';

const view = (h: HandoverRow): HandoverView => ({
  id: h.id,
  contactId: h.contact_id,
  target: h.target,
  startedAt: h.started_at.toISOString(),
});

const requireOperator = (actor: StaffActor) => {
  if (!holds(actor, 'operator')) fail('not_allowed');
};

/**
 * Hands a caller over, at once: nothing has to be known. Of an order that exists it is the act
 * `transfer_emergency`; else it waits for the order that records it.
 * @throws AppError `not_allowed`, `not_found`, and what the act refuses.
 */
export async function makeHandover(
  deps: Deps,
  actor: StaffActor,
  input: HandoverInput,
  call?: Call,
): Promise<HandoverView> {
  requireOperator(actor);
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const row: HandoverRow = {
        id: newId(),
        contact_id: await contactFor(deps, tx, actor, input),
        order_id: input.orderId ?? null,
        target: input.target,
        operator_id: actor.userId,
        call_leg: input.callLeg,
        started_at: tx.at,
      };
      await insertHandover(tx.db, row);
      announce(tx, row);
      if (row.order_id) {
        const { target, id: handoverId } = row;
        const said = { target, handoverId, record: '' };
        await act(tx, actor, row.order_id, 'transfer_emergency', null, said);
      }
      return view(row);
    },
    call,
  );
}

const announce = (tx: Tx, row: HandoverRow) =>
  tx.record(
    {
      type: 'handover.made',
      subjectType: 'contact',
      subjectId: row.contact_id,
      ...(row.order_id && { orderId: row.order_id }),
      payload: { handoverId: row.id, target: row.target },
    },
    { party: 'operator', organizationId: null },
  );

/** The contact that was named, that of the order, or a new one. */
async function contactFor(
  deps: Deps,
  tx: Tx,
  actor: StaffActor,
  input: HandoverInput,
): Promise<string> {
  const order = input.orderId && (await visibleOrder(tx.db, actor, input.orderId)).order;
  if (input.contactId) {
    const own = (await store.findContacts(tx.db, [input.contactId])).get(input.contactId);
    return own?.operator_id === actor.userId ? own.id : fail('not_found');
  }
  if (order) return order.contact_id;
  const fresh = newContact(actor, input.channel, input.requester);
  await writeContacts(deps, tx, [fresh]);
  return fresh.contactId;
}

/** Hand-overs of one's own that no order records yet, newest first. */
export async function myHandovers(deps: Deps, actor: StaffActor): Promise<HandoverView[]> {
  requireOperator(actor);
  return (await openHandovers(deps.db, actor.userId)).map(view);
}
