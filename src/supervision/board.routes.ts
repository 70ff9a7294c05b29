import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { boardEscalations, boardOrders, readBoard } from './board.ts';
import { boardListQuery, boardQuery, escalationQuery } from './schema.ts';

/** The board read over HTTP, and the lists behind its numbers. */
export const boardRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/board', valid('query', boardQuery), async (c) => {
      const { organizationId } = c.req.valid('query');
      return c.json(await readBoard(deps.db, staff(c), organizationId ?? null), 200);
    })
    .get('/board/orders', valid('query', boardListQuery), async (c) =>
      c.json(await boardOrders(deps.db, staff(c), c.req.valid('query')), 200),
    )
    .get('/board/escalations', valid('query', escalationQuery), async (c) =>
      c.json(await boardEscalations(deps.db, staff(c), c.req.valid('query')), 200),
    );
