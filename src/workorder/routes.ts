import { Hono } from 'hono';
import { z } from 'zod';
import { explainOrder } from '../deadline/index.ts';
import { worksInCenter } from '../identity/index.ts';
import { appNow } from '../platform/db.ts';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { suggest } from '../routing/index.ts';
import type { DoableAssignmentAct, DoableOrderAct } from './effects.ts';
import { orderDetail } from './detail.ts';
import { countInbox, countOrders, findOrders, listInbox, listOrders } from './lists.ts';
import { revealRequester } from './requester.ts';
import { visibleOrder } from './visible.ts';
import {
  assignmentActInput,
  inboxQuery,
  orderActInput,
  orderListQuery,
  replyInput,
  sendBackInput,
  text,
} from './schema.ts';
import { sendBackDraft } from './send-back.ts';
import { doAct, doAssignmentAct, draftReply } from './service.ts';

const findQuery = z.object({ q: z.string().min(2).max(40) });
const revealInput = z.object({ reason: text(200) });

/** Queues, inboxes, one order, and the acts on orders and assignments. */
export const workorderRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/orders', valid('query', orderListQuery), async (c) =>
      c.json(await listOrders(deps.db, staff(c), c.req.valid('query')), 200),
    )
    .get('/orders/counts', async (c) => c.json(await countOrders(deps.db, staff(c)), 200))
    .get('/orders/find', valid('query', findQuery), async (c) =>
      c.json(await findOrders(deps.db, staff(c), c.req.valid('query').q), 200),
    )
    .get('/orders/:id', async (c) =>
      c.json(await orderDetail(deps, staff(c), pathId(c.req.param('id'))), 200),
    )
    .get('/orders/:id/deadlines', async (c) => {
      const id = pathId(c.req.param('id'));
      const actor = staff(c);
      await visibleOrder(deps.db, actor, id);
      // Who handles does not see when the citizen is called: units read the clocks they hold.
      const reach = worksInCenter(actor) ? null : actor.reach;
      return c.json(await explainOrder(deps.db, id, reach), 200);
    })
    .get('/orders/:id/routing', async (c) => {
      const { order } = await visibleOrder(deps.db, staff(c), pathId(c.req.param('id')));
      const q = {
        categoryCode: order.category_code ?? '00',
        ...(order.area_code && { areaCode: order.area_code }),
        ...(order.subject_kind && { subjectKind: order.subject_kind }),
      };
      return c.json(await suggest(deps.db, q, await appNow(deps.db)), 200);
    })
    .post('/orders/:id/acts', valid('json', orderActInput), async (c) => {
      const { act, version, input } = c.req.valid('json');
      const id = pathId(c.req.param('id'));
      const name: DoableOrderAct = act;
      return c.json(
        await doAct(deps, staff(c), id, name, version, input as never, c.get('call')),
        200,
      );
    })
    .post('/orders/:id/requester/reveal', valid('json', revealInput), async (c) => {
      const id = pathId(c.req.param('id'));
      c.header('Cache-Control', 'no-store');
      const shown = await revealRequester(
        deps,
        staff(c),
        id,
        c.req.valid('json').reason,
        c.get('call'),
      );
      return c.json(shown, 200);
    })
    .get('/inbox', valid('query', inboxQuery), async (c) =>
      c.json(await listInbox(deps.db, staff(c), c.req.valid('query')), 200),
    )
    .get('/inbox/counts', async (c) => c.json(await countInbox(deps.db, staff(c)), 200))
    .post('/assignments/:id/acts', valid('json', assignmentActInput), async (c) => {
      const { act, version, input } = c.req.valid('json');
      const id = pathId(c.req.param('id'));
      const name: DoableAssignmentAct = act;
      const done = await doAssignmentAct(
        deps,
        staff(c),
        id,
        name,
        version,
        input as never,
        c.get('call'),
      );
      return c.json(done, 200);
    })
    .put('/assignments/:id/reply', valid('json', replyInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await draftReply(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    })
    .post('/assignments/:id/reply/send-back', valid('json', sendBackInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(
        await sendBackDraft(deps, staff(c), id, c.req.valid('json'), c.get('call')),
        200,
      );
    });
