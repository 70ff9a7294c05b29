/** Who may do what with an order now, and the refusals that say so. */
import type { Book } from '../deadline/index.ts';
import { can, worksInCenter } from '../identity/index.ts';
import type { Verdict } from '../identity/index.ts';
import { holds } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Capacity } from '../platform/unit-of-work.ts';
import {
  ASSIGNMENT_ACTS,
  assignmentActsIn,
  assignmentRow,
  clash,
  isUnit,
  orderActsIn,
  orderRow,
  rulesOf,
} from './lifecycle.ts';
import type {
  BuiltAssignmentAct,
  BuiltOrderAct,
  Hand,
  OrderAct,
  OrderState,
  Rule,
} from './lifecycle.ts';
import { heldBy, redoable } from './order-effects.ts';
import type { AssignmentRow, OrderRow } from './store.ts';

/** States of the order in which its units work. */
export const UNITS_WORK: readonly OrderState[] = ['dispatched', 'in_progress'];

/** Whether the actor may know that the order exists. */
export function maySee(
  actor: Actor,
  order: Pick<OrderRow, 'id'>,
  assignments: readonly Pick<AssignmentRow, 'organization_id'>[],
): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind === 'citizen') return actor.orderId === order.id;
  return worksInCenter(actor) || assignments.some((a) => actor.reach.has(a.organization_id));
}

/** An order as the actor finds it, and what this person's hands did to it. */
export interface Seen {
  actor: Actor;
  order: OrderRow;
  assignments: AssignmentRow[];
  hands: Hand[];
  /** A unit asked the citizen for more in this round; left out where nobody looked. */
  unitAsked?: boolean;
  /** Its clocks, locked, where the act may move them. */
  book?: Book;
}

/** May this actor do what the rule describes, for these units. */
export const judge = (s: Seen, rule: Rule, unitIds: string[]): Verdict =>
  can(s.actor, rule as Parameters<typeof can>[1], {
    visible: maySee(s.actor, s.order, s.assignments),
    orderId: s.order.id,
    unitIds,
    clashes: clash(rule.hand, s.hands),
  });

/** Units whose people may do an act on the order; only who leads it now asks the citizen for more. */
const unitsOf = (s: Seen, act: OrderAct) =>
  (act === 'ask_supplement'
    ? s.assignments.filter((a) => a.id === heldBy(s.assignments, s.order.round)?.id)
    : s.assignments
  ).map((a) => a.organization_id);

/**
 * An open emergency leaves its place only to who answers emergencies; until then, or until a person
 * says with a reason that it is none (`set_flags`), nothing moves the order.
 */
export const heldBack = (order: OrderRow, act: OrderAct): boolean =>
  order.emergency !== null && orderRow(act).to !== 'same' && act !== 'transfer_emergency';

/** May this actor do the order act, and with which hand; the plainest refusal where no rule lets them. */
export function judgeAct(s: Seen, act: OrderAct): { verdict: Verdict; hand: Hand | null } {
  const tried = rulesOf(act).map((rule) => ({
    verdict: judge(s, rule, unitsOf(s, act)),
    hand: rule.hand,
  }));
  return (
    tried.find((t) => t.verdict.ok) ??
    tried.find((t) => !t.verdict.ok && t.verdict.code === 'separation_of_duties') ??
    tried[0]!
  );
}

/** Acts on the order that this actor may do now. */
export const allowedOrderActs = (s: Seen): BuiltOrderAct[] =>
  orderActsIn(s.order.state).filter((act) => {
    const { verdict } = judgeAct(s, act);
    // A proposed redo waits for a supervisor; nobody else closes over it.
    if (heldBack(s.order, act)) return false;
    if (act === 'ask_supplement' && s.unitAsked && verdict.ok && isUnit(verdict.party))
      return false;
    if (act === 'propose_redo' && (s.order.redo_proposed || !redoable(s.order))) return false;
    if (act === 'decline_redo' && !s.order.redo_proposed) return false;
    if (act === 'close' && s.order.redo_proposed && !holds(s.actor, 'supervisor')) return false;
    return verdict.ok;
  }) as BuiltOrderAct[];

/** Acts on one assignment that this actor may do now; `draft_reply` = write it for the leader. */
export function allowedAssignmentActs(
  s: Seen,
  a: AssignmentRow,
): (BuiltAssignmentAct | 'draft_reply')[] {
  if (!UNITS_WORK.includes(s.order.state) || a.round !== s.order.round) return [];
  const acts = assignmentActsIn(a.state, a.kind).filter(
    (act) => judge(s, assignmentRow(act), [a.organization_id]).ok,
  ) as (BuiltAssignmentAct | 'draft_reply')[];
  if (mayDraft(s, a)) acts.push('draft_reply');
  return acts;
}

/** Who writes the lead's reply; its leader may as well. */
export const DRAFTERS = {
  by: [ASSIGNMENT_ACTS.submit_reply.draftedBy, 'unit_leader'],
  hand: 'handled',
} as const;
export const mayDraft = (s: Seen, a: AssignmentRow): boolean =>
  a.kind === 'lead' && a.state === 'signed' && judge(s, DRAFTERS, [a.organization_id]).ok;

/** The capacity in which the actor does it. @throws AppError with why not. */
export function capacityOr(verdict: Verdict): Capacity {
  return verdict.ok
    ? { party: verdict.party, organizationId: verdict.organizationId }
    : fail(verdict.code);
}

/** The 409 that says where the order is now and what this actor may still do. */
export function conflict(s: Seen, code: 'version_conflict' | 'state_conflict'): never {
  const { state, version } = s.order;
  return fail(code, { state, version, allowed: allowedOrderActs(s) });
}

/** @throws AppError `version_conflict` where the actor saw another version; null = saw none. */
export function checkVersion(s: Seen, version: number | null | undefined): void {
  if (version !== null && version !== undefined && version !== s.order.version) {
    conflict(s, 'version_conflict');
  }
}
