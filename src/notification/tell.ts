/** Telling people: a notice in the house, and where wanted a message that leaves it. */
import { documentOf, policyAt } from '../deadline/index.ts';
import { centerId, organizationsById } from '../identity/index.ts';
import type { StoredEvent } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type { Role } from '../kernel/words.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { whereIs } from '../supervision/index.ts';
import { findOrder } from '../workorder/index.ts';
import { notBefore } from './rules.ts';
import type { DeliveryKind, Quiet } from './rules.ts';
import { smsQuiet } from './sms-policy.ts';
import * as deliveryStore from './delivery.store.ts';
import * as store from './store.ts';

/** Kinds of notices; those that are held over the quiet hours stand in `HELD`. */
export type UnitKind =
  | 'assigned'
  | 'urged'
  | 'audit_returned'
  | 'draft_returned'
  | 'reminded'
  | 'supervised'
  | 'supervision_replied'
  | 'supervision_judged'
  | 'emergency_heard';
/** What is pressed for can wait for the morning; a new order and what the citizen waits for cannot. */
const HELD: readonly DeliveryKind[] = [
  'urged',
  'reminded',
  'supervised',
  'supervision_due',
  'supplement_reminder',
];
/** Nobody's night is disturbed for these either, by the quiet hours of the channel. */
const HELD_FOR_CITIZENS: readonly DeliveryKind[] = [
  'supplement_reminder',
  'rating_link',
  'answered',
];

interface Plan {
  kind: DeliveryKind;
  organizationId?: string;
  requesterId?: string;
  ratingLinkId?: string;
  step?: string;
  /** Of the policy that what is told runs under; default: the one that holds now. */
  quiet?: Quiet | undefined;
}

/** Writes the delivery row that comes before every outside effect, and the duty to send it. */
export async function plan(tx: Tx, event: StoredEvent, p: Plan): Promise<void> {
  const id = newId();
  const fresh = await deliveryStore.insertDelivery(tx.db, {
    id,
    event_id: event.id,
    kind: p.kind,
    order_id: event.orderId!,
    organization_id: p.organizationId ?? null,
    requester_id: p.requesterId ?? null,
    rating_link_id: p.ratingLinkId ?? null,
    created_at: tx.at,
    step: p.step ?? '',
    not_before: await heldUntil(tx, event, p),
    inbound_id: null,
  });
  if (!fresh) return;
  tx.record({
    type: 'delivery.created',
    subjectType: 'delivery',
    subjectId: id,
    orderId: event.orderId!,
    payload: { deliveryId: id },
  });
}

/** The answer to a message: asked for, so it goes at once, whatever the hour. */
export async function planAnswer(
  tx: Tx,
  a: { inboundId: string; kind: DeliveryKind; orderId: string | null },
): Promise<void> {
  const id = newId();
  await deliveryStore.insertDelivery(tx.db, {
    id,
    event_id: a.inboundId,
    kind: a.kind,
    order_id: a.orderId,
    organization_id: null,
    requester_id: null,
    rating_link_id: null,
    created_at: tx.at,
    step: '',
    not_before: null,
    inbound_id: a.inboundId,
  });
  tx.record({
    type: 'delivery.created',
    subjectType: 'delivery',
    subjectId: id,
    ...(a.orderId && { orderId: a.orderId }),
    payload: { deliveryId: id },
  });
}

/** The end of the quiet hours, of the ladder's and of the channel's: whichever ends later. */
async function heldUntil(tx: Tx, event: StoredEvent, p: Plan): Promise<Date | null> {
  const quiet = [
    ...(HELD.includes(p.kind) ? [p.quiet ?? (await ladderQuiet(tx))] : []),
    ...(HELD_FOR_CITIZENS.includes(p.kind) ? [await smsQuiet(tx.db)] : []),
  ].filter((q) => q !== null);
  if (quiet.length === 0) return null;
  const urgency = (await findOrder(tx.db, event.orderId!))?.urgency ?? null;
  const ends = quiet.flatMap((q) => notBefore(q, urgency, tx.at) ?? []);
  return ends.length > 0 ? new Date(Math.max(...ends.map((d) => d.getTime()))) : null;
}

async function ladderQuiet(tx: Tx): Promise<Quiet | null> {
  const policy = await policyAt(tx.db, tx.at);
  return policy && (await documentOf(tx.db, policy)).quiet;
}

export interface Notice {
  /** Null: nobody but the centre. */
  organizationId: string | null;
  assignmentId: string | null;
  kind: UnitKind;
  /** None = everybody in the unit. */
  roles: readonly Role[];
  step?: string;
  /** Kind of the message to the duty telephone; none: only in the house. */
  message?: DeliveryKind | null;
  quiet?: Quiet | undefined;
}

/**
 * A notice to the people of a unit, and to those of the centre among the roles; the message goes to
 * the duty telephone of the unit, or of the centre where no unit is concerned.
 */
export async function tell(tx: Tx, event: StoredEvent, n: Notice): Promise<void> {
  const { unit, center } = whereIs(n.roles);
  const { organizationId } = n;
  if (organizationId && (unit.length > 0 || n.roles.length === 0)) {
    await put(tx, event, n, organizationId, unit);
  }
  const centre = center.length > 0 ? await centerId(tx.db) : null;
  if (centre) await put(tx, event, n, centre, center);
  const addressee = organizationId ?? centre;
  if (!n.message || !addressee) return;
  const { dutyPhone } = (await organizationsById(tx.db, [addressee])).get(addressee)!;
  if (!dutyPhone) return;
  const step = n.step ?? '';
  await plan(tx, event, { kind: n.message, organizationId: addressee, step, quiet: n.quiet });
}

const put = (tx: Tx, event: StoredEvent, n: Notice, organizationId: string, roles: Role[]) =>
  store.insertNotification(tx.db, {
    id: newId(),
    organization_id: organizationId,
    order_id: event.orderId!,
    assignment_id: organizationId === n.organizationId ? n.assignmentId : null,
    kind: n.kind,
    event_id: event.id,
    at: tx.at,
    roles,
    step: n.step ?? '',
  });
