/** What each act does besides changing the state: one complete table, one small function each. */
import type { z } from 'zod';
import { addDays } from '../kernel/clock.ts';
import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { EventName, NewEvent } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type {
  AttemptResult,
  GiveUpReason,
  RatingReason,
  Solved,
  Visibility,
} from '../kernel/words.ts';
import { checkCodes } from '../catalogue/index.ts';
import { dispatchable } from '../identity/index.ts';
import type { Capacity, Tx } from '../platform/unit-of-work.ts';
import { recordDecision } from '../routing/index.ts';
import { ASSIGNMENT_ACTS, ORDER_ACTS } from './lifecycle.ts';
import type { BuiltAssignmentAct, BuiltOrderAct, ClosingType, OrderAct } from './lifecycle.ts';
import type { assignmentActInput, orderActInput } from './schema.ts';
import * as store from './store.ts';
import type { AssignmentRow, OrderRow } from './store.ts';

type Union = z.infer<typeof orderActInput>;
type AssignmentUnion = z.infer<typeof assignmentActInput>;

/** Typed input of every built act of the order that somebody may do. */
export type OrderInputs = { [K in Union['act']]: Extract<Union, { act: K }>['input'] } & {
  urge: { level: number; text: string };
  record_attempt: { result: AttemptResult; note: string };
  evaluate: {
    contacted: boolean | null;
    solved: Solved | null;
    satisfaction: number | null;
    reasons: RatingReason[];
    comment: string;
    proposesRedo: boolean;
  };
  give_up_callback: { reason: GiveUpReason };
  redo: { reason: string; leadId?: string | undefined; coIds?: string[] | undefined };
  close: { closingType: ClosingType };
};
export type DoableOrderAct = keyof OrderInputs;

/** Typed input of every built act of an assignment. */
export type AssignmentInputs = {
  [K in AssignmentUnion['act']]: Extract<AssignmentUnion, { act: K }>['input'];
};
export type DoableAssignmentAct = keyof AssignmentInputs;

export interface Text {
  kind: string;
  visibility: Visibility;
  body: string;
  organizationId?: string | null;
}

/** What an effect answers: codes for the act row, texts for rows of their own. */
export interface Outcome {
  detail?: Record<string, unknown>;
  texts?: Text[];
  set?: Parameters<typeof store.updateState>[1]['set'];
  closingType?: ClosingType;
  events?: NewEvent[];
  createdId?: string;
}

export interface Context {
  tx: Tx;
  actor: Actor;
  order: OrderRow;
  assignments: AssignmentRow[];
  capacity: Capacity;
}

type OrderEffect<A extends DoableOrderAct> = (
  c: Context,
  input: OrderInputs[A],
) => Promise<Outcome>;
type AssignmentEffect<A extends DoableAssignmentAct> = (
  c: Context & { assignment: AssignmentRow },
  input: AssignmentInputs[A],
) => Promise<Outcome>;

const text = (kind: string, visibility: Visibility, body: string): Text[] =>
  body === '' ? [] : [{ kind, visibility, body }];

const inRound = (c: Context) => c.assignments.filter((a) => a.round === c.order.round);
const idsIn = (c: Context, ...states: AssignmentRow['state'][]) =>
  inRound(c).flatMap((a) => (states.includes(a.state) ? a.id : []));

const created = (
  a: { id: string; organization_id: string; kind: 'lead' | 'co'; round: number },
  orderId: string,
): NewEvent => ({
  type: 'assignment.created',
  subjectType: 'assignment',
  subjectId: a.id,
  orderId,
  payload: { organizationId: a.organization_id, kind: a.kind, round: a.round },
});

