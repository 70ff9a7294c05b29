/** Typed inputs of every built act and list; what readers see stands in view.schema.ts. */
import { z } from 'zod';
import {
  CHECKLIST,
  CONTACT_METHODS,
  DEMAND_TYPES,
  DISPATCH_MODES,
  EMERGENCY_TARGETS,
  FLAGS,
  GROUNDS,
  MISSING_ITEMS,
  SOLVED,
  TRUTH,
  URGENCIES,
  VISIBILITIES,
  WAIT_REASONS,
} from '../kernel/words.ts';
import type { Channel, EmergencyTarget, Flag } from '../kernel/words.ts';
import { INBOX_FACETS, ORDER_QUEUES, TEXT_MAX } from './limits.ts';

export {
  ATTACHMENT_MAX,
  ATTACHMENT_MIMES,
  INBOX_FACETS,
  ORDER_QUEUES,
  TEXT_MAX,
} from './limits.ts';
export type { AttachmentMime, InboxFacet, OrderQueue, WaitingQueue } from './limits.ts';
export type * from './view.schema.ts';

/** Text as people type it: control characters out, ends trimmed, never only blanks. */
const clean = (s: string) =>
  s
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim();
export const text = (max: number) =>
  z
    .string()
    .max(max * 2)
    .transform(clean)
    .pipe(z.string().min(1).max(max));
export const optionalText = (max: number) =>
  z
    .string()
    .max(max * 2)
    .default('')
    .transform(clean)
    .pipe(z.string().max(max));
export const id = z.uuid();
/** A code of a list: short, without blanks and control characters. */
export const code = z.string().regex(/^[\p{L}\p{N}_-]{1,20}$/u);
/** Files uploaded before (`POST /api/attachments`) that come with the act. */
export const attachmentIds = z.array(id).max(9).default([]);

/** A category of at least two levels; what is accepted is classified that far. */
const narrowCategory = z.string().regex(/^(\d{2}){2,3}$/);
/** What a demand may be counted and dispatched by, as far as it is known. */
const codes = {
  type: z.enum(DEMAND_TYPES).optional(),
  categoryCode: z
    .string()
    .regex(/^(\d{2}){1,3}$/)
    .optional(),
  urgency: z.enum(URGENCIES).optional(),
  areaCode: code.optional(),
  subjectKind: code.optional(),
};

/** What a demand says; everything but the words may be missing (容缺). */
export const matterInput = z.object({
  title: optionalText(TEXT_MAX.title),
  content: text(TEXT_MAX.content),
  address: optionalText(TEXT_MAX.short),
  occurred: optionalText(TEXT_MAX.short),
  subjectName: optionalText(TEXT_MAX.short),
  ...codes,
  confidential: z.boolean().default(false),
  wishCallback: z.boolean().default(true),
  wishPublic: z.boolean().default(false),
});
export type MatterInput = z.infer<typeof matterInput>;

/** One demand on its way into the table of orders; made by intake only. */
export interface Draft {
  matter: MatterInput;
  channel: Channel;
  contactId: string;
  requesterId: string | null;
  anonymous: boolean;
  /** What its words were understood to be marked by; with `confidential` the order is. */
  flags: readonly Flag[];
  /** The emergency line its words call for; with it the order waits for nobody but who hands it over. */
  emergency: EmergencyTarget | null;
  /** The order that it was taken out of. */
  splitFrom?: string | undefined;
}

