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
import type { Quiet } from './rules.ts';
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
/** Messages; a unit that forgot a supervision order is told so in words of its own. */
export type DeliveryKind =
  | 'receipt'
  | 'rating_link'
  | 'supplement_asked'
  | 'supplement_reminder'
  | 'supplement_expired'
  | 'no_substance_closed'
  | 'emergency_heard'
  | 'assigned'
  | 'urged'
  | 'reminded'
  | 'supervised'
  | 'supervision_due';

/** What is pressed for can wait for the morning; a new order and what the citizen waits for cannot. */
const HELD: readonly DeliveryKind[] = [
  'urged',
  'reminded',
  'supervised',
  'supervision_due',
  'supplement_reminder',
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
    not_before: HELD.includes(p.kind) ? await morning(tx, event, p.quiet) : null,
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

async function morning(tx: Tx, event: StoredEvent, known?: Quiet): Promise<Date | null> {
  const policy = known ? null : await policyAt(tx.db, tx.at);
  const quiet = known ?? (policy && (await documentOf(tx.db, policy)).quiet);
  const order = await findOrder(tx.db, event.orderId!);
  return quiet ? notBefore(quiet, order?.urgency ?? null, tx.at) : null;
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
