/** The queues of the centre: orders as lists show them, and how many there are. */
import { sql } from 'kysely';
import type { AliasedExpression, RawBuilder } from 'kysely';
import { URGENCIES, WAIT_REASONS } from '../kernel/words.ts';
import type { WaitReason } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import { FINAL_STATES, ORDER_ACTS, ORDER_STATES } from './lifecycle.ts';
import type { OrderState } from './lifecycle.ts';
import { endsWith } from './number.store.ts';
import type { OrderQueue, WaitingQueue } from './schema.ts';
import type { OrderRow } from './store.ts';

/** Characters of the demand that a list shows. */
const EXCERPT = 80;

/** An order with its title, excerpt and current lead, as lists need it. */
export type ListedOrder = OrderRow & { title: string; excerpt: string; lead_id: string | null };

/** Position in a list: the sorting instant and id of the last row shown. */
export interface Cursor {
  at: Date;
  id: string;
}

/** What comes behind the cursor in a list that is sorted by `column`, then `id`. */
export const behind = (
  cursor: Cursor,
  column: RawBuilder<Date>,
  id: 'id' | 'o.id' | 'a.id',
  newestFirst = false,
) =>
  sql<boolean>`(${column}, ${sql.ref(id)}) ${newestFirst ? sql`<` : sql`>`}
    (${cursor.at}::timestamptz, ${cursor.id}::uuid)`;

