import { documentOf, policyAt } from '../deadline/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import {
  commentsOf,
  listRedoProposed,
  orderItems,
  pageOf,
  readCursor,
  visibleOrder,
  countRedoProposed,
} from '../workorder/index.ts';
import type { Page } from '../workorder/schema.ts';
import type { CallbackItem, EvaluationView } from './schema.ts';
import { CALLBACK_QUEUES } from './schema.ts';
import { waitsUntil } from './rules.ts';
import * as store from './store.ts';
import type { TaskRow } from './store.ts';

type Queue = (typeof CALLBACK_QUEUES)[number];

async function itemsOf(db: Reader, tasks: TaskRow[]): Promise<Map<string, CallbackItem>> {
  const [orders, attempts] = await Promise.all([
    orderItems(
      db,
      tasks.map((t) => t.order_id),
    ),
    store.attemptsOf(
      db,
      tasks.map((t) => t.id),
    ),
  ]);
  const now = await appNow(db);
  const policy = await policyAt(db, now);
  const numbers = policy && (await documentOf(db, policy)).followup;
  const items = tasks.flatMap((t): [string, CallbackItem][] => {
    const order = orders.get(t.order_id);
    if (!order) return [];
    const own = attempts.filter((a) => a.task_id === t.id);
    const item: CallbackItem = {
      id: t.id,
      method: t.method,
      state: t.state,
      openedAt: t.opened_at.toISOString(),
      linkSentAt: t.link_sent_at?.toISOString() ?? null,
      linkExpiresAt: t.link_expires_at?.toISOString() ?? null,
      attempts: own.map((a) => ({ at: a.at.toISOString(), result: a.result })),
      nextAttemptAt: (numbers && waitsUntil(own, now, numbers)?.toISOString()) ?? null,
      order,
    };
    return [[t.id, item]];
  });
  return new Map(items);
}

/** A queue of follow-up. `redo_proposed` lists what waits for a supervisor's decision. */
export async function listCallbacks(
  db: Reader,
  q: { queue: Queue; cursor?: string | undefined; limit: number },
): Promise<Page<CallbackItem>> {
  const cursor = readCursor(q.cursor);
  if (q.queue === 'redo_proposed') return listProposed(db, cursor, q.limit);
  const tasks = await store.listTasks(db, q.queue, cursor, q.limit + 1);
  const items = await itemsOf(db, tasks.slice(0, q.limit));
  const page = pageOf(
    tasks,
    q.limit,
    (t) => items.get(t.id),
    (t) => ({ at: t.opened_at, id: t.id }),
  );
  return { ...page, items: page.items.filter((i) => i !== undefined) };
}

async function listProposed(
  db: Reader,
  cursor: { at: Date; id: string } | null,
  limit: number,
): Promise<Page<CallbackItem>> {
  const orders = await listRedoProposed(db, cursor, limit + 1);
  const tasks = await store.tasksOfOrders(
    db,
    orders.slice(0, limit).map((o) => o.id),
  );
  const items = await itemsOf(db, tasks);
  const page = pageOf(
    orders,
    limit,
    (o) => items.get(tasks.findLast((t) => t.order_id === o.id && t.round === o.round)?.id ?? ''),
    (o) => ({ at: o.state_since, id: o.id }),
  );
  return { ...page, items: page.items.filter((i) => i !== undefined) };
}

export async function countCallbacks(db: Reader): Promise<Record<Queue, number>> {
  const [call, link, done, proposed] = await Promise.all([
    store.countTasks(db, 'call'),
    store.countTasks(db, 'link'),
    store.countTasks(db, 'done'),
    countRedoProposed(db),
  ]);
  return { call, link, done, redo_proposed: proposed };
}

/** What the citizen said of an order; the comment only for the centre. */
export async function evaluations(
  db: Reader,
  actor: StaffActor,
  orderId: string,
): Promise<EvaluationView[]> {
  await visibleOrder(db, actor, orderId);
  const rows = await store.evaluationsOf(db, orderId);
  const center = holds(
    actor,
    'callback_agent',
    'supervisor',
    'auditor',
    'center_admin',
    'operator',
    'dispatcher',
    'arbiter',
  );
  const comments = center ? await commentsOf(db, orderId) : new Map<number, string>();
  return rows.map((r) => ({
    round: r.round,
    party: r.party,
    contacted: r.contacted,
    solved: r.solved,
    satisfaction: r.satisfaction,
    reasons: r.reasons,
    comment: comments.get(r.round) ?? '',
    proposesRedo: r.proposes_redo,
    at: r.at.toISOString(),
  }));
}
