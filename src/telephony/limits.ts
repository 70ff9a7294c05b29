/** Closed lists of the telephone, for the web too. */

/** What a call may want of an operator; `emergency` is a key of the switch's menu, not a skill of people. */
export const CALL_SKILLS = [
  'general',
  'dialect',
  'enterprise',
  'foreign_language',
  'emergency',
] as const;
export type CallSkill = (typeof CALL_SKILLS)[number];

/** What an operator can; everybody can `general`. */
export const SEAT_SKILLS = ['general', 'dialect', 'enterprise', 'foreign_language'] as const;
export type SeatSkill = (typeof SEAT_SKILLS)[number];

/** 离线, 空闲, 振铃, 通话, 话后处理, 小休. */
export const SEAT_STATES = ['offline', 'ready', 'ringing', 'talking', 'wrap_up', 'break'] as const;
export type SeatState = (typeof SEAT_STATES)[number];

/** Why an operator is on a break; the last two are the system's own. */
export const BREAK_REASONS = [
  'rest',
  'meal',
  'training',
  'meeting',
  'other',
  'absent',
  'unreachable',
] as const;
export type BreakReason = (typeof BREAK_REASONS)[number];
export const CHOSEN_BREAKS = ['rest', 'meal', 'training', 'meeting', 'other'] as const;

export const CALL_STATES = ['queued', 'offered', 'talking', 'held', 'ended'] as const;
export type CallState = (typeof CALL_STATES)[number];

/** 接通, 放弃, 漏接, 拒接（受限）. */
export const CALL_OUTCOMES = ['answered', 'abandoned', 'missed', 'refused'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** What the desk asks of the switch. */
export const CALL_COMMANDS = [
  'answer',
  'hangup',
  'hold',
  'unhold',
  'transfer',
  'consult',
  'complete',
  'cancel',
] as const;
export type CallCommand = (typeof CALL_COMMANDS)[number];

export const RETURN_STATES = ['open', 'taken', 'done', 'given_up'] as const;
export type ReturnState = (typeof RETURN_STATES)[number];
export const RETURN_QUEUES = ['open', 'mine', 'done'] as const;
export const RETURN_RESULTS = ['reached', 'no_answer', 'busy', 'wrong_number'] as const;
export type ReturnResult = (typeof RETURN_RESULTS)[number];

/** Why a call to return is over. */
export const RETURN_REASONS = [
  'reached',
  'called_again',
  'answered_after_all',
  'no_answer',
  'wrong_number',
] as const;
export type ReturnReason = (typeof RETURN_REASONS)[number];

/** How an offer to an operator ended; `lost`: its time passed and the switch said nothing of it. */
export const TRIED_RESULTS = ['no_answer', 'busy', 'declined', 'unreachable'] as const;
export type TriedResult = (typeof TRIED_RESULTS)[number];
export type OfferResult = TriedResult | 'answered' | 'gone' | 'withdrawn' | 'lost';
