/** What each act on an order does besides changing the state. */
import { checkCodes } from '../catalogue/index.ts';
import { addDays } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { SupervisionCause } from '../kernel/words.ts';
import { recordDecision } from '../routing/index.ts';
import {
  askSupplement,
  closeNoSubstance,
  correctClassification,
  expireSupplement,
  receipt,
  setFlags,
  split,
  supplement,
  transferEmergency,
} from './early-effects.ts';
import { cancelOpen, idsIn, inRound, learn, openAssignments, refuseInput, text } from './effect.ts';
import type { Context, DoableOrderAct, OrderEffect, Text } from './effect.ts';
import { ORDER_ACTS } from './lifecycle.ts';
import type { ClosingType } from './lifecycle.ts';
import * as replies from './reply.store.ts';
import * as store from './store.ts';
import type { AssignmentRow, OrderRow } from './store.ts';

const accept: OrderEffect<'accept'> = async (c, i) => {
  if (i.title !== '') await store.setWords(c.tx.db, c.order.id, { title: i.title });
  const area = i.areaCode ?? c.order.area_code;
  const subject = i.subjectKind ?? c.order.subject_kind;
  const { type, categoryCode, urgency, areaCode } = i;
  await Promise.all([
    checkCodes(c.tx.db, i),
    learn(c, { type, categoryCode, urgency, ...(areaCode && { areaCode }) }),
  ]);
  return {
    set: {
      type: i.type,
      category_code: i.categoryCode,
      urgency: i.urgency,
      area_code: area,
      subject_kind: subject,
    },
    detail: { type: i.type, categoryCode: i.categoryCode, urgency: i.urgency, areaCode: area },
  };
};

const directAnswer: OrderEffect<'direct_answer'> = async (c, i) => {
  if (c.actor.kind !== 'staff') fail('not_allowed');
  await checkCodes(c.tx.db, i);
  const replyId = newId();
  await replies.insertReply(c.tx.db, {
    id: replyId,
    order_id: c.order.id,
    assignment_id: null,
    round: c.order.round,
    kind: 'direct',
    state: 'accepted',
    truth: null,
    solved: null,
    contact_made: null,
    finding: '',
    measures: '',
    basis: '',
    public_version: i.answer,
    author_id: c.actor.userId,
    writer_person_ids: [c.actor.personId],
    created_at: c.tx.at,
    submitted_at: c.tx.at,
  });
  const category = i.categoryCode ?? c.order.category_code;
  return {
    set: { type: i.type, category_code: category, direct: true },
    detail: { type: i.type, replyId },
    createdId: replyId,
  };
};

const reject: OrderEffect<'reject'> = async (_c, i) => ({
  detail: { ground: i.ground },
  texts: [...text('words_told', 'public', i.wordsTold), ...text('guidance', 'public', i.guidance)],
});

const dispatch: OrderEffect<'dispatch'> = async (c, i) => {
  const coIds = [...new Set(i.coIds)].filter((id) => id !== i.leadId);
  const choice = { leadId: i.leadId, coIds };
  const events = await openAssignments(c, c.order.round, choice);
  await learn(c, { lead: await recordDecision(c.tx, orderKey(c.order), choice) });
  const mode = i.mode === 'single' && coIds.length > 0 ? 'joint' : i.mode;
  return {
    events,
    detail: { ...choice, mode },
    texts: text('dispatch_note', 'staff', i.note),
    createdId: events[0]!.subjectId,
  };
};

const orderKey = (o: OrderRow) => ({
  id: o.id,
  round: o.round,
  categoryCode: o.category_code,
  areaCode: o.area_code,
  subjectKind: o.subject_kind,
});

const auditPass: OrderEffect<'audit_pass'> = async (c, i) => {
  const submitted = idsIn(c, 'submitted');
  await replies.moveReplies(c.tx.db, submitted, 'submitted', 'accepted');
  await store.moveAssignments(c.tx.db, submitted, ['submitted'], 'accepted', c.tx.at);
  // Co-handlers that were not waited for have nothing left to do.
  const events = await cancelOpen(c);
  return {
    events,
    detail: { checklist: i.checklist },
    texts: text('audit_note', 'center', i.note),
  };
};

