import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { urgeInput } from './schema.ts';
import { urge } from './service.ts';

/** Urging by staff. */
export const supervisionRoutes = (deps: Deps) =>
  new Hono<Env>().post('/orders/:id/urges', valid('json', urgeInput), async (c) => {
    const id = pathId(c.req.param('id'));
    return c.json(await urge(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
  });
