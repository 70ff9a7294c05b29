/** What only a demo has: the play of the fortnight, its clock, its ringing telephone. */
import { z } from 'zod';
import { phone } from '../intake/schema.ts';
import type { Role } from '../kernel/words.ts';
import { optionalText, text } from '../workorder/schema.ts';

export const PLAY_STATES = ['playing', 'done', 'interrupted'] as const;
export type PlayState = (typeof PLAY_STATES)[number];

/** What the banner shows. */
export interface DemoState {
  play: {
    /** `none`: this city has had no fortnight. */
    state: PlayState | 'none';
    seed: number;
    days: number;
    /** Orders raised so far, of so many. */
    done: number;
    total: number;
    /** The city's time that the play has reached. */
    cityTime: string | null;
    endAt: string | null;
  };
  /** How far the city's clock is ahead of (behind) the real one, in milliseconds. */
  offsetMs: number;
  now: string;
  accounts: { login: string; name: string; role: Role; organizationName: string }[];
}

export const switchInput = z.object({ login: z.string().min(1).max(64) });

export const clockInput = z.object({ step: z.enum(['hour', 'working_day']) });

/** Who calls, and what will be said. */
export const ringInput = z.object({
  phone,
  text: text(1000),
  name: optionalText(40),
});
export type RingInput = z.infer<typeof ringInput>;

/** Which call a citizen ends. */
export const hangupInput = z.object({ id: z.uuid() });

/** What the demo's caller says, in text; who they say they are. */
export interface Captions {
  name: string;
  text: string;
}

/** What the player of the fortnight asks for; it needs the token that the supervisor gave it. */
/**
 * What happened has had its consequences: `all` of them, or those in which the system `acts` on an
 * order; people may still be told of it.
 */
const SETTLED = ['acts', 'all'] as const;
export type Settled = (typeof SETTLED)[number];

export const playInput = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('begin'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31),
    days: z.int().min(1).max(60),
    endAt: z.iso.datetime(),
    total: z.int().min(0),
  }),
  /**
   * Moves the clock, and tells how far the play is. With `after` only where what happened is settled
   * within some seconds (`quiet`), and not where anything falls due before that instant.
   */
  z.object({
    op: z.literal('clock'),
    at: z.iso.datetime(),
    after: z.enum(SETTLED).optional(),
    done: z.int().min(0).optional(),
  }),
  z.object({ op: z.literal('settle'), until: z.enum(SETTLED).default('all') }),
  /** The day's next order number. */
  z.object({ op: z.literal('number'), day: z.iso.date(), next: z.int().min(1).max(99_999) }),
  /** What the player signs with, where it plays the switch or the citizens' telephones. */
  z.object({ op: z.literal('source'), name: z.enum(['demo-switch', 'demo-sms']) }),
  /** The clock goes back to the real one. */
  z.object({ op: z.literal('end'), state: z.enum(['done', 'interrupted']) }),
]);
export type PlayInput = z.input<typeof playInput>;
export type PlayOrder = z.output<typeof playInput>;

export interface PlayAnswer {
  now: string;
  /** With `settle` and `after`: nothing is left to do at this instant. */
  quiet: boolean;
  /** When something will fall due next, on the city's clock. */
  nextDue: string | null;
  /** With `source`: the secret of that source of a demo. */
  secret?: string;
}

export const messagesQuery = z.object({
  /** The last one read; newer ones follow, oldest first. Without it: the newest first. */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
