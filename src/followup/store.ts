import { sql } from 'kysely';
import type { AttemptResult, RatingReason, Solved } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export interface TaskRow {
  id: string;
  order_id: string;
  round: number;
  method: 'call' | 'link';
  state: 'open' | 'done' | 'given_up';
  opened_at: Date;
  link_sent_at: Date | null;
  link_expires_at: Date | null;
  done_at: Date | null;
}

/** Opens the task of a round; false when it exists already. */
export async function insertTask(
  db: DbTx,
  row: Omit<TaskRow, 'state' | 'done_at'>,
): Promise<boolean> {
  const r = await db
    .insertInto('callback_task')
    .values({ ...row, state: 'open' })
    .onConflict((c) => c.columns(['order_id', 'round']).doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findTask(db: Reader, id: string): Promise<TaskRow | null> {
  const row = await db
    .selectFrom('callback_task')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return (row as TaskRow | undefined) ?? null;
}

/** The order of a task, as PostgreSQL finds it. */
export const orderOfTask = (id: string) =>
  sql<string>`(select order_id from callback_task where id = ${id})`;

export async function lockTask(db: DbTx, id: string): Promise<TaskRow | null> {
  const row = await db
    .selectFrom('callback_task')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return (row as TaskRow | undefined) ?? null;
}

export async function taskOfRound(
  db: Reader,
  orderId: string,
  round: number,
): Promise<TaskRow | null> {
  const row = await db
    .selectFrom('callback_task')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('round', '=', round)
    .executeTakeFirst();
  return (row as TaskRow | undefined) ?? null;
}

export async function tasksOfOrders(db: Reader, orderIds: readonly string[]): Promise<TaskRow[]> {
  if (orderIds.length === 0) return [];
  const rows = await db
    .selectFrom('callback_task')
    .selectAll()
    .where('order_id', 'in', [...orderIds])
    .orderBy('round')
    .execute();
  return rows as TaskRow[];
}

export async function setLinkSent(
  db: DbTx,
  taskId: string,
  at: Date,
  expires: Date,
): Promise<void> {
  later(
    db,
    db
      .updateTable('callback_task')
      .set({ link_sent_at: at, link_expires_at: expires })
      .where('id', '=', taskId),
  );
}

/** Ends every open task of an order. */
export async function finishTasks(
  db: DbTx,
  orderId: string,
  state: 'done' | 'given_up',
  at: Date,
): Promise<void> {
  later(
    db,
    db
      .updateTable('callback_task')
      .set({ state, done_at: at })
      .where('order_id', '=', orderId)
      .where('state', '=', 'open'),
  );
}

export interface AttemptRow {
  task_id: string;
  at: Date;
  city_day: string;
  result: AttemptResult;
}

export async function insertAttempt(
  db: DbTx,
  row: AttemptRow & { id: string; act_id: string },
): Promise<void> {
  later(db, db.insertInto('callback_attempt').values(row));
}

export async function attemptsOf(db: Reader, taskIds: readonly string[]): Promise<AttemptRow[]> {
  if (taskIds.length === 0) return [];
  const rows = await db
    .selectFrom('callback_attempt')
    .select(['task_id', 'at', 'city_day', 'result'])
    .where('task_id', 'in', [...taskIds])
    .orderBy('at')
    .limit(2000)
    .execute();
  return rows as AttemptRow[];
}

export type TaskQueue = 'call' | 'link' | 'done';
const QUEUE = {
  call: sql<boolean>`state = 'open' and method = 'call' and link_sent_at is null`,
  link: sql<boolean>`state = 'open' and (method = 'link' or link_sent_at is not null)`,
  done: sql<boolean>`state <> 'open'`,
} as const;

/** Tasks of a queue, oldest first; finished ones newest first. */
export async function listTasks(
  db: Reader,
  queue: TaskQueue,
  cursor: { at: Date; id: string } | null,
  limit: number,
): Promise<TaskRow[]> {
  const compare = queue === 'done' ? sql`<` : sql`>`;
  const direction = queue === 'done' ? 'desc' : 'asc';
  let q = db.selectFrom('callback_task').selectAll().where(QUEUE[queue]);
  if (cursor)
    q = q.where(
      sql<boolean>`(opened_at, id) ${compare} (${cursor.at}::timestamptz, ${cursor.id}::uuid)`,
    );
  return (await q
    .orderBy('opened_at', direction)
    .orderBy('id', direction)
    .limit(limit)
    .execute()) as TaskRow[];
}

const COUNT_MAX = 999;
export async function countTasks(db: Reader, queue: TaskQueue): Promise<number> {
  const rows = db.selectFrom('callback_task').select('id').where(QUEUE[queue]).limit(COUNT_MAX);
  const r = await db
    .selectFrom(rows.as('x'))
    .select(sql<string>`count(*)`.as('n'))
    .executeTakeFirstOrThrow();
  return Number(r.n);
}

/** Open tasks whose link is over by the platform's clock; bounded, oldest first. */
export async function expiredTasks(db: Reader, limit: number): Promise<TaskRow[]> {
  const rows = await db
    .selectFrom('callback_task')
    .selectAll()
    .where('state', '=', 'open')
    .where('link_expires_at', '<=', sql<Date>`app_now()`)
    .orderBy('link_expires_at')
    .limit(limit)
    .execute();
  return rows as TaskRow[];
}

export interface LinkRow {
  id: string;
  order_id: string;
  round: number;
  expires_at: Date;
  used_at: Date | null;
}

export async function insertLink(
  db: DbTx,
  row: {
    id: string;
    order_id: string;
    round: number;
    token_hash: string;
    created_at: Date;
    expires_at: Date;
  },
): Promise<void> {
  later(db, db.insertInto('rating_link').values(row));
}

export async function findLinkByToken(db: Reader, tokenHash: string): Promise<LinkRow | null> {
  const row = await db
    .selectFrom('rating_link')
    .select(['id', 'order_id', 'round', 'expires_at', 'used_at'])
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
  return row ?? null;
}

export async function findLink(db: Reader, id: string): Promise<LinkRow | null> {
  const row = await db
    .selectFrom('rating_link')
    .select(['id', 'order_id', 'round', 'expires_at', 'used_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

export async function openLinkOf(
  db: Reader,
  orderId: string,
  round: number,
  at: Date,
): Promise<LinkRow | null> {
  const row = await db
    .selectFrom('rating_link')
    .select(['id', 'order_id', 'round', 'expires_at', 'used_at'])
    .where('order_id', '=', orderId)
    .where('round', '=', round)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .orderBy('expires_at', 'desc')
    .executeTakeFirst();
  return row ?? null;
}

/** The newest links of some orders, newest first; at most 20. */
export async function newestLinksOf(db: Reader, orderIds: readonly string[]): Promise<LinkRow[]> {
  if (orderIds.length === 0) return [];
  return db
    .selectFrom('rating_link')
    .select(['id', 'order_id', 'round', 'expires_at', 'used_at'])
    .where('order_id', 'in', [...orderIds])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(20)
    .execute();
}

/** Uses a link up; false when somebody was faster or it is over. */
export async function useLink(db: DbTx, id: string, at: Date): Promise<boolean> {
  const r = await db
    .updateTable('rating_link')
    .set({ used_at: at })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

export interface EvaluationRow {
  id: string;
  order_id: string;
  round: number;
  party: 'citizen' | 'callback_agent';
  contacted: boolean | null;
  solved: Solved | null;
  satisfaction: number | null;
  reasons: RatingReason[];
  proposes_redo: boolean;
  at: Date;
}

/** Keeps what the citizen said. @throws unique violation when the round was rated. */
export async function insertEvaluation(db: DbTx, row: EvaluationRow): Promise<void> {
  later(db, db.insertInto('evaluation').values(row));
}

export async function evaluationsOf(db: Reader, orderId: string): Promise<EvaluationRow[]> {
  const rows = await db
    .selectFrom('evaluation')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('round')
    .execute();
  return rows as EvaluationRow[];
}

/** When the link of an order's open task went out; null: it did not. */
export async function linkSentAt(db: Reader, orderId: string): Promise<Date | null> {
  const row = await db
    .selectFrom('callback_task')
    .select('link_sent_at')
    .where('order_id', '=', orderId)
    .where('state', '=', 'open')
    .orderBy('round', 'desc')
    .executeTakeFirst();
  return row?.link_sent_at ?? null;
}

/** When the next link of an open task is over; the past where one is over already. */
export async function nextLinkEnd(db: Reader): Promise<Date | null> {
  const row = await db
    .selectFrom('callback_task')
    .select('link_expires_at')
    .where('state', '=', 'open')
    .where('link_expires_at', 'is not', null)
    .orderBy('link_expires_at')
    .limit(1)
    .executeTakeFirst();
  return row?.link_expires_at ?? null;
}
