import { Hono } from 'hono';
import { z } from 'zod';
import { fail } from '../kernel/errors.ts';
import { sameText } from '../platform/crypto.ts';
import type { Crypto } from '../platform/crypto.ts';
import { deploymentKind } from '../platform/db.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import * as store from './demo-phone.store.ts';

const smsInput = z.object({ id: z.uuid(), to: z.string().max(20), text: z.string().max(500) });

/** What the demo's own gateway asks of the worker; derived, so that nothing has to be configured. */
export const demoGatewayToken = (crypto: Crypto): string =>
  crypto.mac('request', 'demo-sms-gateway');

/** Messages shown at once. */
const SHOWN_MAX = 50;

export interface DemoMessage {
  id: string;
  to: string;
  text: string;
  at: string;
}

/** Messages that reached the demo's telephones, newest first. @throws AppError `demo_only`. */
export async function demoMessages(deps: Deps): Promise<DemoMessage[]> {
  if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
  const rows = await store.listMessages(deps.db, SHOWN_MAX);
  return rows.map((r) => ({
    id: r.id,
    to: deps.crypto.open(r.to_ct, `${r.id}/to`),
    text: deps.crypto.open(r.text_ct, `${r.id}/text`),
    at: r.at.toISOString(),
  }));
}

/** The fake gateway of a demo: takes each message once by its id, as a real one would. */
export const demoPhoneRoutes = (deps: Deps) =>
  new Hono<Env>().post('/sms', valid('json', smsInput), async (c) => {
    if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
    const given = c.req.header('authorization') ?? '';
    if (!sameText(given, `Bearer ${demoGatewayToken(deps.crypto)}`)) fail('not_allowed');
    const { id, to, text } = c.req.valid('json');
    await store.insertMessage(deps.db, {
      id,
      to_ct: deps.crypto.seal(to, `${id}/to`),
      text_ct: deps.crypto.seal(text, `${id}/text`),
    });
    return c.body(null, 204);
  });
