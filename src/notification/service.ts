import { findLink, ratingToken } from '../followup/index.ts';
import { centerId, organizationsById } from '../identity/index.ts';
import { queryCode } from '../intake/index.ts';
import { holds, SYSTEM } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { DAY_MS } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import type { FiredPayload, StoredEvent } from '../kernel/events.ts';
import { orderNoText } from '../kernel/ids.ts';
import { dictionaries, translate } from '../kernel/i18n/index.ts';
import type { MissingItem, Role } from '../kernel/words.ts';
import { appNow } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { unsettled } from '../supervision/index.ts';
import { actAt, assignmentsOf, findOrder, missingOf, openIdentity } from '../workorder/index.ts';
import type { OrderRow } from '../workorder/index.ts';
import type { Gateway } from './gateway.ts';
import { LEASE_SECONDS, TRIES_MAX, backoffSeconds } from './rules.ts';
import * as deliveryStore from './delivery.store.ts';
import { plan, tell } from './tell.ts';
import type { DeliveryRow } from './delivery.store.ts';

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

/** Messages about what the citizen is asked for. */
const ASKING: readonly string[] = ['supplement_asked', 'supplement_reminder'];
/** Messages that it ended without an answer. */
const ENDED: readonly string[] = ['supplement_expired', 'no_substance_closed'];

/** An assignment in one of these is nobody's work any more. */
const GONE: readonly string[] = ['cancelled', 'returned'];
const DONE: readonly string[] = [...GONE, 'submitted', 'accepted'];

/** Whether what a notice says still holds; after an outage nobody is sent to a dead link. */
async function stillTrue(deps: Deps, d: DeliveryRow): Promise<boolean> {
  if (d.kind === 'receipt' || ENDED.includes(d.kind)) return true;
  const order = await findOrder(deps.db, d.order_id);
  if (d.kind === 'rating_link') {
    const link = d.rating_link_id && (await findLink(deps.db, d.rating_link_id));
    const open = link && !link.used_at && link.expires_at > (await appNow(deps.db));
    return (
      Boolean(open) &&
      order?.state === 'pending_callback' &&
      order.round === (link as { round: number }).round
    );
  }
  if (ASKING.includes(d.kind)) return order?.state === 'awaiting_supplement';
  // A supervision order outlives the demand; its message ends with the reply.
  if (d.kind === 'supervised' || d.kind === 'supervision_due') {
    const waiting = await unsettled(deps.db, d.order_id, d.organization_id!);
    return waiting.some((row) => row.state === 'open');
  }
  if (order?.closed_at !== null) return false;
  // Held over the night or delayed by an outage: who answered meanwhile is not pressed.
  const over = d.kind === 'assigned' ? GONE : DONE;
  const ofUnit = (await assignmentsOf(deps.db, d.order_id)).filter(
    (a) => a.organization_id === d.organization_id && a.round === order.round,
  );
  const center = d.organization_id === (await centerId(deps.db));
  return center || ofUnit.some((a) => !over.includes(a.state));
}

/** Makes number and words of a message at the moment of sending; neither is stored. */
async function compose(deps: Deps, d: DeliveryRow): Promise<{ to: string; text: string }> {
  const order = (await findOrder(deps.db, d.order_id)) ?? fail('not_found');
  const to = d.requester_id
    ? (await openIdentity(deps, d.requester_id))?.phone
    : (await organizationsById(deps.db, [d.organization_id!])).get(d.organization_id!)?.dutyPhone;
  if (!to) throw new Error('no number to send to');
  const missing = ASKING.includes(d.kind) ? await missingOf(deps.db, d.order_id) : [];
  return { to, text: words(deps, d, order, await daysOf(deps, d), missing) };
}

/** For how many days the rating link was made. */
async function daysOf(deps: Deps, d: DeliveryRow): Promise<number> {
  const link = d.rating_link_id ? await findLink(deps.db, d.rating_link_id) : null;
  const ms = link ? link.expires_at.getTime() - d.created_at.getTime() : 0;
  return Math.max(Math.round(ms / DAY_MS), 1);
}

/** Messages to the citizen that lead to the page of the order. */
const TO_TRACK: readonly string[] = ['receipt', ...ASKING, ...ENDED];

function words(
  deps: Deps,
  d: DeliveryRow,
  order: OrderRow,
  days: number,
  missing: readonly MissingItem[],
): string {
  const values: Record<string, string | number> = {
    days,
    orderNo: orderNoText(order.order_no),
    tail: order.order_no.slice(-4),
    code: TO_TRACK.includes(d.kind) ? queryCode(deps, order.id) : '',
    missing: missing.map((m) => translate('zh-CN', `missing.${m}`)).join('、'),
    url: urlFor(deps, d),
    what: stepWord(d.step),
  };
  return translate('zh-CN', `notice.${d.kind}` as 'notice.receipt', values);
}

/** A step of the ladder in words; one of a later policy has none. */
function stepWord(step: string): string {
  const key = `cause.${step}`;
  const known = key in dictionaries['zh-CN'];
  return translate('zh-CN', known ? (key as 'cause.due') : 'notice.step');
}

function urlFor(deps: Deps, d: DeliveryRow): string {
  if (d.kind === 'rating_link')
    return `${deps.publicUrl}/rate/${ratingToken(deps.crypto, d.rating_link_id!)}`;
  if (TO_TRACK.includes(d.kind)) return `${deps.publicUrl}/track`;
  return `${deps.publicUrl}/console/orders/${d.order_id}`;
}

/**
 * One try of one delivery. Nothing else waits for it; a failure is kept with the time of the next
 * try, and after the last one it is left to people.
 */
export async function send(
  deps: Deps,
  gateway: Gateway,
  deliveryId: string,
): Promise<'sent' | 'failed' | 'skipped'> {
  const d = await deliveryStore.claimDelivery(deps.db, deliveryId, LEASE_SECONDS);
  if (!d) return 'skipped';
  try {
    if (!(await stillTrue(deps, d))) {
      await deliveryStore.markObsolete(deps.db, d.id);
      return 'skipped';
    }
    const message = await compose(deps, d);
    await gateway({ id: d.id, ...message });
    await deliveryStore.markSent(deps.db, d.id, await appNow(deps.db));
    return 'sent';
  } catch (error) {
    await noteFailure(deps, d, error instanceof Error ? error.message : 'failed');
    return 'failed';
  }
}

async function noteFailure(deps: Deps, d: DeliveryRow, error: string): Promise<void> {
  const dead = d.attempts >= TRIES_MAX;
  await inTransaction(deps, SYSTEM, async (tx) => {
    await deliveryStore.markFailed(tx.db, d.id, {
      error: error.slice(0, 200),
      dead,
      waitSeconds: backoffSeconds(d.attempts),
    });
    tx.record({
      type: 'delivery.failed',
      subjectType: 'delivery',
      subjectId: d.id,
      orderId: d.order_id,
      payload: { deliveryId: d.id, attempts: d.attempts, dead },
    });
  });
  deps.log.warn(
    { deliveryId: d.id, kind: d.kind, attempts: d.attempts, dead, error },
    'delivery failed',
  );
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
      orderId: d.order_id,
      payload: { deliveryId },
    });
  });
}
