/**
 * Every event by name with its payload: ids and codes only, never a person's data or free text,
 * because event rows are kept for ever. A lower module may react to a higher one's event.
 */
import type { ChatState, Clock, EmergencyTarget, LadderAction, Role } from './words.ts';

/** Something happened to an order; `organizationIds` are the units that hold an assignment. */
export interface OrderPayload {
  from: string | null;
  to: string;
  round: number;
  organizationIds: string[];
}

export interface AssignmentPayload {
  organizationId: string;
  kind: 'lead' | 'co';
  round: number;
}

/** `organizationIds`: who holds the clock; none = the centre. */
export interface FiredPayload {
  deadlineId: string;
  subjectId: string;
  clock: Clock;
  organizationIds: string[];
  steps: { step: string; epoch: number; level: number; action: LadderAction }[];
}

/** `seq`: the last message of the chat; `state`: where it stands; `inside`: no news for the citizen. */
export interface ChatPayload {
  chatId: string;
  userIds: string[];
  seq: number;
  state: ChatState;
  inside?: true;
}

export interface EventPayloads {
  'work_order.registered': OrderPayload;
  'work_order.accepted': OrderPayload;
  'work_order.direct_answered': OrderPayload;
  'work_order.rejected': OrderPayload;
  'work_order.dispatched': OrderPayload;
  'work_order.signed': OrderPayload;
  'work_order.first_contacted': OrderPayload;
  'work_order.progressed': OrderPayload;
  'work_order.co_replied': OrderPayload;
  'work_order.replied': OrderPayload;
  'work_order.audit_passed': OrderPayload;
  'work_order.audit_failed': OrderPayload;
  'work_order.attempted': OrderPayload;
  'work_order.evaluated': OrderPayload;
  'work_order.callback_given_up': OrderPayload;
  'work_order.redone': OrderPayload;
  'work_order.closed': OrderPayload;
  'work_order.withdrawn': OrderPayload;
  'work_order.urged': OrderPayload;
  'work_order.noted': OrderPayload;
  'work_order.supervised': OrderPayload;
  'work_order.supervision_replied': OrderPayload;
  'work_order.supervision_judged': OrderPayload;
  'work_order.emergency_transferred': OrderPayload;
  'work_order.receipted': OrderPayload;
  'work_order.split': OrderPayload;
  'work_order.supplement_asked': OrderPayload;
  'work_order.supplemented': OrderPayload;
  'work_order.supplement_expired': OrderPayload;
  'work_order.no_substance_closed': OrderPayload;
  'work_order.flagged': OrderPayload;
  'work_order.classification_corrected': OrderPayload;
  'work_order.redo_proposed': OrderPayload;
  'work_order.redo_declined': OrderPayload;
  /** An emergency was handed over before its order exists; `orderId` of the event once it does. */
  'handover.made': { handoverId: string; target: EmergencyTarget };
  'routing.waits': { round: number };
  'attachment.added': { attachmentId: string; organizationId: string | null };
  'assignment.created': AssignmentPayload;
  'assignment.cancelled': AssignmentPayload;
  'reply.drafted': { assignmentId: string; organizationId: string };
  /** The leader wants the draft written again. */
  'reply.sent_back': { assignmentId: string; organizationId: string };
  'callback.link_made': { ratingLinkId: string; round: number };
  'delivery.created': { deliveryId: string };
  /** The provider said how far a message got. */
  'delivery.receipted': { deliveryId: string; receipt: 'submitted' | 'delivered' | 'undelivered' };
  /** A message of a citizen came in; `understood`: what it was taken for, as a code. */
  'sms.taken': { inboundId: string; understood: string };
  'delivery.failed': { deliveryId: string; attempts: number; dead: boolean };
  /** Steps of one clock that fired together, in their order. */
  'deadline.fired': FiredPayload;
  /** A clock of the order started, stopped or moved without an act on it. */
  'deadline.moved': { organizationIds: string[] };
  'escalation.recorded': { organizationIds: string[]; level: number };
  /** A call is over, for these operators too at whose desks it rang or spoke. */
  'call.ended': { callId: string; userIds: string[] };
  /** A call waits for an operator; the centre's figures change. */
  'call.queued': { callId: string };
  'call.offered': { callId: string; userIds: string[] };
  'call.changed': { callId: string; userIds: string[] };
  'call.warned': { callId: string };
  'seat.changed': { userId: string };
  'return_call.changed': { returnCallId: string };
  /** One more is late, that is, nobody called back in time. */
  'return_call.overdue': { returnCallId: string };
  /** An operator asks for a restriction; somebody else decides. */
  'caller.restriction_proposed': { proposalId: string; callId: string };
  'caller.restriction_declined': { proposalId: string; callId: string };
  /** Null where an overseer acted alone. */
  'caller.restricted': { restrictedId: string; proposalId: string | null; reasonGiven: true };
  'caller.restriction_lifted': { restrictedId: string; reasonGiven: true };
  'recording.listened': { recordingId: string; callId: string };
  /** Another system may knock, or knock with a new secret. */
  'door.source_opened': { sourceId: string };
  'door.source_closed': { sourceId: string };
  /** An authentic message could not be taken; later it was, or was given up. */
  'door.message_died': { messageId: string };
  'door.message_redriven': { messageId: string };
  'door.message_given_up': { messageId: string };
  /** News of a chat: for the operators named, and by its number for the citizen in it. */
  'chat.assigned': ChatPayload;
  'chat.message': ChatPayload;
  'chat.changed': ChatPayload;
  /** The queue of chats is another one. */
  'chat.queue': ChatPayload;
  /** A citizen got no first answer in time. */
  'chat.late': ChatPayload;
  'chat.seat': { userIds: string[]; on: boolean };
  /** What was said in a chat of somebody who wished to stay unknown was read by who oversees. */
  'transcript.read': { chatId: string };
  /** A contact that is a chat made an order: told in the chat. */
  'contact.order_registered': Record<string, never>;
  'canned_answer.changed': { version: number };
  'channel_policy.published': { version: number };
  'calendar.changed': { version: number };
  'policy.published': { version: number };
  'policy.withdrawn': { version: number };
  'requester.revealed': { field: 'phone'; reasonGiven: true };
  'user.signed_in': Record<string, never>;
  'user.signed_out': { sessionId: string };
  'user.activated': Record<string, never>;
  'user.invited': { organizationId: string; role: Role };
}

export type EventName = keyof EventPayloads;

/** An event as it is recorded; the unit of work adds id and instant. */
export interface NewEvent<N extends EventName = EventName> {
  type: N;
  subjectType:
    | 'work_order'
    | 'assignment'
    | 'delivery'
    | 'app_user'
    | 'deadline'
    | 'calendar'
    | 'contact'
    | 'chat'
    | 'canned_answer'
    | 'call'
    | 'seat'
    | 'return_call'
    | 'restricted_caller'
    | 'restriction_proposal'
    | 'recording'
    | 'door'
    | 'channel_policy'
    | 'sms';
  subjectId: string;
  orderId?: string;
  /** The order's version after the act. */
  version?: number;
  payload: EventPayloads[N];
}

/** An event as consumers read it back. */
export interface StoredEvent {
  id: string;
  type: EventName;
  subjectId: string;
  orderId: string | null;
  version: number | null;
  actorId: string | null;
  payload: Record<string, unknown>;
  at: Date;
}
