import { startClocks, stopClocks } from '../deadline/index.ts';
import type { Facts } from '../deadline/index.ts';
import { isCenterRole, worksInCenter } from '../identity/index.ts';
import { holds, userIdOf } from '../kernel/actor.ts';
import type { Actor, StaffActor } from '../kernel/actor.ts';
import { DAY_MS, HOUR_MS, cityDay } from '../kernel/clock.ts';
import { AppError, fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { UNIT_ROLES } from '../kernel/words.ts';
import type { SupervisionCause, SupervisionState } from '../kernel/words.ts';
import { violates } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import {
  act,
  assignmentsOf,
  findOrder,
  heldBy,
  publicResult,
  supervisedBy,
} from '../workorder/index.ts';
import type { OrderRow } from '../workorder/index.ts';
import type { ActResult } from '../workorder/schema.ts';
import { REPLY_DAYS_MAX, numberOf } from './rules.ts';
import type { SuperviseInput, UrgeInput } from './schema.ts';
import * as store from './store.ts';
import type { SupervisionRow } from './store.ts';

/**
 * Urges the units of an order; a citizen at most once a city day.
 * @throws AppError `urge_daily_limit` and what the act refuses.
 */
export async function urge(
  deps: Deps,
  actor: Actor,
  orderId: string,
  input: UrgeInput,
  call?: Call,
): Promise<ActResult> {
  try {
    return await inTransaction(deps, actor, (tx) => urgeIn(tx, actor, orderId, input), call);
  } catch (error) {
    // The unique index of citizen urges is the rule; everything is rolled back with it.
    if (violates(error, 'urge_citizen_once_a_day')) throw new AppError('urge_daily_limit');
    throw error;
  }
}

/**
 * The same in the caller's transaction. A citizen's second urge of a day breaks it: who wants to go on
 * asks `urgedToday` first, with the order locked.
 */
export async function urgeIn(
  tx: Tx,
  actor: Actor,
  orderId: string,
  input: UrgeInput,
): Promise<ActResult> {
  const done = await writeUrge(tx, actor, orderId, input);
  const order = (await findOrder(tx.db, orderId))!;
  const lead = heldBy(await assignmentsOf(tx.db, orderId), order.round);
  await store.insertEscalation(tx.db, {
    id: newId(),
    order_id: orderId,
    organization_id: lead?.organization_id ?? null,
    action: 'urge',
    level: input.level,
    cause: actor.kind === 'citizen' ? 'citizen' : 'manual',
    at: tx.at,
  });
  return publicResult(done);
}

/** Whether the citizen urged this order on the city day of `tx` already. */
export const urgedToday = (tx: Tx, orderId: string): Promise<boolean> =>
  store.urgedOn(tx.db, orderId, cityDay(tx.at));

/** The act and its row, in the caller's transaction. */
export async function writeUrge(
  tx: Tx,
  actor: Actor,
  orderId: string,
  input: UrgeInput & { step?: string },
) {
  const done = await act(tx, actor, orderId, 'urge', null, input);
  await store.insertUrge(tx.db, {
    id: newId(),
    order_id: orderId,
    act_id: done.actId,
    level: input.level,
    party: actor.kind,
    city_day: cityDay(tx.at),
    at: tx.at,
  });
  return done;
}

interface Issue {
  orderId: string;
  /** Default: the lead. */
  organizationId?: string | null | undefined;
  level: number;
  cause: SupervisionCause;
  demand: string;
  replyDue?: Date | null;
  step?: string;
}

const factsOf = (order: OrderRow, level: number): Facts => ({
  urgency: order.urgency,
  type: order.type,
  channel: order.channel,
  redo: order.round > 1,
  level,
});

/** Starts the clock by which a unit must reply. */
async function startReplyClock(
  tx: Tx,
  party: 'supervisor' | 'system',
  row: Pick<SupervisionRow, 'id' | 'order_id' | 'organization_id' | 'level'>,
  order: OrderRow,
  reason: 'supervise' | 'judge_supervision',
  due: Date | null,
): Promise<void> {
  const hours = due && (due.getTime() - tx.at.getTime()) / HOUR_MS;
  await startClocks(tx, party, [
    {
      subjectId: row.id,
      orderId: row.order_id,
      clock: 'supervision_reply',
      organizationId: row.organization_id,
      facts: factsOf(order, row.level),
      leading: false,
      reason,
      ...(hours !== null && { limit: { amount: hours, basis: 'nh' as const } }),
    },
  ]);
}

function checkDue(tx: Tx, due: Date | null | undefined): void {
  const ahead = due ? due.getTime() - tx.at.getTime() : 1;
  if (ahead <= 0 || ahead > REPLY_DAYS_MAX * DAY_MS) {
    const message = 'not within the time ahead';
    fail('invalid_input', { issues: [{ path: 'replyDue', message, code: 'invalid' }] });
  }
}

/**
 * Issues a supervision order: the act, the row with its number, the clock of the reply.
 * @throws AppError what the act refuses, `unit_unknown` where the unit does not hold the order.
 */
export async function issue(
  tx: Tx,
  actor: Actor,
  i: Issue,
): Promise<{ done: ActResult & { actId: string }; row: SupervisionRow }> {
  const { replyDue, ...rest } = i;
  const id = newId();
  const done = await act(tx, actor, i.orderId, 'supervise', null, { ...rest, supervisionId: id });
  checkDue(tx, replyDue);
  const order = (await findOrder(tx.db, i.orderId))!;
  const held = supervisedBy(await assignmentsOf(tx.db, i.orderId), order.round, i)!;
  const party = actor.kind === 'system' ? 'system' : 'supervisor';
  const of = {
    id,
    order_id: i.orderId,
    organization_id: held.organization_id,
    level: i.level,
  };
  await startReplyClock(tx, party, of, order, 'supervise', replyDue ?? null);
  // Numbers have no gaps, so whoever takes one holds up the next: it is taken last.
  const year = Number(cityDay(tx.at).slice(0, 4));
  const row: SupervisionRow = {
    id,
    number: numberOf(year, await store.takeNumber(tx.db, year)),
    order_id: i.orderId,
    assignment_id: held.id,
    organization_id: held.organization_id,
    level: i.level,
    cause: i.cause,
    state: 'open',
    version: 1,
    returns: 0,
    issued_by: userIdOf(actor),
    issued_at: tx.at,
    replied_by: null,
    replied_at: null,
    judged_by: null,
    judged_at: null,
  };
  await store.insertSupervision(tx.db, row);
  return { done, row };
}

/** What is written of a supervision order that no clock brought about. */
export const keepIssued = (tx: Tx, row: SupervisionRow): Promise<boolean> =>
  store.insertEscalation(tx.db, {
    id: newId(),
    order_id: row.order_id,
    organization_id: row.organization_id,
    action: 'supervise',
    level: row.level,
    cause: row.cause,
    supervision_order_id: row.id,
    at: tx.at,
  });

/** A supervisor issues a supervision order. @throws AppError as `issue`. */
export const supervise = (
  deps: Deps,
  actor: StaffActor,
  orderId: string,
  input: SuperviseInput,
  call?: Call,
): Promise<ActResult> =>
  inTransaction(
    deps,
    actor,
    async (tx) => {
      const { level, organizationId, demand, replyDue } = input;
      const { done, row } = await issue(tx, actor, {
        orderId,
        organizationId,
        level,
        demand,
        cause: 'manual',
        replyDue: replyDue ? new Date(replyDue) : null,
      });
      await keepIssued(tx, row);
      return publicResult(done);
    },
    call,
  );

/** Supervisors and administrators see every supervision order, units those addressed to them. */
export const seesAll = (actor: StaffActor): boolean => holds(actor, 'supervisor', 'center_admin');
export const seesOwn = (actor: StaffActor): boolean => holds(actor, ...UNIT_ROLES);

async function findFor(tx: Tx, actor: StaffActor, id: string): Promise<SupervisionRow> {
  const row = (await store.findSupervision(tx.db, id)) ?? fail('not_found');
  const own = seesOwn(actor) && actor.reach.has(row.organization_id);
  return worksInCenter(actor) || own ? row : fail('not_found');
}

/** The row, locked, if it is what the actor saw; else the 409 that says where it is now. */
async function inState(
  tx: Tx,
  id: string,
  version: number,
  state: SupervisionState,
): Promise<SupervisionRow> {
  const row = (await store.lockSupervision(tx.db, id)) ?? fail('not_found');
  const now = { state: row.state, version: row.version };
  if (row.version !== version) fail('version_conflict', now);
  if (row.state !== state) fail('state_conflict', now);
  return row;
}

/**
 * The leader of exactly the addressed unit replies.
 * @throws AppError `version_conflict`, `state_conflict`, and what the act refuses.
 */
export const reply = (
  deps: Deps,
  actor: StaffActor,
  id: string,
  input: { version: number; text: string },
  call?: Call,
): Promise<ActResult> =>
  inTransaction(
    deps,
    actor,
    async (tx) => {
      const found = await findFor(tx, actor, id);
      // A leader of two units on the order replies for the one that was asked.
      const there = (g: StaffActor['grants'][number]) =>
        isCenterRole(g.role) || g.organizationId === found.organization_id;
      const asLeader: StaffActor = { ...actor, grants: actor.grants.filter(there) };
      const { organization_id: organizationId } = found;
      const text = { supervisionId: id, organizationId, text: input.text };
      const done = await act(tx, asLeader, found.order_id, 'reply_supervision', null, text);
      const row = await inState(tx, id, input.version, 'open');
      await store.setReplied(tx.db, row, actor.userId, tx.at);
      await stopClocks(tx, 'unit_leader', { subjectIds: [id] }, 'done', 'reply_supervision');
      return publicResult(done);
    },
    call,
  );

/**
 * A supervisor judges the reply: settled, or to be answered again, with a new clock.
 * @throws AppError `version_conflict`, `state_conflict`, and what the act refuses.
 */
export const judge = (
  deps: Deps,
  actor: StaffActor,
  id: string,
  input: { version: number; verdict: 'accepted' | 'sent_back'; note: string },
  call?: Call,
): Promise<ActResult> =>
  inTransaction(
    deps,
    actor,
    async (tx) => {
      const { order_id, organization_id: organizationId } = await findFor(tx, actor, id);
      const { verdict, note } = input;
      const said = { supervisionId: id, organizationId, verdict, note };
      const done = await act(tx, actor, order_id, 'judge_supervision', null, said);
      const row = await inState(tx, id, input.version, 'replied');
      await store.setJudged(tx.db, row, verdict, actor.userId, tx.at);
      if (verdict === 'sent_back') {
        const order = (await findOrder(tx.db, order_id))!;
        await startReplyClock(tx, 'supervisor', row, order, 'judge_supervision', null);
      } else {
        await stopClocks(tx, 'supervisor', { subjectIds: [id] }, 'void', 'judge_supervision');
      }
      return publicResult(done);
    },
    call,
  );
