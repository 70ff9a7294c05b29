/** What a city decides of its channels: limits, seconds and texts; one document a version. */
import { z } from 'zod';

const seconds = (max: number) => z.number().int().min(1).max(max);
/** Words in both languages, as they are shown or said. */
const said = z.object({ zh: z.string().min(1).max(500), en: z.string().min(1).max(1000) });

export const telephonyPolicy = z.object({
  /** The number that citizens dial. */
  number: z.string().regex(/^\d{3,12}$/),
  /** Seconds a telephone rings at one operator before the call is offered to the next. */
  ringSeconds: seconds(120),
  /** Seconds after a call before the operator is ready again by itself; 0: at once. */
  wrapUpSeconds: z.number().int().min(0).max(1800),
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
    from: z.string().regex(/^\d\d:\d\d$/),
    to: z.string().regex(/^\d\d:\d\d$/),
  }),
  queueMax: z.number().int().min(1).max(10_000),
  /** Messages of one citizen in a minute. */
  perMinute: z.number().int().min(1).max(1000),
  greeting: said,
  away: said,
});

export const smsPolicy = z.object({
  /** Hours in which nothing that can wait is sent. */
  quiet: z.object({
    from: z.string().regex(/^\d\d:\d\d$/),
    to: z.string().regex(/^\d\d:\d\d$/),
  }),
  /** Words, without blanks and in half width, by what they ask for. */
  words: z.object({
    stop: z.array(z.string().min(1)).min(1),
    start: z.array(z.string().min(1)).min(1),
    urge: z.array(z.string().min(1)).min(1),
    progress: z.array(z.string().min(1)).min(1),
  }),
  /** Messages of one number in an hour that are answered; more are kept and not answered. */
  perHour: z.number().int().min(1).max(1000),
});

export const channelPolicy = z.object({
  telephony: telephonyPolicy,
  chat: chatPolicy,
  sms: smsPolicy,
});
export type ChannelPolicy = z.infer<typeof channelPolicy>;
