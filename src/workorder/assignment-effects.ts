/** What each act on an assignment does besides changing the state. */
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inRound, text } from './effect.ts';
import type { AssignmentEffect, DoableAssignmentAct } from './effect.ts';
import * as replies from './reply.store.ts';
import * as store from './store.ts';

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
  attachments: { ids: i.attachmentIds, visibility: i.visibility },
});

const submitCoReply: AssignmentEffect<'submit_co_reply'> = async (c, i) => {
  if (c.actor.kind !== 'staff') fail('not_allowed');
  const replyId = newId();
  await replies.insertReply(c.tx.db, {
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
    writer_person_ids: [c.actor.personId],
    created_at: c.tx.at,
    submitted_at: c.tx.at,
  });
  await store.moveAssignments(c.tx.db, [c.assignment.id], ['signed'], 'submitted', c.tx.at, {
    submitted_at: c.tx.at,
  });
  return {
    detail: { replyId },
    createdId: replyId,
    attachments: { ids: i.attachmentIds, visibility: 'staff', replyId },
  };
};

const submitReply: AssignmentEffect<'submit_reply'> = async (c, i) => {
  const draft = await replies.findDraft(c.tx.db, c.assignment.id);
  if (!draft) fail('reply_missing');
  if (draft.version !== i.replyVersion) {
    fail('version_conflict', { state: c.order.state, version: c.order.version, allowed: [] });
  }
  if (draft.contact_made && !c.assignment.first_contact_at) fail('first_contact_missing');
  const open = inRound(c).filter(
    (a) => a.kind === 'co' && !a.waived && (a.state === 'pending_sign' || a.state === 'signed'),
  );
  if (open.length > 0 && i.waiverReason === '') {
    fail('co_replies_open', { assignmentIds: open.map((a) => a.id) });
  }
  await store.setWaived(
    c.tx.db,
    open.map((a) => a.id),
  );
  const by = c.actor.kind === 'staff' ? c.actor.userId : null;
  await replies.moveReplies(c.tx.db, [c.assignment.id], 'draft', 'submitted', {
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