export const listed = (db: Reader) =>
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
const QUEUES: Record<WaitingQueue, QueueRule> = {
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

const inQueue = (queue: WaitingQueue) => {
  const { states, emergency } = QUEUES[queue];
  const rule = sql<boolean>`o.state = any (${[...states]}::text[])`;
  if (emergency === undefined) return rule;
  return sql<boolean>`${rule} and ${emergency ? sql`o.emergency is not null` : sql`o.emergency is null`}`;
};

/** Sorts by the due instant of a joined clock; what has none (paused, no clock) comes last. */
export const dueFirst = (clock: string) =>
  sql<Date>`coalesce(${sql.ref(`${clock}.due_at`)}, '2998-01-01'::timestamptz)`;

/** Emergencies before everything that is due, the oldest of them first. */
const emergencyFirst = sql<Date>`case when o.emergency is not null
  then o.registered_at - interval '20 years' else ${dueFirst('k')} end`;

/** The most urgent before all others, however long these wait; then who waits longest. */
const urgentFirst = sql<Date>`o.state_since
  + coalesce(array_position(${[...URGENCIES]}::text[], o.urgency), ${URGENCIES.length}) * interval '20 years'`;

/** What a queue is sorted by, and which way. */
function sortOf(queue: OrderQueue): { column: RawBuilder<Date>; newestFirst: boolean } {
  if (queue === 'all' || queue === 'open' || queue === 'auto_dispatched')
    return { column: sql<Date>`o.registered_at`, newestFirst: true };
  const column =
    queue === 'registered'
      ? emergencyFirst
      : queue === 'emergency'
        ? sql<Date>`o.registered_at`
        : queue === 'transferred'
          ? sql<Date>`o.state_since`
          : queue === 'pending_audit'
            ? urgentFirst
            : dueFirst('k');
  return { column, newestFirst: false };
}

interface Listing {
  queue: OrderQueue;
  wait?: WaitReason | undefined;
  /** The orders of `auto_dispatched`, which another module knows. */
  ids?: readonly string[];
}

/**
 * Orders waiting in a queue, the first due first; `open` and `all` show the newest first, emergencies
 * and what was handed over the oldest; the audit takes the most urgent before what waits longest.
 */
export async function listQueue(
  db: Reader,
  { queue, wait, ids = [] }: Listing,
  cursor: Cursor | null,
  limit: number,
): Promise<(ListedOrder & { sort_at: Date })[]> {
  const { column, newestFirst } = sortOf(queue);
  let q = listed(db)
    .leftJoin('live_clock as k', (j) => j.onRef('k.order_id', '=', 'o.id').on('k.shown', '=', true))
    .select(column.as('sort_at'));
  if (queue === 'auto_dispatched') q = q.where(sql<boolean>`o.id = any (${[...ids]}::uuid[])`);
  else if (queue !== 'all') q = q.where(inQueue(queue));
  if (wait) {
    q = q.where(sql<boolean>`exists (select 1 from waiting_reason w where w.order_id = o.id
      and w.round = o.round and ${wait} = any (w.reasons))`);
  }
  if (cursor) q = q.where(behind(cursor, column, 'o.id', newestFirst));
  const direction = newestFirst ? 'desc' : 'asc';
  return (await q
    .orderBy(column, direction)
    .orderBy('o.id', direction)
    .limit(limit)
    .execute()) as (ListedOrder & { sort_at: Date })[];
}

/** Most that a count says; beyond it a list shows "999+". */
export const COUNT_MAX = 999;

/** @param rows at most COUNT_MAX of them: nothing is counted further than "999+" needs. */
export async function countOf(
  db: Reader,
  rows: AliasedExpression<{ id: string }, 'x'>,
): Promise<number> {
  const r = await db
    .selectFrom(rows)
    .select(sql<string>`count(*)`.as('n'))
    .executeTakeFirstOrThrow();
  return Number(r.n);
}

/** How many wait in each queue. */
export async function countQueues(db: Reader): Promise<Record<WaitingQueue, number>> {
  const queues = Object.keys(QUEUES) as WaitingQueue[];
  const entries = await Promise.all(
    queues.map(async (queue) => {
      const rows = db
        .selectFrom('work_order as o')
        .select('o.id')
        .where(inQueue(queue))
        .limit(COUNT_MAX);
      return [queue, await countOf(db, rows.as('x'))] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<WaitingQueue, number>;
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
      : // "offset 0": a few rows are found by their ends and then sorted, never all by time and then looked at.
        q.where(
          sql<boolean>`o.id in (select e.id from (select o.id from work_order o
            where ${endsWith(digits)} and o.registered_at > app_now() - interval '180 days' offset 0) e)`,
        );
  if (unitIds) q = q.where(heldBy(unitIds));
  return (await q.execute()) as ListedOrder[];
}

const heldBy = (unitIds: readonly string[]) =>
  sql<boolean>`exists (select 1 from assignment f
    where f.order_id = o.id and f.organization_id = any (${[...unitIds]}::uuid[]))`;

/** Most orders that a search shows. */
const FOUND_MAX = 20;
/** Spans of three days, from the newest order back, that are searched before all there are. */
const SPANS = [2, 8, 64, null] as const;
/** As 0018 indexes them. */
const SAID = sql`t.title || ' ' || t.content || ' ' || t.address`;

/** The newest spans, as `order_words` writes them: five digits of an id. */
const newestSpans = (n: number) => sql`array(select lpad(to_hex(span), 5, '0')
  from (select ('x' || left(id::text, 5))::bit(20)::int as last from work_order
    order by registered_at desc, id desc limit 1) newest
  cross join generate_series(greatest(last - ${n - 1}::int, 0), last) as span)`;

/** The newest orders of some spans in whose demand all the words stand. */
function saidIn(
  spans: number | null,
  words: readonly string[],
  unitIds: readonly string[] | null,
): RawBuilder<unknown> {
  const within = spans === null ? sql`'{}'::text[]` : newestSpans(spans);
  // Offset 0: the planner would else read all that a unit ever held.
  const held = unitIds
    ? sql`and exists (select 1 from assignment f where f.order_id = hit.order_id
        and f.organization_id = any (${[...unitIds]}::uuid[]) offset 0)`
    : sql``;
  // Offset 0: the planner would else read newest first and take every demand apart; and join all the hits.
  // As it is, they are looked at from the newest back until enough are found that the reader may see: a
  // unit finds its own, however many others said it since.
  return sql`select hit.order_id from (select said.order_id from (select t.order_id from order_text t
      where order_words(t.order_id, ${SAID}) @@ (select words_query(${words.join(' ')}, ${within})) offset 0) said
      order by said.order_id desc) hit
    cross join lateral (select 1 from work_order o join order_text t on t.order_id = o.id
      where o.id = hit.order_id and not o.confidential ${held}
        -- Pairs side by side are not yet the word.
        and not exists (select 1 from unnest(${[...words]}::text[]) w
          where position(lower(w) in lower(${SAID})) = 0) offset 0) shown
    order by hit.order_id desc limit ${FOUND_MAX}`;
}

/**
 * Orders in whose demand all these words stand, newest first; two characters suffice. A confidential
 * demand is found by its number alone. What many said is found among the newest spans, so that how
 * many orders there ever were matters as little as how many said it.
 * @param unitIds only orders that these units hold; null = all.
 */
export async function findByWords(
  db: Reader,
  words: readonly string[],
  unitIds: readonly string[] | null,
): Promise<ListedOrder[]> {
  // One statement: each step is taken only where the one before found too few.
  const steps = SPANS.map((spans, i) => {
    const found = saidIn(spans, words, unitIds);
    const enough = SPANS.slice(0, i).map(
      (_, before) => sql`(select count(*) from ${sql.ref(`step${before}`)}) >= ${FOUND_MAX}`,
    );
    return sql`${sql.ref(`step${i}`)} as materialized (select x.order_id from (${found}) x
      where not (${sql.join([sql`false`, ...enough], sql` or `)}))`;
  });
  const all = SPANS.map((_, i) => sql`select order_id from ${sql.ref(`step${i}`)}`);
  return (await listed(db)
    .where(sql<boolean>`o.id = any (array(with ${sql.join(steps)} ${sql.join(all, sql` union `)}))`)
    .orderBy('o.registered_at', 'desc')
    .limit(FOUND_MAX)
    .execute()) as ListedOrder[];
}

export async function listByIds(db: Reader, ids: readonly string[]): Promise<ListedOrder[]> {
  if (ids.length === 0) return [];
  return (await listed(db)
    .where('o.id', 'in', [...ids])
    .execute()) as ListedOrder[];
}

/**
 * Orders of the same requesters, newest first, at most 20. A confidential demand is never found by
 * who raised it.
 */
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
  if (cursor) q = q.where(behind(cursor, sql<Date>`state_since`, 'id'));
  return q.orderBy('state_since').orderBy('id').limit(limit).execute();
}

export async function countRedoProposed(db: Reader): Promise<number> {
  const rows = db.selectFrom('work_order').select('id').where(redoWaits).limit(COUNT_MAX);
  return countOf(db, rows.as('x'));
}
