import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';
import type { ActTable, ActTextTable, ReplyTable } from '../../db/schema.ts';
import { WAIT_REASONS } from '../kernel/words.ts';
import type { GiveUpReason, MissingItem, Solved, WaitReason } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import { FINAL_STATES, ORDER_ACTS, ORDER_STATES } from './lifecycle.ts';
import type { OrderState } from './lifecycle.ts';
import type { InboxFacet, OrderQueue } from './schema.ts';
import type { AssignmentRow, OrderRow } from './store.ts';

/** Characters of the demand that a list shows. */
const EXCERPT = 80;

/** An order with its title, excerpt and current lead, as lists need it. */
export type ListedOrder = OrderRow & { title: string; excerpt: string; lead_id: string | null };
export type ListedAssignment = ListedOrder & {
  sort_at: Date;
  a_id: string;
  a_state: AssignmentRow['state'];
  a_kind: 'lead' | 'co';
  a_organization_id: string;
  a_created_at: Date;
  a_signed_at: Date | null;
  a_first_contact_at: Date | null;
  a_drafted: boolean;
};

/** Position in a list: the sorting instant and id of the last row shown. */
export interface Cursor {
  at: Date;
  id: string;
}

const listed = (db: Reader) =>
  db
    .selectFrom('work_order as o')
    .innerJoin('order_text as t', 't.order_id', 'o.id')
    .selectAll('o')
    .select([
      't.title',
      sql<string>`left(t.content, ${EXCERPT})`.as('excerpt'),
      sql<string | null>`(select l.organization_id from assignment l where l.order_id = o.id
        and l.kind = 'lead' and l.parent_id is null and l.round = o.round
        order by (l.state in ('returned','cancelled')), l.created_at desc limit 1)`.as('lead_id'),
    ]);

const OPEN: readonly OrderState[] = ORDER_STATES.filter((s) => !FINAL_STATES.includes(s));

interface QueueRule {
  states: readonly OrderState[];
  /** Only what is, or what is not, an emergency that nobody has handed over. */
  emergency?: boolean;
}
const QUEUES: Record<Exclude<OrderQueue, 'all'>, QueueRule> = {
  registered: { states: ['registered'] },
  pending_dispatch: { states: ['pending_dispatch'] },
  pending_audit: { states: ['pending_audit'] },
  pending_callback: { states: ['pending_callback'] },
  pending_close: { states: ['pending_close'] },
  emergency: { states: ['registered'], emergency: true },
  triage: { states: ['registered', 'pending_dispatch'], emergency: false },
  awaiting_supplement: { states: ['awaiting_supplement'] },
  transferred: { states: ['transferred'] },
  open: { states: OPEN },
};

const inQueue = (queue: Exclude<OrderQueue, 'all'>) => {
  const { states, emergency } = QUEUES[queue];
  const rule = sql<boolean>`o.state = any (${[...states]}::text[])`;
  if (emergency === undefined) return rule;
  return sql<boolean>`${rule} and ${emergency ? sql`o.emergency is not null` : sql`o.emergency is null`}`;
};

/** Sorts by the due instant of a joined clock; what has none (paused, no clock) comes last. */
const dueFirst = (clock: string) =>
  sql<Date>`coalesce(${sql.ref(`${clock}.due_at`)}, '2998-01-01'::timestamptz)`;

/** Emergencies before everything that is due, the oldest of them first. */
const emergencyFirst = sql<Date>`case when o.emergency is not null
  then o.registered_at - interval '20 years' else ${dueFirst('k')} end`;

/** What a queue is sorted by, and which way. */
function sortOf(queue: OrderQueue): { column: RawBuilder<Date>; newestFirst: boolean } {
  if (queue === 'all' || queue === 'open')
    return { column: sql<Date>`o.registered_at`, newestFirst: true };
  const column =
    queue === 'registered'
      ? emergencyFirst
      : queue === 'emergency'
        ? sql<Date>`o.registered_at`
        : queue === 'transferred'
          ? sql<Date>`o.state_since`
          : dueFirst('k');
  return { column, newestFirst: false };
}

/**
 * Orders waiting in a queue, the first due first; `open` and `all` show the newest first, emergencies
 * and what was handed over the oldest.
 */
