import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { supervisions } from './read.ts';
import {
  superviseInput,
  supervisionListQuery,
  supervisionReplyInput,
  urgeInput,
  verdictInput,
} from './schema.ts';
import { judge, reply, supervise, urge } from './service.ts';

/** Urging by staff; supervision orders: issued, replied to, judged. */
export const supervisionRoutes = (deps: Deps) =>
  new Hono<Env>()
    .post('/orders/:id/urges', valid('json', urgeInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await urge(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    })
    .post('/orders/:id/supervisions', valid('json', superviseInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await supervise(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    })
    .get('/supervisions', valid('query', supervisionListQuery), async (c) =>
      c.json(await supervisions(deps.db, staff(c), c.req.valid('query')), 200),
    )
    .post('/supervisions/:id/reply', valid('json', supervisionReplyInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await reply(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    })
    .post('/supervisions/:id/verdict', valid('json', verdictInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await judge(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    });
