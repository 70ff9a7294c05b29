/** The final reply while it is written: what it holds and what it still needs. */
import type { Solved, Truth } from '../../../../src/contract.ts';
import type { AssignmentView, OrderDetail, ReplyInput } from '../../../../src/workorder/schema.ts';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';

export interface ReplyFields {
  truth: Truth | undefined;
  finding: string;
  measures: string;
  basis: string;
  solved: Solved | undefined;
  /** Undefined: as the first contact on record says. */
  contactMade: boolean | undefined;
  publicVersion: string;
  waiverReason: string;
}

/** The draft that waits on the server for its countersignature. */
const storedDraft = (assignment: AssignmentView) =>
  assignment.replies.findLast((reply) => reply.state === 'draft' && reply.kind === 'lead');

/** Begins with the draft on the server; after a failed audit with the reply that failed. */
function begin(assignment: AssignmentView): ReplyFields {
  const from =
    storedDraft(assignment) ?? assignment.replies.findLast((reply) => reply.state === 'failed');
  return {
    truth: from?.truth ?? undefined,
    finding: from?.finding ?? '',
    measures: from?.measures ?? '',
    basis: from?.basis ?? '',
    solved: from?.solved ?? undefined,
    contactMade: from?.contactMade ?? undefined,
    publicVersion: from?.publicVersion ?? '',
    waiverReason: '',
  };
}

/** A short name of a text; equal texts have equal names. */
function nameOfText(text: string): string {
  let hash = 5381;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 33) ^ text.charCodeAt(i)) >>> 0;
  return hash.toString(36);
}

/**
 * The name of the form. It changes with what the server holds, so that a draft in this browser never
 * hides what somebody else has stored since.
 */
export const replyFormName = (assignment: AssignmentView): string =>
  `reply.${assignment.id}.${assignment.round}.${nameOfText(JSON.stringify(begin(assignment)))}`;

export const useReplyDraft = (assignment: AssignmentView) =>
  useDraft(useMe().userId, replyFormName(assignment), begin(assignment));

/** What is sent; undefined while a choice is missing. */
export function replyInput(f: ReplyFields, assignment: AssignmentView): ReplyInput | undefined {
  const { truth, solved, finding, measures, basis, publicVersion } = f;
  if (!truth || !solved) return undefined;
  const contactMade = f.contactMade ?? assignment.firstContactAt !== null;
  return { truth, solved, contactMade, finding, measures, basis, publicVersion };
}

/** Whether the server already holds exactly this; then nobody becomes its author by looking at it. */
export function isStored(f: ReplyFields, assignment: AssignmentView): boolean {
  if (!storedDraft(assignment)) return false;
  const same = (a: ReplyFields) => JSON.stringify(replyInput(a, assignment));
  return same(f) === same(begin(assignment));
}

/** Co-handlers of this round who have neither replied nor been waived. */
export const openCo = (order: OrderDetail): AssignmentView[] =>
  order.assignments.filter(
    (a) =>
      a.kind === 'co' &&
      a.round === order.round &&
      !a.waived &&
      (a.state === 'pending_sign' || a.state === 'signed'),
  );
