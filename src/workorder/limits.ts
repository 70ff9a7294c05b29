/** Lists and limits that the web knows too: no schema stands here, so zod stays out of its pages. */

/** Longest texts, in characters; a demand of a citizen fits a page. */
export const TEXT_MAX = { title: 50, content: 2000, short: 200, long: 4000 } as const;

export const ORDER_QUEUES = [
  'registered',
  'pending_dispatch',
  'pending_audit',
  'pending_callback',
  'pending_close',
  'emergency',
  'triage',
  'awaiting_supplement',
  'transferred',
  'auto_dispatched',
  'open',
  'all',
] as const;
export type OrderQueue = (typeof ORDER_QUEUES)[number];
/** Queues in which something waits; the others are looked up, and not counted. */
export type WaitingQueue = Exclude<OrderQueue, 'all' | 'auto_dispatched'>;
export const INBOX_FACETS = [
  'open',
  'pending_sign',
  'signed',
  'draft',
  'submitted',
  'done',
] as const;
export type InboxFacet = (typeof INBOX_FACETS)[number];

/** What a file may be. */
export const ATTACHMENT_MIMES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'application/pdf',
] as const;
export type AttachmentMime = (typeof ATTACHMENT_MIMES)[number];
/** Bytes of one file as it comes, files at one act, files of one order, files one may have staged. */
export const ATTACHMENT_MAX = {
  bytes: 12 * 1024 * 1024,
  perAct: 9,
  perOrder: 60,
  staged: 20,
} as const;
