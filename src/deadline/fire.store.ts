import { sql } from 'kysely';
import type { Clock, LadderAction } from '../kernel/words.ts';
import type { Db, DbTx, Reader } from '../platform/db.ts';

/** Width of a bucket of due instants in milliseconds: one delayed job wakes up for each (decisions.md, Timers). */
export const BUCKET_MS = 250;

/** A step that was claimed, with what its clock says of itself. */
export interface Claimed {
  deadlineId: string;
  epoch: number;
  step: string;
  level: number;
  action: LadderAction;
  fireAt: Date;
  subjectId: string;
  clock: Clock;
  orderId: string;
  organizationId: string | null;
}

/**
 * Claims the steps that are due at `now` of at most `limit` clocks that run, the longest overdue
 * first; of such a clock all that are due. Whoever sets `fired_at` has it: the clock's row is locked,
 * so two processes never claim the same step, and an act that stops or pauses the clock comes before
 * or after. A clock that somebody else holds is passed over.
 * An instant exactly on the due instant is in time, hence `<`.
 */
export async function claimDue(db: DbTx, now: Date, limit: number): Promise<Claimed[]> {
  const r = await sql<Claimed>`/* planned anew */
    with held as materialized (
      select d.id, d.subject_id, d.clock, d.order_id, d.organization_id
      from deadline_step s join deadline d on d.id = s.deadline_id
      where s.fired_at is null and s.fire_at < ${now}::timestamptz and d.state = 'running'
      order by s.fire_at limit ${limit} for update of d skip locked
    ), taken as materialized (
      select distinct * from held
    ), fired as (
      update deadline_step s set fired_at = ${now}::timestamptz from taken
      where s.deadline_id = taken.id and s.fired_at is null and s.fire_at < ${now}::timestamptz
      returning s.deadline_id, s.epoch, s.step, s.level, s.action, s.fire_at
    ), raised as (
      update deadline d set level = f.level
      from (select deadline_id, max(level) as level from fired group by deadline_id) f
      where d.id = f.deadline_id and d.level < f.level
    )
    select f.deadline_id as "deadlineId", f.epoch, f.step, f.level, f.action, f.fire_at as "fireAt",
      taken.subject_id as "subjectId", taken.clock, taken.order_id as "orderId",
      taken.organization_id as "organizationId"
    from fired f join taken on taken.id = f.deadline_id
    order by f.fire_at, f.deadline_id, f.level, f.step`.execute(db);
  return r.rows;
}

/** Whether a step is due of a clock that runs: someone who was passed over has to look again. */
export async function anyDue(db: Reader): Promise<boolean> {
  const r = await sql<{ any: boolean }>`
    with t as materialized (select app_now() as now)
    select exists (select 1 from deadline_step s join deadline d on d.id = s.deadline_id
      where s.fired_at is null and s.fire_at < t.now and d.state = 'running') as any
    from t`.execute(db);
  return r.rows[0]!.any;
}

/** When the next step of a clock that runs falls due; the past where one is due already. */
export async function nextStepAt(db: Reader): Promise<Date | null> {
  const r = await sql<{ at: Date | null }>`
    select s.fire_at as at from deadline_step s join deadline d on d.id = s.deadline_id
    where s.fired_at is null and d.state = 'running' and s.fire_at >= app_now()
    order by s.fire_at limit 1`.execute(db);
  return r.rows[0]?.at ?? null;
}

/** When to wake up, on the platform's clock as it goes at this moment. */
export interface Wakes {
  /** Ends of buckets that lie ahead, in milliseconds. */
  buckets: number[];
  /** Something is due already. */
  overdue: boolean;
  now: number;
  /** How far the platform's clock is from the database's. */
  offset: number;
  /** How many steps this covers. */
  steps: number;
}

interface WakeRow {
  bucket: string | null;
  steps: string;
  now: Date;
  offset: string;
}

const wakesOf = (rows: WakeRow[]): Wakes => {
  const now = rows[0]!.now.getTime();
  const ends = rows.flatMap((r) => (r.bucket === null ? [] : Number(r.bucket)));
  return {
    buckets: ends.filter((end) => end > now),
    overdue: ends.some((end) => end <= now),
    now,
    offset: Number(rows[0]!.offset),
    steps: rows.reduce((sum, r) => sum + Number(r.steps), 0),
  };
};

/** The clock and its offset, read at once: what is computed with one is named by the other. */
const CLOCK = sql`select app_now() as now, app_offset_ms() as "offset"`;
/** End of the bucket of a step; all that is due already shares the bucket of this moment. */
const bucketOf = (step: string) =>
  sql`(floor(extract(epoch from greatest(${sql.ref(step)}, t.now - ${BUCKET_MS} * interval '1 millisecond'))
    * 1000 / ${BUCKET_MS}) + 1) * ${BUCKET_MS}`;

/** Takes steps that fall due within the horizon and were not armed, and marks them; the nearest first. */
export async function takeUnarmed(db: Db, horizonMs: number, limit: number): Promise<Wakes> {
  const r = await sql<WakeRow>`
    with t as materialized (${CLOCK}), near as materialized (
      select s.deadline_id, s.epoch, s.step from deadline_step s
      where s.fired_at is null and s.armed_at is null
        and s.fire_at < (select now from t) + ${horizonMs}::float8 * interval '1 millisecond'
      order by s.fire_at limit ${limit} for update of s skip locked
    ), armed as (
      update deadline_step s set armed_at = t.now from near n, t
      where s.deadline_id = n.deadline_id and s.epoch = n.epoch and s.step = n.step
      returning s.fire_at
    )
    select ${bucketOf('a.fire_at')} as bucket, count(a.fire_at) as steps, t.now, t.offset
    from t left join armed a on true group by 1, t.now, t.offset`.execute(db);
  return wakesOf(r.rows.map((x) => (x.steps === '0' ? { ...x, bucket: null } : x)));
}

/** Everything open within the horizon, whatever was armed before: a queue may have lost it. */
export async function openBuckets(db: Reader, horizonMs: number): Promise<Wakes> {
  const r = await sql<WakeRow>`
    with t as materialized (${CLOCK})
    select ${bucketOf('s.fire_at')} as bucket, count(s.fire_at) as steps, t.now, t.offset
    from t left join deadline_step s on s.fired_at is null
      and s.fire_at < t.now + ${horizonMs}::float8 * interval '1 millisecond'
    group by 1, t.now, t.offset`.execute(db);
  return wakesOf(r.rows.map((x) => (x.steps === '0' ? { ...x, bucket: null } : x)));
}

/** How far the platform's clock is from the database's; it changes only where it may be moved. */
export async function clockOffset(db: Reader): Promise<number> {
  const r = await sql<{ offset: string }>`select app_offset_ms() as offset`.execute(db);
  return Number(r.rows[0]?.offset ?? 0);
}

/** The queue did not take what was armed: everything open is to be armed anew. */
export async function disarm(db: Db): Promise<void> {
  await sql`
    update deadline_step s set armed_at = null from (
      select deadline_id, epoch, step from deadline_step
      where fired_at is null and armed_at is not null for update skip locked
    ) o where s.deadline_id = o.deadline_id and s.epoch = o.epoch and s.step = o.step`.execute(db);
}
