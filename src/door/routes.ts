import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { giveUp, keeper, listMessages, redrive } from './letters.ts';
import { messageQuery } from './schema.ts';
import { listSources } from './source.ts';
import type { AnyHandler } from './take.ts';

/** The keeper's side of the doors: who may knock, and what could not be taken. */
export const doorRoutes = (deps: Deps, handlers: readonly AnyHandler[]) =>
  new Hono<Env>()
    .get('/door/sources', async (c) => {
      keeper(staff(c));
      return c.json({ items: await listSources(deps.db) }, 200);
    })
    .get('/door/messages', valid('query', messageQuery), async (c) => {
      keeper(staff(c));
      return c.json(await listMessages(deps.db, c.req.valid('query')), 200);
    })
    .post('/door/messages/:id/redrive', async (c) => {
      const actor = keeper(staff(c));
      const id = pathId(c.req.param('id'));
      return c.json(await redrive(deps, actor, id, handlers, c.get('call')), 200);
    })
    .post('/door/messages/:id/give-up', async (c) => {
      const actor = keeper(staff(c));
      return c.json(await giveUp(deps, actor, pathId(c.req.param('id')), c.get('call')), 200);
    });
