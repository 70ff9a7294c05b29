import { z } from 'zod';

/** A source as it is opened. */
export const openedSource = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/),
  /** The door it knocks at, with its parts: `sms` also at `sms_receipt`. */
  door: z.string().regex(/^[a-z][a-z_]{1,29}$/),
  secret: z.string().min(16).max(200),
  /** Messages in a minute of real time. */
  perMinute: z.number().int().min(1).max(1_000_000),
});
export type OpenedSource = z.infer<typeof openedSource>;

export interface SourceView {
  id: string;
  name: string;
  door: string;
  active: boolean;
  perMinute: number;
  createdAt: string;
  /** Messages of it that lie dead. */
  dead: number;
  lastAt: string | null;
}

export const MESSAGE_STATES = ['done', 'dead', 'given_up'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export const messageQuery = z.object({
  state: z.enum(MESSAGE_STATES).default('dead'),
  door: z
    .string()
    .regex(/^[a-z_]{2,30}$/)
    .optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type MessageQuery = z.infer<typeof messageQuery>;

/** A message as it is listed: codes only, never what it said. */
export interface DoorMessageView {
  id: string;
  source: string;
  door: string;
  /** The sender's id of it. */
  externalId: string;
  /** What it was about, as a code; '' where nobody could read it. */
  kind: string;
  state: MessageState;
  /** Code of an error; '' once it is done. */
  error: string;
  /** Fields that are wrong, as `path:code`. */
  fields: string;
  attempts: number;
  receivedAt: string;
  doneAt: string | null;
}

/** What became of a message that was sent in again, or given up. */
export interface Redriven {
  id: string;
  state: MessageState;
  error: string;
}
