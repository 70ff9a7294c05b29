/**
 * Which clocks run while an order or an assignment is in a state, and what an act does to them
 * (life-cycle.md, Clocks). Data and pure functions; `run-clocks.ts` writes them with the act.
 */
import type { Clock } from '../kernel/words.ts';
import type { Act, OrderState } from './lifecycle.ts';

/** The clock of the centre that runs exactly as long as the order is in the state. */
export const STATE_CLOCK: Partial<Record<OrderState, Clock>> = {
  registered: 'accept',
  pending_dispatch: 'dispatch',
  awaiting_supplement: 'supplement',
  suspended: 'suspension_review',
  pending_audit: 'audit',
  pending_callback: 'callback',
};

/** States in which the clocks of the units stand still, and the type of that pause. */
export const STATE_PAUSE: Partial<Record<OrderState, 'supplement' | 'suspension'>> = {
  awaiting_supplement: 'supplement',
  suspended: 'suspension',
};

/** Clocks that start with a dispatch to a unit, by its part. */
export const UNIT_CLOCKS: Record<'lead' | 'co', readonly Clock[]> = {
  lead: ['sign', 'first_contact', 'return_window', 'final', 'first_disposal'],
  co: ['sign', 'return_window', 'co'],
};

/** Clocks of the assignment that an act on it fulfils. */
export const FULFILS: Partial<Record<Act, readonly Clock[]>> = {
  sign: ['sign'],
  first_contact: ['first_contact'],
  progress: ['first_disposal'],
  submit_co_reply: ['co'],
  submit_reply: ['final', 'first_disposal'],
};

/** States in which an order waits for nobody's answer any more: the citizen's clock has stopped. */
export const ANSWERED: readonly OrderState[] = [
  'pending_callback',
  'pending_close',
  'closed',
  'archived',
];

/** Clocks an order may be shown by; of those that live at most one is leading. */
export const LEADING: readonly Clock[] = [
  'accept',
  'dispatch',
  'supplement',
  'final',
  'audit',
  'callback',
];

/** Acts after which what ran is not measured: nobody can keep a limit of an order that went away. */
export const VOIDING: readonly Act[] = [
  'withdraw',
  'merge',
  'redo',
  'transfer_emergency',
  'transfer_out',
  'receipt',
  // The citizen was silent; the centre kept its word.
  'expire_supplement',
];