/** Opens one lead and any co-assignments. @throws AppError `unit_unknown`, `unit_has_no_receiver`. */
async function openAssignments(
  c: Context,
  round: number,
  choice: { leadId: string; coIds: readonly string[] },
): Promise<NewEvent[]> {
  const coIds = [...new Set(choice.coIds)].filter((i) => i !== choice.leadId);
  const wanted = [choice.leadId, ...coIds];
  const able = await dispatchable(c.tx.db, wanted);
  const unable = wanted.filter((i) => !able.has(i));
  if (unable.length > 0) fail('unit_unknown', { unitIds: unable });
  const rows = wanted.map((organization_id, i) => ({
    id: newId(),
    order_id: c.order.id,
    round,
    organization_id,
    kind: i === 0 ? ('lead' as const) : ('co' as const),
  }));
  await store.insertAssignments(c.tx.db, rows, c.tx.at);
  return rows.map((r) => created(r, c.order.id));
}

const ORPHANED: readonly AssignmentRow['state'][] = ASSIGNMENT_ACTS.effect_cancel.from;

/** Cancels what has no work left to do: on withdrawal, and waived co-handlers when audit passes. */
async function cancelOpen(c: Context): Promise<NewEvent[]> {
  const states = ORPHANED;
  const open = inRound(c).filter((a) => states.includes(a.state));
  await store.moveAssignments(
    c.tx.db,
    open.map((a) => a.id),
    states,
    'cancelled',
    c.tx.at,
  );
  return open.map((a) => ({
    type: 'assignment.cancelled',
    subjectType: 'assignment',
    subjectId: a.id,
    orderId: c.order.id,
    payload: { organizationId: a.organization_id, kind: a.kind, round: a.round },
  }));
}

