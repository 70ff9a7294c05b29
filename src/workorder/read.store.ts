/** What one order's page reads: acts, texts, replies, and what follows from them. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { ActTable, ActTextTable, ReplyTable } from '../../db/schema.ts';
import type { GiveUpReason, MissingItem, Solved } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import type { OrderRow } from './store.ts';

/** The newest acts of an order, given oldest first. */
export const ACTS_MAX = 500;

export async function actsOf(db: Reader, orderId: string): Promise<Selectable<ActTable>[]> {
  const rows = await db
    .selectFrom('act')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('order_version', 'desc')
    .limit(ACTS_MAX)
    .execute();
  return rows.reverse();
}

/** Texts of the newest acts, oldest first. */
export async function actTextsOf(db: Reader, orderId: string): Promise<Selectable<ActTextTable>[]> {
  const rows = await db
    .selectFrom('act_text')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('id', 'desc')
    .limit(2 * ACTS_MAX)
    .execute();
  return rows.reverse();
}

/** The newest replies, oldest first. */
export async function repliesOf(db: Reader, orderId: string): Promise<Selectable<ReplyTable>[]> {
  const rows = await db
    .selectFrom('reply')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute();
  return rows.reverse();
}

export async function orderTextOf(db: Reader, orderId: string) {
  return db.selectFrom('order_text').selectAll().where('order_id', '=', orderId).executeTakeFirst();
}

/** What the citizen was last asked for. */
export async function missingOf(db: Reader, orderId: string): Promise<MissingItem[]> {
  const row = await db
    .selectFrom('act')
    .select('detail')
    .where('order_id', '=', orderId)
    .where('act', '=', 'ask_supplement')
    .orderBy('order_version', 'desc')
    .executeTakeFirst();
  return (row?.detail.missing as MissingItem[] | undefined) ?? [];
}

/** Which of the contacts brought in an order already. */
export async function contactsWithOrders(db: Reader, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('work_order')
    .select('contact_id')
    .distinct()
    .where('contact_id', 'in', [...ids])
    .execute();
  return new Set(rows.map((r) => r.contact_id));
}

/** Which of the contacts brought in an order that does not tell who raised it: confidential or anonymous. */
export async function secretContacts(db: Reader, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('work_order')
    .select('contact_id')
    .distinct()
    .where('contact_id', 'in', [...ids])
    .where((e) => e.or([e('confidential', '=', true), e('anonymous', '=', true)]))
    .execute();
  return new Set(rows.map((r) => r.contact_id));
}

/** Orders that a contact made, the first in front; at most 100. */
export async function ordersOfContact(db: Reader, contactId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('work_order')
    .select('id')
    .where('contact_id', '=', contactId)
    .orderBy('registered_at')
    .orderBy('id')
    .limit(100)
    .execute();
  return rows.map((r) => r.id);
}

/** Number and title of the order that one was taken out of, and of those taken out of it, oldest first. */
export async function splitsOf(db: Reader, order: Pick<OrderRow, 'id' | 'split_from'>) {
  const rows = await db
    .selectFrom('work_order as o')
    .innerJoin('order_text as t', 't.order_id', 'o.id')
    .select(['o.id', 'o.order_no', 't.title'])
    .where((eb) => eb.or([eb('o.split_from', '=', order.id), eb('o.id', '=', order.split_from)]))
    .orderBy('o.order_no')
    .limit(100)
    .execute();
  const ref = (r: (typeof rows)[number]) => ({ id: r.id, orderNo: r.order_no, title: r.title });
  return {
    from: rows.filter((r) => r.id === order.split_from).map(ref)[0] ?? null,
    into: rows.filter((r) => r.id !== order.split_from).map(ref),
  };
}

/** What the lead's accepted reply of a round says of "solved". */
export async function finalSolved(
  db: Reader,
  orderId: string,
  round: number,
): Promise<Solved | null> {
  const row = await db
    .selectFrom('reply')
    .select('solved')
    .where('order_id', '=', orderId)
    .where('round', '=', round)
    .where('kind', '=', 'lead')
    .where('state', '=', 'accepted')
    .orderBy('submitted_at', 'desc')
    .executeTakeFirst();
  return (row?.solved as Solved | undefined) ?? null;
}

/** The citizen's own words with each round's evaluation. */
export async function commentsOf(db: Reader, orderId: string): Promise<Map<number, string>> {
  const rows = await db
    .selectFrom('act_text as t')
    .innerJoin('act as a', 'a.id', 't.act_id')
    .select(['a.round', 't.body'])
    .where('t.order_id', '=', orderId)
    .where('t.kind', '=', 'comment')
    .execute();
  return new Map(rows.map((r) => [r.round, r.body]));
}

/** Why the follow-up of a round was given up, if it was. */
export async function giveUpReason(
  db: Reader,
  orderId: string,
  round: number,
): Promise<GiveUpReason | null> {
  const row = await db
    .selectFrom('act')
    .select('detail')
    .where('order_id', '=', orderId)
    .where('act', '=', 'give_up_callback')
    .where('round', '=', round)
    .orderBy('order_version', 'desc')
    .executeTakeFirst();
  return (row?.detail.reason as GiveUpReason | undefined) ?? null;
}

/** Whether clocks were ever started for the order. */
export async function hasClock(db: Reader, orderId: string): Promise<boolean> {
  const r = await db
    .selectFrom('clocked_order')
    .select('order_id')
    .where('order_id', '=', orderId)
    .executeTakeFirst();
  return r !== undefined;
}

/** Open orders that no clock was ever started for: made before there were clocks. */
export async function ordersWithoutClock(db: Reader, limit: number): Promise<string[]> {
  const r = await sql<{ id: string }>`select o.id from work_order o
    where o.state not in ('closed', 'archived', 'merged', 'transferred')
      and not exists (select 1 from clocked_order c where c.order_id = o.id)
    order by o.registered_at limit ${limit}`.execute(db);
  return r.rows.map((x) => x.id);
}
