/** 退回修改: the leader does not countersign a draft; who wrote it reads why and writes it again. */
import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Call, Deps } from '../platform/unit-of-work.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import { UNITS_WORK, capacityOr, judge } from './allowed.ts';
import { text } from './effect.ts';
import { assignmentRow } from './lifecycle.ts';
import * as replies from './reply.store.ts';
import type { ActResult, SendBackInput } from './schema.ts';
import { checkAssignmentState, lookAtAssignment, publicResult } from './service.ts';
import { writeAct } from './write.ts';

/**
 * Nothing moves and no clock stops, as with the draft itself: it is a note inside the unit that names
 * the version it is about. Written again, the draft has another version and waits for the leader anew.
 * @throws AppError `not_allowed`, `state_conflict`, `reply_missing`, `version_conflict`.
 */
export async function sendBackDraft(
  deps: Deps,
  actor: Actor,
  assignmentId: string,
  input: SendBackInput,
  call?: Call,
): Promise<ActResult> {
  const work = async (tx: Parameters<Parameters<typeof inTransaction>[2]>[0]) => {
    const { s, assignment } = await lookAtAssignment(tx.db, actor, assignmentId, 'note');
    const organizationId = assignment.organization_id;
    const capacity = capacityOr(judge(s, assignmentRow('submit_reply'), [organizationId]));
    checkAssignmentState(s, assignment, 'submit_reply');
    const draft = (await replies.findDraft(tx.db, assignmentId)) ?? fail('reply_missing');
    const { order } = s;
    if (draft.version !== input.replyVersion) {
      fail('version_conflict', { state: order.state, version: order.version, allowed: [] });
    }
    const c = { tx, actor, order, assignments: s.assignments, capacity };
    const step = {
      act: 'note',
      to: order.state,
      moved: false,
      hand: null,
      assignmentId,
      from: UNITS_WORK,
      closingType: null,
    } as const;
    const done = await writeAct(c, s, step, {
      detail: { visibility: 'unit', replyId: draft.id, replyVersion: draft.version },
      texts: text('note', 'unit', input.reason),
      events: [
        {
          type: 'reply.sent_back',
          subjectType: 'assignment',
          subjectId: assignmentId,
          orderId: order.id,
          payload: { assignmentId, organizationId },
        },
      ],
    });
    return publicResult(done);
  };
  return inTransaction(deps, actor, work, call);
}
