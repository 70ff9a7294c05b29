import type { EventName } from '../kernel/events.ts';

/** What routing a nudge needs of an event. */
export interface Happened {
  type: EventName;
  orderId: string | null;
  version: number | null;
  payload: Record<string, unknown>;
}

export type Message =
  { rooms: string[]; nudge: { type: string; id: string; version: number } } | { drop: string };

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
  if (e.type === 'call.rang' || e.type === 'call.ended') return ringing(e, nudge.type);
  if (TO_ALL.includes(e.type)) return { rooms: ['staff'], nudge };
  if (!e.orderId) return null;
  const units = new Set<string>();
  if (Array.isArray(e.payload.organizationIds))
    for (const u of e.payload.organizationIds) units.add(String(u));
  if (typeof e.payload.organizationId === 'string') units.add(e.payload.organizationId);
  return { rooms: [`order:${e.orderId}`, 'center', ...[...units].map((u) => `org:${u}`)], nudge };
}

/** A call concerns those at whose telephone it rings. */
function ringing({ payload }: Happened, type: string): Message {
  const users = Array.isArray(payload.userIds) ? payload.userIds.map(String) : [];
  const nudge = { type, id: String(payload.callId), version: 0 };
  return { rooms: users.map((id) => `user:${id}`), nudge };
}
