import { documentOf, policyAt, stopClocks } from '../deadline/index.ts';
import { holds, SYSTEM } from '../kernel/actor.ts';
import type { Actor, CitizenActor, StaffActor } from '../kernel/actor.ts';
import { addDays, cityDay } from '../kernel/clock.ts';
import { AppError, fail } from '../kernel/errors.ts';
import type { StoredEvent } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type { AttemptResult, GiveUpReason } from '../kernel/words.ts';
import { hashToken } from '../platform/crypto.ts';
import type { Crypto } from '../platform/crypto.ts';
import { appNow, sqlState } from '../platform/db.ts';
import type { DbTx } from '../platform/db.ts';
import { inTransaction, onBehalf } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import {
  ROUND_MAX,
  act,
  finalSolved,
  giveUpReason,
  findOrder,
  lockOrder,
  openIdentity,
  publicResult,
  visibleOrder,
} from '../workorder/index.ts';
import type { OrderRow } from '../workorder/index.ts';
import type { ActResult } from '../workorder/schema.ts';
import {
  closingIssues,
  closingTypeFor,
  linkIsDue,
  methodFor,
  proposesRedo,
  waitsUntil,
} from './rules.ts';
import type { Numbers } from './rules.ts';
import { evaluationInput } from './schema.ts';
import type { AttemptInput, CloseInput, EvaluationInput, RedoInput } from './schema.ts';
import * as store from './store.ts';
import type { TaskRow } from './store.ts';

/** The token of a rating link; derived from its id, so that every retry of a notice carries the same. */
export const ratingToken = (crypto: Crypto, linkId: string): string =>
  crypto.mac('rating_link', linkId);

/** The numbers of the policy that holds now. @throws AppError `not_ready` where there is none. */
async function numbers(tx: Tx): Promise<Numbers> {
  const policy = (await policyAt(tx.db, tx.at)) ?? fail('not_ready', {}, 'no deadline policy');
  return (await documentOf(tx.db, policy)).followup;
}

async function makeLink(tx: Tx, crypto: Crypto, order: { id: string; round: number }) {
  const id = newId();
  const expires = addDays(tx.at, (await numbers(tx)).linkDays);
  await store.insertLink(tx.db, {
    id,
    order_id: order.id,
    round: order.round,
    token_hash: hashToken(ratingToken(crypto, id)),
    created_at: tx.at,
    expires_at: expires,
  });
  return { id, expires };
}

/** Makes the link of a task, starts its days, and has it sent where there is a telephone. */
async function sendLink(deps: Deps, tx: Tx, task: TaskRow, hasPhone: boolean) {
  const link = await makeLink(tx, deps.crypto, { id: task.order_id, round: task.round });
  await store.setLinkSent(tx.db, task.id, tx.at, link.expires);
  // The centre has done its part; the citizen has the days of the link.
  await stopClocks(
    tx,
    'system',
    { subjectIds: [task.order_id], clocks: ['callback'] },
    'done',
    'link_sent',
  );
  tx.record({
    type: 'deadline.moved',
    subjectType: 'work_order',
    subjectId: task.order_id,
    orderId: task.order_id,
    payload: { organizationIds: [] },
  });
  if (!hasPhone) return;
  tx.record({
    type: 'callback.link_made',
    subjectType: 'work_order',
    subjectId: task.order_id,
    orderId: task.order_id,
    payload: { ratingLinkId: link.id, round: task.round },
  });
}

const hasPhone = async (deps: Deps, tx: Tx, order: OrderRow): Promise<boolean> => {
  if (!order.requester_id) return false;
  const known = await openIdentity({ db: tx.db, crypto: deps.crypto }, order.requester_id);
  return known !== null && known.phone !== '';
};

const giveUp = (tx: Tx, orderId: string, reason: GiveUpReason) =>
  act(tx, SYSTEM, orderId, 'give_up_callback', null, { reason });

/**
 * Opens the follow-up of an answered order: a call, a link, or nobody is asked. Runs as a consumer
 * inside the transaction that takes the duty off the outbox; an order that moved on is left alone.
 */
