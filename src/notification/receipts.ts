/** How far a message got after it left the house, as its provider says. */
import type { DoorHandler } from '../door/index.ts';
import { fail } from '../kernel/errors.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { smsReceipt } from './sms.schema.ts';
import type { SmsReceipt } from './sms.schema.ts';
import * as store from './delivery.store.ts';

/** Seconds within which a provider's own id of a message may be on its way to us still. */
const QUICK_SECONDS = 60;

/** Whether a receipt may be about a message whose sending is not noted yet: it comes again. */
async function tooQuick(tx: Tx, r: SmsReceipt): Promise<boolean> {
  if (r.id !== undefined || r.providerId === undefined) return false;
  if (r.at === undefined) return store.tryRuns(tx.db);
  const ms = (await store.realNow(tx.db)).getTime() - new Date(r.at).getTime();
  return Math.abs(ms) < QUICK_SECONDS * 1000;
}

/**
 * Receipts come twice and in any order: "delivered" is the last word, "undelivered" stands until it
 * comes, "submitted" only says that we need not send again. One that names no instant speaks of when it
 * came, not of when a person sent it in again.
 * @throws AppError `not_found` for a message that nobody sent: the receipt lies among the dead letters;
 * `busy` while the answer that names it may still be on its way.
 */
async function takeReceipt(
  tx: Tx,
  r: SmsReceipt,
  receivedAt: Date,
): Promise<Record<string, unknown>> {
  const providerId = r.providerId ?? null;
  const d =
    (await store.lockForReceipt(tx.db, { id: r.id ?? null, providerId })) ??
    fail((await tooQuick(tx, r)) ? 'busy' : 'not_found');
  // What was never tried cannot have arrived.
  if (d.attempts === 0) fail('not_found');
  const known = { deliveryId: d.id };
  if (d.receipt === 'delivered' || d.receipt === r.state) return { ...known, receipt: d.receipt };
  if (r.state === 'submitted' && (d.receipt !== null || d.state === 'sent')) {
    return { ...known, receipt: d.receipt };
  }
  const receipt = r.state === 'submitted' ? null : r.state;
  const at = r.at ? new Date(r.at) : receivedAt;
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
  take: (_deps, tx, message) => takeReceipt(tx, message.body, message.receivedAt),
};
