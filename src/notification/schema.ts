import { z } from 'zod';
import { pageQuery } from '../workorder/schema.ts';

export const DELIVERY_STATES = ['pending', 'sent', 'dead', 'obsolete'] as const;
export const deliveryListQuery = pageQuery.extend({
  state: z.enum(DELIVERY_STATES).optional(),
  orderId: z.uuid().optional(),
});

/** A notice inside the house: shown at the unit's inbox. */
export interface NotificationView {
  id: string;
  kind: string;
  orderId: string;
  orderNo: string;
  title: string;
  at: string;
}

/** A notice that leaves the house, and how far it got. Never shows to which number. */
export interface DeliveryView {
  id: string;
  kind: string;
  /** Null: the answer to a message that belongs to no order. */
  orderId: string | null;
  state: (typeof DELIVERY_STATES)[number];
  attempts: number;
  nextAttemptAt: string | null;
  lastError: string | null;
  createdAt: string;
  sentAt: string | null;
  /** What the provider said of how far it got; null: nothing. */
  receipt: 'delivered' | 'undelivered' | null;
  /** The provider's code for it; '' where none was given. */
  receiptCode: string;
  receiptAt: string | null;
}
