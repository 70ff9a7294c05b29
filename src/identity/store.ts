import { sql } from 'kysely';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { OrgKind, Role } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';

interface SessionRow {
  token_hash: string;
  id: string;
  user_id: string;
  person_id: string;
  display_name: string;
  login: string;
  stale: boolean;
  grants: { role: Role; organizationId: string }[];
  reach: string[];
}

/** The living sessions behind some tokens with person, grants and reach, in one round trip. */
export async function findSessions(
  db: Reader,
  tokenHashes: readonly string[],
  idleHours: number,
): Promise<Map<string, StaffActor & { stale: boolean }>> {
  if (tokenHashes.length === 0) return new Map();
  const found = await sql<SessionRow>`/* prepared */
    with recursive live as (
      select s.token_hash, s.id, s.user_id, u.person_id, u.display_name, u.login,
        s.seen_at < clock_timestamp() - interval '1 minute' as stale
      from session s join app_user u on u.id = s.user_id
      where s.token_hash = any (${[...tokenHashes]}::text[]) and u.active
        and s.expires_at > clock_timestamp()
        and s.seen_at > clock_timestamp() - make_interval(hours => ${idleHours})
    ), granted as (
      select g.user_id, g.role, g.organization_id from role_grant g
      where g.user_id in (select user_id from live)
        and app_now() >= g.valid_from and app_now() < g.valid_to
    ), reach (user_id, id) as (
      select user_id, organization_id from granted
      union
      select r.user_id, o.id from organization o
        join reach r on o.parent_id = r.id or o.line_parent_id = r.id
    )
    select live.*,
      coalesce((select json_agg(json_build_object('role', role, 'organizationId', organization_id)
        order by role) from granted g where g.user_id = live.user_id), '[]') as grants,
      coalesce((select json_agg(id) from reach r where r.user_id = live.user_id), '[]') as reach
    from live`.execute(db);
  return new Map(
    found.rows.map((r) => [
      r.token_hash,
      {
        kind: 'staff',
        sessionId: r.id,
        userId: r.user_id,
        personId: r.person_id,
        name: r.display_name,
        login: r.login,
        grants: r.grants,
        reach: new Set(r.reach),
        stale: r.stale,
      },
    ]),
  );
}

export async function touchSessions(db: Reader, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return;
  // In one order; who is touched by somebody else just now needs no second touch.
  await sql`update session set seen_at = clock_timestamp() where id in (
    select id from session where id = any (${[...sessionIds]}::uuid[])
    order by id for no key update skip locked)`.execute(db);
}

/** How many people with a living session are operators now. */
export async function countOperators(
  db: Reader,
  idleHours: number,
  now: Date | null = null,
): Promise<number> {
  const at = now ? sql`${now}::timestamptz` : sql`app_now()`;
  const r = await sql<{ n: string }>`
    with t as materialized (select ${at} as now)
    select count(distinct s.user_id) as n from t, session s
      join app_user u on u.id = s.user_id join role_grant g on g.user_id = s.user_id
    where u.active and g.role = 'operator' and t.now >= g.valid_from and t.now < g.valid_to
      and s.expires_at > clock_timestamp()
      and s.seen_at > clock_timestamp() - make_interval(hours => ${idleHours})`.execute(db);
  return Number(r.rows[0]!.n);
}

/** Milliseconds of the platform's clock until a grant of these people begins or ends by itself. */
export async function untilGrantsChange(
  db: Reader,
  userIds: readonly string[],
): Promise<number | null> {
  if (userIds.length === 0) return null;
  const r = await sql<{ ms: string | null }>`
    with t as materialized (select app_now() as now)
    select extract(epoch from min(x.at) - min(t.now)) * 1000 as ms
    from t, role_grant g cross join lateral (values (g.valid_from), (g.valid_to)) as x(at)
    where g.user_id = any (${[...userIds]}::uuid[]) and x.at > t.now and isfinite(x.at)`.execute(
    db,
  );
  const ms = r.rows[0]?.ms ?? null;
  return ms === null ? null : Number(ms);
}

/** Operators who are signed in; with a login that one, signed in or not. */
export async function onDutyOperators(db: Reader, login?: string): Promise<string[]> {
  const r = await sql<{ id: string }>`
    select distinct u.id from app_user u join role_grant g on g.user_id = u.id
    where u.active and g.role = 'operator' and app_now() >= g.valid_from and app_now() < g.valid_to
      and (u.login = ${login ?? null} or (${login ?? null}::text is null and exists
        (select 1 from session s where s.user_id = u.id and s.expires_at > clock_timestamp())))
    order by u.id limit 100`.execute(db);
  return r.rows.map((row) => row.id);
}

