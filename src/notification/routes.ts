import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { pageQuery } from '../workorder/schema.ts';
import { deliveries, inboxNotices } from './read.ts';
import { deliveryListQuery } from './schema.ts';
import { redrive } from './service.ts';

/** Notices of the own units; for the centre, what left the house and how far it got. */
export const notificationRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/notifications', valid('query', pageQuery), async (c) =>
      c.json(await inboxNotices(deps.db, staff(c), c.req.valid('query')), 200),
    )
    .get('/deliveries', valid('query', deliveryListQuery), async (c) =>
      c.json(await deliveries(deps.db, staff(c), c.req.valid('query')), 200),
    )
    .post('/deliveries/:id/redrive', async (c) => {
      await redrive(deps, staff(c), pathId(c.req.param('id')));
      return c.body(null, 204);
    });
