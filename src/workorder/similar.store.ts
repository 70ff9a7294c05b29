/** What may be about the same thing, and what decides whether the system goes ahead; read only. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Party } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import { endsWith } from './number.store.ts';
import type { OrderState } from './lifecycle.ts';
import type { OrderRow } from './store.ts';

/** An order as far as likeness needs it. Its words go no further than the comparison. */
export interface Candidate {
  id: string;
  orderNo: string;
  state: OrderState;
  categoryCode: string | null;
  areaCode: string | null;
  requesterId: string | null;
  registeredAt: Date;
  closedAt: Date | null;
  content: string;
  address: string;
}

/** The newest that are compared: of a category, of an area, of those without category, of a caller. */
export const CANDIDATES_MAX = { category: 120, area: 60, unsorted: 40, caller: 20 } as const;

export interface CandidateQuery {
  since: Date;
  categoryCodes: readonly string[];
  areaCodes: readonly string[];
  /** The caller's; these are found however long ago. */
  requesterIds: readonly string[];
  /** Left out: the order itself and what was taken out of it. */
  except?: string | undefined;
}

/** Candidates, newest first, each once; confidential demands are never among them. */
export async function candidates(db: Reader, q: CandidateQuery): Promise<Candidate[]> {
  const branch = (where: RawBuilder<unknown>, max: number) => sql`(select o.id from work_order o
    where ${where} and not o.confidential order by o.registered_at desc limit ${max})`;
  const recent = sql`o.registered_at >= ${q.since}::timestamptz`;
  const codes = (list: readonly string[]) => sql`any (${[...list]}::text[])`;
  const own = sql`any (${[...q.requesterIds]}::uuid[])`;
  const except = q.except ?? null;
  const rows = await sql<Candidate>`
    select o.id, o.order_no as "orderNo", o.state, o.category_code as "categoryCode",
      o.area_code as "areaCode", o.requester_id as "requesterId",
      o.registered_at as "registeredAt", o.closed_at as "closedAt", t.content, t.address
    from work_order o join order_text t on t.order_id = o.id
    where o.id in (
      ${branch(sql`o.category_code = ${codes(q.categoryCodes)} and ${recent}`, CANDIDATES_MAX.category)}
      union ${branch(sql`o.area_code = ${codes(q.areaCodes)} and ${recent}`, CANDIDATES_MAX.area)}
      union ${branch(sql`o.category_code is null and ${recent}`, CANDIDATES_MAX.unsorted)}
      union ${branch(sql`o.requester_id = ${own}`, CANDIDATES_MAX.caller)})
      and (${except}::uuid is null or (o.id <> ${except}::uuid
        and o.split_from is distinct from ${except}::uuid
        and o.id is distinct from (select e.split_from from work_order e where e.id = ${except}::uuid)))
    order by o.registered_at desc`.execute(db);
  return rows.rows;
}

/** An order whose number ends as was said. */
export interface Ended {
  id: string;
  confidential: boolean;
}

const TAIL = /^\d{3,16}$/;
/** Orders of one caller whose numbers end alike. */
const OWN_MAX = 50;

/** The caller's orders whose number ends so; confidential ones too, to know that one was meant. */
export async function ownByTail(
  db: Reader,
  tail: string,
  requesterIds: readonly string[],
): Promise<Ended[]> {
  if (!TAIL.test(tail) || requesterIds.length === 0) return [];
  const rows = await sql<Ended>`select o.id, o.confidential from work_order o
    where o.requester_id = any (${[...requesterIds]}::uuid[]) and ${endsWith(tail)}
    limit ${OWN_MAX}`.execute(db);
  return rows.rows;
}

/** The order whose number ends so, of whomever, if there is just one that is not confidential. */
export async function orderByTail(db: Reader, tail: string, since: Date): Promise<string | null> {
  if (!TAIL.test(tail)) return null;
  const { rows } = await sql<{ id: string }>`select o.id from work_order o
    where o.registered_at >= ${since}::timestamptz and not o.confidential and ${endsWith(tail)}
    limit 2`.execute(db);
  return rows.length === 1 ? rows[0]!.id : null;
}

/**
 * Orders whose citizen is known by the telephone alone: neither confidential nor anonymous, newest
 * first; with `tail` only those whose number ends so.
 */
export async function ordersOfCaller(
  db: Reader,
  requesterIds: readonly string[],
  q: { tail?: string; limit: number },
): Promise<OrderRow[]> {
  if (requesterIds.length === 0) return [];
  const rows = await db
    .selectFrom('work_order')
    .selectAll()
    .where('requester_id', 'in', [...requesterIds])
    .where('confidential', '=', false)
    .where('anonymous', '=', false)
    .$if(Boolean(q.tail), (x) =>
      x.where(sql<boolean>`right(order_no, ${q.tail?.length ?? 0}::int) = ${q.tail ?? ''}`),
    )
    .orderBy('registered_at', 'desc')
    .orderBy('id', 'desc')
    .limit(q.limit)
    .execute();
  return rows as OrderRow[];
}

/** An order that waits for its citizen, and since when. */
export interface WaitingOrder {
  id: string;
  orderNo: string;
  /** Confidential or anonymous. */
  secret: boolean;
  emergency: boolean;
  askedAt: Date;
}

/**
 * Orders in one of the states whose citizen was asked for more, secret ones too: to know how many
 * wait, never to be shown to who has nothing but the telephone.
 */
export async function waitingOfCaller(
  db: Reader,
  requesterIds: readonly string[],
  states: readonly OrderState[],
): Promise<WaitingOrder[]> {
  if (requesterIds.length === 0) return [];
  const rows = await sql<WaitingOrder>`
    select o.id, o.order_no as "orderNo", o.confidential or o.anonymous as secret,
      o.emergency is not null as emergency, asked.at as "askedAt"
    from work_order o cross join lateral (select max(a.at) as at from act a
      where a.order_id = o.id and a.act = 'ask_supplement') asked
    where o.requester_id = any (${[...requesterIds]}::uuid[])
      and o.state = any (${[...states]}::text[]) and asked.at is not null
    order by asked.at desc limit 50`.execute(db);
  return rows.rows;
}

/** Who brought the order in, and whether its citizen was asked for more in this round and answered. */
export async function provenance(
  db: Reader,
  orderId: string,
  round: number,
): Promise<{ party: Party; supplemented: boolean }> {
  const rows = await db
    .selectFrom('act')
    .select(['act', 'party', 'round'])
    .where('order_id', '=', orderId)
    .where('act', 'in', ['register', 'supplement'])
    .orderBy('order_version')
    .execute();
  return {
    party: (rows.find((r) => r.act === 'register')?.party ?? 'system') as Party,
    supplemented: rows.some((r) => r.act === 'supplement' && r.round === round),
  };
}