const auditFail: OrderEffect<'audit_fail'> = async (c, i) => {
  const lead = inRound(c)
    .filter((a) => a.kind === 'lead' && a.state === 'submitted')
    .map((a) => a.id);
  await replies.moveReplies(c.tx.db, lead, 'submitted', 'failed');
  await store.moveAssignments(c.tx.db, lead, ['submitted'], 'signed', c.tx.at, {
    submitted_at: null,
  });
  return { detail: { missing: i.missing }, texts: text('findings', 'staff', i.findings) };
};

const withdraw: OrderEffect<'withdraw'> = async (c, i) => ({
  events: await cancelOpen(c),
  detail: { identifiedBy: i.identifiedBy },
  texts: text('wish', 'staff', i.wish),
});

const note: OrderEffect<'note'> = async (c, i) => {
  const citizen = c.actor.kind === 'citizen';
  const visibility = citizen ? 'public' : i.visibility;
  // "This unit only" from the centre has no unit: it stays in the centre.
  const seen = visibility === 'unit' && !inUnit(c) ? 'center' : visibility;
  const ids = i.attachmentIds ?? [];
  return {
    detail: { visibility: seen },
    texts: text('note', seen, i.text),
    attachments: { ids, visibility: seen, fromRequester: citizen },
  };
};
const inUnit = (c: Context) =>
  c.assignments.some((a) => a.organization_id === c.capacity.organizationId);

const urge: OrderEffect<'urge'> = async (c, i) => ({
  set: { urges: c.order.urges + 1 },
  detail: { level: i.level, ...(i.step && { step: i.step }) },
  texts: text('urge', 'staff', i.text),
});

/** Assignments in these states are nobody's any more. */
const GONE: readonly AssignmentRow['state'][] = ['returned', 'cancelled'];

/**
 * The assignment by which a unit holds the order in its round; without a unit, the lead's.
 * @returns undefined where nobody holds it.
 */
export const heldBy = (
  assignments: readonly AssignmentRow[],
  round: number,
  organizationId?: string | null,
): AssignmentRow | undefined =>
  assignments.find(
    (a) =>
      a.round === round &&
      !GONE.includes(a.state) &&
      (organizationId ? a.organization_id === organizationId : a.kind === 'lead'),
  );

/**
 * The assignment under which a unit is supervised: the one it holds; who left a supervision order
 * unanswered is asked again, also where the order went away from it.
 */
export const supervisedBy = (
  assignments: readonly AssignmentRow[],
  round: number,
  i: { organizationId?: string | null | undefined; cause: SupervisionCause },
): AssignmentRow | undefined =>
  heldBy(assignments, round, i.organizationId) ??
  (i.cause === 'unanswered'
    ? assignments.findLast((a) => a.organization_id === i.organizationId)
    : undefined);

/** Read by the centre and by the unit that is asked, not by others on the same order. */
const addressed = (organizationId: string, texts: Text[]): Text[] =>
  texts.map((t) => ({ ...t, organizationId }));

const supervise: OrderEffect<'supervise'> = async (c, i) => {
  const held = supervisedBy(c.assignments, c.order.round, i);
  if (!held) fail('unit_unknown', { unitIds: i.organizationId ? [i.organizationId] : [] });
  return {
    detail: {
      supervisionId: i.supervisionId,
      organizationId: held.organization_id,
      level: i.level,
      cause: i.cause,
      ...(i.step && { step: i.step }),
    },
    texts: addressed(held.organization_id, text('supervision_demand', 'center', i.demand)),
    createdId: i.supervisionId,
  };
};

const replySupervision: OrderEffect<'reply_supervision'> = async (_c, i) => ({
  detail: { supervisionId: i.supervisionId },
  texts: addressed(i.organizationId, text('supervision_reply', 'center', i.text)),
});

const judgeSupervision: OrderEffect<'judge_supervision'> = async (_c, i) => ({
  detail: { supervisionId: i.supervisionId, verdict: i.verdict },
  texts: addressed(i.organizationId, text('verdict_note', 'center', i.note)),
});

const recordAttempt: OrderEffect<'record_attempt'> = async (_c, i) => ({
  detail: { result: i.result },
  texts: text('attempt_note', 'center', i.note),
});

const evaluate: OrderEffect<'evaluate'> = async (c, i) => {
  const { comment, ...codes } = i;
  return {
    // What a caller said before the evaluation still waits for its answer.
    set: { redo_proposed: c.order.redo_proposed || i.proposesRedo },
    detail: codes,
    texts: text('comment', 'center', comment),
  };
};

const giveUpCallback: OrderEffect<'give_up_callback'> = async (_c, i) => ({
  detail: { reason: i.reason },
});

