import { Hono } from 'hono';
import { worksInCenter } from '../identity/index.ts';
import { fail } from '../kernel/errors.ts';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { orderItems, pageOf, readCursor } from '../workorder/index.ts';
import { pageQuery } from '../workorder/schema.ts';
import type { Page } from '../workorder/schema.ts';
import type { DeliveryView, NotificationView } from './schema.ts';
import { deliveryListQuery } from './schema.ts';
import { redrive } from './service.ts';
import * as store from './store.ts';
import type { DeliveryRow } from './store.ts';

const deliveryView = (d: DeliveryRow): DeliveryView => ({
  id: d.id,
  kind: d.kind,
  orderId: d.order_id,
  state: d.state,
  attempts: d.attempts,
  nextAttemptAt: d.state === 'pending' ? d.next_attempt_at.toISOString() : null,
  lastError: d.last_error,
  createdAt: d.created_at.toISOString(),
  sentAt: d.sent_at?.toISOString() ?? null,
});

async function inboxNotices(
  deps: Deps,
  unitIds: string[],
  q: { cursor?: string | undefined; limit: number },
): Promise<Page<NotificationView>> {
  const rows = await store.listNotifications(deps.db, unitIds, readCursor(q.cursor), q.limit + 1);
  const orders = await orderItems(
    deps.db,
    rows.map((r) => r.order_id),
  );
  return pageOf(
    rows,
    q.limit,
    (r) => ({
      id: r.id,
      kind: r.kind,
      orderId: r.order_id,
      orderNo: orders.get(r.order_id)?.orderNo ?? '',
      title: orders.get(r.order_id)?.title ?? '',
      at: r.at.toISOString(),
    }),
    (r) => ({ at: r.at, id: r.id }),
  );
}

/** Notices of the own units; for the centre, what left the house and how far it got. */
export const notificationRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/notifications', valid('query', pageQuery), async (c) =>
      c.json(await inboxNotices(deps, [...staff(c).reach], c.req.valid('query')), 200),
    )
    .get('/deliveries', valid('query', deliveryListQuery), async (c) => {
      if (!worksInCenter(staff(c))) fail('not_allowed');
      const q = c.req.valid('query');
      const rows = await store.listDeliveries(deps.db, q, readCursor(q.cursor), q.limit + 1);
      return c.json(
        pageOf(rows, q.limit, deliveryView, (d) => ({ at: d.created_at, id: d.id })),
        200,
      );
    })
    .post('/deliveries/:id/redrive', async (c) => {
      await redrive(deps, staff(c), pathId(c.req.param('id')));
      return c.body(null, 204);
    });
