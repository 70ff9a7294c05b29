import { can, worksInCenter } from '../identity/index.ts';
import type { Verdict } from '../identity/index.ts';
import { holds, userIdOf } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { NewEvent } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type { Call, Capacity, Deps, Tx } from '../platform/unit-of-work.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import { bindAttachments, ownerOf } from './attachment.bind.ts';
import { ASSIGNMENT_EFFECTS, EVENT_OF, ORDER_EFFECTS } from './effects.ts';
import type {
  AssignmentInputs,
  Context,
  DoableAssignmentAct,
  DoableOrderAct,
  Files,
  OrderInputs,
  Outcome,
} from './effects.ts';
import {
  ASSIGNMENT_ACTS,
  LEAD_EFFECT,
  assignmentActsIn,
  assignmentRow,
  clash,
  isUnit,
  orderActsIn,
  orderRow,
  rulesOf,
} from './lifecycle.ts';
import type {
  Act,
  BuiltAssignmentAct,
  BuiltOrderAct,
  Hand,
  OrderAct,
  OrderState,
  Rule,
} from './lifecycle.ts';
import { heldBy, redoable } from './order-effects.ts';
import { runClocks } from './run-clocks.ts';
import type { ActResult, ReplyInput } from './schema.ts';
import * as store from './store.ts';
import type { AssignmentRow, OrderRow } from './store.ts';

/** States of the order in which its units work. */
const UNITS_WORK: readonly OrderState[] = ['dispatched', 'in_progress'];

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

interface Seen {
  actor: Actor;
  order: OrderRow;
  assignments: AssignmentRow[];
  hands: Hand[];
  /** A unit asked the citizen for more in this round; left out where nobody looked. */
  unitAsked?: boolean;
}

const judge = (s: Seen, rule: Rule, unitIds: string[]): Verdict =>
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
const heldBack = (order: OrderRow, act: OrderAct): boolean =>
  order.emergency !== null && orderRow(act).to !== 'same' && act !== 'transfer_emergency';

