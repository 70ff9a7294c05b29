import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { countCallbacks, evaluations, listCallbacks } from './read.ts';
import {
  attemptInput,
  callbackListQuery,
  closeInput,
  evaluationInput,
  redoInput,
} from './schema.ts';
import { close, evaluateByAgent, recordAttempt, redo, requireFollowup } from './service.ts';

/** Following up: the tasks, the attempts, the citizen's words, and what a supervisor makes of them. */
export const followupRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/callbacks', valid('query', callbackListQuery), async (c) => {
      requireFollowup(staff(c));
      return c.json(await listCallbacks(deps.db, c.req.valid('query')), 200);
    })
    .get('/callbacks/counts', async (c) => {
      requireFollowup(staff(c));
      return c.json(await countCallbacks(deps.db), 200);
    })
    .post('/callbacks/:id/attempts', valid('json', attemptInput), async (c) => {
      const id = pathId(c.req.param('id'));
      const actor = requireFollowup(staff(c));
      return c.json(await recordAttempt(deps, actor, id, c.req.valid('json'), c.get('call')), 200);
    })
    .post('/callbacks/:id/evaluation', valid('json', evaluationInput), async (c) => {
      const id = pathId(c.req.param('id'));
      const actor = requireFollowup(staff(c));
      return c.json(
        await evaluateByAgent(deps, actor, id, c.req.valid('json'), c.get('call')),
        200,
      );
    })
    .get('/orders/:id/evaluations', async (c) =>
      c.json(await evaluations(deps.db, staff(c), pathId(c.req.param('id'))), 200),
    )
    .post('/orders/:id/redo', valid('json', redoInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await redo(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    })
    .post('/orders/:id/close', valid('json', closeInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await close(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    });
