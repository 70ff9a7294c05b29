import { readBook } from '../deadline/index.ts';
import type { Actor, StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { DbTx } from '../platform/db.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import {
  DRAFTERS,
  UNITS_WORK,
  capacityOr,
  checkVersion,
  conflict,
  heldBack,
  judge,
  judgeAct,
  mayDraft,
} from './allowed.ts';
import type { Seen } from './allowed.ts';
import { ASSIGNMENT_EFFECTS, ORDER_EFFECTS } from './effects.ts';
import type {
  AssignmentInputs,
  Context,
  DoableAssignmentAct,
  DoableOrderAct,
  Files,
  OrderInputs,
  Outcome,
} from './effects.ts';
import { LEAD_EFFECT, assignmentRow, orderRow } from './lifecycle.ts';
import type { Act, OrderState } from './lifecycle.ts';
import * as replies from './reply.store.ts';
import type { ActResult, ReplyInput } from './schema.ts';
import * as store from './store.ts';
import type { AssignmentRow, OrderRef, OrderRow } from './store.ts';
import { movesClocks } from './run-clocks.ts';
import { bindFiles, writeAct } from './write.ts';
import type { Step } from './write.ts';

/** Locks the order first: what is read after it stands until the transaction ends. */
async function look(db: DbTx, actor: Actor, orderId: OrderRef, name: Act): Promise<Seen> {
  const [order, assignments, hands, book] = await Promise.all([
    store.lockOrder(db, orderId),
    store.assignmentsOf(db, orderId),
    actor.kind === 'staff' ? store.handsOf(db, orderId, actor.personId) : [],
    movesClocks(name) ? readBook(db, orderId) : undefined,
  ]);
  return { actor, order: order ?? fail('not_found'), assignments, hands, ...(book && { book }) };
}

/**
 * Does one built act on an order inside the caller's transaction.
 * @param version the version the actor saw; null where an act does not depend on it.
 * @param seen the order as `look` found and locked it in this transaction, where it did.
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
  seen?: Seen,
): Promise<ActResult & { actId: string }> {
  const row = orderRow(name);
  const s = seen ?? (await look(tx.db, actor, orderId, name));
  const { verdict, hand } = judgeAct(s, name);
  const capacity = capacityOr(verdict);
  checkVersion(s, version);
  if (!row.from.includes(s.order.state)) conflict(s, 'state_conflict');
  if (heldBack(s.order, name)) fail('emergency_open', { target: s.order.emergency });
  const c: Context = { tx, actor, order: s.order, assignments: s.assignments, capacity };
  const outcome = await ORDER_EFFECTS[name](c, input);
  const to = targetOf(row, s.order, outcome);
  const closingType = row.closes === 'input' ? outcome.closingType : row.closes;
  return writeAct(
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
    (tx, seen) => act(tx, actor, orderId, name, version, input, seen).then(publicResult),
    call,
    (db: DbTx) => look(db, actor, orderId, name),
  );

/** What a caller outside is told of an act. */
export function publicResult(done: ActResult & { actId: string }): ActResult {
  const { orderId, state, version, createdId } = done;
  return { orderId, state, version, ...(createdId && { createdId }) };
}

/** The assignment with its order, locked. @throws AppError `not_found`. */
export async function lookAtAssignment(db: DbTx, actor: Actor, assignmentId: string, name: Act) {
  const s = await look(db, actor, store.orderOfAssignment(assignmentId), name);
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
    async (tx, { s, assignment }) => {
      const row = assignmentRow(name);
      const capacity = capacityOr(judge(s, row, [assignment.organization_id]));
      checkVersion(s, version);
      checkAssignmentState(s, assignment, name);
      const c = { tx, actor, order: s.order, assignments: s.assignments, capacity, assignment };
      const outcome = await ASSIGNMENT_EFFECTS[name](c, input);
      return publicResult(await writeAct(c, s, stepOf(s, assignment, name), outcome));
    },
    call,
    (db: DbTx) => lookAtAssignment(db, actor, assignmentId, name),
  );
}

/** @throws AppError `state_conflict` where the act does not fit the assignment as it stands. */
export function checkAssignmentState(s: Seen, a: AssignmentRow, name: DoableAssignmentAct) {
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
    async (tx, { s, assignment }) => {
      const organizationId = assignment.organization_id;
      const capacity = capacityOr(judge(s, DRAFTERS, [organizationId]));
      if (actor.kind !== 'staff') fail('not_allowed');
      if (s.order.state !== 'in_progress' || !mayDraft(s, assignment))
        conflict(s, 'state_conflict');
      const draft = await saveDraft(tx, actor, s, assignmentId, input);
      const c: Context = { tx, actor, order: s.order, assignments: s.assignments, capacity };
      const files: Files = {
        ids: input.attachmentIds,
        visibility: 'staff',
        replyId: draft.replyId,
      };
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
      return draft;
    },
    call,
    (db: DbTx) => lookAtAssignment(db, actor, assignmentId, 'note'),
  );
}

/** Writes the draft over the one that its writer saw. @throws AppError `version_conflict`. */
async function saveDraft(
  tx: Tx,
  actor: StaffActor,
  s: Seen,
  assignmentId: string,
  input: ReplyInput,
): Promise<{ replyId: string; version: number }> {
  const fields = {
    truth: input.truth,
    solved: input.solved,
    contact_made: input.contactMade,
    finding: input.finding,
    measures: input.measures,
    basis: input.basis,
    public_version: input.publicVersion,
  };
  const draft = await replies.findDraft(tx.db, assignmentId);
  if ((draft?.version ?? null) !== input.replyVersion) conflict(s, 'version_conflict');
  if (draft) {
    const { id, version } = draft;
    const moved = await replies.updateDraft(tx.db, id, version, fields, actor.personId);
    if (moved === null) conflict(s, 'version_conflict');
    return { replyId: id, version: version + 1 };
  }
  const replyId = newId();
  await replies.insertReply(tx.db, {
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
  return { replyId, version: 1 };
}
