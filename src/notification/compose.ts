/** Number and words of a message, made at the moment of sending; neither is stored. */
import { findLink, ratingToken } from '../followup/index.ts';
import { centerId, organizationsById } from '../identity/index.ts';
import { queryCode } from '../intake/index.ts';
import { DAY_MS } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { orderNoText } from '../kernel/ids.ts';
import { dictionaries, translate } from '../kernel/i18n/index.ts';
import { appNow } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { unsettled } from '../supervision/index.ts';
import { assignmentsOf, findOrder, missingOf, openIdentity } from '../workorder/index.ts';
import type { OrderRow } from '../workorder/index.ts';
import { answerText, smsAnswer } from './answers.ts';
import { replyWay } from './rules.ts';
import type { DeliveryKind } from './rules.ts';
import type { DeliveryRow } from './delivery.store.ts';
import { smsPolicyIfAny } from './sms-policy.ts';
import { waitingOf } from './waiting.ts';

/** A message as it goes out; `values` for providers with templates of their own. */
export interface Message {
  to: string;
  text: string;
  kind: DeliveryKind;
  values: Record<string, string | number>;
}

/** Messages about what the citizen is asked for. */
const ASKING: readonly string[] = ['supplement_asked', 'supplement_reminder'];
/** Messages that it ended without an answer. */
const ENDED: readonly string[] = ['supplement_expired', 'no_substance_closed'];
/** Messages to the citizen that lead to the page of the order. */
const TO_TRACK: readonly string[] = ['receipt', 'answered', ...ASKING, ...ENDED];

/** An assignment in one of these is nobody's work any more. */
const GONE: readonly string[] = ['cancelled', 'returned'];
const DONE: readonly string[] = [...GONE, 'submitted', 'accepted'];

/** Whether what a notice says still holds; after an outage nobody is sent to a dead link. */
export async function stillTrue(
  deps: Deps,
  d: DeliveryRow,
  order: OrderRow | null,
): Promise<boolean> {
  if (d.order_id === null || d.inbound_id !== null) return true;
  if (d.kind === 'receipt' || ENDED.includes(d.kind)) return true;
  if (d.kind === 'rating_link') return linkHolds(deps, d, order);
  if (ASKING.includes(d.kind)) return order?.state === 'awaiting_supplement';
  // An answer that is being done again is none.
  if (d.kind === 'answered') return order !== null && (await answerText(deps, order)) !== '';
  // A supervision order outlives the demand; its message ends with the reply.
  if (d.kind === 'supervised' || d.kind === 'supervision_due') {
    const waiting = await unsettled(deps.db, d.order_id, d.organization_id!);
    return waiting.some((row) => row.state === 'open');
  }
  if (order?.closed_at !== null) return false;
  // Held over the night or delayed by an outage: who answered meanwhile is not pressed.
  const over = d.kind === 'assigned' ? GONE : DONE;
  const [assignments, center] = await Promise.all([
    assignmentsOf(deps.db, d.order_id),
    centerId(deps.db),
  ]);
  const ofUnit = assignments.filter(
    (a) => a.organization_id === d.organization_id && a.round === order.round,
  );
  return d.organization_id === center || ofUnit.some((a) => !over.includes(a.state));
}

async function linkHolds(deps: Deps, d: DeliveryRow, order: OrderRow | null): Promise<boolean> {
  const link = d.rating_link_id ? await findLink(deps.db, d.rating_link_id) : null;
  const open = link && !link.used_at && link.expires_at > (await appNow(deps.db));
  return Boolean(open) && order?.state === 'pending_callback' && order.round === link!.round;
}

/** The order that a message is about, as it stands now; null where it is about none, or answers one that came in. */
export const orderOf = async (deps: Deps, d: DeliveryRow): Promise<OrderRow | null> =>
  d.order_id === null || d.inbound_id !== null ? null : findOrder(deps.db, d.order_id);

/** Number, words and their parts. @throws AppError `not_found`, Error where there is no number. */
export async function compose(
  deps: Deps,
  d: DeliveryRow,
  about: OrderRow | null,
): Promise<Message> {
  if (d.inbound_id) {
    const { to, kind, values } = await smsAnswer(deps, d.inbound_id, d.kind);
    return { to, kind, values, text: translate('zh-CN', `notice.${kind}`, values) };
  }
  const order = about ?? fail('not_found');
  const to = d.requester_id
    ? (await openIdentity(deps, d.requester_id))?.phone
    : (await organizationsById(deps.db, [d.organization_id!])).get(d.organization_id!)?.dutyPhone;
  if (!to) throw new Error('no number to send to');
  const kind = d.kind as DeliveryKind;
  const values = await valuesOf(deps, d, order, to);
  return { to, kind, values, text: translate('zh-CN', `notice.${kind}`, values) };
}

/** For how many days the rating link was made. */
async function daysOf(deps: Deps, d: DeliveryRow): Promise<number> {
  const link = d.rating_link_id ? await findLink(deps.db, d.rating_link_id) : null;
  const ms = link ? link.expires_at.getTime() - d.created_at.getTime() : 0;
  return Math.max(Math.round(ms / DAY_MS), 1);
}

async function valuesOf(
  deps: Deps,
  d: DeliveryRow,
  order: OrderRow,
  to: string,
): Promise<Message['values']> {
  const missing = ASKING.includes(d.kind) ? await missingOf(deps.db, order.id) : [];
  return {
    days: await daysOf(deps, d),
    orderNo: orderNoText(order.order_no),
    tail: order.order_no.slice(-4),
    code: TO_TRACK.includes(d.kind) ? queryCode(deps, order.id) : '',
    reply: d.kind === 'supplement_asked' ? await replyWords(deps, to, order) : '',
    missing: missing.map((m) => translate('zh-CN', `missing.${m}`)).join('、'),
    url: urlFor(deps, d),
    what: stepWord(d.step),
    answer: d.kind === 'answered' ? await answerText(deps, order) : '',
  };
}

/** How a reply gets to the order; '' where none does. */
async function replyWords(deps: Deps, to: string, order: OrderRow): Promise<string> {
  const policy = await smsPolicyIfAny(deps.db);
  const way = policy && replyWay(order.id, await waitingOf(deps, to));
  const values = { hours: policy?.replyHours ?? 0, tail: order.order_no.slice(-4) };
  return way ? translate('zh-CN', `notice.supplement_by_${way}`, values) : '';
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
