/** The whole order for one member of staff. */
import { subjectClocks } from '../deadline/index.ts';
import { userNames, worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import type { Party, Solved, Truth, Visibility } from '../kernel/words.ts';
import type { Crypto } from '../platform/crypto.ts';
import type { Reader } from '../platform/db.ts';
import { allowedAssignmentActs, allowedOrderActs } from './allowed.ts';
import { attachmentsOf } from './attachment.service.ts';
import { askedSupplement } from './supplement.ts';
import { classificationOf } from '../understanding/index.ts';
import { isUnit } from './lifecycle.ts';
import { listByIds } from './list.store.ts';
import { lister, unitRef } from './lists.ts';
import * as read from './read.store.ts';
import { requesterView } from './requester.ts';
import { mayReadText } from './rules.ts';
import type { AssignmentView, OrderDetail, ReplyView, TimelineItem } from './schema.ts';
import * as store from './store.ts';
import type { AssignmentRow } from './store.ts';
import { visibleOrder } from './visible.ts';

/** Everything one viewer may know of an order, and what they may do. */
export async function orderDetail(
  deps: { db: Reader; crypto: Crypto },
  actor: StaffActor,
  orderId: string,
): Promise<OrderDetail> {
  const { db } = deps;
  const { order, assignments } = await visibleOrder(db, actor, orderId);
  const reader = { kind: 'staff' as const, center: worksInCenter(actor), reach: actor.reach };
  const [listed, text, acts, texts, replies, hands, splits, attachments, classification] =
    await Promise.all([
      listByIds(db, [orderId]),
      read.orderTextOf(db, orderId),
      read.actsOf(db, orderId),
      read.actTextsOf(db, orderId),
      read.repliesOf(db, orderId),
      store.handsOf(db, orderId, actor.personId),
      read.splitsOf(db, order),
      attachmentsOf(db, reader, orderId),
      classificationOf(db, orderId),
    ]);
  const unitAsked = acts.some(
    (a) => a.act === 'ask_supplement' && a.round === order.round && isUnit(a.party as Party),
  );
  const seen = { actor, order, assignments, hands, unitAsked };
  const [{ view, units }, clocks, names, requester] = await Promise.all([
    lister(db, listed, {
      units: [
        ...assignments.map((a) => a.organization_id),
        ...acts.flatMap((a) => a.organization_id ?? []),
      ],
      center: worksInCenter(actor),
    }),
    subjectClocks(db, [orderId, ...assignments.map((a) => a.id)]),
    userNames(db, [
      ...acts.flatMap((a) => a.actor_id ?? []),
      ...assignments.flatMap((a) => a.signed_by ?? []),
      ...replies.flatMap((r) => [r.author_id, r.countersigned_by ?? []].flat()),
    ]),
    requesterView(deps, actor, { order, assignments }),
  ]);
  const asked = askedSupplement(order, acts, texts, clocks.get(orderId) ?? []);
  const replyViews = replies
    .filter((r) => mayReadReply(reader, assignments, r))
    .map((r) => ({ assignmentId: r.assignment_id, view: replyView(r, names) }));
  return {
    ...view(listed[0]!),
    contactId: order.contact_id,
    content: text?.content ?? '',
    address: text?.address ?? '',
    occurred: text?.occurred ?? '',
    subjectName: text?.subject_name ?? '',
    subjectKind: order.subject_kind,
    anonymous: order.anonymous,
    wishCallback: order.wish_callback,
    wishPublic: order.wish_public,
    noReturn: order.no_return,
    direct: order.direct,
    closedAt: order.closed_at?.toISOString() ?? null,
    requester,
    directReplies: replyViews.filter((r) => r.assignmentId === null).map((r) => r.view),
    assignments: assignments.map((a): AssignmentView => ({
      id: a.id,
      round: a.round,
      kind: a.kind,
      state: a.state,
      organization: unitRef(units.get(a.organization_id))!,
      createdAt: a.created_at.toISOString(),
      signedAt: a.signed_at?.toISOString() ?? null,
      signedByName: (a.signed_by && names.get(a.signed_by)) ?? null,
      firstContactAt: a.first_contact_at?.toISOString() ?? null,
      submittedAt: a.submitted_at?.toISOString() ?? null,
      waived: a.waived,
      // What other units owe is not this unit's matter.
      clocks: reader.center || reader.reach.has(a.organization_id) ? (clocks.get(a.id) ?? []) : [],
      replies: replyViews.filter((r) => r.assignmentId === a.id).map((r) => r.view),
      allowed: allowedAssignmentActs(seen, a),
    })),
    // Who handles does not see when the citizen is called (domain.md §2.10).
    timeline: acts
      .filter((a) => reader.center || a.act !== 'record_attempt')
      .map((a): TimelineItem => ({
        id: a.id,
        act: a.act as TimelineItem['act'],
        from: a.from_state as TimelineItem['from'],
        to: a.to_state as TimelineItem['to'],
        version: a.order_version,
        round: a.round,
        party: a.party as Party,
        actorName: (a.actor_id && names.get(a.actor_id)) ?? null,
        organization: a.organization_id ? unitRef(units.get(a.organization_id)) : null,
        at: a.at.toISOString(),
        detail: reader.center ? a.detail : ofUnits(a.detail),
        texts: texts
          .filter(
            (t) =>
              t.act_id === a.id &&
              mayReadText(
                { visibility: t.visibility as Visibility, organizationId: t.organization_id },
                reader,
              ),
          )
          .map((t) => ({
            kind: t.kind,
            // Written between the centre and one unit: those two read it.
            visibility:
              t.visibility === 'center' && t.organization_id
                ? ('addressed' as const)
                : (t.visibility as Visibility),
            body: t.body,
          })),
      })),
    allowed: allowedOrderActs(seen),
    // What a classifier made of it is the centre's matter; units are told what people decided, and
    // nothing of orders that are others'.
    classification: reader.center ? classification : null,
    attachments,
    splitFrom:
      reader.center && splits.from ? { id: splits.from.id, orderNo: splits.from.orderNo } : null,
    splitInto: reader.center ? splits.into : [],
    transferTarget: order.transfer_target,
    supplement: asked && { ...asked, askedAt: asked.askedAt.toISOString() },
  };
}

/** Which other orders there are is the centre's matter. */
function ofUnits(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(detail).filter(([key]) => key !== 'parts'));
}

type ReplyRow = Awaited<ReturnType<typeof read.repliesOf>>[number];

/** A draft is read in its own unit only; what was submitted, by the centre and every unit on it. */
function mayReadReply(
  reader: { center: boolean; reach: ReadonlySet<string> },
  assignments: AssignmentRow[],
  r: ReplyRow,
): boolean {
  const unit = assignments.find((a) => a.id === r.assignment_id)?.organization_id;
  if (r.state === 'draft') return unit !== undefined && reader.reach.has(unit);
  return true;
}

const replyView = (r: ReplyRow, names: Map<string, string>): ReplyView => ({
  id: r.id,
  version: r.version,
  kind: r.kind as ReplyView['kind'],
  state: r.state as ReplyView['state'],
  truth: r.truth as Truth | null,
  solved: r.solved as Solved | null,
  contactMade: r.contact_made,
  finding: r.finding,
  measures: r.measures,
  basis: r.basis,
  publicVersion: r.public_version,
  authorName: names.get(r.author_id) ?? '',
  countersignedByName: (r.countersigned_by && names.get(r.countersigned_by)) ?? null,
  createdAt: r.created_at.toISOString(),
  submittedAt: r.submitted_at?.toISOString() ?? null,
});
