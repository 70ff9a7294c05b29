import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { readOperations } from './operations.ts';
import { rateOrdersQuery, ratesQuery } from './schema.ts';
import { rateOrders, readRates } from './service.ts';

/** The three rates with the orders behind them, and the live figures of the doors. */
export const reportingRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/operations', async (c) => c.json(await readOperations(deps.db, staff(c)), 200))
    .get('/rates', valid('query', ratesQuery), async (c) =>
      c.json(await readRates(deps.db, staff(c), c.req.valid('query')), 200),
    )
    .get('/rates/orders', valid('query', rateOrdersQuery), async (c) =>
      c.json(await rateOrders(deps.db, staff(c), c.req.valid('query')), 200),
    );