export async function open(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = event.orderId ? await lockOrder(tx.db, event.orderId) : null;
  if (!order || order.state !== 'pending_callback' || order.round !== event.payload.round) return;
  const [phone, n] = await Promise.all([hasPhone(deps, tx, order), numbers(tx)]);
  const due = {
    orderNo: order.order_no,
    type: order.type,
    channel: order.channel,
    confidential: order.confidential,
    anonymous: order.anonymous,
    wishCallback: order.wish_callback,
    hasPhone: phone,
  };
  const method = methodFor(due, n);
  const task = {
    id: newId(),
    order_id: order.id,
    round: order.round,
    method: method.kind === 'call' ? ('call' as const) : ('link' as const),
    opened_at: tx.at,
    link_sent_at: null,
    link_expires_at: null,
  };
  if (!(await store.insertTask(tx.db, task))) return;
  if (method.kind === 'link')
    await sendLink(deps, tx, { ...task, state: 'open', done_at: null }, phone);
  if (method.kind === 'exempt') {
    await store.finishTasks(tx.db, order.id, 'given_up', tx.at);
    await giveUp(tx, order.id, method.reason);
  }
}

/** Closes an order whose follow-up is over, unless the citizen's word waits for a supervisor. */
export async function conclude(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = event.orderId ? await lockOrder(tx.db, event.orderId) : null;
  if (!order || order.state !== 'pending_close' || order.round !== event.payload.round) return;
  if (order.redo_proposed) return;
  const [evaluations, replySolved, reason] = await Promise.all([
    store.evaluationsOf(tx.db, order.id),
    finalSolved(tx.db, order.id, order.round),
    giveUpReason(tx.db, order.id, order.round),
  ]);
  const said = evaluations.find((e) => e.round === order.round);
  const closingType = closingTypeFor({
    direct: order.direct,
    saidSolved: said?.solved ?? null,
    replySolved,
    givenUp: said ? null : reason,
  });
  await act(tx, SYSTEM, order.id, 'close', null, { closingType, reason: '' });
}

/** Gives up tasks whose link ran out; each in its own transaction, so that one cannot hold the rest. */
export async function expireLinks(deps: Deps): Promise<number> {
  const due = await store.expiredTasks(deps.db, 200);
  for (const found of due) {
    try {
      await inTransaction(deps, SYSTEM, (tx) => expireTask(tx, found));
    } catch (error) {
      const text = error instanceof Error ? error.message : 'unknown';
      deps.log.warn({ taskId: found.id, error: text }, 'link not expired');
    }
  }
  return due.length;
}

async function expireTask(tx: Tx, found: TaskRow): Promise<void> {
  const order = await lockOrder(tx.db, found.order_id);
  const task = await store.lockTask(tx.db, found.id);
  if (!order || task?.state !== 'open') return;
  await store.finishTasks(tx.db, task.order_id, 'given_up', tx.at);
  if (order.state === 'pending_callback' && order.round === task.round) {
    await giveUp(tx, task.order_id, 'link_expired');
  }
}

/** The open task; its order is locked first, as every act does, so that no two wait for each other. */
async function openTask(db: DbTx, taskId: string): Promise<{ task: TaskRow; attempts: Attempts }> {
  const [, task, attempts] = await Promise.all([
    lockOrder(db, store.orderOfTask(taskId)),
    store.lockTask(db, taskId),
    store.attemptsOf(db, [taskId]),
  ]);
  if (!task) fail('not_found');
  return task.state === 'open' ? { task, attempts } : fail('already_done');
}
type Attempts = Awaited<ReturnType<typeof store.attemptsOf>>;

async function writeAttempt(
  tx: Tx,
  actor: Actor,
  task: TaskRow,
  result: AttemptResult,
  note: string,
) {
  const done = await act(tx, actor, task.order_id, 'record_attempt', null, { result, note });
  await store.insertAttempt(tx.db, {
    id: newId(),
    task_id: task.id,
    act_id: done.actId,
    at: tx.at,
    city_day: cityDay(tx.at),
    result,
  });
  return done;
}

/**
 * Records an attempt to reach the citizen. Declining ends the follow-up; after three failed
 * attempts on two days a link goes out instead. Two failed calls in a row are one attempt.
 * @throws AppError `already_done`, `attempt_too_soon`.
 */
