/** The complete tables of what acts do: an act that is built and has no row here does not compile. */
import type { EventName } from '../kernel/events.ts';
import { ASSIGNMENT_EFFECTS } from './assignment-effects.ts';
import type { DoableAssignmentAct, DoableOrderAct } from './effect.ts';
import type { BuiltAssignmentAct, BuiltOrderAct } from './lifecycle.ts';
import { ORDER_EFFECTS, ROUND_MAX } from './order-effects.ts';

export { ASSIGNMENT_EFFECTS, ORDER_EFFECTS, ROUND_MAX };
export type {
  AssignmentInputs,
  Context,
  DoableAssignmentAct,
  DoableOrderAct,
  Files,
  OrderInputs,
  Outcome,
} from './effect.ts';

/** `register` makes the order (register.ts); `effect_*` are consequences that other acts write. */
type Elsewhere = 'register' | `effect_${string}`;
type Uncovered =
  | Exclude<BuiltOrderAct, DoableOrderAct | Elsewhere>
  | Exclude<BuiltAssignmentAct, DoableAssignmentAct | Elsewhere>;
/** Proof for the compiler: no built act is without its effect. */
export const UNCOVERED: Record<Uncovered, never> = {};

/** The event each built act is announced by; `null` = it is a consequence and announced by its cause. */
export const EVENT_OF: Record<BuiltOrderAct | BuiltAssignmentAct, EventName | null> = {
  register: 'work_order.registered',
  accept: 'work_order.accepted',
  direct_answer: 'work_order.direct_answered',
  reject: 'work_order.rejected',
  dispatch: 'work_order.dispatched',
  effect_lead_signs: null,
  effect_lead_submits: null,
  audit_pass: 'work_order.audit_passed',
  audit_fail: 'work_order.audit_failed',
  record_attempt: 'work_order.attempted',
  evaluate: 'work_order.evaluated',
  give_up_callback: 'work_order.callback_given_up',
  redo: 'work_order.redone',
  close: 'work_order.closed',
  withdraw: 'work_order.withdrawn',
  transfer_emergency: 'work_order.emergency_transferred',
  receipt: 'work_order.receipted',
  split: 'work_order.split',
  ask_supplement: 'work_order.supplement_asked',
  supplement: 'work_order.supplemented',
  expire_supplement: 'work_order.supplement_expired',
  close_no_substance: 'work_order.no_substance_closed',
  set_flags: 'work_order.flagged',
  correct_classification: 'work_order.classification_corrected',
  propose_redo: 'work_order.redo_proposed',
  decline_redo: 'work_order.redo_declined',
  urge: 'work_order.urged',
  note: 'work_order.noted',
  supervise: 'work_order.supervised',
  reply_supervision: 'work_order.supervision_replied',
  judge_supervision: 'work_order.supervision_judged',
  sign: 'work_order.signed',
  first_contact: 'work_order.first_contacted',
  progress: 'work_order.progressed',
  submit_co_reply: 'work_order.co_replied',
  submit_reply: 'work_order.replied',
  effect_audit_passes: null,
  effect_audit_fails: null,
  effect_cancel: null,
};
