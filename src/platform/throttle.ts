import { sql } from 'kysely';
import type { Db } from './db.ts';

/**
 * Counts a hit in a fixed window of real time, for all processes together.
 * Buckets hold keyed hashes, never an address or a login in clear.
 * @param count hits at once, of who takes several in advance.
 * @returns hits in this window, this one included.
 */
export async function hit(
  db: Db,
  bucket: string,
  windowMinutes: number,
  count = 1,
): Promise<number> {
  const row = await sql<{ hits: number }>`
    insert into throttle (bucket, window_start, hits)
    values (${bucket}, date_bin(${`${windowMinutes} minutes`}::interval, clock_timestamp(), '2000-01-01'), ${count})
    on conflict (bucket, window_start) do update set hits = throttle.hits + ${count}
    returning hits`.execute(db);
  return row.rows[0]!.hits;
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
}

/** Forgets a bucket, as after a sign-in that succeeded. */
export async function forget(db: Db, bucket: string): Promise<void> {
  await db.deleteFrom('throttle').where('bucket', '=', bucket).execute();
}

/** Drops windows that are over; called by the schedule. */
export async function sweepThrottle(db: Db): Promise<void> {
  await sql`delete from throttle where window_start < clock_timestamp() - interval '1 day'`.execute(
    db,
  );
}