export async function recordAttempt(
  deps: Deps,
  actor: StaffActor,
  taskId: string,
  input: AttemptInput,
  call?: Call,
): Promise<ActResult> {
  return inTransaction(
    deps,
    actor,
    async (tx, { task, attempts: before }) => {
      await refuseTooSoon(tx, before, input.result);
      const done = await writeAttempt(tx, actor, task, input.result, input.note);
      if (input.result === 'declined') {
        await store.finishTasks(tx.db, task.order_id, 'given_up', tx.at);
        return publicResult(await giveUp(tx, task.order_id, 'declined'));
      }
      const attempts = await store.attemptsOf(tx.db, [task.id]);
      const failed = attempts.map((a) => ({ result: a.result, cityDay: a.city_day }));
      if (!task.link_sent_at && linkIsDue(failed, await numbers(tx))) {
        const order = (await findOrder(tx.db, task.order_id))!;
        await sendLink(deps, tx, task, await hasPhone(deps, tx, order));
      }
      return publicResult(done);
    },
    call,
    (db: DbTx) => openTask(db, taskId),
  );
}

/** Answered or declined it always counts, however short the time. */
async function refuseTooSoon(tx: Tx, before: Attempts, result: AttemptResult): Promise<void> {
  if (result === 'reached' || result === 'declined') return;
  const until = waitsUntil(before, tx.at, await numbers(tx));
  if (until) fail('attempt_too_soon', { nextAt: until.toISOString() });
}

async function writeEvaluation(
  tx: Tx,
  actor: Actor,
  order: { id: string; round: number },
  input: EvaluationInput,
): Promise<ActResult> {
  const redo = proposesRedo(input, order.round, ROUND_MAX);
  const done = await act(tx, actor, order.id, 'evaluate', null, { ...input, proposesRedo: redo });
  const { comment: _, ...said } = input;
  await store.insertEvaluation(tx.db, {
    id: newId(),
    order_id: order.id,
    round: order.round,
    party: actor.kind === 'citizen' ? 'citizen' : 'callback_agent',
    ...said,
    proposes_redo: redo,
    at: tx.at,
  });
  await store.finishTasks(tx.db, order.id, 'done', tx.at);
  return publicResult(done);
}

const once = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (sqlState(error) === '23505') throw new AppError('already_rated');
    throw error;
  }
};

/** A follow-up agent writes down what the citizen said on the telephone; that call is an attempt too. */
export async function evaluateByAgent(
  deps: Deps,
  actor: StaffActor,
  taskId: string,
  input: EvaluationInput,
  call?: Call,
): Promise<ActResult> {
  return once(
    inTransaction(
      deps,
      actor,
      async (tx, { task, attempts }) => {
        if (attempts.at(-1)?.result !== 'reached')
          await writeAttempt(tx, actor, task, 'reached', '');
        return writeEvaluation(tx, actor, { id: task.order_id, round: task.round }, input);
      },
      call,
      (db: DbTx) => openTask(db, taskId),
    ),
  );
}

/** The order a one-time link is for. @throws AppError `link_invalid` when unknown, used or over. */
export async function readLink(
  deps: Deps,
  token: string,
): Promise<{ actor: CitizenActor; linkId: string }> {
  const link = await store.findLinkByToken(deps.db, hashToken(token));
  if (!link || link.used_at || link.expires_at <= (await appNow(deps.db))) fail('link_invalid');
  return {
    linkId: link.id,
    actor: { kind: 'citizen', orderId: link.order_id, how: 'rating_link' },
  };
}

/** The citizen rates through the link; it is used up with the rating or not at all. */
export async function evaluateByLink(
  deps: Deps,
  token: string,
  input: EvaluationInput,
  call?: Call,
): Promise<ActResult> {
  const { actor, linkId } = await readLink(deps, token);
  return once(
    inTransaction(
      deps,
      actor,
      async (tx) => {
        // The order before its link, as everywhere: no circle of waiting.
        const order = await lockOrder(tx.db, actor.orderId!);
        const link = await store.findLink(tx.db, linkId);
        if (!order || !link || link.round !== order.round) fail('link_invalid');
        if (!(await store.useLink(tx.db, linkId, tx.at))) fail('link_invalid');
        return writeEvaluation(tx, actor, { id: order.id, round: order.round }, input);
      },
      call,
    ),
  );
}

/** What became of a rating that came without its link. */
export type Rated = { result: 'rated' | 'already_rated'; orderId: string } | { result: 'nothing' };

/**
 * Rates by the newest link of these orders that still counts, in the caller's transaction: for who
 * answers from the telephone to which it was sent. Only that one: a second word never rates another order.
 */
