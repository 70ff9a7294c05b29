import { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { takeMessage } from './demo-phone.ts';

/** The longest answer that the policy allows (1000), with the words around it. */
const TEXT_MAX = 2000;
const smsInput = z.object({ id: z.uuid(), to: z.string().max(20), text: z.string().max(TEXT_MAX) });

/** The door of the demo's fake gateway. */
export const demoPhoneRoutes = (deps: Deps) =>
  new Hono<Env>().post('/sms', valid('json', smsInput), async (c) => {
    await takeMessage(deps, c.req.header('authorization') ?? '', c.req.valid('json'));
    return c.body(null, 204);
  });
