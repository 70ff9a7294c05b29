/** Transfer first, record after: an emergency is handed over before, and whether or not, there is an order. */
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { AppError, fail } from '../kernel/errors.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { EmergencyTarget } from '../kernel/words.ts';
import { appNow } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { act, visibleOrder } from '../workorder/index.ts';
import { newContact, writeContacts } from './contacts.ts';
import { insertHandover, lockOfLeg, openHandovers, setCallLeg } from './handover.store.ts';
import type { HandoverRow } from './handover.store.ts';
import { forgottenBefore } from './rules.ts';
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
  try {
    return await inTransaction(
      deps,
      actor,
      async (tx) => {
        const row = await put(deps, tx, actor, input, input.orderId ?? null);
        if (row.order_id) {
          const { target, id: handoverId } = row;
          const said = { target, handoverId, record: '' };
          await act(tx, actor, row.order_id, 'transfer_emergency', null, said);
        }
        return view(row);
      },
      call,
    );
  } catch (error) {
    if (input.orderId && error instanceof AppError && TOO_LATE.includes(error.code))
      await inTransaction(deps, actor, (tx) => keepWithoutOrder(deps, tx, actor, input));
    throw error;
  }
}

/** The order refused, but the caller was put through: that stands, and waits for an order of its own. */
const TOO_LATE: readonly ErrorCode[] = ['state_conflict', 'separation_of_duties'];

/** Said again after it was refused, it is the same hand-over. */
async function keepWithoutOrder(deps: Deps, tx: Tx, actor: StaffActor, input: HandoverInput) {
  const contactId = await contactFor(deps, tx, actor, input);
  const mine = await openHandovers(tx.db, { operatorId: actor.userId, before: null });
  if (mine.some((h) => h.contact_id === contactId && h.target === input.target)) return;
  await put(deps, tx, actor, input, null);
}

async function put(
  deps: Deps,
  tx: Tx,
  actor: StaffActor,
  input: HandoverInput,
  orderId: string | null,
): Promise<HandoverRow> {
  const row: HandoverRow = {
    id: newId(),
    contact_id: await contactFor(deps, tx, actor, input),
    order_id: orderId,
    target: input.target,
    operator_id: actor.userId,
    call_leg: input.callLeg,
    started_at: tx.at,
  };
  await insertHandover(tx.db, row);
  announce(tx, row);
  return row;
}

/**
 * The switch put a caller through: its leg goes to the hand-over that stands, or to one that is made
 * now. The same leg again does nothing.
 */
export async function noteHandoverLeg(
  tx: Tx,
  leg: { contactId: string; target: EmergencyTarget; legId: string; operatorId: string },
): Promise<void> {
  const known = await lockOfLeg(tx.db, leg.contactId, leg.target, leg.legId);
  if (known?.call_leg === leg.legId) return;
  if (known) return setCallLeg(tx.db, known.id, leg.legId);
  const row: HandoverRow = {
    id: newId(),
    contact_id: leg.contactId,
    order_id: null,
    target: leg.target,
    operator_id: leg.operatorId,
    call_leg: leg.legId,
    started_at: tx.at,
  };
  await insertHandover(tx.db, row);
  announce(tx, row);
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
    if (own?.operator_id !== actor.userId) fail('not_found');
    if (order && order.contact_id !== own.id) {
      const issues = [{ path: 'contactId', message: 'another contact', code: 'other_contact' }];
      fail('invalid_input', { issues });
    }
    return own.id;
  }
  if (order) return order.contact_id;
  const fresh = newContact(actor, input.channel, input.requester);
  await writeContacts(deps, tx, [fresh]);
  return fresh.contactId;
}

/**
 * Hand-overs that no order records yet, newest first: an operator's own, and whoever's they were as
 * soon as nobody seems to record them.
 */
export async function listHandovers(deps: Deps, actor: StaffActor): Promise<HandoverView[]> {
  if (!holds(actor, 'operator', 'supervisor')) fail('not_allowed');
  const before = forgottenBefore(await appNow(deps.db));
  return (await openHandovers(deps.db, { operatorId: actor.userId, before })).map(view);
}
