import { z } from 'zod';
import { ATTEMPT_RESULTS, RATING_REASONS, SOLVED, URGENCIES } from '../kernel/words.ts';
import type { AttemptResult, RatingReason, Solved } from '../kernel/words.ts';
import { optionalText, pageQuery, text } from '../workorder/schema.ts';
import type { OrderListItem } from '../workorder/schema.ts';
import { CALLBACK_QUEUES, CONCLUSIONS } from './limits.ts';

export { CALLBACK_QUEUES, CONCLUSIONS };

export const attemptInput = z.object({
  result: z.enum(ATTEMPT_RESULTS),
  note: optionalText(200),
});
export type AttemptInput = z.infer<typeof attemptInput>;

/** What the citizen said; a question left open is null and outside that rate. */
export const evaluationInput = z
  .object({
    contacted: z.boolean().nullable().default(null),
    solved: z.enum(SOLVED).nullable().default(null),
    satisfaction: z.int().min(1).max(5).nullable().default(null),
    reasons: z.array(z.enum(RATING_REASONS)).max(RATING_REASONS.length).default([]),
    comment: optionalText(500),
  })
  .refine((e) => e.contacted !== null || e.solved !== null || e.satisfaction !== null, {
    message: 'at least one answer',
    path: ['satisfaction'],
  });
export type EvaluationInput = z.infer<typeof evaluationInput>;

export const redoInput = z.object({
  version: z.int(),
  reason: text(500),
  leadId: z.uuid().optional(),
  coIds: z.array(z.uuid()).max(8).optional(),
  /** Needed where the order was answered at once and never classified. */
  categoryCode: z
    .string()
    .regex(/^(\d{2}){2,3}$/)
    .optional(),
  urgency: z.enum(URGENCIES).optional(),
});
export type RedoInput = z.infer<typeof redoInput>;

export const closeInput = z.object({
  version: z.int(),
  closingType: z.enum(CONCLUSIONS),
  reason: optionalText(500),
});
export type CloseInput = z.infer<typeof closeInput>;

export const callbackListQuery = pageQuery.extend({
  queue: z.enum(CALLBACK_QUEUES).default('call'),
});

/** One task of following up, oldest first. */
export interface CallbackItem {
  id: string;
  method: 'call' | 'link';
  state: 'open' | 'done' | 'given_up';
  openedAt: string;
  linkSentAt: string | null;
  linkExpiresAt: string | null;
  attempts: { at: string; result: AttemptResult }[];
  /** When the next call that reaches nobody counts; null: now. */
  nextAttemptAt: string | null;
  order: OrderListItem;
}

export interface EvaluationView {
  round: number;
  party: 'citizen' | 'callback_agent';
  contacted: boolean | null;
  solved: Solved | null;
  satisfaction: number | null;
  reasons: RatingReason[];
  comment: string;
  proposesRedo: boolean;
  at: string;
}