const acceptInput = z.object({
  type: z.enum(DEMAND_TYPES),
  categoryCode: narrowCategory,
  urgency: z.enum(URGENCIES),
  areaCode: code.optional(),
  subjectKind: code.optional(),
  title: optionalText(TEXT_MAX.title),
});
const directAnswerInput = z.object({
  type: z.enum(DEMAND_TYPES),
  categoryCode: narrowCategory.optional(),
  answer: text(TEXT_MAX.long),
});
const rejectInput = z.object({
  ground: z.enum(GROUNDS),
  wordsTold: text(TEXT_MAX.content),
  guidance: text(TEXT_MAX.content),
});
const dispatchInput = z.object({
  leadId: id,
  coIds: z.array(id).max(8).default([]),
  mode: z.enum(DISPATCH_MODES).default('single'),
  note: optionalText(TEXT_MAX.content),
});
const auditPassInput = z.object({
  checklist: z.array(z.enum(CHECKLIST)).min(1),
  note: optionalText(TEXT_MAX.content),
});
const auditFailInput = z.object({
  missing: z.array(z.enum(CHECKLIST)).min(1),
  findings: text(TEXT_MAX.content),
});
const withdrawInput = z.object({
  wish: text(TEXT_MAX.content),
  identifiedBy: z.enum(['query_code', 'caller_number', 'order_details']),
});
const noteInput = z.object({
  text: text(TEXT_MAX.content),
  visibility: z.enum(VISIBILITIES).default('staff'),
  attachmentIds: attachmentIds.optional(),
});
/** One matter that is taken out of an order and becomes one of its own. */
const splitPart = z.object({
  content: text(TEXT_MAX.content),
  title: optionalText(TEXT_MAX.title),
  address: optionalText(TEXT_MAX.short),
  ...codes,
});
/** `kept`: the matter that stays here; the words as they came are kept beside it, for the centre. */
export const splitInput = z.object({
  kept: z.object({ content: text(TEXT_MAX.content), title: optionalText(TEXT_MAX.title) }),
  parts: z.array(splitPart).min(1).max(4),
});
export type SplitInput = z.infer<typeof splitInput>;
/** What `POST /api/orders/:id/split` takes. */
export const splitRequest = z.object({ version: z.int(), input: splitInput });
/** How it was handed over; a hand-over by telephone (`POST /api/handovers`) brings its own record. */
const transferEmergencyInput = z.object({
  target: z.enum(EMERGENCY_TARGETS),
  record: text(TEXT_MAX.short),
});
const receiptInput = z.object({ receiptNo: text(60), note: optionalText(TEXT_MAX.content) });
const askSupplementInput = z.object({
  missing: z.array(z.enum(MISSING_ITEMS)).min(1).max(MISSING_ITEMS.length),
  /** Read by the citizen. */
  question: text(TEXT_MAX.content),
});
/** What was added; with `address` or `areaCode` they replace what was unknown. */
export const supplementInput = z.object({
  text: text(TEXT_MAX.content),
  address: optionalText(TEXT_MAX.short),
  areaCode: code.optional(),
  attachmentIds: attachmentIds.optional(),
});
const closeNoSubstanceInput = z.object({
  asked: text(TEXT_MAX.content),
  answer: optionalText(TEXT_MAX.content),
});
const setFlagsInput = z.object({
  add: z.array(z.enum(FLAGS)).max(FLAGS.length).default([]),
  remove: z.array(z.enum(FLAGS)).max(FLAGS.length).default([]),
  reason: text(TEXT_MAX.short),
});
/** What is given replaces what stands. Urgency only before dispatch: no limit is moved afterwards. */
const correctInput = z.object({
  type: z.enum(DEMAND_TYPES).optional(),
  categoryCode: narrowCategory.optional(),
  urgency: z.enum(URGENCIES).optional(),
  areaCode: code.optional(),
  subjectKind: code.nullable().optional(),
  title: optionalText(TEXT_MAX.title),
  reason: text(TEXT_MAX.short),
});
const proposeRedoInput = z.object({ reason: text(TEXT_MAX.content) });
const declineRedoInput = z.object({ reason: text(TEXT_MAX.content) });
/**
 * Inputs of the order acts that `POST /api/orders/:id/acts` takes. `split` has a route of its own,
 * because the parts come in at intake's door.
 */