/** May this actor do the order act, and with which hand; the plainest refusal where no rule lets them. */
function judgeAct(s: Seen, act: OrderAct): { verdict: Verdict; hand: Hand | null } {
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

const DRAFTERS = {
  by: [ASSIGNMENT_ACTS.submit_reply.draftedBy, 'unit_leader'],
  hand: 'handled',
} as const;
const mayDraft = (s: Seen, a: AssignmentRow): boolean =>
  a.kind === 'lead' && a.state === 'signed' && judge(s, DRAFTERS, [a.organization_id]).ok;

async function look(tx: Tx, actor: Actor, orderId: string): Promise<Seen> {
  const order = (await store.lockOrder(tx.db, orderId)) ?? fail('not_found');
  const assignments = await store.assignmentsOf(tx.db, orderId);
  const hands = actor.kind === 'staff' ? await store.handsOf(tx.db, orderId, actor.personId) : [];
  return { actor, order, assignments, hands };
}

function capacityOr(verdict: Verdict): Capacity {
  return verdict.ok
    ? { party: verdict.party, organizationId: verdict.organizationId }
    : fail(verdict.code);
}

/** The 409 that says where the order is now and what this actor may still do. */
function conflict(s: Seen, code: 'version_conflict' | 'state_conflict'): never {
  const { state, version } = s.order;
  return fail(code, { state, version, allowed: allowedOrderActs(s) });
}

function checkVersion(s: Seen, version: number | null | undefined) {
  if (version !== null && version !== undefined && version !== s.order.version) {
    conflict(s, 'version_conflict');
  }
}

interface Step {
  act: Act;
  to: OrderState;
  moved: boolean;
  hand: Hand | null;
  assignmentId: string | null;
  from: readonly OrderState[];
  closingType: Outcome['closingType'] | null;
}

/** Writes one act: state and version, the act row, its texts, its event. */
async function write(
  c: Context,
  s: Seen,
  step: Step,
  outcome: Outcome,
): Promise<ActResult & { actId: string }> {
  const { tx, order, capacity } = c;
  const done = await store.updateState(tx.db, {
    id: order.id,
    version: order.version,
    from: step.from,
    to: step.to,
    at: tx.at,
    moved: step.moved,
    closingType: step.closingType ?? null,
    set: outcome.set ?? {},
  });
  if (!done) conflict(s, 'state_conflict');
  const version = order.version + 1;
  const round = (outcome.set?.round as number | undefined) ?? order.round;
  const actId = newId();
  await store.insertAct(tx.db, {
    id: actId,
    orderId: order.id,
    assignmentId: step.assignmentId,
    act: step.act,
    from: order.state,
    to: step.to,
    version,
    round,
    party: capacity.party,
    actorId: userIdOf(tx.actor),
    personId: tx.actor.kind === 'staff' ? tx.actor.personId : null,
    organizationId: capacity.organizationId,
    hand: step.hand,
    at: tx.at,
    detail: outcome.detail ?? {},
  });
  await store.insertTexts(
    tx.db,
    (outcome.texts ?? []).map((t) => ({
      id: newId(),
      order_id: order.id,
      act_id: actId,
      kind: t.kind,
      visibility: t.visibility,
      organization_id:
        t.organizationId ?? (t.visibility === 'unit' ? capacity.organizationId : null),
      body: t.body,
    })),
  );
  const { act, to, assignmentId } = step;
  if (outcome.attachments) await bindFiles(c, { actId, assignmentId }, outcome.attachments);
  await runClocks(c, { act, to, assignmentId, round }, outcome);
  announce(c, step, version, round, outcome);
  const base = { orderId: order.id, state: step.to, version, actId };
  return outcome.createdId ? { ...base, createdId: outcome.createdId } : base;
}

/** Makes files that the actor uploaded part of the order, read as the act's texts are. */
async function bindFiles(
  c: Context,
  at: { actId?: string; assignmentId: string | null },
  files: Files,
): Promise<void> {
  if (files.ids.length === 0) return;
  const { party, organizationId } = c.capacity;
  const owner = ownerOf(c.actor);
  await bindAttachments(c.tx, {
    ...at,
    ...files,
    orderId: c.order.id,
    owner,
    party,
    organizationId,
  });
}

function announce(c: Context, step: Step, version: number, round: number, outcome: Outcome) {
  const type = EVENT_OF[step.act as keyof typeof EVENT_OF];
  const organizationIds = [
    ...new Set([
      ...c.assignments.map((a) => a.organization_id),
      ...(outcome.events ?? []).flatMap((e) =>
        'organizationId' in e.payload ? [e.payload.organizationId as string] : [],
      ),
    ]),
  ];
  if (type) {
    c.tx.record(
      {
        type,
        subjectType: 'work_order',
        subjectId: c.order.id,
        orderId: c.order.id,
        version,
        payload: { from: c.order.state, to: step.to, round, organizationIds },
      } as NewEvent,
      c.capacity,
    );
  }
  for (const e of outcome.events ?? []) c.tx.record({ ...e, version }, c.capacity);
}

/**
 * Does one built act on an order inside the caller's transaction.
 * @param version the version the actor saw; null where an act does not depend on it.
 * @throws AppError `not_found`, `not_allowed`, `separation_of_duties`, `version_conflict`,
 *   `state_conflict`, and what the act itself refuses.
 */
export async function act<A extends DoableOrderAct>(
  tx: Tx,
  actor: Actor,
  orderId: string,
  name: A,
  version: number | null | undefined,
  input: OrderInputs[A],
): Promise<ActResult & { actId: string }> {
  const row = orderRow(name);
  const s = await look(tx, actor, orderId);
  const { verdict, hand } = judgeAct(s, name);
  const capacity = capacityOr(verdict);
  checkVersion(s, version);
  if (!row.from.includes(s.order.state)) conflict(s, 'state_conflict');
  if (heldBack(s.order, name)) fail('emergency_open', { target: s.order.emergency });
  const c: Context = { tx, actor, order: s.order, assignments: s.assignments, capacity };
  const outcome = await ORDER_EFFECTS[name](c, input);
  const to = targetOf(row, s.order, outcome);
  const closingType = row.closes === 'input' ? outcome.closingType : row.closes;
  return write(
    c,
    s,
    {
      act: name,
      to,
      moved: row.to !== 'same',
      hand,
      assignmentId: null,
      from: row.from,
      closingType: closingType ?? null,
    },
    outcome,
  );
}

/** Where a row leaves the target to the case, the effect has said it. */
function targetOf(row: ReturnType<typeof orderRow>, order: OrderRow, outcome: Outcome): OrderState {
  if (row.to === 'same') return order.state;
  if (row.to === 'origin' || typeof row.to !== 'string') return outcome.to!;
  return row.to as OrderState;
}

/** `act` in a transaction of its own. */
export const doAct = <A extends DoableOrderAct>(
  deps: Deps,
  actor: Actor,
  orderId: string,
  name: A,
  version: number | null | undefined,
  input: OrderInputs[A],
  call?: Call,
): Promise<ActResult> =>
  inTransaction(
    deps,
    actor,
    (tx) => act(tx, actor, orderId, name, version, input).then(publicResult),
    call,
  );

/** What a caller outside is told of an act. */
export function publicResult(done: ActResult & { actId: string }): ActResult {
  const { orderId, state, version, createdId } = done;
  return { orderId, state, version, ...(createdId && { createdId }) };
}

async function lookAtAssignment(tx: Tx, actor: Actor, assignmentId: string) {
  const found = (await store.findAssignment(tx.db, assignmentId)) ?? fail('not_found');
  const s = await look(tx, actor, found.order_id);
  const assignment = s.assignments.find((a) => a.id === assignmentId) ?? fail('not_found');
  return { s, assignment };
}

/** Does one built act on an assignment; on the lead's it also moves the order. */
export async function doAssignmentAct<A extends DoableAssignmentAct>(
  deps: Deps,
  actor: Actor,
  assignmentId: string,
  name: A,
  version: number | null | undefined,
  input: AssignmentInputs[A],
  call?: Call,
): Promise<ActResult> {
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const { s, assignment } = await lookAtAssignment(tx, actor, assignmentId);
      const row = assignmentRow(name);
      const capacity = capacityOr(judge(s, row, [assignment.organization_id]));
      checkVersion(s, version);
      checkAssignmentState(s, assignment, name);
      const c = { tx, actor, order: s.order, assignments: s.assignments, capacity, assignment };
      const outcome = await ASSIGNMENT_EFFECTS[name](c, input);
      return publicResult(await write(c, s, stepOf(s, assignment, name), outcome));
    },
    call,
  );
}