export async function rateNewest(
  tx: Tx,
  orderIds: readonly string[],
  satisfaction: number,
): Promise<Rated> {
  const links = await store.newestLinksOf(tx.db, orderIds);
  // All that may be held in the end, in one order for everybody: no circle of waiting.
  const ids = [...new Set(links.map((l) => l.order_id))].toSorted();
  const locked = await Promise.all(ids.map((id) => lockOrder(tx.db, id)));
  for (const { id, order_id: orderId } of links) {
    const order = locked[ids.indexOf(orderId)];
    // Read again: whoever held the order may have used it.
    const link = await store.findLink(tx.db, id);
    if (!order || !link || link.round !== order.round || link.expires_at <= tx.at) continue;
    const said = (await store.evaluationsOf(tx.db, orderId)).some((e) => e.round === order.round);
    if (link.used_at || said) return { result: 'already_rated', orderId };
    if (order.state !== 'pending_callback') continue;
    await store.useLink(tx.db, id, tx.at);
    const actor: CitizenActor = { kind: 'citizen', orderId, how: 'caller_number' };
    const input = evaluationInput.parse({ satisfaction });
    await writeEvaluation(onBehalf(tx, actor), actor, { id: orderId, round: order.round }, input);
    return { result: 'rated', orderId };
  }
  return { result: 'nothing' };
}

/**
 * The token with which a citizen who follows the order may rate it now; made when there is none.
 * @throws AppError `state_conflict` when there is nothing to rate.
 */
export async function ratingTokenFor(
  deps: Deps,
  actor: CitizenActor,
  orderId: string,
): Promise<string> {
  return inTransaction(deps, actor, async (tx) => {
    const { order } = await visibleOrder(tx.db, actor, orderId);
    if (order.state !== 'pending_callback') fail('state_conflict', { state: order.state });
    const open = await store.openLinkOf(tx.db, order.id, order.round, tx.at);
    const link = open ?? (await makeLink(tx, deps.crypto, order));
    return ratingToken(deps.crypto, link.id);
  });
}

/** A supervisor has it done again; open follow-up of the old round ends. */
export async function redo(
  deps: Deps,
  actor: StaffActor,
  orderId: string,
  input: RedoInput,
  call?: Call,
): Promise<ActResult> {
  const { version, ...rest } = input;
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const done = await act(tx, actor, orderId, 'redo', version, rest);
      await store.finishTasks(tx.db, orderId, 'done', tx.at);
      return publicResult(done);
    },
    call,
  );
}

/**
 * Closes by hand. While the citizen's word asks for a redo only a supervisor may, and says why; nobody
 * closes better than the citizen said.
 * @throws AppError `not_allowed`, `invalid_input`, and what the act refuses.
 */
export async function close(
  deps: Deps,
  actor: StaffActor,
  orderId: string,
  input: CloseInput,
  call?: Call,
): Promise<ActResult> {
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const { order } = await visibleOrder(tx.db, actor, orderId);
      const said = (await store.evaluationsOf(tx.db, orderId)).find((e) => e.round === order.round);
      if (order.redo_proposed && !holds(actor, 'supervisor')) fail('not_allowed');
      const issues = closingIssues(input, said?.solved ?? null, order.redo_proposed);
      const { version, closingType, reason } = input;
      if (issues.length > 0 && order.state === 'pending_close') fail('invalid_input', { issues });
      return publicResult(await act(tx, actor, orderId, 'close', version, { closingType, reason }));
    },
    call,
  );
}

/** Follow-up belongs to those who call back and those who supervise. */
export const requireFollowup = (actor: StaffActor): StaffActor =>
  holds(actor, 'callback_agent', 'supervisor') ? actor : fail('not_allowed');

/**
 * Ends, as of then, the callback clock of an order whose link had gone out before an upgrade brought
 * clocks; in the transaction that adopts the order, so that nothing ever fires by it.
 */
export async function adoptLink(tx: Tx, orderId: string): Promise<void> {
  const sentAt = await store.linkSentAt(tx.db, orderId);
  if (!sentAt) return;
  const which = { subjectIds: [orderId], clocks: ['callback'] as const };
  await stopClocks({ ...tx, at: sentAt }, 'system', which, 'done', 'link_sent');
}