export async function listQueue(
  db: Reader,
  { queue, wait }: { queue: OrderQueue; wait?: WaitReason | undefined },
  cursor: Cursor | null,
  limit: number,
): Promise<(ListedOrder & { sort_at: Date })[]> {
  const { column, newestFirst } = sortOf(queue);
  let q = listed(db)
    .leftJoin('live_clock as k', (j) => j.onRef('k.order_id', '=', 'o.id').on('k.shown', '=', true))
    .select(column.as('sort_at'));
  if (queue !== 'all') q = q.where(inQueue(queue));
  if (wait) {
    q = q.where(sql<boolean>`exists (select 1 from waiting_reason w where w.order_id = o.id
      and w.round = o.round and ${wait} = any (w.reasons))`);
  }
  if (cursor) {
    const compare = newestFirst ? sql`<` : sql`>`;
    q = q.where(
      sql<boolean>`(${column}, o.id) ${compare} (${cursor.at}::timestamptz, ${cursor.id}::uuid)`,
    );
  }
  const direction = newestFirst ? 'desc' : 'asc';
  return (await q
    .orderBy(column, direction)
    .orderBy('o.id', direction)
    .limit(limit)
    .execute()) as (ListedOrder & { sort_at: Date })[];
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

/** Most that a count says; beyond it a list shows "999+". */
const COUNT_MAX = 999;

/** How many wait in each queue, never counting further than needed for "999+". */
export async function countQueues(db: Reader): Promise<Record<Exclude<OrderQueue, 'all'>, number>> {
  const queues = Object.keys(QUEUES) as Exclude<OrderQueue, 'all'>[];
  const entries = await Promise.all(
    queues.map(async (queue) => {
      const rows = db
        .selectFrom('work_order as o')
        .select('o.id')
        .where(inQueue(queue))
        .limit(COUNT_MAX);
      const r = await db
        .selectFrom(rows.as('x'))
        .select(sql<string>`count(*)`.as('n'))
        .executeTakeFirstOrThrow();
      return [queue, Number(r.n)] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<Exclude<OrderQueue, 'all'>, number>;
}

/** Waiting orders that are looked at for their reasons; a queue of a city never grows so long. */
const WAITING_MAX = 20_000;

/** How many in triage wait for each reason; one order may wait for several. */
export async function countWaits(db: Reader): Promise<Record<WaitReason, number>> {
  const { rows } = await sql<{ reason: WaitReason; n: string }>`
    select reason, count(*) as n from (
      select w.reasons from work_order o
      join waiting_reason w on w.order_id = o.id and w.round = o.round
      where ${inQueue('triage')} limit ${WAITING_MAX}) x
    cross join lateral unnest(x.reasons) as reason group by reason`.execute(db);
  const known = new Map(rows.map((r) => [r.reason, Math.min(Number(r.n), COUNT_MAX)]));
  return Object.fromEntries(WAIT_REASONS.map((r) => [r, known.get(r) ?? 0])) as Record<
    WaitReason,
    number
  >;
}

/**
 * Orders by full number, or by at least the last four digits of the last 180 days; newest first.
 * @param unitIds only orders that these units hold; null = all.
 */
export async function findByNumber(
  db: Reader,
  digits: string,
  unitIds: readonly string[] | null,
): Promise<ListedOrder[]> {
  let q = listed(db).orderBy('o.registered_at', 'desc').limit(20);
  q =
    digits.length >= 14
      ? q.where('o.order_no', '=', digits)
      : q
          .where('o.order_no', 'like', `%${digits}`)
          .where('o.registered_at', '>', sql<Date>`app_now() - interval '180 days'`);
  if (unitIds) {
    q = q.where(sql<boolean>`exists (select 1 from assignment f
      where f.order_id = o.id and f.organization_id = any (${[...unitIds]}::uuid[]))`);
  }
  return (await q.execute()) as ListedOrder[];
}

export async function listByIds(db: Reader, ids: readonly string[]): Promise<ListedOrder[]> {
  if (ids.length === 0) return [];
  return (await listed(db)
    .where('o.id', 'in', [...ids])
    .execute()) as ListedOrder[];
}

/** Orders of the same requesters, newest first, at most 20. */
/** A confidential demand is never found by who raised it. */
export async function listByRequesters(
  db: Reader,
  requesterIds: readonly string[],
): Promise<ListedOrder[]> {
  if (requesterIds.length === 0) return [];
  return (await listed(db)
    .where('o.requester_id', 'in', [...requesterIds])
    .where('o.confidential', '=', false)
    .orderBy('o.registered_at', 'desc')
    .limit(20)
    .execute()) as ListedOrder[];
}

const drafted = sql<boolean>`exists (select 1 from reply r where r.assignment_id = a.id and r.state = 'draft')`;
const working = sql<boolean>`o.state in ('dispatched','in_progress') and a.round = o.round and not a.waived`;

const FACETS: Record<InboxFacet, ReturnType<typeof sql<boolean>>> = {
  open: sql<boolean>`a.state in ('pending_sign','signed') and ${working}`,
  pending_sign: sql<boolean>`a.state = 'pending_sign' and ${working}`,
  signed: sql<boolean>`a.state = 'signed' and ${working} and not ${drafted}`,
  draft: sql<boolean>`a.state = 'signed' and ${working} and ${drafted}`,
  submitted: sql<boolean>`a.state = 'submitted' and o.closed_at is null`,
  done: sql<boolean>`(a.state in ('accepted','returned','cancelled') or (a.state = 'submitted' and o.closed_at is not null) or (a.state in ('pending_sign','signed') and not (${working})))`,
};

/** Assignments of the units in reach, oldest first (finished ones newest first). */
export async function listInbox(
  db: Reader,
  unitIds: readonly string[],
  facet: InboxFacet,
  cursor: Cursor | null,
  limit: number,
): Promise<ListedAssignment[]> {
  if (unitIds.length === 0) return [];
  const newestFirst = facet === 'done' || facet === 'submitted';
  const sortAt = newestFirst ? sql<Date>`a.created_at` : dueFirst('k');
  let q = listed(db)
    .innerJoin('assignment as a', 'a.order_id', 'o.id')
    .leftJoin('live_clock as k', (j) =>
      j.onRef('k.subject_id', '=', 'a.id').on('k.clock', 'in', ['final', 'co']),
    )
    .select([
      'a.id as a_id',
      'a.state as a_state',
      'a.kind as a_kind',
      'a.organization_id as a_organization_id',
      'a.created_at as a_created_at',
      'a.signed_at as a_signed_at',
      'a.first_contact_at as a_first_contact_at',
      drafted.as('a_drafted'),
      sortAt.as('sort_at'),
    ])
    .where('a.organization_id', 'in', [...unitIds])
    .where(FACETS[facet]);
  if (cursor) {
    const compare = newestFirst ? sql`<` : sql`>`;
    q = q.where(
      sql<boolean>`(${sortAt}, a.id) ${compare} (${cursor.at}::timestamptz, ${cursor.id}::uuid)`,
    );
  }
  const direction = newestFirst ? 'desc' : 'asc';
  return (await q
    .orderBy(sortAt, direction)
    .orderBy('a.id', direction)
    .limit(limit)
    .execute()) as unknown as ListedAssignment[];
}

export async function countInbox(
  db: Reader,
  unitIds: readonly string[],
): Promise<Record<InboxFacet, number>> {
  const entries = await Promise.all(
    (Object.keys(FACETS) as InboxFacet[]).map(async (facet) => {
      if (unitIds.length === 0) return [facet, 0] as const;
      const rows = db
        .selectFrom('work_order as o')
        .innerJoin('assignment as a', 'a.order_id', 'o.id')
        .select('a.id')
        .where('a.organization_id', 'in', [...unitIds])
        .where(FACETS[facet])
        .limit(COUNT_MAX);
      const r = await db
        .selectFrom(rows.as('x'))
        .select(sql<string>`count(*)`.as('n'))
        .executeTakeFirstOrThrow();
      return [facet, Number(r.n)] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<InboxFacet, number>;
}

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

/** Days within which a closed order may still be redone. */
const REDO_DAYS = ORDER_ACTS.redo.window.closedDaysMax;

/**
 * A redo was proposed (the citizen said "not solved", or told an operator so), and the time
 * for a redo is not over.
 */
const redoWaits = sql<boolean>`redo_proposed and (state in ('pending_callback', 'pending_close')
  or (state = 'closed' and closed_at > app_now() - ${REDO_DAYS} * interval '1 day'))`;

/** Orders for which a redo is proposed, those that wait longest first. */
export async function listRedoProposed(db: Reader, cursor: Cursor | null, limit: number) {
  let q = db.selectFrom('work_order').select(['id', 'round', 'state_since']).where(redoWaits);
  if (cursor)
    q = q.where(sql<boolean>`(state_since, id) > (${cursor.at}::timestamptz, ${cursor.id}::uuid)`);
  return q.orderBy('state_since').orderBy('id').limit(limit).execute();
}

export async function countRedoProposed(db: Reader): Promise<number> {
  const rows = db.selectFrom('work_order').select('id').where(redoWaits).limit(COUNT_MAX);
  const r = await db
    .selectFrom(rows.as('x'))
    .select(sql<string>`count(*)`.as('n'))
    .executeTakeFirstOrThrow();
  return Number(r.n);
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