const accept: OrderEffect<'accept'> = async (c, i) => {
  await checkCodes(c.tx.db, i);
  if (i.title !== '') await store.setTitle(c.tx.db, c.order.id, i.title);
  const area = i.areaCode ?? c.order.area_code;
  const subject = i.subjectKind ?? c.order.subject_kind;
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
  await store.insertReply(c.tx.db, {
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
    author_person_id: c.actor.personId,
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
  await recordDecision(c.tx, orderKey(c.order), choice);
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
  await store.moveReplies(c.tx.db, submitted, 'submitted', 'accepted');
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
  await store.moveReplies(c.tx.db, lead, 'submitted', 'failed');
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
  return { detail: { visibility: seen }, texts: text('note', seen, i.text) };
};
const inUnit = (c: Context) =>
  c.assignments.some((a) => a.organization_id === c.capacity.organizationId);

const urge: OrderEffect<'urge'> = async (c, i) => ({
  set: { urges: c.order.urges + 1 },
  detail: { level: i.level },
  texts: text('urge', 'staff', i.text),
});

const recordAttempt: OrderEffect<'record_attempt'> = async (_c, i) => ({
  detail: { result: i.result },
  texts: text('attempt_note', 'center', i.note),
});

const evaluate: OrderEffect<'evaluate'> = async (_c, i) => {
  const { comment, ...codes } = i;
  return {
    set: { redo_proposed: i.proposesRedo },
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

const redo: OrderEffect<'redo'> = async (c, i) => {
  const { order } = c;
  if (order.round >= ROUND_MAX) fail('redo_limit');
  if (order.state === 'closed') checkClosedWindow(c, ORDER_ACTS.redo.window.closedDaysMax);
  const last = inRound(c).filter((a) => a.state !== 'cancelled' && a.state !== 'returned');
  const leadId = i.leadId ?? last.find((a) => a.kind === 'lead')?.organization_id;
  if (!leadId)
    fail('invalid_input', { issues: [{ path: 'leadId', message: 'required', code: 'required' }] });
  const coIds = i.coIds ?? last.filter((a) => a.kind === 'co').map((a) => a.organization_id);
  const round = order.round + 1;
  const events = await openAssignments(c, round, { leadId, coIds });
  await recordDecision(c.tx, { ...orderKey(order), round }, { leadId, coIds });
  return {
    events,
    set: { round, no_return: true, direct: false, redo_proposed: false },
    detail: { leadId, coIds, round },
    texts: text('redo_reason', 'staff', i.reason),
    createdId: events[0]!.subjectId,
  };
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
  urge,
  note,
};

const sign: AssignmentEffect<'sign'> = async (c) => {
  const by = c.actor.kind === 'staff' ? c.actor.userId : null;
  await store.moveAssignments(c.tx.db, [c.assignment.id], ['pending_sign'], 'signed', c.tx.at, {
    signed_by: by,
    signed_at: c.tx.at,
  });
  return {};
};

const firstContact: AssignmentEffect<'first_contact'> = async (c, i) => {
  if (i.reached) await store.setFirstContact(c.tx.db, c.assignment.id, c.tx.at);
  return {
    detail: { method: i.method, reached: i.reached },
    texts: text('first_contact', 'staff', i.content),
  };
};

const progress: AssignmentEffect<'progress'> = async (_c, i) => ({
  detail: { visibility: i.visibility },
  texts: text('progress', i.visibility, i.text),
});

const submitCoReply: AssignmentEffect<'submit_co_reply'> = async (c, i) => {
  if (c.actor.kind !== 'staff') fail('not_allowed');
  const replyId = newId();
  await store.insertReply(c.tx.db, {
    id: replyId,
    order_id: c.order.id,
    assignment_id: c.assignment.id,
    round: c.order.round,
    kind: 'co',
    state: 'submitted',
    truth: null,
    solved: null,
    contact_made: null,
    finding: i.text,
    measures: '',
    basis: '',
    public_version: '',
    author_id: c.actor.userId,
    author_person_id: c.actor.personId,
    created_at: c.tx.at,
    submitted_at: c.tx.at,
  });
  await store.moveAssignments(c.tx.db, [c.assignment.id], ['signed'], 'submitted', c.tx.at, {
    submitted_at: c.tx.at,
  });
  return { detail: { replyId }, createdId: replyId };
};

const submitReply: AssignmentEffect<'submit_reply'> = async (c, i) => {
  const draft = await store.findDraft(c.tx.db, c.assignment.id);
  if (!draft) fail('reply_missing');
  if (draft.contact_made && !c.assignment.first_contact_at) fail('first_contact_missing');
  const open = inRound(c).filter(
    (a) => a.kind === 'co' && (a.state === 'pending_sign' || a.state === 'signed'),
  );
  if (open.length > 0 && i.waiverReason === '') {
    fail('co_replies_open', { assignmentIds: open.map((a) => a.id) });
  }
  await store.setWaived(
    c.tx.db,
    open.map((a) => a.id),
  );
  const by = c.actor.kind === 'staff' ? c.actor.userId : null;
  await store.moveReplies(c.tx.db, [c.assignment.id], 'draft', 'submitted', {
    countersigned_by: by,
    submitted_at: c.tx.at,
  });
  await store.moveAssignments(c.tx.db, [c.assignment.id], ['signed'], 'submitted', c.tx.at, {
    submitted_at: c.tx.at,
  });
  return {
    detail: { replyId: draft.id, solved: draft.solved, waived: open.map((a) => a.id) },
    texts: open.length > 0 ? text('waiver', 'staff', i.waiverReason) : [],
    createdId: draft.id,
  };
};

export const ASSIGNMENT_EFFECTS: { [A in DoableAssignmentAct]: AssignmentEffect<A> } = {
  sign,
  first_contact: firstContact,
  progress,
  submit_co_reply: submitCoReply,
  submit_reply: submitReply,
};

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
  urge: 'work_order.urged',
  note: 'work_order.noted',
  sign: 'work_order.signed',
  first_contact: 'work_order.first_contacted',
  progress: 'work_order.progressed',
  submit_co_reply: 'work_order.co_replied',
  submit_reply: 'work_order.replied',
  effect_audit_passes: null,
  effect_audit_fails: null,
  effect_cancel: null,
};

/** Narrow check used where an act's name comes from outside. */
export const isDoable = (act: OrderAct): act is DoableOrderAct => act in ORDER_EFFECTS;