/** At most two redos: rounds 1, 2, 3. */
export const ROUND_MAX = 3;
/** Closings that had an answer which can be wrong; others have their own way back. */
const REDOABLE: readonly (ClosingType | null)[] = [
  'answered',
  'solved',
  'partly_solved',
  'explained',
  'unreasonable',
  'unreachable',
];

const required = (path: string): never => refuseInput(path, 'required');

/** Whether there is an answer that can be redone; when it closed, the act itself asks. */
export const redoable = (o: Pick<OrderRow, 'round' | 'closing_type'>): boolean =>
  o.round < ROUND_MAX && (o.closing_type === null || REDOABLE.includes(o.closing_type));

const redo: OrderEffect<'redo'> = async (c, i) => {
  const { order } = c;
  if (order.round >= ROUND_MAX) fail('redo_limit');
  if (order.state === 'closed') checkClosedWindow(c, ORDER_ACTS.redo.window.closedDaysMax);
  const last = inRound(c).filter((a) => a.state !== 'cancelled' && a.state !== 'returned');
  const leadId =
    i.leadId ?? last.find((a) => a.kind === 'lead')?.organization_id ?? required('leadId');
  // What was answered at once may never have been classified; units work by class and urgency.
  const categoryCode = i.categoryCode ?? order.category_code ?? required('categoryCode');
  const urgency = i.urgency ?? order.urgency ?? 'U4';
  await checkCodes(c.tx.db, { categoryCode });
  const coIds = i.coIds ?? last.filter((a) => a.kind === 'co').map((a) => a.organization_id);
  const round = order.round + 1;
  const events = await openAssignments(c, round, { leadId, coIds });
  await recordDecision(c.tx, { ...orderKey(order), categoryCode, round }, { leadId, coIds });
  return {
    events,
    set: {
      round,
      no_return: true,
      direct: false,
      redo_proposed: false,
      category_code: categoryCode,
      urgency,
    },
    detail: { leadId, coIds, round, categoryCode, urgency },
    texts: text('redo_reason', 'staff', i.reason),
    createdId: events[0]!.subjectId,
  };
};

/** The caller says that the answer was not true: a supervisor decides. */
const proposeRedo: OrderEffect<'propose_redo'> = async (c, i) => {
  const { order } = c;
  if (order.redo_proposed) fail('already_done');
  if (order.round >= ROUND_MAX) fail('redo_limit');
  if (order.state === 'closed') checkClosedWindow(c, ORDER_ACTS.propose_redo.window.closedDaysMax);
  return { set: { redo_proposed: true }, texts: text('redo_proposal', 'center', i.reason) };
};

/** A supervisor keeps a closed order closed; before it closes, `close` is the same word. */
const declineRedo: OrderEffect<'decline_redo'> = async (c, i) => {
  if (!c.order.redo_proposed) fail('already_done');
  return { set: { redo_proposed: false }, texts: text('redo_declined', 'center', i.reason) };
};

function checkClosedWindow(c: Context, days: number) {
  if (!REDOABLE.includes(c.order.closing_type))
    fail('state_conflict', { closingType: c.order.closing_type });
  if (!c.order.closed_at || c.tx.at > addDays(c.order.closed_at, days)) fail('window_over');
}

const close: OrderEffect<'close'> = async (_c, i) => ({
  closingType: i.closingType,
  set: { redo_proposed: false },
  detail: { closingType: i.closingType },
  texts: text('close_reason', 'center', i.reason),
});

/** Every built order act somebody may do; what is not here cannot be done. */
export const ORDER_EFFECTS: { [A in DoableOrderAct]: OrderEffect<A> } = {
  accept,
  direct_answer: directAnswer,
  reject,
  dispatch,
  audit_pass: auditPass,
  audit_fail: auditFail,
  record_attempt: recordAttempt,
  evaluate,
  give_up_callback: giveUpCallback,
  redo,
  close,
  withdraw,
  transfer_emergency: transferEmergency,
  receipt,
  split,
  ask_supplement: askSupplement,
  supplement,
  expire_supplement: expireSupplement,
  close_no_substance: closeNoSubstance,
  set_flags: setFlags,
  correct_classification: correctClassification,
  propose_redo: proposeRedo,
  decline_redo: declineRedo,
  urge,
  note,
  supervise,
  reply_supervision: replySupervision,
  judge_supervision: judgeSupervision,
};