function checkAssignmentState(s: Seen, a: AssignmentRow, name: DoableAssignmentAct) {
  const row = assignmentRow(name);
  const current = UNITS_WORK.includes(s.order.state) && a.round === s.order.round;
  const fits = row.kind === 'any' || row.kind === a.kind;
  if (!current || !fits || !row.from.includes(a.state)) conflict(s, 'state_conflict');
}

function stepOf(s: Seen, a: AssignmentRow, name: DoableAssignmentAct): Step {
  const effect = a.kind === 'lead' ? LEAD_EFFECT[name] : undefined;
  const moving = effect ? orderRow(effect) : null;
  return {
    act: name,
    to: moving ? (moving.to as OrderState) : s.order.state,
    moved: moving !== null,
    hand: assignmentRow(name).hand,
    assignmentId: a.id,
    from: moving ? moving.from : UNITS_WORK,
    closingType: null,
  };
}

/**
 * Writes or rewrites the lead's reply; nothing moves and no clock stops until the leader
 * countersigns it (`submit_reply`).
 */
export async function draftReply(
  deps: Deps,
  actor: Actor,
  assignmentId: string,
  input: ReplyInput,
  call?: Call,
): Promise<{ replyId: string; version: number }> {
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const { s, assignment } = await lookAtAssignment(tx, actor, assignmentId);
      const capacity = capacityOr(judge(s, DRAFTERS, [assignment.organization_id]));
      if (actor.kind !== 'staff') fail('not_allowed');
      if (s.order.state !== 'in_progress' || !mayDraft(s, assignment))
        conflict(s, 'state_conflict');
      const fields = {
        truth: input.truth,
        solved: input.solved,
        contact_made: input.contactMade,
        finding: input.finding,
        measures: input.measures,
        basis: input.basis,
        public_version: input.publicVersion,
      };
      const draft = await store.findDraft(tx.db, assignmentId);
      if ((draft?.version ?? null) !== input.replyVersion) conflict(s, 'version_conflict');
      const replyId = draft?.id ?? newId();
      if (draft) {
        const moved = await store.updateDraft(
          tx.db,
          draft.id,
          draft.version,
          fields,
          actor.personId,
        );
        if (moved === null) conflict(s, 'version_conflict');
      } else {
        await store.insertReply(tx.db, {
          ...fields,
          author_id: actor.userId,
          writer_person_ids: [actor.personId],
          created_at: tx.at,
          id: replyId,
          order_id: s.order.id,
          assignment_id: assignmentId,
          round: s.order.round,
          kind: 'lead',
          state: 'draft',
          submitted_at: null,
        });
      }
      const organizationId = assignment.organization_id;
      const c: Context = { tx, actor, order: s.order, assignments: s.assignments, capacity };
      const files: Files = { ids: input.attachmentIds, visibility: 'staff', replyId };
      await bindFiles(c, { assignmentId }, files);
      tx.record(
        {
          type: 'reply.drafted',
          subjectType: 'assignment',
          subjectId: assignmentId,
          orderId: s.order.id,
          version: s.order.version,
          payload: { assignmentId, organizationId },
        },
        capacity,
      );
      return { replyId, version: (draft?.version ?? 0) + 1 };
    },
    call,
  );
}
