import { orderClocks, subjectClocks } from '../deadline/index.ts';
import type { ClockView } from '../deadline/schema.ts';
import { organizationsById } from '../identity/index.ts';
import type { CitizenActor } from '../kernel/actor.ts';
import type { Language } from '../kernel/i18n/index.ts';
import type { EmergencyTarget, Ground, MissingItem } from '../kernel/words.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import type { ClosingType, OrderState } from './lifecycle.ts';

import * as read from './read.store.ts';
import { askedSupplement } from './supplement.ts';
import { visibleOrder } from './visible.ts';

/** One step of the story as the citizen may read it. */
export interface CitizenStep {
  /** Its files name it. */
  id: string;
  act: string;
  at: Date;
  /** The unit that did it, or that it was sent to; null where the centre or the citizen did. */
  unitName: string | null;
  party: string;
  /** Texts that were written for the citizen. */
  texts: { kind: string; body: string }[];
}

/** An order in the eyes of who raised it: no names of staff, no internal words. */
export interface CitizenOrder {
  id: string;
  orderNo: string;
  state: OrderState;
  version: number;
  round: number;
  registeredAt: Date;
  closedAt: Date | null;
  closingType: ClosingType | null;
  ground: Ground | null;
  title: string;
  content: string;
  address: string;
  leadName: string | null;
  coNames: string[];
  urges: number;
  /** The published answers that passed audit (or were given directly), oldest first. */
  answers: {
    id: string;
    round: number;
    unitName: string | null;
    publicVersion: string;
    at: Date;
  }[];
  steps: CitizenStep[];
  direct: boolean;
  /** Who raised it stays with the centre: as wished on the form, or in the words. */
  confidential: boolean;
  /** The orders that were taken out of it, one matter each. */
  splitInto: { id: string; orderNo: string; title: string }[];
  /** The emergency line its words call for, until it is handed over or found to be none. */
  emergency: EmergencyTarget | null;
  /** The emergency line it was handed over to. */
  transferTarget: EmergencyTarget | null;
  /** What the citizen is asked for, while the order waits for it. */
  supplement: { missing: MissingItem[]; question: string; dueAt: Date | null } | null;
  /** The instant at which it was read. */
  asOf: Date;
  /** When an answer is due; null where none is awaited, the clock stands, or it is over already. */
  replyBy: Date | null;
}

/** Acts that are not told to the citizen. */
const INTERNAL = new Set([
  'audit_pass',
  'audit_fail',
  'record_attempt',
  'give_up_callback',
  'submit_co_reply',
  'submit_reply',
  'supervise',
  'reply_supervision',
  'judge_supervision',
  'set_flags',
  'correct_classification',
  'receipt',
  'decline_redo',
]);

/** Acts that send the demand to a unit. */
const SENT = new Set(['dispatch', 'redo']);

/** The order for the citizen who raised it, units named in `language`. @throws AppError `not_found`. */
export async function citizenOrder(
  db: Reader,
  actor: CitizenActor,
  orderId: string,
  language: Language = 'zh-CN',
): Promise<CitizenOrder> {
  const { order, assignments } = await visibleOrder(db, actor, orderId);
  const [text, acts, texts, replies, clocks, ofOrder, splits, asOf] = await Promise.all([
    read.orderTextOf(db, orderId),
    read.actsOf(db, orderId),
    read.actTextsOf(db, orderId),
    read.repliesOf(db, orderId),
    orderClocks(db, [orderId]),
    subjectClocks(db, [orderId]),
    read.splitsOf(db, order),
    appNow(db),
  ]);
  const asked = askedSupplement(order, acts, texts, ofOrder.get(orderId) ?? []);
  const units = await organizationsById(
    db,
    assignments.map((a) => a.organization_id),
  );
  const nameOf = (id: unknown): string | null => {
    const unit = typeof id === 'string' ? units.get(id) : undefined;
    return (language === 'en' && unit?.nameEn) || (unit?.name ?? null);
  };
  const current = assignments.filter(
    (a) => a.round === order.round && a.state !== 'cancelled' && a.state !== 'returned',
  );
  const publicTexts = texts.filter((t) => t.visibility === 'public');
  const accepted = replies.filter((r) => r.state === 'accepted' && r.kind !== 'co');
  const rejected = acts.findLast((a) => a.act === 'reject');
  return {
    id: order.id,
    orderNo: order.order_no,
    state: order.state,
    version: order.version,
    round: order.round,
    registeredAt: order.registered_at,
    closedAt: order.closed_at,
    closingType: order.closing_type,
    ground:
      order.closing_type === 'rejected' ? ((rejected?.detail.ground as Ground) ?? null) : null,
    title: text?.title ?? '',
    content: text?.content ?? '',
    address: text?.address ?? '',
    leadName: nameOf(current.find((a) => a.kind === 'lead')?.organization_id),
    coNames: current.filter((a) => a.kind === 'co').flatMap((a) => nameOf(a.organization_id) ?? []),
    urges: order.urges,
    answers: accepted.map((r) => ({
      id: r.id,
      round: r.round,
      unitName: nameOf(assignments.find((a) => a.id === r.assignment_id)?.organization_id),
      publicVersion: r.public_version,
      at: r.submitted_at ?? r.created_at,
    })),
    steps: acts
      .filter((a) => !INTERNAL.has(a.act) && isTold(a, publicTexts))
      .map((a) => ({
        id: a.id,
        act: a.act,
        at: a.at,
        unitName: nameOf(SENT.has(a.act) ? a.detail.leadId : a.organization_id),
        party: a.party,
        texts: publicTexts
          .filter((t) => t.act_id === a.id)
          .map((t) => ({ kind: t.kind, body: t.body })),
      })),
    direct: order.direct,
    confidential: order.confidential,
    splitInto: splits.into,
    emergency: order.emergency,
    transferTarget: order.transfer_target,
    supplement: asked && {
      missing: asked.missing,
      question: asked.question,
      dueAt: asked.dueAt ? new Date(asked.dueAt) : null,
    },
    asOf,
    replyBy: replyBy(clocks.get(orderId)),
  };
}

/** A promise that is broken already is no promise; the unit is urged instead. */
const replyBy = (clock: ClockView | undefined): Date | null =>
  clock?.clock === 'final' && clock.dueAt && clock.lamp !== 'overdue' && !clock.provisional
    ? new Date(clock.dueAt)
    : null;

/** Notes and progress are told only when they were written for the citizen. */
const isTold = (a: { id: string; act: string }, texts: { act_id: string }[]): boolean =>
  (a.act !== 'note' && a.act !== 'progress') || texts.some((t) => t.act_id === a.id);
