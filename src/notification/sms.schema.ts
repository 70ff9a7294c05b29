/** What comes in through the doors of short messages. */
import { z } from 'zod';
import { phone } from '../intake/schema.ts';

/** A message of a citizen, as a provider hands it over. */
export const inboundSms = z.object({
  messageId: z.string().min(1).max(120),
  from: phone,
  to: z.string().max(30).default(''),
  /** Long messages come joined; nothing longer is a message. */
  text: z.string().max(2000),
  at: z.iso.datetime({ offset: true }),
});
export type InboundSms = z.infer<typeof inboundSms>;

/** How far a message got: named by our id, or by the one the provider gave it. */
export const smsReceipt = z
  .object({
    id: z.uuid().optional(),
    providerId: z.string().min(1).max(120).optional(),
    state: z.enum(['submitted', 'delivered', 'undelivered']),
    code: z
      .string()
      .regex(/^[\w.:\- ]{0,60}$/)
      .default(''),
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((r) => r.id !== undefined || r.providerId !== undefined, {
    message: 'id or providerId',
    path: ['id'],
  });
export type SmsReceipt = z.infer<typeof smsReceipt>;
