import { z } from 'zod';
import { CHANNELS } from '../kernel/words.ts';
import { matterInput, optionalText } from '../workorder/schema.ts';
import type { OrderListItem } from '../workorder/schema.ts';

/** A telephone as people type it: digits, with spaces, dashes or +86; stored as bare digits. */
export const phone = z
  .string()
  .max(30)
  .transform((s) => s.replace(/[\s\-()（）]/g, '').replace(/^(\+|00)86/, ''))
  .pipe(z.string().regex(/^\d{5,15}$/));

export const requesterInput = z
  .object({
    kind: z.enum(['natural', 'legal', 'anonymous']).default('natural'),
    name: optionalText(40),
    phone: phone.optional(),
  })
  .default({ kind: 'natural', name: '' });
export type RequesterInput = z.infer<typeof requesterInput>;

/** A call, a letter, a visit: it stands by itself and may hold no, one or several orders. */
export const contactInput = z.object({
  channel: z.enum(CHANNELS).default('phone'),
  requester: requesterInput,
});

/** The operator's form. With `contactId` the demand joins a contact that exists. */
export const registerInput = matterInput.extend({
  channel: z.enum(CHANNELS).default('phone'),
  contactId: z.uuid().optional(),
  requester: requesterInput,
});
export type RegisterInput = z.infer<typeof registerInput>;

export const callerInput = z.object({ phone });

/** Answer to a registration; repeated word for word when the same key comes again. */
export interface Registered {
  orderId: string;
  orderNo: string;
  contactId: string;
  /** Told to the citizen, six characters; needed with the number to follow the order. */
  queryCode: string;
  version: number;
}

/** Earlier orders of the same telephone, newest first, at most 20. */
export interface CallerHistory {
  open: OrderListItem[];
  closed: OrderListItem[];
}
