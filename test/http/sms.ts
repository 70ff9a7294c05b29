/** A provider's side of the doors: signs messages as one would, for tests of short messages. */
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { openSource, signedHeaders } from '../../src/door/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import type { World } from '../world.ts';

export const SOURCE = 'test-sms';
export const SECRET = 'a-secret-of-the-provider';

export async function openSms(w: World, perMinute = 100_000): Promise<void> {
  const input = { name: SOURCE, door: 'sms', secret: SECRET, perMinute };
  await inTransaction(w.deps, SYSTEM, (tx) => openSource(tx, w.deps, input));
}

let made = 0;
export const newMessageId = (): string => `m-${++made}`;

export interface Knock {
  id?: string;
  /** Seconds that the signature is old. */
  age?: number;
  secret?: string;
  raw?: string;
}

/** One message at a door. */
export async function knock(w: World, path: string, message: unknown, k: Knock = {}) {
  const body = k.raw ?? JSON.stringify(message);
  const id = k.id ?? newMessageId();
  const at = new Date(Date.now() - (k.age ?? 0) * 1000);
  const headers = signedHeaders(k.secret ?? SECRET, { source: SOURCE, id, body, at });
  const response = await w.app.request(path, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

/** A citizen writes; `messageId` and the id of the door are the same, as with most providers. */
export const write = async (w: World, from: string, text: string, k: Knock = {}) => {
  const id = k.id ?? newMessageId();
  const message = { messageId: id, from, to: '12345', text, at: new Date().toISOString() };
  return knock(w, '/sms/v1/inbound', message, { ...k, id });
};
