import { Hono } from 'hono';
import type { Context } from 'hono';
import { MESSAGE_MAX, secretOf, signedDoor, signedHeaders } from '../door/index.ts';
import type { AnyHandler } from '../door/index.ts';
import { fail } from '../kernel/errors.ts';
import type { Env } from '../platform/http/auth.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { foreignInbound, foreignReceipts } from './foreign.ts';
import type { Foreign, Translated } from './foreign.ts';
import { inboundDoor } from './inbound.ts';
import type { Provider } from './provider.ts';
import { receiptDoor } from './receipts.ts';
import { realInstant } from './sending.ts';

/** A push holds several messages. */
const PUSH_MAX = 4 * MESSAGE_MAX;

/** @throws AppError `body_too_large`. */
async function bodyOf(c: Context<Env>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const stream = c.req.raw.body as unknown as AsyncIterable<Uint8Array> | null;
  for await (const part of stream ?? []) {
    bytes += part.length;
    if (bytes > PUSH_MAX) fail('body_too_large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Whether a message with this answer was not taken, and may be at another time. */
const comesAgain = (status: number): boolean => status === 401 || status === 429 || status >= 500;

/** Where the described provider knocks in its own form. Nothing here rides on a cookie. */
export function providerRoutes(deps: Deps, provider: Provider): Hono<Env> {
  const { description: d } = provider;
  const app = new Hono<Env>();
  const open = (
    path: string,
    which: 'receipts' | 'inbound',
    handler: AnyHandler,
    translate: (p: Provider, f: Foreign) => Translated[],
  ) => {
    const door = new Hono<Env>().post('/', signedDoor(deps, handler));
    app.post(path, async (c) => {
      c.header('Cache-Control', 'no-store');
      const at = await realInstant(deps);
      const messages = translate(provider, {
        body: await bodyOf(c),
        header: (name) => c.req.header(name) ?? '',
        query: c.req.query(),
        now: at,
      });
      const source = d.door!.source;
      const secret = (await secretOf(deps, source)) ?? fail('not_ready', {}, `no source ${source}`);
      let worst = 200;
      for (const m of messages) {
        const headers = signedHeaders(secret, { source, id: m.id, body: m.body, at });
        const answer = await door.request('/', { method: 'POST', headers, body: m.body });
        // One that could not be taken holds up none behind it: somebody there may be in danger.
        if (comesAgain(answer.status)) worst = Math.max(worst, answer.status);
      }
      // It comes again with the whole push; what was taken is known by its id.
      if (worst === 429) fail('too_many_messages');
      if (worst > 200) fail('busy', {}, `door ${worst}`);
      const { body, contentType } = d[which]!.answer;
      return c.body(body, 200, { 'Content-Type': contentType });
    });
  };
  if (d.receipts) open('/sms/v1/provider/receipts', 'receipts', receiptDoor, foreignReceipts);
  if (d.inbound) open('/sms/v1/provider/inbound', 'inbound', inboundDoor, foreignInbound);
  return app;
}
