/**
 * 响应率, 解决率, 满意率: who counts, who is left out and why, in this one place (domain.md §4).
 * Migration 0021 says the same in SQL; a test compares the two over every fact.
 */
import type { DemandType, RateExclusion, RateOutcome } from '../kernel/words.ts';

/**
 * Numbers of domain.md §4: 样本不足 below 20, 部分解决 weighs 0.5, 基本满意 (3) and up is satisfied,
 * 满意 (4) and up strictly so. A change is a new version, so that a printed figure can be told.
 */
export const RATE_RULES = {
  version: 1,
  enoughFrom: 20,
  partlyWeight: 0.5,
  satisfiedFrom: 3,
  strictFrom: 4,
} as const;

/** A verdict on one fact; null: it does not belong to the rate (yet). */
export type RateVerdict = { outcome: RateOutcome; reason: RateExclusion | null } | null;

const left = (reason: RateExclusion): RateVerdict => ({ outcome: 'excluded', reason });
const counted = (outcome: Exclude<RateOutcome, 'excluded'>): RateVerdict => ({
  outcome,
  reason: null,
});

export interface ResponseFact {
  type: DemandType | null;
  anonymous: boolean;
  hasNumber: boolean;
  /** Whether a first contact was required: a clock ran for it. */
  clocked: boolean;
  assignmentState: string;
  closingType: string | null;
  met: boolean | null;
  dueAt: Date | null;
  saidContacted: boolean | null;
}

/** Orders that left before a unit could answer for them (common rules of §4). */
export const GONE_CLOSINGS = [
  'withdrawn',
  'rejected',
  'transferred',
  'merged',
  'no_substance',
  'insufficient',
] as const;
const gone = (closingType: string | null): boolean =>
  (GONE_CLOSINGS as readonly (string | null)[]).includes(closingType);

/** 响应: contacted within the limit, and the citizen did not say otherwise. */
export function responseOf(f: ResponseFact, now: Date): RateVerdict {
  if (f.assignmentState === 'returned' || f.assignmentState === 'cancelled' || gone(f.closingType))
    return left('gone');
  if (f.type === 'praise') return left('praise');
  if (f.anonymous) return left('anonymous');
  if (!f.hasNumber) return left('no_number');
  if (!f.clocked) return null;
  // The citizen's word prevails (domain.md §4).
  if (f.saidContacted === false) return counted('missed');
  if (f.met !== null) return counted(f.met ? 'met' : 'missed');
  const over = f.dueAt !== null && f.dueAt < now;
  const answered = f.assignmentState === 'submitted' || f.assignmentState === 'accepted';
  return over || answered ? counted('missed') : null;
}

export interface CallbackFact {
  type: DemandType | null;
  closingType: string | null;
  answered: boolean;
  solved: 'solved' | 'partly_solved' | 'not_solved' | null;
  satisfaction: number | null;
  reasons: readonly string[];
  givenUp: string | null;
}

/** Why nobody said anything, as an exclusion. */
function silence(f: CallbackFact): RateExclusion {
  if (f.answered) return 'no_opinion';
  if (f.givenUp === 'link_expired' || f.givenUp === null) return 'unreachable';
  return f.givenUp === 'declined' ? 'declined' : 'exempt';
}

/** 解决: what the citizen said of the result. */
export function solvedOf(f: CallbackFact): RateVerdict {
  if (f.type === 'consultation') return left('consultation');
  if (f.type === 'suggestion') return left('suggestion');
  if (f.type === 'praise') return left('praise');
  if (f.closingType === 'unreasonable') return left('unreasonable');
  if (f.solved === null) return left(silence(f));
  if (f.solved === 'solved') return counted('met');
  return counted(f.solved === 'partly_solved' ? 'partly' : 'missed');
}

/** 满意: 1–5 as the citizen said it; silence is never satisfaction. */
export function satisfactionOf(f: CallbackFact): RateVerdict {
  if (f.closingType === 'unreasonable') return left('unreasonable');
  if (f.satisfaction === null) return left(silence(f));
  return counted(f.satisfaction >= RATE_RULES.satisfiedFrom ? 'met' : 'missed');
}
