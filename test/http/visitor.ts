/** A citizen at the chat widget: a token, no cookie. */
import { randomUUID } from 'node:crypto';
import type { MessageView, Opened } from '../../src/chat/schema.ts';
import type { Answer, World } from '../world.ts';

const BASE = '/chat/v1/sessions';

export interface Visitor {
  chatId: string;
  opened: Opened;
  token: string;
  ask<T = any>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  say(text: string, id?: string): Promise<Answer>;
  messages(): Promise<MessageView[]>;
  view(): Promise<any>;
}

/** One request at the citizen's door. */
export async function knock<T = any>(
  w: Pick<World, 'app'>,
  method: string,
  path: string,
  o: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const r = await w.app.request(`${BASE}${path}`, {
    method,
    headers: {
      host: 'localhost:12345',
      ...(o.token && { authorization: `Bearer ${o.token}` }),
      ...(o.body !== undefined && { 'content-type': 'application/json' }),
      ...o.headers,
    },
    ...(o.body !== undefined && { body: JSON.stringify(o.body) }),
  });
  const text = await r.text();
  return { status: r.status, headers: r.headers, body: text === '' ? null : JSON.parse(text) };
}

export async function visitor(
  w: Pick<World, 'app'>,
  said: { text?: string; name?: string; phone?: string; language?: string; clientId?: string } = {},
): Promise<Visitor> {
  const made = await knock<Opened>(w, 'POST', '', { body: { clientId: randomUUID(), ...said } });
  if (made.status !== 201)
    throw new Error(`not opened: ${made.status} ${JSON.stringify(made.body)}`);
  const { token, chatId } = made.body;
  const ask: Visitor['ask'] = (method, path, body) => knock(w, method, path, { token, body });
  return {
    chatId,
    opened: made.body,
    token,
    ask,
    say: (text, id = randomUUID()) => ask('POST', '/current/messages', { id, text }),
    messages: async () => (await ask('GET', '/current/messages')).body.messages,
    view: async () => (await ask('GET', '/current')).body,
  };
}
