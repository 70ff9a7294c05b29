/**
 * Event → consumers: the whole reaction graph on one screen. A consumer is `module.verb` and stands
 * in `workers/handlers`; `realtime` is served by the relay itself. Each pair becomes one outbox row,
 * that is, one duty.
 */
import type { EventName } from './kernel/events.ts';

export const CONSUMERS = [
  'realtime',
  'notification.receipt',
  'notification.assigned',
  'notification.urged',
  'notification.rating_link',
  'notification.send',
  'notification.supervised',
  'supervision.escalate',
  'supervision.redone',
  'supervision.withdrawn',
  'followup.open',
  'followup.conclude',
] as const;
export type Consumer = (typeof CONSUMERS)[number];

export const SUBSCRIPTIONS: Record<EventName, readonly Consumer[]> = {
  'work_order.registered': ['realtime', 'notification.receipt'],
  'work_order.accepted': ['realtime'],
  'work_order.direct_answered': ['realtime', 'followup.open'],
  'work_order.rejected': ['realtime'],
  'work_order.dispatched': ['realtime'],
  'work_order.signed': ['realtime'],
  'work_order.first_contacted': ['realtime'],
  'work_order.progressed': ['realtime'],
  'work_order.co_replied': ['realtime'],
  'work_order.replied': ['realtime'],
  'work_order.audit_passed': ['realtime', 'followup.open'],
  'work_order.audit_failed': ['realtime'],
  'work_order.attempted': ['realtime'],
  'work_order.evaluated': ['realtime', 'followup.conclude'],
  'work_order.callback_given_up': ['realtime', 'followup.conclude'],
  'work_order.redone': ['realtime', 'supervision.redone'],
  'work_order.closed': ['realtime'],
  'work_order.withdrawn': ['realtime', 'supervision.withdrawn'],
  'work_order.urged': ['realtime', 'notification.urged'],
  'work_order.noted': ['realtime'],
  'work_order.supervised': ['realtime', 'notification.supervised'],
  'work_order.supervision_replied': ['realtime', 'notification.supervised'],
  'work_order.supervision_judged': ['realtime', 'notification.supervised'],
  'assignment.created': ['realtime', 'notification.assigned'],
  'assignment.cancelled': ['realtime'],
  'reply.drafted': ['realtime'],
  'callback.link_made': ['notification.rating_link'],
  'delivery.created': ['notification.send'],
  'delivery.failed': ['realtime'],
  'deadline.fired': ['realtime', 'supervision.escalate'],
  'deadline.moved': ['realtime'],
  'escalation.recorded': ['realtime'],
  'calendar.changed': ['realtime'],
  'policy.published': [],
  'policy.withdrawn': ['realtime'],
  'requester.revealed': [],
  'user.signed_in': ['realtime'],
  'user.signed_out': ['realtime'],
  'user.activated': [],
  'user.invited': [],
};

export const consumersOf = (type: EventName): readonly Consumer[] => SUBSCRIPTIONS[type];