/** Those of these people who have a session in which something happened within the minutes; real time. */
export async function hasSessions(
  db: Reader,
  userIds: readonly string[],
  minutes: number,
): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const r = await sql<{ user_id: string }>`
    select distinct user_id from session where user_id = any (${[...userIds]}::uuid[])
      and expires_at > clock_timestamp()
      and seen_at > clock_timestamp() - make_interval(mins => ${minutes})`.execute(db);
  return new Set(r.rows.map((x) => x.user_id));
}

export async function insertSession(
  db: DbTx,
  row: { id: string; tokenHash: string; userId: string; maxHours: number },
): Promise<void> {
  await sql`insert into session (token_hash, id, user_id, created_at, seen_at, expires_at)
    values (${row.tokenHash}, ${row.id}, ${row.userId}, clock_timestamp(), clock_timestamp(),
      clock_timestamp() + make_interval(hours => ${row.maxHours}))`.execute(db);
}

export async function deleteSession(db: DbTx, sessionId: string): Promise<void> {
  await db.deleteFrom('session').where('id', '=', sessionId).execute();
}

/** Drops sessions that are over; called by the schedule. */
export async function deleteDeadSessions(db: Reader): Promise<void> {
  await sql`delete from session where expires_at < clock_timestamp()`.execute(db);
}

export async function findUserByLogin(db: Reader, login: string) {
  return db
    .selectFrom('app_user')
    .select(['id', 'password_hash', 'active'])
    .where('login', '=', login)
    .executeTakeFirst();
}

export async function setPassword(db: DbTx, userId: string, hash: string): Promise<void> {
  await db.updateTable('app_user').set({ password_hash: hash }).where('id', '=', userId).execute();
  await db.deleteFrom('session').where('user_id', '=', userId).execute();
}

/** Uses up an activation token; null when it is unknown, used or over. */
export async function useActivation(db: DbTx, tokenHash: string): Promise<string | null> {
  const row = await sql<{ user_id: string }>`
    update activation set used_at = clock_timestamp()
    where token_hash = ${tokenHash} and used_at is null and expires_at > clock_timestamp()
    returning user_id`.execute(db);
  return row.rows[0]?.user_id ?? null;
}

/** Whether a token could be used now. */
export async function hasActivation(db: Reader, tokenHash: string): Promise<boolean> {
  const row = await sql`select 1 from activation where token_hash = ${tokenHash}
    and used_at is null and expires_at > clock_timestamp()`.execute(db);
  return row.rows.length > 0;
}

export async function insertActivation(
  db: DbTx,
  row: { tokenHash: string; userId: string; hours: number },
): Promise<void> {
  await sql`insert into activation (token_hash, user_id, expires_at)
    values (${row.tokenHash}, ${row.userId}, clock_timestamp() + make_interval(hours => ${row.hours}))`.execute(
    db,
  );
}

/** A new one-time link replaces the ones that were not used. */
export async function dropActivations(db: DbTx, userId: string): Promise<void> {
  await db
    .deleteFrom('activation')
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .execute();
}

export async function insertUser(
  db: DbTx,
  row: { id: string; personId: string; login: string; name: string },
): Promise<void> {
  await db
    .insertInto('app_user')
    .values({ id: row.id, person_id: row.personId, login: row.login, display_name: row.name })
    .execute();
}

export async function insertGrant(
  db: DbTx,
  row: { id: string; userId: string; organizationId: string; role: Role },
): Promise<void> {
  await db
    .insertInto('role_grant')
    .values({
      id: row.id,
      user_id: row.userId,
      organization_id: row.organizationId,
      role: row.role,
    })
    .execute();
}

/** Whether the account holds this role now, in this organisation. */
export async function hasGrant(
  db: Reader,
  row: { userId: string; organizationId: string; role: Role },
): Promise<boolean> {
  const found = await sql`select 1 from role_grant where user_id = ${row.userId}
    and organization_id = ${row.organizationId} and role = ${row.role}
    and app_now() >= valid_from and app_now() < valid_to`.execute(db);
  return found.rows.length > 0;
}

/** The hotline centre; there is one, and the first call makes it. */
export async function ensureCenter(db: DbTx): Promise<string> {
  const known = await centerId(db);
  if (known) return known;
  await db
    .insertInto('organization')
    .values({
      id: newId(),
      code: 'HOTLINE',
      name: '12345热线受理中心',
      name_en: 'Hotline centre',
      kind: 'center',
    })
    .onConflict((c) => c.column('code').doNothing())
    .execute();
  return (await centerId(db)) ?? fail('unit_unknown', {}, 'HOTLINE is not a centre');
}

