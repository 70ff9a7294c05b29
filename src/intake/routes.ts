import { Hono } from 'hono';
import { idempotencyKey, staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { holds } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { callerInput, contactInput, registerInput } from './schema.ts';
import { callerHistory, fromOperator, startContact } from './service.ts';
import type { Intake } from './service.ts';

/** The operator's door: contacts, registration, and who called before. */
export const intakeRoutes = (deps: Deps, intake: Intake) =>
  new Hono<Env>()
    .post('/contacts', valid('json', contactInput), async (c) => {
      const made = await startContact(deps, staff(c), idempotencyKey(c), c.req.valid('json'));
      return c.json(made, 201);
    })
    .post('/orders', valid('json', registerInput), async (c) => {
      const arrival = fromOperator(staff(c), idempotencyKey(c), c.req.valid('json'));
      return c.json(await intake.register(arrival), 201);
    })
    .post('/callers/lookup', valid('json', callerInput), async (c) => {
      if (!holds(staff(c), 'operator', 'dispatcher', 'callback_agent')) fail('not_allowed');
      c.header('Cache-Control', 'no-store');
      return c.json(await callerHistory(deps, c.req.valid('json').phone), 200);
    });
