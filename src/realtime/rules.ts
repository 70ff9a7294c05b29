import type { EventName } from '../kernel/events.ts';

/** What routing a nudge needs of an event. */
export interface Happened {
  type: EventName;
  orderId: string | null;
  version: number | null;
  payload: Record<string, unknown>;
}

/** News for the citizen in a chat. */
interface ToCitizen {
  chatId: string;
  news: Record<string, unknown>;
}

export type Message =
  | { rooms: string[]; nudge: { type: string; id: string; version: number }; chat?: ToCitizen }
  | { drop: string };

/** News that concern every order, or none: the whole staff reads again. */
const TO_ALL: readonly EventName[] = ['calendar.changed', 'policy.withdrawn'];

/**
 * Who is nudged: who watches the order, the centre, and the units on it. Ids only; what they may read
 * they fetch, so authorization stays in one place. A message without rooms reaches no socket, only
 * those who count.
 */
export function messageFor(e: Happened): Message | null {
  const nudge = { type: e.type, id: e.orderId ?? '', version: e.version ?? 0 };
  if (e.type === 'user.signed_out') return { drop: `session:${String(e.payload.sessionId)}` };
  if (e.type === 'user.signed_in') return { rooms: [], nudge };
  if (RINGS.includes(e.type)) return ringing(e, nudge.type);
  if (TELEPHONY.includes(e.type)) return telephony(e, nudge.type);
  if (e.type.startsWith('chat.')) return chatting(e, nudge.type);
  if (e.type === 'channel_policy.published' || e.type.startsWith('door.'))
    return { rooms: ['center'], nudge };
  if (TO_ALL.includes(e.type)) return { rooms: ['staff'], nudge };
  if (!e.orderId) return null;
  const units = new Set<string>();
  if (Array.isArray(e.payload.organizationIds))
    for (const u of e.payload.organizationIds) units.add(String(u));
  if (typeof e.payload.organizationId === 'string') units.add(e.payload.organizationId);
  return { rooms: [`order:${e.orderId}`, 'center', ...[...units].map((u) => `org:${u}`)], nudge };
}

/** News of one call, for those at whose telephones it rings or who speak. */
const RINGS: readonly EventName[] = ['call.offered', 'call.changed', 'call.ended'];
/** News of the whole telephone, for the centre; a seat's own person is told too. */
const TELEPHONY: readonly EventName[] = [
  'call.queued',
  'seat.changed',
  'return_call.changed',
  'return_call.overdue',
  'caller.restriction_proposed',
  'caller.restriction_declined',
  'caller.restricted',
  'caller.restriction_lifted',
];

function telephony({ payload }: Happened, type: string): Message {
  const user = typeof payload.userId === 'string' ? [`user:${payload.userId}`] : [];
  const { returnCallId, restrictedId, proposalId, callId, userId } = payload;
  const id = String(returnCallId ?? restrictedId ?? proposalId ?? callId ?? userId);
  return { rooms: ['center', ...user], nudge: { type, id, version: 0 } };
}

/** News of chats that the whole centre hears: it looks at the queue. */
const CHAT_CENTER: readonly EventName[] = ['chat.queue', 'chat.late', 'chat.seat'];

/** A chat concerns its operator, and by its last number and state the citizen in it. */
function chatting({ type, payload }: Happened, name: string): Message {
  const users = Array.isArray(payload.userIds) ? payload.userIds.map(String) : [];
  const { chatId, seq, state } = payload;
  const rooms = [
    ...users.map((id) => `user:${id}`),
    ...(CHAT_CENTER.includes(type) ? ['center'] : []),
  ];
  const nudge = { type: name, id: String(chatId ?? users[0]), version: Number(seq ?? 0) };
  if (typeof chatId !== 'string' || payload.inside) return { rooms, nudge };
  return { rooms, nudge, chat: { chatId, news: { lastSeq: seq, state } } };
}

/** A call concerns those at whose telephone it rings. */
function ringing({ payload }: Happened, type: string): Message {
  const users = Array.isArray(payload.userIds) ? payload.userIds.map(String) : [];
  const nudge = { type, id: String(payload.callId), version: 0 };
  return { rooms: users.map((id) => `user:${id}`), nudge };
}