export const orderActInput = z.discriminatedUnion('act', [
  z.object({ act: z.literal('accept'), version: z.int(), input: acceptInput }),
  z.object({ act: z.literal('direct_answer'), version: z.int(), input: directAnswerInput }),
  z.object({ act: z.literal('reject'), version: z.int(), input: rejectInput }),
  z.object({ act: z.literal('dispatch'), version: z.int(), input: dispatchInput }),
  z.object({ act: z.literal('audit_pass'), version: z.int(), input: auditPassInput }),
  z.object({ act: z.literal('audit_fail'), version: z.int(), input: auditFailInput }),
  z.object({ act: z.literal('withdraw'), version: z.int(), input: withdrawInput }),
  z.object({ act: z.literal('note'), version: z.int().optional(), input: noteInput }),
  z.object({
    act: z.literal('transfer_emergency'),
    version: z.int().optional(),
    input: transferEmergencyInput,
  }),
  z.object({ act: z.literal('receipt'), version: z.int(), input: receiptInput }),
  z.object({ act: z.literal('ask_supplement'), version: z.int(), input: askSupplementInput }),
  z.object({ act: z.literal('supplement'), version: z.int().optional(), input: supplementInput }),
  z.object({
    act: z.literal('close_no_substance'),
    version: z.int(),
    input: closeNoSubstanceInput,
  }),
  z.object({ act: z.literal('set_flags'), version: z.int(), input: setFlagsInput }),
  z.object({ act: z.literal('correct_classification'), version: z.int(), input: correctInput }),
  z.object({
    act: z.literal('propose_redo'),
    version: z.int().optional(),
    input: proposeRedoInput,
  }),
  z.object({ act: z.literal('decline_redo'), version: z.int(), input: declineRedoInput }),
]);
export type OrderActInput = z.infer<typeof orderActInput>;

const firstContactInput = z.object({
  method: z.enum(CONTACT_METHODS),
  reached: z.boolean(),
  content: text(TEXT_MAX.content),
});
const progressInput = z.object({
  text: text(TEXT_MAX.content),
  visibility: z.enum(['public', 'staff', 'unit']).default('staff'),
  attachmentIds,
});
const coReplyInput = z.object({ text: text(TEXT_MAX.long), attachmentIds });
/** The final reply; a handler drafts it, the unit's leader countersigns it. */
export const replyInput = z.object({
  truth: z.enum(TRUTH),
  finding: text(TEXT_MAX.long),
  measures: text(TEXT_MAX.long),
  basis: optionalText(TEXT_MAX.content),
  solved: z.enum(SOLVED),
  contactMade: z.boolean(),
  publicVersion: text(TEXT_MAX.long),
  /** Evidence; with the reply they are read by whoever reads it. */
  attachmentIds,
  /** Version of the draft this was written over; null when there was none. */
  replyVersion: z.int().nullable().default(null),
});
export type ReplyInput = z.infer<typeof replyInput>;
const submitReplyInput = z.object({
  /** Why open co-handlers are not waited for; required when one has not replied. */
  waiverReason: optionalText(TEXT_MAX.short),
  /** The draft that the leader read; another one is not countersigned. */
  replyVersion: z.int(),
});
/** A draft that is not countersigned: the one that the leader read, and what is to be mended. */
export const sendBackInput = z.object({ replyVersion: z.int(), reason: text(TEXT_MAX.content) });
export type SendBackInput = z.infer<typeof sendBackInput>;
/** Inputs of the assignment acts that `POST /api/assignments/:id/acts` takes. */
export const assignmentActInput = z.discriminatedUnion('act', [
  z.object({ act: z.literal('sign'), version: z.int(), input: z.object({}).default({}) }),
  z.object({ act: z.literal('first_contact'), version: z.int(), input: firstContactInput }),
  z.object({ act: z.literal('progress'), version: z.int(), input: progressInput }),
  z.object({ act: z.literal('submit_co_reply'), version: z.int(), input: coReplyInput }),
  z.object({ act: z.literal('submit_reply'), version: z.int(), input: submitReplyInput }),
]);
export type AssignmentActInput = z.infer<typeof assignmentActInput>;

/** Page of a list: newest or oldest first as the list says; `limit` 1–100. */
export const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
/** `wait`: only what waits for this reason, in `triage`. */
export const orderListQuery = pageQuery
  .extend({ queue: z.enum(ORDER_QUEUES).default('open'), wait: z.enum(WAIT_REASONS).optional() })
  .refine((q) => q.wait === undefined || q.queue === 'triage', {
    path: ['wait'],
    message: 'only in triage',
  });
export const inboxQuery = pageQuery.extend({ facet: z.enum(INBOX_FACETS).default('open') });
