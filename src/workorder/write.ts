/** What every act leaves behind: the state, the act row, texts, files, clocks, the event. */
import { userIdOf } from '../kernel/actor.ts';
import type { NewEvent } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type { Seen } from './allowed.ts';
import { bindAttachments, ownerOf } from './attachment.bind.ts';
import { EVENT_OF } from './effects.ts';
import type { Context, Files, Outcome } from './effects.ts';
import type { Act, Hand, OrderState } from './lifecycle.ts';
import { runClocks } from './run-clocks.ts';
import type { ActResult } from './schema.ts';
import * as store from './store.ts';

/** One act as it is written: what moves, and by whose hand. */
export interface Step {
  act: Act;
  to: OrderState;
  moved: boolean;
  hand: Hand | null;
  assignmentId: string | null;
  from: readonly OrderState[];
  closingType: Outcome['closingType'] | null;
}

/** Writes one act: state and version, the act row, its texts, its event. */
export async function writeAct(
  c: Context,
  s: Seen,
  step: Step,
  outcome: Outcome,
): Promise<ActResult & { actId: string }> {
  const { tx, order, capacity } = c;
  store.updateState(tx.db, {
    id: order.id,
    version: order.version,
    from: step.from,
    to: step.to,
    at: tx.at,
    moved: step.moved,
    closingType: step.closingType ?? null,
    set: outcome.set ?? {},
  });
  const version = order.version + 1;
  const round = (outcome.set?.round as number | undefined) ?? order.round;
  const actId = newId();
  await store.insertAct(tx.db, {
    id: actId,
    orderId: order.id,
    assignmentId: step.assignmentId,
    act: step.act,
    from: order.state,
    to: step.to,
    version,
    round,
    party: capacity.party,
    actorId: userIdOf(tx.actor),
    personId: tx.actor.kind === 'staff' ? tx.actor.personId : null,
    organizationId: capacity.organizationId,
    hand: step.hand,
    at: tx.at,
    detail: outcome.detail ?? {},
  });
  await store.insertTexts(
    tx.db,
    (outcome.texts ?? []).map((t) => ({
      id: newId(),
      order_id: order.id,
      act_id: actId,
      kind: t.kind,
      visibility: t.visibility,
      organization_id:
        t.organizationId ?? (t.visibility === 'unit' ? capacity.organizationId : null),
      body: t.body,
    })),
  );
  const { act, to, assignmentId } = step;
  if (outcome.attachments) await bindFiles(c, { actId, assignmentId }, outcome.attachments);
  await runClocks(c, { act, to, assignmentId, round }, outcome, s.book);
  announce(c, step, version, round, outcome);
  const base = { orderId: order.id, state: step.to, version, actId };
  return outcome.createdId ? { ...base, createdId: outcome.createdId } : base;
}

/** Makes files that the actor uploaded part of the order, read as the act's texts are. */
export async function bindFiles(
  c: Context,
  at: { actId?: string; assignmentId: string | null },
  files: Files,
): Promise<void> {
  if (files.ids.length === 0) return;
  const { party, organizationId } = c.capacity;
  const owner = ownerOf(c.actor);
  await bindAttachments(c.tx, {
    ...at,
    ...files,
    orderId: c.order.id,
    owner,
    party,
    organizationId,
  });
}

function announce(c: Context, step: Step, version: number, round: number, outcome: Outcome) {
  const type = EVENT_OF[step.act as keyof typeof EVENT_OF];
  const organizationIds = [
    ...new Set([
      ...c.assignments.map((a) => a.organization_id),
      ...(outcome.events ?? []).flatMap((e) =>
        'organizationId' in e.payload ? [e.payload.organizationId as string] : [],
      ),
    ]),
  ];
  if (type) {
    c.tx.record(
      {
        type,
        subjectType: 'work_order',
        subjectId: c.order.id,
        orderId: c.order.id,
        version,
        payload: { from: c.order.state, to: step.to, round, organizationIds },
      } as NewEvent,
      c.capacity,
    );
  }
  for (const e of outcome.events ?? []) c.tx.record({ ...e, version }, c.capacity);
}
