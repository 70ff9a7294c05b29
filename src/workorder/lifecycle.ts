/**
 * The life cycle of an order and of its assignments, as two tables (life-cycle.md).
 * The same rows decide in the API, guard the SQL update, draw the buttons, name the typed inputs,
 * and make the golden file and the diagram of the README.
 */
import { ROLES, UNIT_ROLES } from '../kernel/words.ts';
import type { Party } from '../kernel/words.ts';

export const ORDER_STATES = [
  'registered',
  'awaiting_supplement',
  'pending_dispatch',
  'in_conference',
  'dispatched',
  'in_progress',
  'suspended',
  'pending_audit',
  'pending_callback',
  'pending_close',
  'merged',
  'transferred',
  'closed',
  'archived',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export const ASSIGNMENT_STATES = [
  'pending_sign',
  'signed',
  'submitted',
  'accepted',
  'returned',
  'cancelled',
] as const;
export type AssignmentState = (typeof ASSIGNMENT_STATES)[number];

export const CLOSING_TYPES = [
  'answered',
  'solved',
  'partly_solved',
  'explained',
  'unreasonable',
  'unreachable',
  'transferred',
  'merged',
  'withdrawn',
  'insufficient',
  'rejected',
  'no_substance',
] as const;
export type ClosingType = (typeof CLOSING_TYPES)[number];

/**
 * What a person's hand did to an order; two kinds of hand exclude each other on one order:
 * receiving ≠ handling, handling ≠ judging, and who answered does not record how it was judged.
 */
export const HANDS = ['received', 'answered', 'handled', 'judged', 'supervised'] as const;
export type Hand = (typeof HANDS)[number];

/** For each hand, the earlier hands of the same person that forbid it (founding document 003 §2.3). */
export const HAND_FORBIDS: Record<Hand, readonly Hand[]> = {
  received: ['handled'],
  answered: ['handled', 'judged'],
  handled: ['received', 'answered', 'judged', 'supervised'],
  judged: ['handled', 'answered'],
  supervised: ['handled'],
};

interface Row<S extends string> {
  /** States in which the act is possible; empty = it creates the subject. */
  readonly from: readonly S[];
  /** `same` = no change; `origin` = where it came from; a list = decided by the case. */
  readonly to: S | 'same' | 'origin' | readonly S[];
  readonly by: readonly Party[];
  readonly hand: Hand | null;
  /** The hand it is where a unit's people do it, if that is another. */
  readonly unitHand?: Hand;
  readonly built: boolean;
  readonly closes?: ClosingType | 'input';
  readonly window?: { readonly closedDaysMax: number };
}

const BEFORE_REPLY = [
  'registered',
  'awaiting_supplement',
  'pending_dispatch',
  'in_conference',
  'dispatched',
  'in_progress',
  'suspended',
] as const satisfies readonly OrderState[];
const BEFORE_AUDIT_DONE = [...BEFORE_REPLY, 'pending_audit'] as const;
const NOT_ARCHIVED = ORDER_STATES.filter((s) => s !== 'archived');
const STAFF_NOTE: readonly Party[] = [...ROLES, 'citizen'];

/** Acts on the order. `effect_*` rows are consequences of an act on the lead assignment. */
// prettier-ignore
export const ORDER_ACTS = {
  register: { from: [], to: 'registered', by: ['operator', 'citizen', 'grid_worker', 'peer', 'system'], hand: 'received', built: true },
  accept: { from: ['registered'], to: 'pending_dispatch', by: ['operator', 'dispatcher', 'system'], hand: 'received', built: true },
  direct_answer: { from: ['registered', 'pending_dispatch'], to: 'pending_callback', by: ['operator', 'dispatcher'], hand: 'answered', built: true },
  propose_rejection: { from: ['registered'], to: 'same', by: ['operator'], hand: 'received', built: false },
  reject: { from: ['registered', 'pending_dispatch'], to: 'closed', by: ['dispatcher'], hand: 'received', built: true, closes: 'rejected' },
  reconsider: { from: ['closed'], to: 'registered', by: ['supervisor'], hand: 'judged', built: false },
  close_no_substance: { from: ['registered'], to: 'closed', by: ['operator'], hand: 'received', built: true, closes: 'no_substance' },
  ask_supplement: { from: ['registered', 'pending_dispatch', 'in_progress'], to: 'awaiting_supplement', by: ['operator', 'dispatcher', 'handler'], hand: 'received', unitHand: 'handled', built: true },
  supplement: { from: ['awaiting_supplement'], to: 'origin', by: ['citizen', 'operator'], hand: 'received', built: true },
  expire_supplement: { from: ['awaiting_supplement'], to: ['closed', 'in_progress'], by: ['system'], hand: null, built: true, closes: 'insufficient' },
  split: { from: ['registered', 'pending_dispatch'], to: 'same', by: ['operator', 'dispatcher'], hand: 'received', built: true },
  merge: { from: ['registered', 'pending_dispatch', 'dispatched', 'in_progress'], to: 'merged', by: ['dispatcher'], hand: 'received', built: false },
  unmerge: { from: ['merged'], to: 'pending_dispatch', by: ['dispatcher'], hand: 'received', built: false },
  follow_master: { from: ['merged'], to: 'pending_callback', by: ['system'], hand: null, built: false },
  transfer_emergency: { from: ['registered', 'pending_dispatch', 'dispatched', 'in_progress'], to: 'transferred', by: ['operator', 'dispatcher'], hand: 'received', built: true },
  transfer_out: { from: ['registered', 'pending_dispatch'], to: 'transferred', by: ['dispatcher'], hand: 'received', built: false },
  receipt: { from: ['transferred'], to: 'closed', by: ['peer', 'operator', 'system'], hand: 'received', built: true, closes: 'transferred' },
  bounce: { from: ['transferred'], to: 'registered', by: ['peer', 'operator'], hand: null, built: false },
  dispatch: { from: ['pending_dispatch'], to: 'dispatched', by: ['dispatcher', 'system'], hand: 'received', built: true },
  open_conference: { from: ['pending_dispatch'], to: 'in_conference', by: ['dispatcher', 'system'], hand: 'received', built: false },
  rule: { from: ['in_conference'], to: 'dispatched', by: ['arbiter'], hand: 'judged', built: false },
  effect_lead_signs: { from: ['dispatched'], to: 'in_progress', by: [], hand: null, built: true },
  effect_return_granted: { from: ['dispatched', 'in_progress'], to: 'pending_dispatch', by: [], hand: null, built: false },
  reassign: { from: ['dispatched', 'in_progress'], to: 'dispatched', by: ['dispatcher', 'arbiter'], hand: 'received', built: false },
  suspend: { from: ['in_progress'], to: 'suspended', by: ['supervisor'], hand: 'supervised', built: false },
  resume: { from: ['suspended'], to: 'in_progress', by: ['unit_leader', 'supervisor'], hand: null, built: false },
  effect_lead_submits: { from: ['in_progress'], to: 'pending_audit', by: [], hand: null, built: true },
  audit_pass: { from: ['pending_audit'], to: 'pending_callback', by: ['auditor'], hand: 'judged', built: true },
  audit_fail: { from: ['pending_audit'], to: 'in_progress', by: ['auditor'], hand: 'judged', built: true },
  record_attempt: { from: ['pending_callback'], to: 'same', by: ['callback_agent'], hand: 'judged', built: true },
  evaluate: { from: ['pending_callback'], to: 'pending_close', by: ['citizen', 'callback_agent'], hand: 'judged', built: true },
  revise_evaluation: { from: ['pending_close', 'closed'], to: 'same', by: ['citizen'], hand: null, built: false, window: { closedDaysMax: 7 } },
  give_up_callback: { from: ['pending_callback'], to: 'pending_close', by: ['system'], hand: null, built: true },
  redo: { from: ['pending_callback', 'pending_close', 'closed'], to: 'dispatched', by: ['supervisor'], hand: 'supervised', built: true, window: { closedDaysMax: 30 } },
  propose_redo: { from: ['pending_callback', 'pending_close', 'closed'], to: 'same', by: ['operator'], hand: 'received', built: true, window: { closedDaysMax: 30 } },
  decline_redo: { from: ['closed'], to: 'same', by: ['supervisor'], hand: 'supervised', built: true },
  close: { from: ['pending_close'], to: 'closed', by: ['system', 'callback_agent', 'supervisor'], hand: 'judged', built: true, closes: 'input' },
  withdraw: { from: BEFORE_REPLY, to: 'closed', by: ['citizen', 'operator'], hand: 'received', built: true, closes: 'withdrawn' },
  reopen: { from: ['closed'], to: 'registered', by: ['dispatcher'], hand: 'received', built: false, window: { closedDaysMax: 30 } },
  archive: { from: ['closed'], to: 'archived', by: ['system'], hand: null, built: false },
  urge: { from: BEFORE_AUDIT_DONE, to: 'same', by: ['citizen', 'operator', 'dispatcher', 'supervisor', 'system'], hand: 'supervised', built: true },
  note: { from: NOT_ARCHIVED, to: 'same', by: STAFF_NOTE, hand: null, built: true },
  supervise: { from: NOT_ARCHIVED, to: 'same', by: ['supervisor', 'system'], hand: 'supervised', built: true },
  reply_supervision: { from: NOT_ARCHIVED, to: 'same', by: ['unit_leader'], hand: 'handled', built: true },
  judge_supervision: { from: NOT_ARCHIVED, to: 'same', by: ['supervisor'], hand: 'supervised', built: true },
  set_flags: { from: BEFORE_REPLY, to: 'same', by: ['operator', 'dispatcher', 'system'], hand: 'received', built: true },
  correct_classification: { from: BEFORE_REPLY, to: 'same', by: ['operator', 'dispatcher'], hand: 'received', built: true },
  three_way_call: { from: NOT_ARCHIVED, to: 'same', by: ['operator'], hand: null, built: false },
  link_incident: { from: NOT_ARCHIVED, to: 'same', by: ['dispatcher', 'system'], hand: null, built: false },
  publish: { from: ['closed'], to: 'same', by: ['publisher'], hand: null, built: false },
  appeal: { from: ['closed', 'archived'], to: 'same', by: ['unit_leader'], hand: null, built: false },
} as const satisfies Record<string, Row<OrderState>>;

export type OrderAct = keyof typeof ORDER_ACTS;

/** Acts on an assignment; `kind` says whether only the lead or only a co-handler may do it. */
// prettier-ignore
export const ASSIGNMENT_ACTS = {
  sign: { from: ['pending_sign'], to: 'signed', by: ['unit_receiver', 'command_room'], kind: 'any', hand: 'handled', built: true },
  sub_dispatch: { from: ['signed'], to: 'same', by: ['unit_receiver', 'command_room'], kind: 'any', hand: 'handled', built: false },
  add_unit: { from: ['signed'], to: 'same', by: ['dispatcher'], kind: 'lead', hand: 'received', built: false },
  first_contact: { from: ['signed'], to: 'same', by: ['handler'], kind: 'any', hand: 'handled', built: true },
  progress: { from: ['signed'], to: 'same', by: ['handler', 'grid_worker'], kind: 'any', hand: 'handled', built: true },
  request_return: { from: ['pending_sign', 'signed'], to: 'same', by: ['unit_leader'], draftedBy: 'unit_receiver', kind: 'any', hand: 'handled', built: false },
  grant_return: { from: ['pending_sign', 'signed'], to: 'returned', by: ['dispatcher', 'arbiter'], kind: 'any', hand: 'received', built: false },
  deny_return: { from: ['pending_sign', 'signed'], to: 'same', by: ['dispatcher', 'arbiter'], kind: 'any', hand: 'received', built: false },
  request_extension: { from: ['signed'], to: 'same', by: ['unit_leader'], draftedBy: 'handler', kind: 'any', hand: 'handled', built: false },
  grant_extension: { from: ['signed'], to: 'same', by: ['dispatcher', 'supervisor'], kind: 'any', hand: 'received', built: false },
  deny_extension: { from: ['signed'], to: 'same', by: ['dispatcher', 'supervisor'], kind: 'any', hand: 'received', built: false },
  ask_opinion: { from: ['signed'], to: 'same', by: ['handler'], kind: 'lead', hand: 'handled', built: false },
  give_opinion: { from: ['signed'], to: 'same', by: ['handler'], kind: 'any', hand: 'handled', built: false },
  joint_visit: { from: ['signed'], to: 'same', by: ['handler'], kind: 'lead', hand: 'handled', built: false },
  hand_to_enforcement: { from: ['signed'], to: 'same', by: ['handler'], kind: 'any', hand: 'handled', built: false },
  enforcement_outcome: { from: ['signed'], to: 'same', by: ['handler'], kind: 'any', hand: 'handled', built: false },
  submit_co_reply: { from: ['signed'], to: 'submitted', by: ['handler'], kind: 'co', hand: 'handled', built: true },
  submit_reply: { from: ['signed'], to: 'submitted', by: ['unit_leader'], draftedBy: 'handler', kind: 'lead', hand: 'handled', built: true },
  effect_audit_passes: { from: ['submitted'], to: 'accepted', by: [], kind: 'any', hand: null, built: true },
  effect_audit_fails: { from: ['submitted'], to: 'signed', by: [], kind: 'lead', hand: null, built: true },
  effect_cancel: { from: ['pending_sign', 'signed'], to: 'cancelled', by: [], kind: 'any', hand: null, built: true },
} as const satisfies Record<
  string,
  Row<AssignmentState> & { kind: 'lead' | 'co' | 'any'; draftedBy?: Party }
>;

export type AssignmentAct = keyof typeof ASSIGNMENT_ACTS;
export type Act = OrderAct | AssignmentAct;

/** The order act that a built act on the lead assignment brings about. */
export const LEAD_EFFECT: Partial<Record<AssignmentAct, OrderAct>> = {
  sign: 'effect_lead_signs',
  submit_reply: 'effect_lead_submits',
};

type Built<T> = { [K in keyof T]: T[K] extends { built: true } ? K : never }[keyof T];
export type BuiltOrderAct = Built<typeof ORDER_ACTS>;
export type BuiltAssignmentAct = Built<typeof ASSIGNMENT_ACTS>;

const orderRows: Record<OrderAct, Row<OrderState>> = ORDER_ACTS;
const assignmentRows: Record<AssignmentAct, Row<AssignmentState> & { kind: string }> =
  ASSIGNMENT_ACTS;

/** The row of an order act, widened for generic code. */
export const orderRow = (act: OrderAct): Row<OrderState> => orderRows[act];
/** The row of an assignment act, widened for generic code. */
export const assignmentRow = (act: AssignmentAct) => assignmentRows[act];

/** What a rule lets somebody do, before the subject is looked at. */
export interface Rule {
  readonly by: readonly Party[];
  readonly hand: Hand | null;
}

const UNIT_PARTIES: readonly Party[] = UNIT_ROLES;
export const isUnit = (party: Party): boolean => UNIT_PARTIES.includes(party);

/** The rules an order act is judged by: one, or one for the centre and one for the units. */
export function rulesOf(act: OrderAct): Rule[] {
  const row = orderRows[act];
  if (!row.unitHand) return [row];
  return [
    { by: row.by.filter((p) => !UNIT_PARTIES.includes(p)), hand: row.hand },
    { by: row.by.filter((p) => UNIT_PARTIES.includes(p)), hand: row.unitHand },
  ];
}

/** Hands of one person that an act's hand may not meet on the same order; empty = allowed. */
export const clash = (hand: Hand | null, earlier: readonly Hand[]): Hand[] =>
  hand === null ? [] : earlier.filter((h) => HAND_FORBIDS[hand].includes(h));

/** Acts on a supervision order of the order: which of them are possible, that order says. */
const ON_SUPERVISION: readonly OrderAct[] = ['reply_supervision', 'judge_supervision'];

/**
 * Built order acts that are possible in a state, whoever asks; effects are not acts of anybody, and
 * what is done to a supervision order is offered there.
 */
export const orderActsIn = (state: OrderState): OrderAct[] =>
  (Object.keys(ORDER_ACTS) as OrderAct[]).filter((a) => {
    const row = orderRows[a];
    return (
      row.built && row.by.length > 0 && row.from.includes(state) && !ON_SUPERVISION.includes(a)
    );
  });

/** Built assignment acts that are possible in a state for a lead or a co-handler. */
export const assignmentActsIn = (state: AssignmentState, kind: 'lead' | 'co'): AssignmentAct[] =>
  (Object.keys(ASSIGNMENT_ACTS) as AssignmentAct[]).filter((a) => {
    const row = assignmentRows[a];
    return (
      row.built &&
      row.by.length > 0 &&
      row.from.includes(state) &&
      (row.kind === 'any' || row.kind === kind)
    );
  });

/** States from which nothing on the built road leads on. */
export const FINAL_STATES: readonly OrderState[] = ['closed', 'archived'];
