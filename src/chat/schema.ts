import { z } from 'zod';
import type { ChatState, EmergencyTarget } from '../kernel/words.ts';
import { LANGUAGES } from '../kernel/i18n/index.ts';
import { phone } from '../intake/schema.ts';
import { LEFT_MAX, MESSAGE_MAX, PAGE_MAX, plainText } from './rules.ts';
import type { Away } from './rules.ts';

/** What the system tells in a chat, by code; the words are put together for who reads. */
export type Notice =
  | 'assigned'
  | 'returned'
  | 'transferred'
  | 'emergency'
  | 'ended_citizen'
  | 'ended_operator'
  | 'ended_idle'
  | 'left';

const words = (max: number) => z.string().max(max).transform(plainText).pipe(z.string().min(1));
const name = z.string().max(40).transform(plainText).default('');

export const openInput = z.object({
  /** Random, of the widget: the same one opens the same chat. */
  clientId: z.uuid(),
  name,
  phone: phone.optional(),
  /** The first message, if it was typed already. */
  text: words(MESSAGE_MAX).optional(),
  language: z.enum(LANGUAGES).default('zh-CN'),
  /** Where the widget stands. */
  page: z.string().max(500).optional(),
});
export type OpenInput = z.infer<typeof openInput>;

export const messageInput = z.object({ id: z.uuid(), text: words(MESSAGE_MAX) });
export type MessageInput = z.infer<typeof messageInput>;

export const seenInput = z.object({ seq: z.number().int().min(0).max(1_000_000_000) });
export const ratingInput = z.object({
  satisfaction: z.number().int().min(1).max(5),
  solved: z.boolean().optional(),
  comment: z.string().max(500).transform(plainText).default(''),
});
export type RatingInput = z.infer<typeof ratingInput>;

export const leaveInput = z.object({ name, phone, text: words(LEFT_MAX) });
export type LeaveInput = z.infer<typeof leaveInput>;

export const pageQuery = z.object({
  after: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
});
export type PageQuery = z.infer<typeof pageQuery>;

export interface OrderTold {
  orderNo: string;
  queryCode: string;
}

/** A chat as its citizen sees it. */
export interface ChatView {
  chatId: string;
  state: ChatState;
  /** Why nobody is there just now; a message may be left then. */
  away: Away | null;
  /** Place in the queue from 1; null outside it. */
  position: number | null;
  /** Null: nobody can tell. */
  expectedWaitSeconds: number | null;
  /** The number of the operator's seat. */
  operatorName: string | null;
  lastSeq: number;
  /** What the other side has seen. */
  seenSeq: number;
  typing: boolean;
  orders: OrderTold[];
  rating: { satisfaction: number; solved: boolean | null } | null;
}

/** Answer to the opening; told again to who opened it. */
export interface Opened extends ChatView {
  token: string;
  greeting: string;
}

export interface MessageView {
  seq: number;
  /** The id that its writer gave it. */
  id: string;
  side: 'citizen' | 'operator' | 'system';
  kind: 'text' | 'image' | 'order' | 'answer' | 'notice';
  /** In the language of who reads; '' for a picture. */
  text: string;
  /** Fetched with the same credential as the message; `/thumb` behind it is the small picture. */
  imageUrl: string | null;
  width: number | null;
  height: number | null;
  at: string;
}
export interface MessagePage {
  messages: MessageView[];
  lastSeq: number;
}
export interface Posted {
  seq: number;
  at: string;
}

// ---------------------------------------------------------------- the operator's desk

export const seatInput = z.object({
  on: z.boolean(),
  /** Fewer chats at once than the city's cap. */
  cap: z.number().int().min(1).max(20).optional(),
});
export type SeatInput = z.infer<typeof seatInput>;

export interface SeatView {
  on: boolean;
  /** Chats that come by themselves, and what the city allows at most. */
  cap: number;
  capMax: number;
  open: number;
  /** Told to citizens; null before the first time. */
  number: number | null;
}

export const transferInput = z.object({
  to: z.union([z.literal('queue'), z.uuid()]),
  note: z.string().max(2_000).transform(plainText).default(''),
});
export type TransferInput = z.infer<typeof transferInput>;

/** One line of the desk's list. */
export interface ChatItem {
  chatId: string;
  contactId: string;
  state: ChatState;
  name: string | null;
  /** Of a confidential or anonymous demand: the list tells no name and no word; reading it is noted. */
  sealed: boolean;
  emergency: EmergencyTarget | null;
  /** When the citizen began to wait, and when the first answer is due. */
  waitingSince: string | null;
  firstDueAt: string | null;
  firstAnsweredAt: string | null;
  late: boolean;
  lastSeq: number;
  /** Messages that the operator has not seen. */
  unread: number;
  /** Of what was said last, the beginning; '' for a picture. */
  lastText: string;
  lastSide: 'citizen' | 'operator' | null;
  lastKind: 'text' | 'image' | null;
  lastAt: string;
  orders: { orderId: string; orderNo: string }[];
  operatorId: string | null;
  /** Who talks with them, for everybody else. */
  operatorName: string | null;
}

export interface QueueView {
  waiting: number;
  longestWaitSeconds: number;
  emergencies: number;
  late: number;
}

export interface Desk {
  seat: SeatView;
  mine: ChatItem[];
  queue: QueueView;
  /** Everything that goes on; only for who looks after all of it. */
  all: ChatItem[] | null;
}

/** A chat with what its operator must know. */
export interface ChatDetail extends ChatItem {
  language: string;
  /** In full for who talks with them just now, else masked. */
  phone: string | null;
  /** Name and number were erased after their days. */
  erased: boolean;
  page: string | null;
  seenByCitizen: number;
  mine: boolean;
  startedAt: string;
  endedAt: string | null;
  endedBy: string | null;
  rating: { satisfaction: number; solved: boolean | null; comment: string } | null;
}

export interface NoteView {
  id: string;
  /** The number of the message it stands behind. */
  afterSeq: number;
  by: string;
  text: string;
  at: string;
}
/** What staff read: the messages, and all notes beside them. */
export interface StaffMessages extends MessagePage {
  notes: NoteView[];
}

export interface Colleague {
  userId: string;
  name: string;
  number: number;
  open: number;
  cap: number;
}

/** What stands at an order: the chat that it came from, read like a letter. */
export interface Transcript {
  chatId: string;
  startedAt: string;
  endedAt: string | null;
  messages: (MessageView & { by: string | null })[];
  notes: NoteView[];
  /** More than is shown. */
  more: boolean;
}

const shortcut = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9\u3400-\u9fff]{1,20}$/);
export const cannedInput = z.object({
  shortcut,
  zh: words(2_000),
  en: z.string().max(4_000).transform(plainText).default(''),
});
export const cannedChange = cannedInput.extend({
  version: z.number().int().min(1),
  active: z.boolean().default(true),
});
export type CannedInput = z.infer<typeof cannedInput>;
export type CannedChange = z.infer<typeof cannedChange>;
export interface CannedAnswer {
  id: string;
  shortcut: string;
  zh: string;
  en: string;
  version: number;
}

/** Chats, as the figures of the centre show them. */
export interface ChatFigures {
  waiting: number;
  longestWaitSeconds: number;
  open: number;
  /** First answers that were given or fell due since the city's midnight. */
  firstAnswers: number;
  firstAnswersInTime: number;
  late: number;
}
