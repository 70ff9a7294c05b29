import { z } from 'zod';
import { halfWidth } from '../kernel/typed.ts';
import { CHANNELS, CONTACT_OUTCOMES, DEMAND_TYPES, EMERGENCY_TARGETS } from '../kernel/words.ts';
import type { Channel, ContactOutcome, EmergencyTarget, Proposal } from '../kernel/words.ts';
import type { RoutingSuggestion } from '../routing/schema.ts';
import type { Understanding } from '../understanding/schema.ts';
import { matterInput, optionalText } from '../workorder/schema.ts';
import type { ActResult, OrderListItem } from '../workorder/schema.ts';

export type * from './policy.schema.ts';

/** A telephone as people type it: digits, also full-width, with spaces, dashes or +86; stored as bare digits. */
export const phone = z
  .string()
  .max(30)
  .transform((s) =>
    halfWidth(s)
      .replace(/[\s\-()]/g, '')
      .replace(/^(\+|00)86/, ''),
  )
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
  /** The hand-over this demand records: registered and transferred in one step. */
  handoverId: z.uuid().optional(),
  /** Files uploaded before. */
  attachmentIds: z.array(z.uuid()).max(9).default([]),
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

/** What a split answers: the order that stays, and each part with what its citizen is told. */
export interface SplitResult extends ActResult {
  parts: { orderId: string; orderNo: string; queryCode: string }[];
}

/** Earlier orders of the same telephone, newest first, at most 20. */
export interface CallerHistory {
  open: OrderListItem[];
  closed: OrderListItem[];
}

/** What the operator has typed so far, asked about while typing; nothing of it is kept. */
export const adviseInput = z.object({
  content: z.string().max(4000),
  address: z.string().max(400).default(''),
  channel: z.enum(CHANNELS).default('phone'),
  /** With it, the caller's own open orders are compared too. */
  phone: phone.optional(),
  /** What was chosen already counts for the unit that is proposed. */
  categoryCode: z
    .string()
    .regex(/^(\d{2}){1,3}$/)
    .optional(),
  areaCode: z.string().max(20).optional(),
  subjectKind: z.string().max(20).optional(),
  type: z.enum(DEMAND_TYPES).optional(),
});
export type AdviseInput = z.infer<typeof adviseInput>;

/** An order that may be about the same thing. */
export interface SimilarOrder {
  order: OrderListItem;
  /** 0–1: how alike words, place, class and time are. */
  score: number;
  /** Codes: same_caller, same_place, same_area, same_category, alike_words. */
  because: string[];
}

/** Everything the operator's right column shows, in one answer. It fills nothing by itself. */
export interface Advice {
  understanding: Understanding;
  /** The title that it would be registered with: for what was chosen, else for what is guessed. */
  title: string;
  /** By the catalogue, for the chosen or else the best guessed class; null without one. */
  routing: RoutingSuggestion | null;
  /** Most alike first, at most 5, of the last 30 days (90 for noise and buildings). */
  similar: SimilarOrder[];
  /** The order to urge (`append`), to redo (`redo`) or to tell the progress of; null = none found. */
  related: {
    act: Extract<Proposal, 'append' | 'redo' | 'progress_answer'>;
    order: OrderListItem;
  } | null;
}

export const handoverInput = z.object({
  target: z.enum(EMERGENCY_TARGETS),
  contactId: z.uuid().optional(),
  /** The order, where there is one already. */
  orderId: z.uuid().optional(),
  channel: z.enum(CHANNELS).default('phone'),
  requester: requesterInput,
  /** Id of the call leg at the switch, where one made the call. */
  callLeg: z.string().max(80).default(''),
});
export type HandoverInput = z.infer<typeof handoverInput>;

/** A hand-over that still lacks its order, for who made it. */
export interface HandoverView {
  id: string;
  contactId: string;
  target: EmergencyTarget;
  startedAt: string;
}

/** How a contact without an order of its own ended. */
export const contactOutcomeInput = z.object({
  outcome: z.enum(CONTACT_OUTCOMES),
  orderId: z.uuid().optional(),
});

/** A contact with what became of it; numbers, recordings and transcripts stand elsewhere. */
export interface ContactView {
  id: string;
  channel: Channel;
  /** Who answered it. */
  operatorName: string | null;
  startedAt: string;
  endedAt: string | null;
  outcome: ContactOutcome | null;
  /** The order that was urged, or whose progress was told. */
  outcomeOrder: { id: string; orderNo: string } | null;
  orders: OrderListItem[];
  /** It is over, and nobody wrote an order or said how it ended. */
  unresolved: boolean;
}
