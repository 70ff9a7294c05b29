/** What an effect is given, what it answers, and what several of them share. */
import type { z } from 'zod';
import { dispatchable } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { NewEvent } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type {
  AttemptResult,
  EmergencyTarget,
  Flag,
  GiveUpReason,
  RatingReason,
  Solved,
  SupervisionCause,
  Urgency,
  Verdict,
  Visibility,
} from '../kernel/words.ts';
import type { Capacity, Tx } from '../platform/unit-of-work.ts';
import { recordCorrections } from '../understanding/index.ts';
import type { Chosen } from '../understanding/index.ts';
import { ASSIGNMENT_ACTS } from './lifecycle.ts';
import type { ClosingType, OrderState } from './lifecycle.ts';
import type { SplitInput, assignmentActInput, orderActInput } from './schema.ts';
import * as store from './store.ts';
import type { AssignmentRow, OrderRow } from './store.ts';

type Union = z.infer<typeof orderActInput>;
type AssignmentUnion = z.infer<typeof assignmentActInput>;

/** Typed input of every built act of the order that somebody may do. */
export type OrderInputs = {
  [K in Exclude<Union['act'], 'transfer_emergency' | 'set_flags'>]: Extract<
    Union,
    { act: K }
  >['input'];
} & {
  /** `step`: of the ladder, where it did this; its notices are written with the step. */
  urge: { level: number; text: string; step?: string | undefined };
  supervise: {
    supervisionId: string;
    /** Default: the lead. */
    organizationId?: string | null | undefined;
    level: number;
    cause: SupervisionCause;
    demand: string;
    step?: string | undefined;
  };
  reply_supervision: { supervisionId: string; organizationId: string; text: string };
  judge_supervision: {
    supervisionId: string;
    organizationId: string;
    verdict: Verdict;
    note: string;
  };
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
  /** `emergency`: the line that later words call for; only the system hears it. */
  set_flags: Extract<Union, { act: 'set_flags' }>['input'] & {
    emergency?: EmergencyTarget | undefined;
  };
  /** `handoverId`: the call leg that intake keeps; without it the record says how. */
  transfer_emergency: {
    target: EmergencyTarget;
    handoverId?: string | undefined;
    record: string;
  };
  split: { kept: SplitInput['kept']; parts: SplitOff[] };
  expire_supplement: Record<string, never>;
  redo: {
    reason: string;
    leadId?: string | undefined;
    coIds?: string[] | undefined;
    categoryCode?: string | undefined;
    urgency?: Urgency | undefined;
  };
  close: { closingType: ClosingType; reason: string };
};
/** One matter taken out, as intake hands it on: with the id it will have and what it was understood to be. */
export interface SplitOff {
  id: string;
  matter: SplitInput['parts'][number] & { confidential?: boolean };
  flags: readonly Flag[];
  emergency: EmergencyTarget | null;
}
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
  /** Where the order goes, for acts whose row leaves it to the case. */
  to?: OrderState;
  events?: NewEvent[];
  createdId?: string;
  /** Files that come with the act, uploaded by who does it. */
  attachments?: Files;
}

export interface Files {
  ids: readonly string[];
  visibility: Visibility;
  /** The reply they are evidence of. */
  replyId?: string;
  /** They came from who raised the demand, by their own hand or the operator's. */
  fromRequester?: boolean;
}

export interface Context {
  tx: Tx;
  actor: Actor;
  order: OrderRow;
  assignments: AssignmentRow[];
  capacity: Capacity;
}

export type OrderEffect<A extends DoableOrderAct> = (
  c: Context,
  input: OrderInputs[A],
) => Promise<Outcome>;
export type AssignmentEffect<A extends DoableAssignmentAct> = (
  c: Context & { assignment: AssignmentRow },
  input: AssignmentInputs[A],
) => Promise<Outcome>;

export const text = (kind: string, visibility: Visibility, body: string): Text[] =>
  body === '' ? [] : [{ kind, visibility, body }];

/** @throws AppError `invalid_input` at one field. */
export const refuseInput = (path: string, code: string): never =>
  fail('invalid_input', { issues: [{ path, message: code, code }] });

/** Keeps where a person settled otherwise than was understood; the system corrects nothing. */
export async function learn(c: Context, chosen: Chosen): Promise<void> {
  const { actor, tx, order } = c;
  if (actor.kind === 'staff') await recordCorrections(tx, order.id, chosen, actor.userId);
}

export const inRound = (c: Context) => c.assignments.filter((a) => a.round === c.order.round);
export const idsIn = (c: Context, ...states: AssignmentRow['state'][]) =>
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

/** Opens one lead and any co-assignments. @throws AppError `unit_unknown` when one does not exist, takes no orders, or has nobody who may sign. */
export async function openAssignments(
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
export async function cancelOpen(c: Context): Promise<NewEvent[]> {
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
