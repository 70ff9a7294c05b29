import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { reference } from './service.ts';

/** The lists of categories, areas and units. */
export const catalogueRoutes = (deps: Deps) =>
  new Hono<Env>().get('/reference', async (c) => {
    staff(c);
    c.header('Cache-Control', 'private, max-age=60');
    return c.json(await reference(deps.db), 200);
  });
