/** The rules of `rules.ts` in SQL, over the facts that migration 0005 gathers. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { CITY_OFFSET_MS } from '../kernel/clock.ts';
import type { Rate, RateExclusion, RateOutcome } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import { GONE_CLOSINGS, RATE_RULES } from './rules.ts';

const GONE = sql`f.closing_type = any (${[...GONE_CLOSINGS]}::text[])`;

/** One code for each fact: `met`, `partly`, `missed`, or `-` and the reason it is left out; null: not yet. */
const RESPONSE = sql<string | null>`case
  when f.assignment_state in ('returned', 'cancelled') or coalesce(${GONE}, false) then '-gone'
  when f.type = 'praise' then '-praise'
  when f.anonymous then '-anonymous'
  when not f.has_number then '-no_number'
  when not f.clocked then null
  when f.said_contacted = false then 'missed'
  when f.met then 'met'
  when f.met = false then 'missed'
  when f.due_at < app_now() or f.assignment_state in ('submitted', 'accepted') then 'missed'
end`;
const SILENCE = sql`case
  when f.answered then '-no_opinion'
  when coalesce(f.given_up, 'link_expired') = 'link_expired' then '-unreachable'
  when f.given_up = 'declined' then '-declined'
  else '-exempt'
end`;
const SOLVED = sql<string | null>`case
  when f.type in ('consultation', 'suggestion', 'praise') then '-' || f.type
  when f.closing_type = 'unreasonable' then '-unreasonable'
  when f.solved is null then ${SILENCE}
  when f.solved = 'solved' then 'met'
  when f.solved = 'partly_solved' then 'partly'
  else 'missed'
end`;
const SATISFACTION = sql<string | null>`case
  when f.closing_type = 'unreasonable' then '-unreasonable'
  when f.satisfaction is null then ${SILENCE}
  when f.satisfaction >= ${RATE_RULES.satisfiedFrom}::integer then 'met'
  else 'missed'
end`;

interface Source {
  view: RawBuilder<unknown>;
  /** Every instant that may be a fact's `at`; these have indexes, the `at` of `view` has none. */
  instants: RawBuilder<unknown>;
  code: RawBuilder<string | null>;
  value: RawBuilder<string | null>;
  strict: RawBuilder<boolean>;
  policyOnly: RawBuilder<boolean>;
}
const NEVER = sql<boolean>`false`;
const SOURCES: Record<Rate, Source> = {
  response: {
    view: sql`response_fact`,
    instants: sql`response_instant`,
    code: RESPONSE,
    value: sql`null::text`,
    strict: NEVER,
    policyOnly: NEVER,
  },
  solved: {
    view: sql`callback_fact`,
    instants: sql`callback_instant`,
    code: SOLVED,
    value: sql`f.solved`,
    strict: NEVER,
    policyOnly: NEVER,
  },
  satisfaction: {
    view: sql`callback_fact`,
    instants: sql`callback_instant`,
    code: SATISFACTION,
    value: sql`f.satisfaction::text`,
    strict: sql<boolean>`coalesce(f.satisfaction >= ${RATE_RULES.strictFrom}::integer, false)`,
    policyOnly: sql<boolean>`coalesce(f.satisfaction < ${RATE_RULES.satisfiedFrom}::integer
      and f.reasons = array['policy'], false)`,
  },
};

/** Facts from the first instant to before the last, of some units; null = of all. */
export interface FactRange {
  from: Date;
  to: Date;
  unitIds: readonly string[] | null;
}

/**
 * The facts of a range as `f`, found by their instants; `offset 0` keeps the planner from reading the
 * whole view to join it.
 */
const factsNear = (s: Source, r: FactRange) => sql`(select distinct i.fact_id from ${s.instants} i
    where i.at >= ${r.from}::timestamptz and i.at < ${r.to}::timestamptz) near
  cross join lateral (select * from ${s.view} v where v.fact_id = near.fact_id offset 0) f`;

const inRange = (r: FactRange) => sql`f.at >= ${r.from} and f.at < ${r.to} and f.at <= app_now()
  ${r.unitIds ? sql`and f.organization_id = any (${[...r.unitIds]}::uuid[])` : sql``}`;

/** Month of the city that an instant lies in. */
const MONTH = sql<string>`to_char(f.at at time zone 'UTC' + ${CITY_OFFSET_MS} * interval '1 millisecond', 'YYYY-MM')`;

export interface Count {
  organizationId: string;
  month: string;
  code: string;
  n: number;
  strict: number;
  policyOnly: number;
}

/** Facts of a rate by unit, month and verdict. */
export async function countFacts(db: Reader, rate: Rate, range: FactRange): Promise<Count[]> {
  const s = SOURCES[rate];
  const r = await sql<Omit<Count, 'n' | 'strict' | 'policyOnly'> & Record<string, string>>`
    select organization_id as "organizationId", month, code, count(*) as n,
      count(*) filter (where strict) as strict, count(*) filter (where "policyOnly") as "policyOnly"
    from (select f.organization_id, ${MONTH} as month, ${s.code} as code, ${s.strict} as strict,
        ${s.policyOnly} as "policyOnly"
      from ${factsNear(s, range)} where ${inRange(range)} and f.organization_id is not null) x
    where code is not null group by 1, 2, 3`.execute(db);
  return r.rows.map((x) => ({
    organizationId: x.organizationId,
    month: x.month,
    code: x.code,
    n: Number(x.n),
    strict: Number(x.strict),
    policyOnly: Number(x.policyOnly),
  }));
}

export interface FactRow {
  factId: string;
  orderId: string;
  organizationId: string;
  code: string;
  value: string | null;
  at: Date;
}

/** Facts behind a figure, newest first. @param codes of the verdicts wanted; `-` = all left out. */
export async function listFacts(
  db: Reader,
  rate: Rate,
  range: FactRange,
  codes: readonly string[],
  cursor: { at: Date; id: string } | null,
  limit: number,
): Promise<FactRow[]> {
  const s = SOURCES[rate];
  const at = sql`date_trunc('milliseconds', f.at)`;
  const r = await sql<FactRow>`select * from (
      select f.fact_id as "factId", f.order_id as "orderId", f.organization_id as "organizationId",
        ${s.code} as code, ${s.value} as value, ${at} as at
      from ${factsNear(s, range)} where ${inRange(range)} and f.organization_id is not null) x
    where (code = any (${[...codes]}::text[]) or (${codes.includes('-')} and code like '-%'))
      ${cursor ? sql`and (at, "factId") < (${cursor.at}::timestamptz, ${cursor.id}::uuid)` : sql``}
    order by at desc, "factId" desc limit ${limit}`.execute(db);
  return r.rows;
}

/** A verdict's code, taken apart. */
export const verdictOf = (code: string): { outcome: RateOutcome; reason: RateExclusion | null } =>
  code.startsWith('-')
    ? { outcome: 'excluded', reason: code.slice(1) as RateExclusion }
    : { outcome: code as RateOutcome, reason: null };
