import { Hono } from 'hono';
import { appNow } from '../platform/db.ts';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { suggestInput } from './schema.ts';
import { suggest } from './service.ts';

/** What the catalogue says of a category, a place and a subject; staff only. */
export const routingRoutes = (deps: Deps) =>
  new Hono<Env>().post('/routing/suggest', valid('json', suggestInput), async (c) => {
    staff(c);
    return c.json(await suggest(deps.db, c.req.valid('json'), await appNow(deps.db)), 200);
  });