/** The hotline centre, where it was made. */
export async function centerId(db: Reader): Promise<string | null> {
  const row = await db
    .selectFrom('organization')
    .select('id')
    .where('kind', '=', 'center')
    .orderBy('code')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

export interface Organization {
  id: string;
  code: string;
  name: string;
  nameEn: string;
  kind: OrgKind;
  parentId: string | null;
  dutyPhone: string | null;
  active: boolean;
}

const toOrganization = (r: {
  id: string;
  code: string;
  name: string;
  name_en: string;
  kind: string;
  parent_id: string | null;
  duty_phone: string | null;
  active: boolean;
}): Organization => ({
  id: r.id,
  code: r.code,
  name: r.name,
  nameEn: r.name_en,
  kind: r.kind as OrgKind,
  parentId: r.parent_id,
  dutyPhone: r.duty_phone,
  active: r.active,
});

export async function organizationsById(db: Reader, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, Organization>();
  const rows = await db
    .selectFrom('organization')
    .selectAll()
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((r) => [r.id, toOrganization(r)]));
}

/** Whose duty telephone each number is. */
export async function organizationsByDutyPhone(db: Reader, numbers: readonly string[]) {
  if (numbers.length === 0) return new Map<string, Organization>();
  const rows = await db
    .selectFrom('organization')
    .selectAll()
    .where('duty_phone', 'in', [...new Set(numbers)])
    .execute();
  return new Map(rows.map((r) => [r.duty_phone!, toOrganization(r)]));
}

export async function organizationsByCode(db: Reader, codes: readonly string[]) {
  if (codes.length === 0) return new Map<string, Organization>();
  const rows = await db
    .selectFrom('organization')
    .selectAll()
    .where('code', 'in', [...new Set(codes)])
    .execute();
  return new Map(rows.map((r) => [r.code, toOrganization(r)]));
}

/** Units an order may go to: active, with somebody who may sign. Bounded by the size of a city. */
export async function listUnits(db: Reader): Promise<(Organization & { dispatchable: boolean })[]> {
  const rows = await db
    .selectFrom('organization as o')
    .selectAll('o')
    .select(
      sql<boolean>`o.active and exists (select 1 from role_grant g join app_user u on u.id = g.user_id
        where g.organization_id = o.id and g.role in ('unit_receiver','command_room') and u.active
        and app_now() >= g.valid_from and app_now() < g.valid_to)`.as('dispatchable'),
    )
    .where('o.kind', 'not in', ['grid', 'station'])
    .orderBy('o.code')
    .limit(2000)
    .execute();
  return rows.map((r) => ({ ...toOrganization(r), dispatchable: r.dispatchable }));
}

/** Names of accounts, for timelines. */
export async function userNames(db: Reader, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('app_user')
    .select(['id', 'display_name'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((r) => [r.id, r.display_name]));
}

/** The unit itself and every unit above it, on both lines (条 and 块). */
export async function ancestors(db: Reader, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await sql<{ id: string }>`
    with recursive up (id) as (
      select unnest(${[...ids]}::uuid[])
      union
      select x.id from up join organization o on o.id = up.id
        cross join lateral (values (o.parent_id), (o.line_parent_id)) as x(id) where x.id is not null
    ) select id from up`.execute(db);
  return rows.rows.map((r) => r.id);
}

/** Each unit and every one above it on its own line (块), with the one above that. */
export async function parentsOf(
  db: Reader,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ id: string; parent_id: string | null }>`
    with recursive up as (
      select id, parent_id from organization where id = any (${[...ids]}::uuid[])
      union
      select o.id, o.parent_id from up join organization o on o.id = up.parent_id
    ) select id, parent_id from up`.execute(db);
  return new Map(rows.map((r) => [r.id, r.parent_id]));
}

/** The units themselves and every unit below them, on both lines (条 and 块). */
export async function descendants(db: Reader, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await sql<{ id: string }>`
    with recursive down (id) as (
      select id from organization where id = any (${[...ids]}::uuid[])
      union
      select o.id from organization o join down d on o.parent_id = d.id or o.line_parent_id = d.id
    ) select id from down order by id`.execute(db);
  return rows.rows.map((r) => r.id);
}

/** The command room of each street, by the street's id. */
export async function commandRooms(db: Reader, streetIds: readonly string[]) {
  if (streetIds.length === 0) return new Map<string, Organization>();
  const rows = await db
    .selectFrom('organization')
    .selectAll()
    .where('kind', '=', 'command_room')
    .where('active', '=', true)
    .where('parent_id', 'in', [...streetIds])
    .execute();
  return new Map(rows.map((r) => [r.parent_id!, toOrganization(r)]));
}

/** Which of these units exist, are active, take orders and have somebody who may sign. */
export async function dispatchable(db: Reader, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ id: string }>`
    select o.id from organization o where o.id = any (${[...ids]}::uuid[]) and o.active
      and o.kind not in ('external', 'city', 'center') and exists (
        select 1 from role_grant g join app_user u on u.id = g.user_id
        where g.organization_id = o.id and g.role in ('unit_receiver','command_room') and u.active
          and app_now() >= g.valid_from and app_now() < g.valid_to)`.execute(db);
  return new Set(rows.rows.map((r) => r.id));
}
