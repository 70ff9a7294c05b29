/** How far a message got after it left the house, as its provider says. */
import type { DoorHandler } from '../door/index.ts';
import { fail } from '../kernel/errors.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { smsReceipt } from './sms.schema.ts';
import type { SmsReceipt } from './sms.schema.ts';
import * as store from './delivery.store.ts';

/**
 * Receipts come twice and in any order: "delivered" is the last word, "undelivered" stands until it
 * comes, "submitted" only says that we need not send again.
 * @throws AppError `not_found` for a message that nobody sent: the receipt lies among the dead letters.
 */
async function takeReceipt(tx: Tx, r: SmsReceipt): Promise<Record<string, unknown>> {
  const providerId = r.providerId ?? null;
  const d =
    (await store.lockForReceipt(tx.db, { id: r.id ?? null, providerId })) ?? fail('not_found');
  // What was never tried cannot have arrived.
  if (d.attempts === 0) fail('not_found');
  const known = { deliveryId: d.id };
  if (d.receipt === 'delivered' || d.receipt === r.state) return { ...known, receipt: d.receipt };
  if (r.state === 'submitted' && (d.receipt !== null || d.state === 'sent')) {
    return { ...known, receipt: d.receipt };
  }
  const receipt = r.state === 'submitted' ? null : r.state;
  const at = r.at ? new Date(r.at) : tx.at;
  await store.noteReceipt(tx.db, d.id, { receipt, code: r.code, at, providerId });
  tx.record({
    type: 'delivery.receipted',
    subjectType: 'delivery',
    subjectId: d.id,
    ...(d.order_id && { orderId: d.order_id }),
    payload: { deliveryId: d.id, receipt: r.state },
  });
  return { ...known, receipt: r.state };
}

/** The door of receipts. */
export const receiptDoor: DoorHandler<SmsReceipt> = {
  door: 'sms_receipt',
  schema: smsReceipt,
  kindOf: (r) => r.state,
  take: (_deps, tx, message) => takeReceipt(tx, message.body),
};
