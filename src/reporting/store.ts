/** Facts of the rates and their numbers, as migration 0021 keeps them by the rules of `rules.ts`. */
import { sql } from 'kysely';
import type { Rate, RateExclusion, RateOutcome } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';

/** Facts from the first instant to before the last, of some units; null = of all. */
export interface FactRange {
  from: Date;
  to: Date;
  unitIds: readonly string[] | null;
}

/** One unit alone is named as one: its index then gives the rows in their order. */
const ofUnits = ({ unitIds }: FactRange) => {
  if (!unitIds) return sql``;
  if (unitIds.length === 1) return sql`and organization_id = ${unitIds[0]!}::uuid`;
  return sql`and organization_id = any (${[...unitIds]}::uuid[])`;
};

export interface Count {
  rate: Rate;
  organizationId: string;
  month: string;
  /** `met`, `partly`, `missed`, or `-` and the reason it is left out. */
  code: string;
  n: number;
  strict: number;
  policyOnly: number;
}

/**
 * Facts by rate, unit, month of the city and verdict: what was added up, and what came since. Exact at
 * any instant; how many facts there are does not matter.
 * @param range of whole months.
 */
export async function countFacts(db: Reader, range: FactRange): Promise<Count[]> {
  const line = sql`string_agg(concat_ws(' ', rate, organization_id, month, code, n, strict, policy_only), ',')`;
  const months = sql`month >= city_month(${range.from}::timestamptz)
    and month < city_month(${range.to}::timestamptz) ${ofUnits(range)}`;
  // As one text, and added up here: a thousand rows take longer to send and to read than to find.
  const { rows } = await sql<{ lines: string | null }>`
    select ${line} as lines from rate_count where ${months} union all
    select ${line} from rate_change where ${months} and ripe_at <= (select app_now())`.execute(db);
  const sums = new Map<string, Count>();
  for (const text of rows.flatMap((r) => r.lines?.split(',') ?? [])) {
    const [rate, organizationId, day, code, ...figures] = text.split(' ') as [Rate, string, string, string]; // prettier-ignore
    const [n = 0, strict = 0, policyOnly = 0] = (figures as string[]).map(Number);
    const month = day.slice(0, 7);
    const key = `${rate} ${organizationId} ${month} ${code}`;
    const sum = sums.get(key);
    if (sum) {
      sum.n += n;
      sum.strict += strict;
      sum.policyOnly += policyOnly;
    } else sums.set(key, { rate, organizationId, month, code, n, strict, policyOnly });
  }
  return [...sums.values()].filter((c) => c.n !== 0);
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
  const r = await sql<FactRow>`
    select fact_id as "factId", order_id as "orderId", organization_id as "organizationId", code, value, at
    from rate_fact where rate = ${rate} and at >= ${range.from} and at < ${range.to}
      and ripe_at <= (select app_now()) ${ofUnits(range)}
      and (code = any (${[...codes]}::text[]) or (${codes.includes('-')} and code like '-%'))
      ${cursor ? sql`and (at, fact_id) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)` : sql``}
    order by at desc, fact_id desc limit ${limit}`.execute(db);
  return r.rows;
}

/** A verdict's code, taken apart. */
export const verdictOf = (code: string): { outcome: RateOutcome; reason: RateExclusion | null } =>
  code.startsWith('-')
    ? { outcome: 'excluded', reason: code.slice(1) as RateExclusion }
    : { outcome: code as RateOutcome, reason: null };
