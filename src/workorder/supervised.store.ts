/** What modules above read of acts they did: which act an event tells of, and what was written with it. */
import { sql } from 'kysely';
import type { Party } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import type { Act, Hand } from './lifecycle.ts';

/** Acts on the supervision orders of one page; an order has a handful. */
const ACTS_MAX = 5_000;

/** The act that brought an order to a version, with its codes. */
export async function actAt(
  db: Reader,
  orderId: string,
  version: number,
): Promise<{ act: Act; party: Party; detail: Record<string, unknown> } | null> {
  const row = await db
    .selectFrom('act')
    .select(['act', 'party', 'detail'])
    .where('order_id', '=', orderId)
    .where('order_version', '=', version)
    .executeTakeFirst();
  return row ? { act: row.act as Act, party: row.party as Party, detail: row.detail } : null;
}

/** What was written with the act that brought an order to a version, of one kind. */
export async function textAt(
  db: Reader,
  orderId: string,
  version: number,
  kind: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('act as a')
    .innerJoin('act_text as t', 't.act_id', 'a.id')
    .select('t.body')
    .where('a.order_id', '=', orderId)
    .where('a.order_version', '=', version)
    .where('t.kind', '=', kind)
    .executeTakeFirst();
  return row?.body ?? null;
}

export interface SupervisionAct {
  act: 'supervise' | 'reply_supervision' | 'judge_supervision';
  supervisionId: string;
  verdict: 'accepted' | 'sent_back' | null;
  body: string;
  actorId: string | null;
  at: Date;
}

/** What was demanded, replied and judged on the supervision orders of some orders, oldest first. */
export async function supervisionActs(
  db: Reader,
  orderIds: readonly string[],
): Promise<SupervisionAct[]> {
  if (orderIds.length === 0) return [];
  const rows = await db
    .selectFrom('act as a')
    .leftJoin('act_text as t', 't.act_id', 'a.id')
    .select(['a.act', 'a.detail', 'a.actor_id', 'a.at', 't.body'])
    .where('a.order_id', 'in', [...new Set(orderIds)])
    .where('a.act', 'in', ['supervise', 'reply_supervision', 'judge_supervision'])
    .orderBy('a.order_id')
    .orderBy('a.order_version')
    .limit(ACTS_MAX)
    .execute();
  return rows.map((r) => ({
    act: r.act as SupervisionAct['act'],
    supervisionId: String(r.detail.supervisionId),
    verdict: (r.detail.verdict as SupervisionAct['verdict'] | undefined) ?? null,
    body: r.body ?? '',
    actorId: r.actor_id,
    at: r.at,
  }));
}

/** What this person's hands did to some orders so far. */
export async function handsOfOrders(
  db: Reader,
  orderIds: readonly string[],
  personId: string,
): Promise<Map<string, Hand[]>> {
  if (orderIds.length === 0) return new Map();
  const r = await sql<{ id: string; hands: Hand[] }>`
    select o.id, array(select earlier_hands(o.id, ${personId})) as hands
    from unnest(${[...new Set(orderIds)]}::uuid[]) as o (id)`.execute(db);
  return new Map(r.rows.map((x) => [x.id, x.hands]));
}
