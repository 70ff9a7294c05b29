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
  contactMade: boolean;
  publicVersion: string;
  waiverReason: string;
}

export const storedDraft = (assignment: AssignmentView) =>
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
    contactMade: from?.contactMade ?? assignment.firstContactAt !== null,
    publicVersion: from?.publicVersion ?? '',
    waiverReason: '',
  };
}

/** Kept per stored draft: a newer one on the server is not hidden by an older one in the browser. */
export function useReplyDraft(assignment: AssignmentView) {
  const stored = storedDraft(assignment)?.id ?? 'new';
  return useDraft(
    useMe().userId,
    `reply.${assignment.id}.${assignment.round}.${stored}`,
    begin(assignment),
  );
}

export function replyInput(f: ReplyFields): ReplyInput | undefined {
  const { truth, solved, waiverReason: _, ...texts } = f;
  return truth && solved ? { ...texts, truth, solved } : undefined;
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
