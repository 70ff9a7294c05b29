/** Another system that knocks at a signed door. */
import type { Hono } from 'hono';
import { HEADERS, openSource, signatureOf } from '../src/door/index.ts';
import { SYSTEM } from '../src/kernel/actor.ts';
import type { Env } from '../src/platform/http/auth.ts';
import { inTransaction } from '../src/platform/unit-of-work.ts';
import type { World } from './world.ts';

/** What may be wrong about a message; the rest is as it should be. */
export interface Sent {
  id: string;
  body: unknown;
  /** Seconds to add to the real time. */
  late?: number;
  secret?: string;
  source?: string;
  signature?: string;
  /** What really travels, where it is not what was signed. */
  wire?: string;
  headers?: Record<string, string>;
}

export interface Told {
  status: number;
  body: any;
  headers: Headers;
}

export const SOURCE_SECRET = 'a-secret-of-thirty-two-characters';

/** Opens a source and answers how it knocks; `app` where that is not the world's own. */
export async function sourceOf(
  w: World,
  o: { name: string; door: string; perMinute?: number; app?: Hono<Env> },
) {
  const { name, door, perMinute = 1_000_000 } = o;
  const row = { name, door, secret: SOURCE_SECRET, perMinute };
  const { id } = await inTransaction(w.deps, SYSTEM, (tx) => openSource(tx, w.deps, row));
  const knock = async (path: string, m: Sent): Promise<Told> => {
    const body = typeof m.body === 'string' ? m.body : JSON.stringify(m.body);
    const timestamp = String(Math.floor(Date.now() / 1000) + (m.late ?? 0));
    const signature = signatureOf(m.secret ?? SOURCE_SECRET, timestamp, m.id, body);
    const answer = await (o.app ?? w.app).request(path, {
      method: 'POST',
      headers: {
        host: 'localhost:12345',
        'content-type': 'application/json',
        [HEADERS.source]: m.source ?? name,
        [HEADERS.timestamp]: timestamp,
        [HEADERS.id]: m.id,
        [HEADERS.signature]: m.signature ?? signature,
        ...m.headers,
      },
      body: m.wire ?? body,
    });
    const text = await answer.text();
    return { status: answer.status, body: JSON.parse(text), headers: answer.headers };
  };
  return { id, knock };
}
