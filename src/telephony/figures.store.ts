import { sql } from 'kysely';
import type { Reader } from '../platform/db.ts';
import type { SeatState } from './limits.ts';
import { FRESH_SECONDS } from './rules.ts';
import type { ConnectRate } from './schema.ts';

/** Who waits now, and since when. */
export async function waitingNow(db: Reader): Promise<{ waiting: number; since: Date | null }> {
  const r = await sql<{ n: string; since: Date | null }>`
    select count(*) as n, min(queued_at) as since from call
    where state in ('queued','offered')
      and asked_at > app_now() - make_interval(secs => ${FRESH_SECONDS})`.execute(db);
  return { waiting: Number(r.rows[0]!.n), since: r.rows[0]!.since };
}

export interface DayCounts {
  entered: number;
  answered: number;
  in_time: number;
  abandoned: number;
  short: number;
}

/** Calls in that asked for a person, from one instant up to another, and what became of them. */
export async function countCalls(
  db: Reader,
  span: { from: Date; to: Date },
  limits: { answeredWithinSeconds: number; shortAbandonSeconds: number },
): Promise<DayCounts> {
  const r = await sql<Record<keyof DayCounts, string>>`
    select count(*) as entered,
      count(*) filter (where outcome = 'answered') as answered,
      count(*) filter (where outcome = 'answered'
        and answered_at <= entered_at + make_interval(secs => ${limits.answeredWithinSeconds})) as in_time,
      count(*) filter (where outcome = 'abandoned') as abandoned,
      count(*) filter (where outcome = 'abandoned'
        and ended_at < entered_at + make_interval(secs => ${limits.shortAbandonSeconds})) as short
    from call where direction = 'in' and entered_at >= ${span.from} and entered_at < ${span.to}
      and outcome is distinct from 'refused'`.execute(db);
  const row = r.rows[0]!;
  return {
    entered: Number(row.entered),
    answered: Number(row.answered),
    in_time: Number(row.in_time),
    abandoned: Number(row.abandoned),
    short: Number(row.short),
  };
}

/** Calls whose fate is known: one that still waits is neither answered nor not. */
export async function connected(db: Reader, from: Date, to: Date): Promise<ConnectRate> {
  const r = await sql<{ answered: string; entered: string }>`
    select count(*) filter (where outcome = 'answered') as answered, count(*) as entered
    from call where direction = 'in' and entered_at >= ${from} and entered_at < ${to}
      and outcome in ('answered','abandoned','missed')`.execute(db);
  return { answered: Number(r.rows[0]!.answered), entered: Number(r.rows[0]!.entered) };
}

/** Calls to return within the policy's time, and those past it; counted to a thousand. */
export async function countReturns(db: Reader): Promise<{ due: number; overdue: number }> {
  const r = await sql<{ due: string; overdue: string }>`
    select count(*) as due, count(*) filter (where due_at <= app_now()) as overdue
    from (select due_at from return_call where ended_at is null order by due_at limit 1000) x`.execute(
    db,
  );
  return { due: Number(r.rows[0]!.due), overdue: Number(r.rows[0]!.overdue) };
}

export async function countSeats(db: Reader): Promise<Map<SeatState, number>> {
  const r = await sql<{ state: SeatState; n: string }>`
    select state, count(*) as n from seat where state <> 'offline' group by state`.execute(db);
  return new Map(r.rows.map((x) => [x.state, Number(x.n)]));
}
