import { Hono } from 'hono';
import { holds } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { idempotencyKey, staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { splitRequest } from '../workorder/schema.ts';
import { advise } from './advise.ts';
import { viewContact } from './contact-view.ts';
import { callerHistory, concludeContact, startContact } from './contacts.ts';
import { listHandovers, makeHandover } from './handover.ts';
import { channelPolicyInput } from './policy.schema.ts';
import { publishChannelPolicy, viewChannelPolicy } from './policy.ts';
import {
  adviseInput,
  callerInput,
  contactInput,
  contactOutcomeInput,
  handoverInput,
  registerInput,
} from './schema.ts';
import { fromOperator } from './arrival.ts';
import type { Intake } from './service.ts';
import { splitOrder } from './split.ts';

/** The operator's door: contacts, hand-overs, registration, who called before, what is understood. */
export const intakeRoutes = (deps: Deps, intake: Intake) =>
  new Hono<Env>()
    .post('/contacts', valid('json', contactInput), async (c) => {
      const made = await startContact(deps, staff(c), idempotencyKey(c), c.req.valid('json'));
      return c.json(made, 201);
    })
    .get('/contacts/:id', async (c) => {
      c.header('Cache-Control', 'no-store');
      return c.json(await viewContact(deps, staff(c), pathId(c.req.param('id'))), 200);
    })
    .post('/contacts/:id/outcome', valid('json', contactOutcomeInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await concludeContact(deps, staff(c), id, c.req.valid('json')), 200);
    })
    .get('/channel-policy', async (c) => {
      staff(c);
      return c.json(await viewChannelPolicy(deps.db), 200);
    })
    .post('/channel-policies', valid('json', channelPolicyInput), async (c) => {
      const actor = staff(c);
      idempotencyKey(c);
      const made = await publishChannelPolicy(deps, actor, c.req.valid('json'), c.get('call'));
      return c.json(made, 201);
    })
    .get('/handovers', async (c) => c.json(await listHandovers(deps, staff(c)), 200))
    .post('/handovers', valid('json', handoverInput), async (c) => {
      idempotencyKey(c);
      return c.json(await makeHandover(deps, staff(c), c.req.valid('json'), c.get('call')), 201);
    })
    .post('/orders', valid('json', registerInput), async (c) => {
      const arrival = fromOperator(staff(c), idempotencyKey(c), c.req.valid('json'));
      return c.json(await intake.register({ ...arrival, traceId: c.get('traceId') }), 201);
    })
    .post('/orders/:id/split', valid('json', splitRequest), async (c) => {
      const id = pathId(c.req.param('id'));
      const { version, input } = c.req.valid('json');
      c.header('Cache-Control', 'no-store');
      return c.json(await splitOrder(deps, staff(c), id, version, input, c.get('call')), 200);
    })
    .post('/callers/lookup', valid('json', callerInput), async (c) => {
      if (!holds(staff(c), 'operator', 'dispatcher', 'callback_agent')) fail('not_allowed');
      c.header('Cache-Control', 'no-store');
      return c.json(await callerHistory(deps, c.req.valid('json').phone), 200);
    })
    // A question, though it is posted: words and number stay out of addresses and logs.
    .post('/advise', valid('json', adviseInput), async (c) => {
      c.header('Cache-Control', 'no-store');
      return c.json(await advise(deps, staff(c), c.req.valid('json')), 200);
    });
