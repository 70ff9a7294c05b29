/** Counting and listing living clocks for boards; every figure and its list come from the same condition. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Clock, Lamp } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import type { DeadlineRow } from './store.ts';

/** Which clocks: of these kinds, held by these units (null: whoever). */
export interface ClockFilter {
  clocks: readonly Clock[];
  organizationIds: readonly string[] | null;
  /** Of these kinds only the clocks by which an order is shown. */
  leading?: readonly Clock[];
  lamps?: readonly Lamp[];
  urgency?: string;
  channel?: string;
}

/** `lampOf` of lamp.ts said again in SQL; a test compares both over random rows. */
const LAMP = sql<Lamp>`case when d.state = 'paused' then 'paused'
  when d.due_at < t.now then 'overdue' when d.today_at <= t.now then 'today'
  when d.soon_at <= t.now then 'soon' when d.provisional then 'provisional' else 'roomy' end`;

/** Sorts paused clocks, which have no due instant, last; whole milliseconds, as cursors keep them. */
const ORDER_AT = sql<Date>`date_trunc('milliseconds', coalesce(d.due_at, '2999-01-01'::timestamptz))`;

const conditions = (f: ClockFilter): RawBuilder<unknown> => {
  const parts = [
    sql`d.state <> 'stopped'`,
    sql`d.clock = any (${[...f.clocks]}::text[])`,
    ...(f.organizationIds
      ? [sql`d.organization_id = any (${[...f.organizationIds]}::uuid[])`]
      : []),
    ...(f.leading ? [sql`(d.shown or d.clock <> all (${[...f.leading]}::text[]))`] : []),
    ...(f.lamps ? [sql`(${LAMP}) = any (${[...f.lamps]}::text[])`] : []),
    ...(f.urgency ? [sql`d.urgency = ${f.urgency}`] : []),
    ...(f.channel ? [sql`d.channel = ${f.channel}`] : []),
  ];
  return sql.join(parts, sql` and `);
};

const at = (now: Date | null) =>
  now ? sql`select ${now}::timestamptz as now` : sql`select app_now() as now`;

/** How many clocks of a kind show a lamp: of all, or of one unit, urgency or channel. */
export interface LampCount {
  clock: Clock;
  by: 'all' | 'unit' | 'urgency' | 'channel';
  key: string;
  lamp: Lamp;
  n: number;
}

interface Counted {
  clock: Clock | null;
  unit: string | null;
  urgency: string | null;
  channel: string | null;
  /** Bits of `grouping`: 4 no unit, 2 no urgency, 1 no channel. */
  without: number;
  lamp: Lamp;
  n: string;
  next: Date | null;
  now: Date;
}

const BY: Record<number, LampCount['by']> = { 7: 'all', 3: 'unit', 5: 'urgency', 6: 'channel' };

/**
 * Counts living clocks by kind and lamp at one instant; the totals, and by unit, urgency, channel.
 * @returns the cells, the instant, and the next instant after which a lamp changes by itself.
 */
export async function countLamps(
  db: Reader,
  f: ClockFilter,
  now: Date | null = null,
): Promise<{ cells: LampCount[]; at: Date; next: Date | null }> {
  const r = await sql<Counted>`
    with t as materialized (${at(now)}), lit as (
      select d.clock, d.organization_id as unit, d.urgency, d.channel, ${LAMP} as lamp,
        case when d.state = 'running' then least(
          case when d.due_at >= t.now then d.due_at end,
          case when d.today_at > t.now then d.today_at end,
          case when d.soon_at > t.now then d.soon_at end) end as next
      from deadline d, t where ${conditions(f)}
    ), cells as materialized (
      -- Hashed once, small afterwards: four groupings of all rows would sort them three times.
      select clock, unit, urgency, channel, lamp, count(*) as n, min(next) as next
      from lit group by clock, unit, urgency, channel, lamp
    ), counted as (
      select clock, unit, urgency, channel, grouping(unit, urgency, channel) as without, lamp,
        sum(n) as n, min(next) as next
      from cells group by grouping sets
        ((clock, lamp), (clock, lamp, unit), (clock, lamp, urgency), (clock, lamp, channel))
    ) select counted.*, t.now from t left join counted on true`.execute(db);
  const cells = r.rows.flatMap((x): LampCount[] => {
    if (x.clock === null) return [];
    const key = x.unit ?? x.urgency ?? x.channel ?? '';
    return [{ clock: x.clock, by: BY[x.without]!, key, lamp: x.lamp, n: Number(x.n) }];
  });
  const times = r.rows.flatMap((x) => x.next?.getTime() ?? []);
  return {
    cells,
    at: r.rows[0]!.now,
    next: times.length > 0 ? new Date(Math.min(...times)) : null,
  };
}

/** Clocks by due instant, the longest overdue first, paused ones last. */
export async function listClocks(
  db: Reader,
  f: ClockFilter,
  cursor: { at: Date; id: string } | null,
  limit: number,
): Promise<(DeadlineRow & { orderAt: Date })[]> {
  const after = cursor
    ? sql`and (${ORDER_AT}, d.id) > (${cursor.at}::timestamptz, ${cursor.id}::uuid)`
    : sql``;
  const r = await sql<DeadlineRow & { orderAt: Date }>`
    with t as materialized (select app_now() as now)
    select d.*, ${ORDER_AT} as "orderAt" from deadline d, t
    where ${conditions(f)} ${after} order by ${ORDER_AT}, d.id limit ${limit}`.execute(db);
  return r.rows;
}
