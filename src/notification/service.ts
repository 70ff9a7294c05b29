import { channelDoor } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { FiredPayload, StoredEvent } from '../kernel/events.ts';
import type { Role } from '../kernel/words.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { actAt, assignmentsOf, findOrder, openIdentity } from '../workorder/index.ts';
import { goesBackBySms } from './rules.ts';
import * as deliveryStore from './delivery.store.ts';
import { plan, tell } from './tell.ts';

const hasPhone = async (deps: Deps, tx: Tx, requesterId: string | null): Promise<string | null> => {
  if (!requesterId) return null;
  const known = await openIdentity({ db: tx.db, crypto: deps.crypto }, requesterId);
  return known && known.phone !== '' ? requesterId : null;
};

/** Number and code to the citizen's telephone, if one was left. */
export async function receipt(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = await findOrder(tx.db, event.orderId!);
  const requesterId = await hasPhone(deps, tx, order?.requester_id ?? null);
  if (requesterId) await plan(tx, event, { kind: 'receipt', requesterId });
}

/** A unit got an assignment: a notice in its inbox, and a message to its duty telephone. */
export async function assigned(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const held = await assignmentsOf(tx.db, event.orderId!);
  // Withdrawn before anybody was told: nothing is left to tell.
  if (held.find((a) => a.id === event.subjectId)?.state === 'cancelled') return;
  const organizationId = event.payload.organizationId as string;
  const notice = { organizationId, assignmentId: event.subjectId, roles: [] };
  await tell(tx, event, { ...notice, kind: 'assigned', message: 'assigned' });
}

/** A unit in one of these still works. */
const AT_WORK: readonly string[] = ['pending_sign', 'signed'];

/** An order was urged: every unit that still works on it hears of it. */
export async function urged(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  // What the ladder urges it tells with its step, and only the unit that is late.
  const act = await actAt(tx.db, event.orderId!, event.version!);
  if (act?.detail.step) return;
  const open = (await assignmentsOf(tx.db, event.orderId!)).filter((a) =>
    AT_WORK.includes(a.state),
  );
  for (const a of open) {
    const notice = { organizationId: a.organization_id, assignmentId: a.id, roles: [] };
    await tell(tx, event, { ...notice, kind: 'urged', message: 'urged' });
  }
}

/** Who writes the reply again, and who countersigns it. */
const REWRITERS: readonly Role[] = ['handler', 'unit_leader', 'command_room'];

/** A reply came back, from the audit or from the unit's own leader: who wrote it hears of it. */
export async function returned(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const byLeader = event.type === 'reply.sent_back';
  const order = await findOrder(tx.db, event.orderId!);
  const held = (await assignmentsOf(tx.db, event.orderId!)).filter((a) =>
    byLeader
      ? a.id === event.subjectId
      : a.kind === 'lead' && a.round === order?.round && a.state === 'signed',
  );
  for (const a of held) {
    const notice = { organizationId: a.organization_id, assignmentId: a.id, roles: REWRITERS };
    await tell(tx, event, { ...notice, kind: byLeader ? 'draft_returned' : 'audit_returned' });
  }
}

/** The one-time rating link to the citizen's telephone. */
export async function ratingLink(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = await findOrder(tx.db, event.orderId!);
  const requesterId = await hasPhone(deps, tx, order?.requester_id ?? null);
  if (!requesterId) return;
  await plan(tx, event, {
    kind: 'rating_link',
    requesterId,
    ratingLinkId: event.payload.ratingLinkId as string,
  });
}

/** What the citizen is asked for, with the way to the page where it is added. */
export async function supplementAsked(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = await findOrder(tx.db, event.orderId!);
  if (order?.state !== 'awaiting_supplement') return;
  const requesterId = await hasPhone(deps, tx, order.requester_id);
  if (requesterId) await plan(tx, event, { kind: 'supplement_asked', requesterId });
}

/** An assignment in one of these is nobody's work any more. */
const DONE: readonly string[] = ['cancelled', 'returned', 'submitted', 'accepted'];

/** Who goes there, or sends somebody: the units that work on it, and the centre. */
const HEARERS: readonly Role[] = [
  'unit_receiver',
  'handler',
  'unit_leader',
  'command_room',
  'dispatcher',
  'supervisor',
];

/** The citizen's later words speak of danger, and a unit has the order already: all hear of it at once. */
export async function flagged(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const act = await actAt(tx.db, event.orderId!, event.version!);
  if (act?.party !== 'system' || !(act.detail.add as string[]).includes('emergency')) return;
  const held = (await assignmentsOf(tx.db, event.orderId!)).filter((a) => !DONE.includes(a.state));
  for (const a of held) {
    const to = { organizationId: a.organization_id, assignmentId: a.id, roles: HEARERS };
    await tell(tx, event, { ...to, kind: 'emergency_heard', message: 'emergency_heard' });
  }
}

/** It ended without an answer: the citizen is told, and what can be done now. */
export async function closedEarly(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = await findOrder(tx.db, event.orderId!);
  const requesterId = await hasPhone(deps, tx, order?.requester_id ?? null);
  if (!requesterId || order?.state !== 'closed') return;
  const kind =
    event.type === 'work_order.supplement_expired' ? 'supplement_expired' : 'no_substance_closed';
  await plan(tx, event, { kind, requesterId });
}

/** Half of the time, or most of it, is over and nothing came: the citizen is reminded. */
export async function supplementReminded(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const fired = event.payload as unknown as FiredPayload;
  const step = fired.steps.at(-1)?.step ?? '';
  if (fired.clock !== 'supplement' || !REMINDING.includes(step)) return;
  const order = await findOrder(tx.db, event.orderId!);
  if (order?.state !== 'awaiting_supplement') return;
  const requesterId = await hasPhone(deps, tx, order.requester_id);
  if (requesterId) await plan(tx, event, { kind: 'supplement_reminder', requesterId, step });
}
const REMINDING: readonly string[] = ['half', 'eighty'];

/** States in which an answer stands that counts. */
const ANSWERED: readonly string[] = ['pending_callback', 'pending_close', 'closed', 'archived'];

/** The answer became public: it goes back the way the demand came, where that was a message. */
export async function answered(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = await findOrder(tx.db, event.orderId!);
  if (!order || !ANSWERED.includes(order.state)) return;
  // Whether a chat is still open its own module knows, and answers there too.
  const reached = { hasNumber: order.requester_id !== null, here: false };
  const ways = channelDoor(order.channel)
    .answer(reached, '')
    .map((o) => o.way);
  if (!goesBackBySms(ways)) return;
  const requesterId = await hasPhone(deps, tx, order.requester_id);
  if (requesterId) await plan(tx, event, { kind: 'answered', requesterId });
}

/** Starts a delivery anew by hand. @throws AppError `not_allowed`, `not_found`, `already_done`. */
export async function redrive(deps: Deps, actor: StaffActor, deliveryId: string): Promise<void> {
  if (!holds(actor, 'center_admin', 'supervisor')) fail('not_allowed');
  await inTransaction(deps, actor, async (tx) => {
    const d = (await deliveryStore.findDelivery(tx.db, deliveryId)) ?? fail('not_found');
    if (!(await deliveryStore.reviveDelivery(tx.db, deliveryId))) fail('already_done');
    tx.record({
      type: 'delivery.created',
      subjectType: 'delivery',
      subjectId: deliveryId,
      ...(d.order_id && { orderId: d.order_id }),
      payload: { deliveryId },
    });
  });
}
