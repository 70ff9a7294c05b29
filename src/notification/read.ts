import type { z } from 'zod';
import { worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Reader } from '../platform/db.ts';
import { orderItems, pageOf, readCursor } from '../workorder/index.ts';
import type { Page } from '../workorder/schema.ts';
import type { deliveryListQuery, DeliveryView, NotificationView } from './schema.ts';
import * as deliveryStore from './delivery.store.ts';
import * as store from './store.ts';
import type { DeliveryRow } from './delivery.store.ts';

/** Held over the quiet hours, it is tried when these are over. */
const later = (a: Date, b: Date | null): Date => (b && b > a ? b : a);

const deliveryView = (d: DeliveryRow): DeliveryView => ({
  id: d.id,
  kind: d.kind,
  orderId: d.order_id,
  state: d.state,
  attempts: d.attempts,
  nextAttemptAt:
    d.state === 'pending' ? later(d.next_attempt_at, d.not_before).toISOString() : null,
  lastError: d.last_error,
  createdAt: d.created_at.toISOString(),
  sentAt: d.sent_at?.toISOString() ?? null,
  receipt: d.receipt,
  receiptCode: d.receipt_code ?? '',
  receiptAt: d.receipt_at?.toISOString() ?? null,
});

/** Notices to the reader's units that are for one of the reader's roles there, newest first. */
export async function inboxNotices(
  db: Reader,
  actor: StaffActor,
  q: { cursor?: string | undefined; limit: number },
): Promise<Page<NotificationView>> {
  const reader = { unitIds: [...actor.reach], grants: actor.grants };
  const rows = await store.listNotifications(db, reader, readCursor(q.cursor), q.limit + 1);
  const orders = await orderItems(
    db,
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

/** What left the house and how far it got; for the centre. @throws AppError `not_allowed`. */
export async function deliveries(
  db: Reader,
  actor: StaffActor,
  q: z.infer<typeof deliveryListQuery>,
): Promise<Page<DeliveryView>> {
  if (!worksInCenter(actor)) fail('not_allowed');
  const rows = await deliveryStore.listDeliveries(db, q, readCursor(q.cursor), q.limit + 1);
  return pageOf(rows, q.limit, deliveryView, (d) => ({ at: d.created_at, id: d.id }));
}
