/** A citizen of the demo writes to 12345: signed and brought to the real door, as a provider would. */
import { Hono } from 'hono';
import { z } from 'zod';
import { demoDoorSecret, signedDoor, signedHeaders } from '../door/index.ts';
import { phone } from '../intake/schema.ts';
import { newId } from '../kernel/ids.ts';
import { inboundDoor, realInstant } from '../notification/index.ts';
import { appNow } from '../platform/db.ts';
import type { Env } from '../platform/http/auth.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { handleOf, numberBehind } from './phone.tsx';

/** The source that a demo has from the start. */
const SOURCE = 'demo-sms';
const written = z.object({ from: phone, text: z.string().trim().min(1).max(500) });

/** The form of the telephone page; works without a script. */
export function writeRoutes(deps: Deps): Hono<Env> {
  const door = new Hono<Env>().post('/', signedDoor(deps, inboundDoor));
  return new Hono<Env>().post('/demo/write', async (c) => {
    const form = await c.req.parseBody();
    const who = form.own_phone || (await numberBehind(deps, String(form.from ?? '')));
    const input = written.safeParse({ from: who, text: form.word || form.text });
    if (!input.success) return c.redirect('/demo/phone?to=write&said=write_wrong', 303);
    const { from, text } = input.data;
    const id = newId();
    const sent = (await appNow(deps.db)).toISOString();
    const body = JSON.stringify({ messageId: id, from, to: '12345', text, at: sent });
    const secret = demoDoorSecret(deps.crypto, SOURCE);
    const at = await realInstant(deps);
    const headers = signedHeaders(secret, { source: SOURCE, id, body, at });
    const answer = await door.request('/', { method: 'POST', headers, body });
    const said = answer.ok ? '' : '&said=write_wrong';
    return c.redirect(`/demo/phone?to=${handleOf(deps, from)}${said}`, 303);
  });
}
