/** What a switch and the platform say to each other, what the desk sends, and what it is shown. */
import { z } from 'zod';
import { phone } from '../intake/schema.ts';
import type { CallerHistory } from '../intake/schema.ts';
import {
  CALL_COMMANDS,
  CALL_SKILLS,
  CHOSEN_BREAKS,
  RETURN_QUEUES,
  RETURN_RESULTS,
  SEAT_SKILLS,
  TRIED_RESULTS,
} from './limits.ts';
import type {
  BreakReason,
  CallOutcome,
  CallSkill,
  CallState,
  ReturnReason,
  ReturnResult,
  ReturnState,
  SeatSkill,
  SeatState,
} from './limits.ts';

// ---------------------------------------------------------------- the switch speaks

const callId = z.string().min(1).max(200);
const at = z.iso.datetime({ offset: true });
/** A caller's number as the switch has it; empty where it is withheld. */
const from = z
  .string()
  .max(40)
  .regex(/^[+\d*#]*$/);
const dialled = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[+\d*#]+$/);
/** An extension, an emergency number or a number outside. */
const target = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[+\d*#]+$/);
const legId = z.string().min(1).max(80);

export const ringing = z.object({
  type: z.literal('call.ringing'),
  callId,
  at,
  from,
  to: dialled,
  skill: z.enum(CALL_SKILLS).optional(),
});
export const answered = z.object({ type: z.literal('call.answered'), callId, at, legId, target });
export const held = z.object({ type: z.literal('call.held'), callId, at, on: z.boolean() });
export const transferred = z.object({
  type: z.literal('call.transferred'),
  callId,
  at,
  target,
  legId,
  mode: z.enum(['blind', 'consult']),
});
export const abandoned = z.object({ type: z.literal('call.abandoned'), callId, at });
export const ended = z.object({
  type: z.literal('call.ended'),
  callId,
  at,
  by: z.enum(['caller', 'operator', 'switch']),
  reason: z
    .string()
    .regex(/^[a-z0-9_]{1,40}$/)
    .optional(),
});
export const recordingReady = z.object({
  type: z.literal('recording.ready'),
  callId,
  at,
  recordingId: z.string().min(1).max(120),
  uri: z.url({ protocol: /^https?$/ }).max(2000),
  seconds: z.number().int().min(0).max(86_400),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

/** One event a message. */
export const ctiEvent = z.discriminatedUnion('type', [
  ringing,
  answered,
  held,
  transferred,
  abandoned,
  ended,
  recordingReady,
]);
export type CtiEvent = z.infer<typeof ctiEvent>;
export type RecordingReady = z.infer<typeof recordingReady>;
/** Those that make the call's row; recordings stand beside it. */
export type CallEvent = Exclude<CtiEvent, RecordingReady>;

/** Who takes this call? Asked again after `askAgainMs`, and at once when an offer came to nothing. */
export const routeQuestion = z.object({
  callId,
  from,
  to: dialled,
  at,
  skill: z.enum(CALL_SKILLS).optional(),
  tried: z
    .object({ target, offerId: z.uuid().optional(), result: z.enum(TRIED_RESULTS) })
    .optional()
    .describe(
      'What became of an offer. With its `offerId` it is said of that offer alone; without, of the open one to this target, so that a word that comes late may hit another.',
    ),
});
export type RouteQuestion = z.infer<typeof routeQuestion>;

export const routeAnswer = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('offer'),
    target: z.string(),
    offerId: z.uuid(),
    ringSeconds: z.number().int(),
  }),
  z.object({
    action: z.literal('wait'),
    position: z.number().int(),
    expectedWaitSeconds: z.number().int(),
    announcement: z.string(),
    askAgainMs: z.number().int(),
  }),
  z.object({ action: z.literal('refuse'), announcement: z.string() }),
  z.object({ action: z.literal('overflow'), announcement: z.string() }),
]);
export type RouteAnswer = z.infer<typeof routeAnswer>;

/** What the platform asks of the switch. */
export const switchCommand = z.object({
  command: z.enum([...CALL_COMMANDS, 'dial']),
  callId,
  target: target.optional(),
  legId: legId.optional(),
  /** The telephone of the operator who asks. */
  extension: z.string().optional(),
});
export type SwitchCommand = z.infer<typeof switchCommand>;

// ---------------------------------------------------------------- the desk sends

export const seatInput = z
  .object({
    /** `wrap_up`: the last call is still written up, for as long as the policy leaves somebody to it. */
    state: z.enum(['ready', 'break', 'offline', 'wrap_up']),
    extension: z
      .string()
      .regex(/^\d{2,12}$/)
      .optional(),
    skills: z.array(z.enum(SEAT_SKILLS)).max(SEAT_SKILLS.length).optional(),
    breakReason: z.enum(CHOSEN_BREAKS).optional(),
  })
  .refine((s) => s.breakReason === undefined || s.state === 'break', {
    path: ['breakReason'],
    message: 'only of a break',
  });
export type SeatInput = z.infer<typeof seatInput>;

export const commandInput = z
  .object({ command: z.enum(CALL_COMMANDS), target: target.optional() })
  .refine(
    (c) => (c.command === 'transfer' || c.command === 'consult') === (c.target !== undefined),
    {
      path: ['target'],
      message: 'of transfer and consult, and only of these',
    },
  );
export type CommandInput = z.infer<typeof commandInput>;

export const restrictInput = z.object({
  /** The caller of this call, or a number that somebody gave. */
  callId: z.uuid().optional(),
  phone: phone.optional(),
  reason: z.string().trim().min(2).max(500),
  days: z.number().int().min(1).max(365).optional(),
});
export type RestrictInput = z.infer<typeof restrictInput>;
export const liftInput = z.object({ reason: z.string().trim().min(2).max(500) });

/** An operator asks for a restriction; somebody else decides. */
export const proposeInput = z.object({ reason: z.string().trim().min(2).max(500) });
export const decisionInput = z.discriminatedUnion('decision', [
  z.object({
    decision: z.literal('restrict'),
    days: z.number().int().min(1).max(365).optional(),
  }),
  z.object({
    decision: z.literal('decline'),
    reason: z.string().trim().min(2).max(500),
  }),
]);
export type DecisionInput = z.infer<typeof decisionInput>;

const page = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
};
export const returnQuery = z.object({ state: z.enum(RETURN_QUEUES).default('open'), ...page });
export const restrictedQuery = z.object({
  state: z.enum(['current', 'past']).default('current'),
  ...page,
});
export const proposalQuery = z.object({
  state: z.enum(['open', 'decided']).default('open'),
  ...page,
});
export const attemptInput = z.object({
  result: z.enum(RETURN_RESULTS),
  contactId: z.uuid().optional(),
});
export type AttemptInput = z.infer<typeof attemptInput>;
export const rateQuery = z.object({ from: z.iso.datetime({ offset: true }) });

// ---------------------------------------------------------------- the desk is shown

export interface LegView {
  legId: string;
  kind: 'operator' | 'extension' | 'emergency' | 'outside';
  /** Extension or emergency number; an outside number is masked. */
  target: string;
  /** Who sat there; for the centre only. */
  who: string | null;
  mode: 'blind' | 'consult' | null;
  beganAt: string;
  endedAt: string | null;
}

export interface RecordingView {
  id: string;
  seconds: number;
  until: string;
  /** Who listened, newest first, and how often in all; for those who oversee. */
  heard: { times: number; last: { who: string; at: string }[] } | null;
}

export interface CallView {
  id: string;
  contactId: string | null;
  state: CallState;
  outcome: CallOutcome | null;
  direction: 'in' | 'out';
  /** In full for the operator it is offered to or who speaks; else masked; null: withheld, or erased. */
  phone: string | null;
  /** Number and ledger were erased after their days. */
  erased: boolean;
  called: string;
  skill: CallSkill;
  enteredAt: string;
  offeredAt: string | null;
  answeredAt: string | null;
  endedAt: string | null;
  /** The telephone stops ringing then. */
  ringsUntil: string | null;
  mine: boolean;
  restricted: { level: 'refused'; reason: string; until: string } | null;
  /** Warnings of this number within the policy's window. */
  warnings: number;
  legs: LegView[];
  recordings: RecordingView[];
  orderIds: string[];
}

export interface SeatView {
  state: SeatState;
  since: string;
  until: string | null;
  skills: SeatSkill[];
  extension: string;
  breakReason: BreakReason | null;
  call: CallView | null;
  /** Whether commands reach a switch; else they are done at the telephone set. */
  commands: boolean;
}

/** A call at the desk; with whoever is on the line come their earlier orders. */
export interface DeskCallView extends CallView {
  /** In this very call, whatever was said to the number before. */
  warnedNow: boolean;
  caller: CallerHistory | null;
}

/** All that the desk needs when its telephone rings. */
export interface DeskView {
  seat: SeatView;
  /** What rings here and who is spoken to. */
  calls: DeskCallView[];
}

/** The queue as the desk shows it. */
export interface QueueView {
  waiting: number;
  longestWaitSeconds: number;
}

/** A colleague a call can be passed on to. */
export interface ColleagueView {
  userId: string;
  name: string;
  extension: string;
  state: SeatState;
  skills: SeatSkill[];
}

/** Whether the switch dials; else the operator does, at the telephone set. */
export interface DialView {
  dialled: boolean;
}

export interface ReturnCallView {
  id: string;
  state: ReturnState;
  /** In full for who took it; '' once its days are over. */
  phone: string;
  cause: 'abandoned' | 'missed';
  skill: CallSkill;
  calls: number;
  madeAt: string;
  dueAt: string;
  overdue: boolean;
  mine: boolean;
  takenBy: string | null;
  attempts: { at: string; result: ReturnResult }[];
  endedAt: string | null;
  reason: ReturnReason | null;
}

export interface RestrictedView {
  id: string;
  /** Masked; '' once its days are over, as the reasons are. */
  phone: string;
  reason: string;
  warnings: number;
  setAt: string;
  setBy: string;
  /** The operator who asked for it; null where an overseer acted alone. */
  proposedBy: string | null;
  proposedAt: string | null;
  until: string;
  /** Ended before its day, by whom and why; null: by its date, or not yet. */
  liftedAt: string | null;
  liftedBy: string | null;
  liftReason: string | null;
}

/** A restriction that an operator asks for, and what was decided. */
export interface ProposalView {
  id: string;
  callId: string;
  /** Masked; '' once its days are over, as the words are. */
  phone: string;
  reason: string;
  warnings: number;
  proposedAt: string;
  proposedBy: string;
  mine: boolean;
  decidedAt: string | null;
  decidedBy: string | null;
  /** Restricted: until then. */
  until: string | null;
  /** Not restricted: why. */
  declined: string | null;
}

/** A number that was warned often enough; the operator may ask for a restriction. */
export interface WarnedCallView {
  callId: string;
  phone: string;
  warnings: number;
  warnedAt: string;
}

/** What is live on the board; numbers of today are of the city's day. */
export interface TelephonyFigures {
  waiting: number;
  longestWaitSeconds: number;
  entered: number;
  answered: number;
  answeredInTime: number;
  abandoned: number;
  shortAbandoned: number;
  returnCallsDue: number;
  returnCallsOverdue: number;
  operators: { ready: number; ringing: number; talking: number; wrapUp: number; break: number };
  connectRate24h: ConnectRate;
}

/** 接通率: answered by a person ÷ calls that asked for one. */
export interface ConnectRate {
  answered: number;
  entered: number;
}
