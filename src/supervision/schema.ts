import { z } from 'zod';
import type { ClockView } from '../deadline/schema.ts';
import { CHANNELS, LAMPS, SUPERVISION_STATES, URGENCIES, VERDICTS } from '../kernel/words.ts';
import type {
  Clock,
  LadderAction,
  Lamp,
  SupervisionCause,
  SupervisionState,
} from '../kernel/words.ts';
import { optionalText, pageQuery, text } from '../workorder/schema.ts';
import type { OrderListItem, UnitRef } from '../workorder/schema.ts';
import { STAGES } from './limits.ts';
import type { Stage } from './limits.ts';

export { STAGES };
export type { Stage };

/** A reminder to the unit; staff give its level of domain.md §2.7, citizens always urge at level 1. */
export const urgeInput = z.object({
  level: z.int().min(0).max(1).default(1),
  text: optionalText(500),
});
export type UrgeInput = z.infer<typeof urgeInput>;

/** A supervision order: at which level, to which unit on the order, what it must do, by when. */
export const superviseInput = z.object({
  level: z.int().min(2).max(3),
  /** Defaults to the lead. */
  organizationId: z.uuid().nullish(),
  demand: text(1000),
  /** Defaults to the policy's limit for the level. */
  replyDue: z.iso.datetime({ offset: true }).nullish(),
});
export type SuperviseInput = z.infer<typeof superviseInput>;

export const supervisionReplyInput = z.object({
  version: z.int().min(1),
  text: text(2000),
});
export const verdictInput = z
  .object({
    version: z.int().min(1),
    verdict: z.enum(VERDICTS),
    note: optionalText(1000),
  })
  .refine((v) => v.verdict === 'accepted' || v.note !== '', {
    path: ['note'],
    message: 'what is missing',
  });

export interface SupervisionView {
  id: string;
  number: string;
  level: number;
  cause: SupervisionCause;
  state: SupervisionState;
  version: number;
  returns: number;
  order: OrderListItem;
  organization: UnitRef;
  /** Null: the system. */
  issuedByName: string | null;
  issuedAt: string;
  demand: string;
  /** When the reply is due; null once it was given. */
  clock: ClockView | null;
  replies: { text: string; byName: string | null; at: string }[];
  verdicts: {
    verdict: 'accepted' | 'sent_back';
    note: string;
    byName: string | null;
    at: string;
  }[];
  allowed: ('reply_supervision' | 'judge_supervision')[];
}

export const supervisionListQuery = pageQuery.extend({
  state: z.enum(SUPERVISION_STATES).optional(),
  orderId: z.uuid().optional(),
  /** Addressed to this organisation or one below it. */
  organizationId: z.uuid().optional(),
  id: z.uuid().optional(),
});

/** What the ladder did, newest first. */
export interface EscalationView {
  id: string;
  action: LadderAction;
  level: number;
  cause: string;
  clock: Clock | null;
  step: string | null;
  at: string;
  orderId: string;
  orderNo: string;
  title: string;
  organization: UnitRef | null;
  supervisionNumber: string | null;
}

/** How many clocks show each lamp. */
export type Lamps = Record<Lamp, number>;

/**
 * The board's figures for one scope. Ids and numbers only; the same function makes them for the
 * first reading, for every push, and for the test that compares both.
 */
export interface BoardFigures {
  /** By stage; `sign` counts assignments not signed for, which `final` counts as well. */
  stages: Record<Stage, Lamps>;
  /** Orders in hand (the lead's, or for a unit its own assignments, by their final or co clock). */
  units: Record<string, Lamps>;
  urgencies: Record<string, Lamps>;
  channels: Record<string, Lamps>;
  /** Open supervision orders by level, and those replied to and not judged. */
  supervision: { open: Record<'2' | '3' | '4', number>; replied: number };
  /** Operators signed in; null in the scope of a unit. */
  operators: number | null;
}

export interface BoardView {
  /** Names the scope; pushes carry it. */
  scope: string;
  /** Null: the whole city. */
  organization: UnitRef | null;
  figures: BoardFigures;
  at: string;
  /** The hub that counted and the number of its count; a push of another hub or with a gap means: read again. */
  epoch: string;
  seq: number;
  unitsById: Record<string, UnitRef & { kind: string }>;
  publishedTo: string;
}

/** A push: the changed numbers as [path, value] (null = gone), or none as a sign of life. */
export interface BoardPush {
  scope: string;
  epoch: string;
  seq: number;
  at: string;
  changes: [string, number | null][];
  /** Lists that may have changed. */
  lists: ('orders' | 'escalations')[];
}

export const boardQuery = z.object({ organizationId: z.uuid().optional() });
export const boardListQuery = pageQuery.extend({
  organizationId: z.uuid().optional(),
  stage: z.enum(STAGES).default('final'),
  /** Several lamps, with commas. */
  lamp: z
    .string()
    .transform((v) => v.split(','))
    .pipe(z.array(z.enum(LAMPS)).min(1))
    .optional(),
  unitId: z.uuid().optional(),
  urgency: z.enum(URGENCIES).optional(),
  channel: z.enum(CHANNELS).optional(),
});
export type BoardListQuery = z.infer<typeof boardListQuery>;

/** A row of a list behind a number of the board: the order, its clock, what was last done about it. */
export interface BoardItem {
  order: OrderListItem;
  clock: ClockView;
  organization: UnitRef | null;
  /** Who signed for it. */
  handlerName: string | null;
  last: { action: LadderAction; level: number; cause: string; at: string } | null;
  /** The highest reached: by the clock, or by a supervision order of the unit that is not settled. */
  level: number;
}
export const escalationQuery = pageQuery.extend({
  organizationId: z.uuid().optional(),
  /** Urges and supervision orders, and reminders from this level on; 0 shows every reminder. */
  minLevel: z.coerce.number().int().min(0).max(4).default(1),
});
