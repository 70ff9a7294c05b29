/** What a city decides of its channels: limits, seconds and texts; one document a version. */
import { z } from 'zod';
import { URGENCIES } from '../kernel/words.ts';

const seconds = (max: number) => z.number().int().min(1).max(max);
/** A time of day; `24:00` is the end of one. */
const timeOfDay = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/);
/** Words in both languages, as they are shown or said. */
const said = z.object({ zh: z.string().min(1).max(500), en: z.string().min(1).max(1000) });

export const telephonyPolicy = z.object({
  /** The number that citizens dial. */
  number: z.string().regex(/^\d{3,12}$/),
  /** Seconds a telephone rings at one operator before the call is offered to the next. */
  ringSeconds: seconds(120),
  /** Seconds after an offer that came to nothing before the same operator is offered that call again. */
  retrySeconds: seconds(300).default(10),
  /** Seconds after a call before the operator is ready again by itself; 0: at once. */
  wrapUpSeconds: z.number().int().min(0).max(1800),
  /** Seconds after a call up to which somebody who goes on writing is left to it. */
  wrapUpMaxSeconds: seconds(3600).default(600),
  /** No-answers in a row after which an operator is taken for absent (break). */
  absentAfter: z.number().int().min(1).max(10),
  /** Seconds in the queue until everybody may take the call, whatever their skills. */
  widenSeconds: seconds(3600),
  /** Seconds in the queue until a call back is offered instead; people waiting at most. */
  overflowSeconds: seconds(7200),
  queueMax: z.number().int().min(1).max(10_000),
  /** Minutes within which a missed or abandoned call is called back (国办函〔2025〕66号: 30). */
  returnMinutes: z
    .number()
    .int()
    .min(1)
    .max(24 * 60),
  returnAttempts: z.number().int().min(1).max(10),
  /** Minutes after which a call to return that somebody took and did not make is anybody's again. */
  takeMinutes: z.number().int().min(1).max(240),
  /** Seconds without a word of the switch after which a waiting call is taken for lost. */
  lostSeconds: z.number().int().min(20).max(3600),
  /** Minutes after which a talk that never ended is taken for lost, so that no seat stays taken. */
  talkMinutes: z.number().int().min(10).max(1440),
  /** Minutes without any sign of an operator's desk after which the seat goes offline. */
  goneMinutes: z.number().int().min(2).max(240),
  /** Seconds of an answer in time (GB/T 33358-2016: 15). */
  answeredWithinSeconds: seconds(600),
  /** Abandons shorter than this are shown apart (domain.md §4: 5). */
  shortAbandonSeconds: z.number().int().min(0).max(60),
  /** Milliseconds after which the switch asks again who takes the call. */
  askAgainMs: z.number().int().min(100).max(10_000),
  announcements: z.record(z.string().regex(/^[a-z_]{2,40}$/), said),
  abuse: z.object({
    script: said,
    /** Warnings in `withinDays` after which a restriction may be set, and its days. */
    warnings: z.number().int().min(1).max(20),
    withinDays: z.number().int().min(1).max(365),
    restrictDays: z.number().int().min(1).max(365),
    /** Minutes after a refusal in which the same number, calling again, passes first: it may be in danger. */
    passMinutes: z.number().int().min(1).max(120),
  }),
  /** Days that a recording is kept. */
  recordingDays: z.number().int().min(1).max(3650),
});

export const chatPolicy = z.object({
  /** Chats that one operator has at once. */
  cap: z.number().int().min(1).max(20),
  /** Seconds within which a citizen gets the first answer by a person. */
  firstAnswerSeconds: seconds(3600),
  /** Minutes without a word of the citizen after which a chat ends. */
  idleMinutes: z
    .number()
    .int()
    .min(1)
    .max(24 * 60),
  /** Hours in which somebody is there; outside a message is left. `24:00` is allowed as an end. */
  hours: z.object({
    from: timeOfDay,
    to: timeOfDay,
  }),
  queueMax: z.number().int().min(1).max(10_000),
  /** Messages of one citizen in a minute. */
  perMinute: z.number().int().min(1).max(1000),
  /** Chats that one source (a household, a café) opens in an hour. */
  opensPerHour: z.number().int().min(1).max(100_000),
  /** Pictures of one citizen in one chat. */
  imagesMax: z.number().int().min(0).max(100),
  /** Seconds without a sign of an operator after which their chats go back to the queue. */
  goneSeconds: seconds(3600),
  /** Days after its last word in which a chat can be opened again to be read. */
  resumeDays: z.number().int().min(1).max(365),
  greeting: said,
  away: said,
});

export const smsPolicy = z.object({
  /** Hours in which nothing that can wait is sent. */
  quiet: z.object({
    from: timeOfDay,
    to: timeOfDay,
    /** Orders of these are never held back. */
    exceptUrgencies: z.array(z.enum(URGENCIES)).default(['U1']),
  }),
  /** Fewer letters, characters and digits than this say nothing that could be registered. */
  substanceMin: z.number().int().min(1).max(20).default(4),
  /** Hours within which the same words of the same number are the same demand. */
  sameHours: z.number().int().min(1).max(168).default(24),
  /** Hours after a question in which a message without a number is taken for its answer. */
  replyHours: z.number().int().min(1).max(720).default(72),
  /** Most characters of an answer that goes back as a message; the page shows all of it. */
  answerMax: z.number().int().min(50).max(1000).default(300),
  /** Words, without blanks and in half width, by what they ask for. */
  words: z.object({
    stop: z.array(z.string().min(1)).min(1),
    start: z.array(z.string().min(1)).min(1),
    urge: z.array(z.string().min(1)).min(1),
    progress: z.array(z.string().min(1)).min(1),
    /** Before its words: a matter of its own, though another waits for an answer. */
    anew: z.array(z.string().min(1)).min(1).default(['新事']),
  }),
  /** Messages of one number in an hour that are answered; more are kept and not answered. */
  perHour: z.number().int().min(1).max(1000),
});

const days = z.number().int().min(30).max(3650);
export const retentionPolicy = z.object({
  /** Days after its end in which a call keeps its number, and the ledger of what was said of it. */
  callDays: days.default(180),
  /** Days after which words and number of a message that came in are erased; the order keeps its own. */
  smsDays: days.default(180),
  /** Days after which a dead letter of a door is given up, and its words erased. */
  letterDays: days.default(90),
});

export const channelPolicy = z.object({
  telephony: telephonyPolicy,
  chat: chatPolicy,
  sms: smsPolicy,
  retention: retentionPolicy.prefault({}),
});
export type ChannelPolicy = z.infer<typeof channelPolicy>;

/** A new version, made from the one that was read. */
export const channelPolicyInput = z.object({
  basedOn: z.number().int().min(1),
  note: z.string().trim().min(1).max(500),
  document: channelPolicy,
});
export type ChannelPolicyInput = z.infer<typeof channelPolicyInput>;

export interface ChannelPolicyView {
  version: number;
  note: string;
  publishedAt: string;
  /** Null: it came with the platform. */
  publishedByName: string | null;
  document: ChannelPolicy;
}
