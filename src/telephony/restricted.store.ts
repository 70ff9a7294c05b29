/** Warnings, and callers who may not reach an operator for a while. */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Cursor } from './return.store.ts';

export interface RestrictedRow {
  id: string;
  /** Null once its days are over, as the reasons are. */
  phone_ct: Buffer | null;
  phone_hmac: string;
  reason_ct: Buffer | null;
  warnings: number;
  set_by: string;
  set_at: Date;
  until: Date;
  lifted_at: Date | null;
  lifted_by: string | null;
  lift_reason_ct: Buffer | null;
}

/** One decision about a number at a time, however it came about; taken before any row. */
export async function lockNumber(db: DbTx, hmac: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`restriction:${hmac}`}, 0))`.execute(
    db,
  );
}

/** The restriction of a number that holds now. */
export async function restrictionOf(db: Reader, hmac: string): Promise<RestrictedRow | null> {
  const row = await db
    .selectFrom('restricted_caller')
    .selectAll()
    .where('phone_hmac', '=', hmac)
    .where('lifted_at', 'is', null)
    .where('until', '>', sql<Date>`app_now()`)
    .executeTakeFirst();
  return (row as RestrictedRow | undefined) ?? null;
}

/** Restrictions of several numbers, by their keyed hash. */
export async function restrictionsOf(
  db: Reader,
  hmacs: readonly string[],
): Promise<Map<string, RestrictedRow>> {
  if (hmacs.length === 0) return new Map();
  const rows = await db
    .selectFrom('restricted_caller')
    .selectAll()
    .where('phone_hmac', 'in', [...hmacs])
    .where('lifted_at', 'is', null)
    .where('until', '>', sql<Date>`app_now()`)
    .execute();
  return new Map(rows.map((r) => [r.phone_hmac, r as RestrictedRow]));
}

/** Ends what is over by its date, so that a new one may follow; who set it lifted it then. */
export async function endOver(db: DbTx, hmac: string): Promise<void> {
  await sql`update restricted_caller set lifted_at = until, lifted_by = set_by
    where phone_hmac = ${hmac} and lifted_at is null and until <= app_now()`.execute(db);
}

export async function insertRestricted(
  db: DbTx,
  row: Omit<RestrictedRow, 'lifted_at' | 'lifted_by' | 'lift_reason_ct'>,
): Promise<boolean> {
  const r = await db
    .insertInto('restricted_caller')
    .values(row)
    .onConflict((c) => c.column('phone_hmac').where('lifted_at', 'is', null).doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findRestricted(db: Reader, id: string): Promise<RestrictedRow | null> {
  const row = await db
    .selectFrom('restricted_caller')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return (row as RestrictedRow | undefined) ?? null;
}

/** Until when restrictions were set, by restriction. */
export async function untilsOf(db: Reader, ids: readonly string[]): Promise<Map<string, Date>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('restricted_caller')
    .select(['id', 'until'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((r) => [r.id, r.until]));
}

/** Lifts a restriction; false when it was lifted before, or is over by its date. */
export async function liftRestricted(
  db: DbTx,
  id: string,
  by: { userId: string; at: Date; reason: Buffer },
): Promise<boolean> {
  const r = await db
    .updateTable('restricted_caller')
    .set({ lifted_at: by.at, lifted_by: by.userId, lift_reason_ct: by.reason })
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .where('until', '>', sql<Date>`app_now()`)
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

/** Restrictions that hold, or those that are over; newest first. */
export async function listRestricted(
  db: Reader,
  q: { current: boolean; cursor: Cursor | null; limit: number },
): Promise<RestrictedRow[]> {
  const holds = sql<boolean>`(lifted_at is null and until > app_now())`;
  let list = db
    .selectFrom('restricted_caller')
    .selectAll()
    .where(q.current ? holds : sql<boolean>`not ${holds}`);
  if (q.cursor)
    list = list.where(
      sql<boolean>`(set_at, id) < (${q.cursor.at}::timestamptz, ${q.cursor.id}::uuid)`,
    );
  const rows = await list.orderBy('set_at', 'desc').orderBy('id', 'desc').limit(q.limit).execute();
  return rows as RestrictedRow[];
}

// ---------------------------------------------------------------- warnings

export async function insertWarning(
  db: DbTx,
  row: { id: string; call_id: string; phone_hmac: string | null; user_id: string; at: Date },
): Promise<void> {
  await db.insertInto('call_warning').values(row).execute();
}

export async function wasWarned(db: Reader, callId: string): Promise<boolean> {
  const row = await db
    .selectFrom('call_warning')
    .select('id')
    .where('call_id', '=', callId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** In which of these calls a warning was given. */
export async function warnedIn(db: Reader, callIds: readonly string[]): Promise<Set<string>> {
  if (callIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('call_warning')
    .select('call_id')
    .where('call_id', 'in', [...callIds])
    .execute();
  return new Set(rows.map((r) => r.call_id));
}

/** Calls of numbers in which a warning was given, within the days. */
export async function warningsOf(
  db: Reader,
  hmacs: readonly string[],
  days: number,
): Promise<Map<string, number>> {
  if (hmacs.length === 0) return new Map();
  const r = await sql<{ phone_hmac: string; n: string }>`
    select phone_hmac, count(distinct call_id) as n from call_warning
    where phone_hmac = any (${[...hmacs]}::text[]) and at > app_now() - make_interval(days => ${days})
    group by phone_hmac`.execute(db);
  return new Map(r.rows.map((x) => [x.phone_hmac, Number(x.n)]));
}

/** Whether this person asked for a restriction of this number lately, or gave a warning that counts. */
export async function hadPart(
  db: Reader,
  q: { hmac: string; userId: string; days: number },
): Promise<boolean> {
  const r = await sql<{ had: boolean }>`
    select exists (select 1 from restriction_proposal where phone_hmac = ${q.hmac}
        and proposed_by = ${q.userId}
        and (decided_at is null or proposed_at > app_now() - make_interval(days => ${q.days})))
      or exists (select 1 from call_warning where phone_hmac = ${q.hmac}
        and user_id = ${q.userId} and at > app_now() - make_interval(days => ${q.days})) as had`.execute(
    db,
  );
  return r.rows[0]!.had;
}

// ---------------------------------------------------------------- retention

/** Erases number and reasons of restrictions that ended so many days ago. @returns how many. */
export async function eraseRestricted(db: Reader, days: number, limit: number): Promise<number> {
  const r = await sql`
    update restricted_caller set phone_ct = null, reason_ct = null, lift_reason_ct = null
    where id in (select id from restricted_caller where phone_ct is not null
      and coalesce(lifted_at, until) < app_now() - make_interval(days => ${days})
      order by coalesce(lifted_at, until) limit ${limit} for update skip locked)`.execute(db);
  return Number(r.numAffectedRows ?? 0n);
}
