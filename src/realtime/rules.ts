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

/**
 * Who is nudged: who watches the order, the centre, and the units on it. Ids only; what they may read
 * they fetch, so authorization stays in one place.
 */
export function messageFor(e: Happened): Message | null {
  if (e.type === 'user.signed_out') return { drop: `session:${String(e.payload.sessionId)}` };
  if (!e.orderId) return null;
  const units = new Set<string>();
  if (Array.isArray(e.payload.organizationIds))
    for (const u of e.payload.organizationIds) units.add(String(u));
  if (typeof e.payload.organizationId === 'string') units.add(e.payload.organizationId);
  return {
    rooms: [`order:${e.orderId}`, 'center', ...[...units].map((u) => `org:${u}`)],
    nudge: { type: e.type, id: e.orderId, version: e.version ?? 0 },
  };
}
