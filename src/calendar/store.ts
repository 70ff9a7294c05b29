import { sql } from 'kysely';
import { fail } from '../kernel/errors.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Day, DayKind, Exception, HoursRule, Span } from './rules.ts';

/** Key of the advisory lock that lets one change of calendars at a time through. */
const CHANGE_LOCK = 1_234_500_003;
/** Rows of one statement: far below the 65,535 parameters that PostgreSQL takes. */
const CHUNK = 2_000;

/** A calendar without its days. */
export interface Head {
  readonly id: string;
  /** Null for the city's. */
  readonly organizationId: string | null;
  readonly name: string;
  readonly followsCity: boolean;
}

/** One state of all calendars. */
export interface Edition {
  readonly version: number;
  /**
   * Names what the calendars hold, in whatever database: the city's calendar, the version and the
   * transaction that wrote it (`xmin`, one count for all databases of a server). A version that was
   * rolled back and the one that later takes its number differ in it; clones of a database share it
   * only as long as they hold the same.
   */
  readonly mark: string;
}

const markOf = (r: { city: string; version: number; written: string }): Edition => ({
  version: r.version,
  mark: `${r.city}/${r.version}/${r.written}`,
});

/** The city has no calendar yet. */
const notSeeded = () => fail('not_ready', {}, 'no calendar of the city: run seed-reference');

