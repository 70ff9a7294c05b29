/** A reply that came back to who wrote it, and whether who raised the demand can be reached at all. */
import type {
  AssignmentView,
  OrderDetail,
  TimelineItem,
} from '../../../../src/workorder/schema.ts';

export interface Returned {
  by: 'audit' | 'leader';
  /** The act that sent it back, with the words why. */
  item: TimelineItem;
}

/** What is to be written again now, and why; a draft that was written again waits for the leader. */
export function returnedReply(
  order: OrderDetail,
  assignment: AssignmentView,
): Returned | undefined {
  if (assignment.state !== 'signed') return undefined;
  const draft = assignment.replies.findLast((r) => r.kind === 'lead' && r.state === 'draft');
  const item = order.timeline.findLast(({ act, detail, round }) =>
    draft
      ? act === 'note' && detail.replyId === draft.id && detail.replyVersion === draft.version
      : act === 'audit_fail' && round === assignment.round && assignment.kind === 'lead',
  );
  return item && { by: draft ? 'leader' : 'audit', item };
}

/** A number was left, or may be kept from this reader. */
export const isReachable = ({ requester }: Pick<OrderDetail, 'requester'>): boolean =>
  requester.hidden || requester.phone !== null;
