import { sql } from 'kysely';
import type { Db } from './db.ts';

/** Counts hits; says how many there are in this window, and for how many milliseconds it goes on. */
async function counted(db: Db, bucket: string, windowMinutes: number, count: number) {
  const window = sql`${`${windowMinutes} minutes`}::interval`;
  const { rows } = await sql<{ hits: number; left_ms: number }>`
    insert into throttle (bucket, window_start, hits)
    values (${bucket}, date_bin(${window}, clock_timestamp(), '2000-01-01'), ${count})
    on conflict (bucket, window_start) do update set hits = throttle.hits + ${count}
    returning hits,
      extract(epoch from window_start + ${window} - clock_timestamp())::float8 * 1000 as left_ms`.execute(
    db,
  );
  return rows[0]!;
}

/**
 * Counts a hit in a fixed window of real time, for all processes together.
 * Buckets hold keyed hashes, never an address or a login in clear.
 * @param count hits at once, of who takes several in advance.
 * @returns hits in this window, this one included.
 */
export const hit = async (
  db: Db,
  bucket: string,
  windowMinutes: number,
  count = 1,
): Promise<number> => (await counted(db, bucket, windowMinutes, count)).hits;

/** How long a bucket that was found used up is taken for it, real milliseconds; and of how many. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_MAX = 10_000;
/** Until when, by bucket, in milliseconds of this process. */
const usedUp = new WeakMap<Db, Map<string, number>>();
const usedUpOf = (db: Db): Map<string, number> => {
  const known = usedUp.get(db) ?? new Map<string, number>();
  usedUp.set(db, known);
  return known;
};

/**
 * Counts a hit, unless the bucket was found used up a moment ago: all hits of who floods would wait for one
 * row, and hold the connections that others need. A hit given back in another process is seen that much later.
 * @returns whether this one is among the first `max` of the window.
 */
export async function within(
  db: Db,
  bucket: string,
  windowMinutes: number,
  max: number,
): Promise<boolean> {
  const known = usedUpOf(db);
  const until = known.get(bucket);
  const now = performance.now();
  if (until !== undefined && until > now) return false;
  // Who floods has many on their way: one of them looks again.
  if (until !== undefined) known.set(bucket, now + REMEMBERED_MS);
  try {
    const { hits: used, left_ms: left } = await counted(db, bucket, windowMinutes, 1);
    if (used <= max) {
      known.delete(bucket);
      return true;
    }
    if (known.size >= REMEMBERED_MAX && !known.has(bucket)) known.clear();
    known.set(bucket, performance.now() + Math.min(REMEMBERED_MS, left));
    return false;
  } catch (error) {
    known.delete(bucket);
    throw error;
  }
}

/** Hits in the current window, without counting one. */
export async function hits(db: Db, bucket: string, windowMinutes: number): Promise<number> {
  const row = await sql<{ hits: number }>`
    select hits from throttle where bucket = ${bucket} and window_start =
      date_bin(${`${windowMinutes} minutes`}::interval, clock_timestamp(), '2000-01-01')`.execute(
    db,
  );
  return row.rows[0]?.hits ?? 0;
}

/** Takes a hit back that turned out to be none. */
export async function unhit(db: Db, bucket: string): Promise<void> {
  await sql`update throttle set hits = greatest(hits - 1, 0) where bucket = ${bucket}`.execute(db);
  usedUpOf(db).delete(bucket);
}

/** Forgets a bucket, as after a sign-in that succeeded. */
export async function forget(db: Db, bucket: string): Promise<void> {
  await db.deleteFrom('throttle').where('bucket', '=', bucket).execute();
  usedUpOf(db).delete(bucket);
}

/** Drops windows that are over; called by the schedule. */
export async function sweepThrottle(db: Db): Promise<void> {
  await sql`delete from throttle where window_start < clock_timestamp() - interval '1 day'`.execute(
    db,
  );
}