/** Waits until no other change is under way; held until the transaction ends. */
export async function lockChanges(db: DbTx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${CHANGE_LOCK})`.execute(db);
}

/** Which state of the calendars is current. @throws AppError `not_ready` when nothing was seeded. */
export async function currentEdition(db: Reader): Promise<Edition> {
  const { rows } = await sql<{ city: string; version: number; written: string }>`
    select c.id as city, v.version, v.xmin::text as written
    from calendar c cross join calendar_version v where c.organization_id is null
    order by v.version desc limit 1`.execute(db);
  return markOf(rows[0] ?? notSeeded());
}

/** All calendars and the state they are in, in one statement: one view of the tables. */
export async function readHeads(db: Reader): Promise<Edition & { heads: Head[] }> {
  const { rows } = await sql<{
    id: string;
    organization_id: string | null;
    name: string;
    follows_city: boolean;
    version: number;
    written: string;
  }>`select c.id, c.organization_id, c.name, c.follows_city, v.version, v.written
    from calendar c cross join
      (select version, xmin::text as written from calendar_version order by version desc limit 1) v
    order by c.organization_id is not null, c.name, c.id`.execute(db);
  const city = rows.find((r) => r.organization_id === null) ?? notSeeded();
  return { ...markOf({ ...city, city: city.id }), heads: rows.map(toHead) };
}

const toHead = (r: {
  id: string;
  organization_id: string | null;
  name: string;
  follows_city: boolean;
}): Head => ({
  id: r.id,
  organizationId: r.organization_id,
  name: r.name,
  followsCity: r.follows_city,
});

/** All calendars, the city's first; also before anything was published. */
export async function listHeads(db: Reader): Promise<Head[]> {
  const rows = await db
    .selectFrom('calendar')
    .select(['id', 'organization_id', 'name', 'follows_city'])
    .orderBy(sql`organization_id is not null`)
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(toHead);
}

export async function insertCalendar(db: DbTx, head: Head): Promise<void> {
  await db
    .insertInto('calendar')
    .values({
      id: head.id,
      organization_id: head.organizationId,
      name: head.name,
      follows_city: head.followsCity,
    })
    .execute();
}

export async function updateCalendar(db: DbTx, head: Head): Promise<void> {
  await db
    .updateTable('calendar')
    .set({ name: head.name, follows_city: head.followsCity })
    .where('id', '=', head.id)
    .execute();
}

// ── Weekly hours ───────────────────────────────────────────────────────────────────────────────

/** Own weekly hours of calendars, in the order they were given: later ones hold before earlier. */
export async function hoursOf(
  db: Reader,
  ids: readonly string[],
): Promise<Map<string, HoursRule[]>> {
  const found = new Map<string, HoursRule[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('calendar_hours')
    .select(['calendar_id', 'valid_from', 'valid_to', 'weekday', 'spans'])
    .where('calendar_id', 'in', [...ids])
    .orderBy('calendar_id')
    .orderBy('position')
    .execute();
  for (const r of rows) {
    const rule = { from: r.valid_from, to: r.valid_to, weekday: r.weekday, spans: r.spans };
    found.get(r.calendar_id)!.push(rule);
  }
  return found;
}

/** Puts rules behind those that a calendar has: on dates of both the new ones hold. */
export async function appendHours(
  db: DbTx,
  calendarId: string,
  rules: readonly (HoursRule & { id: string })[],
): Promise<void> {
  const { last } = await db
    .selectFrom('calendar_hours')
    .select((eb) => eb.fn.max('position').as('last'))
    .where('calendar_id', '=', calendarId)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('calendar_hours')
    .values(
      rules.map((r, i) => ({
        id: r.id,
        calendar_id: calendarId,
        valid_from: r.from,
        valid_to: r.to,
        weekday: r.weekday,
        spans: JSON.stringify(r.spans),
        position: (last ?? 0) + 1 + i,
      })),
    )
    .execute();
}

// ── Exceptions ─────────────────────────────────────────────────────────────────────────────────

/** Exceptions of calendars that hold now. */
export async function exceptionsOf(
  db: Reader,
  ids: readonly string[],
): Promise<Map<string, Exception[]>> {
  const found = new Map<string, Exception[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('calendar_exception')
    .select(['calendar_id', 'date', 'kind', 'name'])
    .where('calendar_id', 'in', [...ids])
    .where('revoked_at', 'is', null)
    .orderBy('date')
    .execute();
  for (const r of rows) {
    const kind = r.kind as Exception['kind'];
    found.get(r.calendar_id)!.push({ date: r.date, kind, name: r.name });
  }
  return found;
}

export interface ExceptionRow extends Exception {
  readonly id: string;
  readonly source: string;
  readonly madeAt: Date;
  /** Under a stop-work day, which does not undo what the notice said: lifting it brings this back. */
  readonly covered: boolean;
}

/**
 * Exceptions of one calendar between two dates that hold, and those under a stop-work day: a row
 * is covered when it was revoked at the instant the living stop was made.
 */
export async function standing(
  db: Reader,
  calendarId: string,
  from: string,
  to: string,
): Promise<ExceptionRow[]> {
  const { rows } = await sql<ExceptionRow>`
    select e.id, e.date, e.kind, e.name, e.source, e.made_at as "madeAt",
      e.revoked_at is not null as covered
    from calendar_exception e left join calendar_exception s
      on s.calendar_id = e.calendar_id and s.date = e.date and s.kind = 'stop'
        and s.revoked_at is null and s.made_at = e.revoked_at
    where e.calendar_id = ${calendarId} and e.date between ${from} and ${to}
      and (e.revoked_at is null or (s.id is not null and e.kind <> 'stop'))
    order by e.date, e.made_at`.execute(db);
  return rows;
}

/** Revokes exceptions, or lets them hold again (`at` null). */
export async function setRevoked(db: DbTx, ids: readonly string[], at: Date | null): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('calendar_exception')
    .set({ revoked_at: at })
    .where('id', 'in', [...ids])
    .execute();
}

export async function insertExceptions(
  db: DbTx,
  calendarId: string,
  rows: readonly (Exception & { id: string; source: string; revokedAt?: Date | undefined })[],
  made: { by: string | null; at: Date },
): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('calendar_exception')
    .values(
      rows.map((r) => ({
        id: r.id,
        calendar_id: calendarId,
        date: r.date,
        kind: r.kind,
        name: r.name,
        source: r.source,
        made_by: made.by,
        made_at: made.at,
        revoked_at: r.revokedAt ?? null,
      })),
    )
    .execute();
}

// ── Published days ─────────────────────────────────────────────────────────────────────────────

/** Takes the next number; the caller holds the lock of changes. */
export async function nextVersion(
  db: DbTx,
  row: { what: string; by: string | null; at: Date },
): Promise<number> {
  const { last } = await db
    .selectFrom('calendar_version')
    .select((eb) => eb.fn.max('version').as('last'))
    .executeTakeFirstOrThrow();
  const version = (last ?? 0) + 1;
  await db
    .insertInto('calendar_version')
    .values({ version, what: row.what, made_by: row.by, made_at: row.at })
    .execute();
  return version;
}

/** Days of calendars as they were published by a version, in order. */
export async function daysOf(
  db: Reader,
  ids: readonly string[],
  version: number,
): Promise<Map<string, Day[]>> {
  const found = new Map<string, Day[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('calendar_day')
    .select(['calendar_id', 'date', 'kind', 'spans', 'name'])
    .where('calendar_id', 'in', [...ids])
    .where('version', '<=', version)
    .where((eb) => eb.or([eb('replaced_in', 'is', null), eb('replaced_in', '>', version)]))
    .orderBy('calendar_id')
    .orderBy('date')
    .execute();
  for (const r of rows) {
    const day = { date: r.date, kind: r.kind as DayKind, spans: r.spans as Span[], name: r.name };
    found.get(r.calendar_id)!.push(day);
  }
  return found;
}

/** Last published date of each calendar. */
export async function lastDates(db: Reader): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('calendar_day')
    .select((eb) => ['calendar_id' as const, eb.fn.max('date').as('last')])
    .where('replaced_in', 'is', null)
    .groupBy('calendar_id')
    .execute();
  return new Map(rows.map((r) => [r.calendar_id, r.last]));
}

/** Writes days that differ: the row of before stays and says what replaced it. */
export async function replaceDays(
  db: DbTx,
  calendarId: string,
  version: number,
  days: readonly Day[],
): Promise<void> {
  for (let i = 0; i < days.length; i += CHUNK) {
    const some = days.slice(i, i + CHUNK);
    await sql`update calendar_day set replaced_in = ${version}
      where calendar_id = ${calendarId} and replaced_in is null
        and date = any (${some.map((d) => d.date)}::date[])`.execute(db);
    await db
      .insertInto('calendar_day')
      .values(
        some.map((d) => ({
          calendar_id: calendarId,
          date: d.date,
          version,
          replaced_in: null,
          kind: d.kind,
          spans: JSON.stringify(d.spans),
          name: d.name,
        })),
      )
      .execute();
  }
}
