import { sql } from 'kysely';
import type { Clock, LadderAction } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';

/** A place in the list of escalations. */
interface Cursor {
  at: Date;
  id: string;
}

/** Supervision orders that are not done, by level and state. @param unitIds null: of all units. */
export async function countOpen(
  db: Reader,
  unitIds: readonly string[] | null,
): Promise<{ level: number; state: string; n: number }[]> {
  let q = db
    .selectFrom('supervision_order')
    .select(['level', 'state', sql<string>`count(*)`.as('n')])
    .where('state', 'in', ['open', 'replied']);
  if (unitIds) q = q.where(sql<boolean>`organization_id = any (${[...unitIds]}::uuid[])`);
  const rows = await q.groupBy(['level', 'state']).execute();
  return rows.map((r) => ({ ...r, n: Number(r.n) }));
}

/** Whole milliseconds, as cursors keep them. */
const AT = sql`date_trunc('milliseconds', e.at at time zone 'UTC')`;

/** What the ladder did and somebody was told of, newest first. */
export async function listEscalations(
  db: Reader,
  { unitIds, minLevel }: { unitIds: readonly string[] | null; minLevel: number },
  cursor: Cursor | null,
  limit: number,
) {
  const where = sql<boolean>`e.told and (e.level >= ${minLevel} or e.action <> 'remind')
    ${cursor ? sql`and (${AT}, e.id) < (${cursor.at}::timestamptz at time zone 'UTC', ${cursor.id}::uuid)` : sql``}`;
  let q = db
    .selectFrom('escalation as e')
    .leftJoin('supervision_order as s', 's.id', 'e.supervision_order_id')
    .select(['e.id', 'e.order_id', 'e.organization_id', 'e.level', 'e.cause', 'e.step'])
    .select(['s.number', sql<Date>`(${AT}) at time zone 'UTC'`.as('at')])
    .select(sql<LadderAction>`e.action`.as('action'))
    .select(sql<Clock | null>`e.clock`.as('clock'))
    .where(where);
  // Each unit's as its index has them: what all the others ever got is not read.
  if (unitIds)
    q = q.where(sql<boolean>`e.id = any (array(select n.id from unnest(${[...unitIds]}::uuid[]) unit
      cross join lateral (select e.id from escalation e where e.organization_id = unit and ${where}
        order by ${AT} desc, e.id desc limit ${limit}) n))`);
  return q.orderBy(AT, 'desc').orderBy('e.id', 'desc').limit(limit).execute();
}

/** The highest level of the supervision orders that are not settled, by order and organisation. */
export async function standingLevels(db: Reader, orderIds: readonly string[]) {
  if (orderIds.length === 0) return [];
  return db
    .selectFrom('supervision_order')
    .select(['order_id as orderId', 'organization_id as organizationId'])
    .select((e) => e.fn.max('level').as('level'))
    .where('order_id', 'in', [...orderIds])
    .where('state', '<>', 'accepted')
    .groupBy(['order_id', 'organization_id'])
    .execute();
}

/** The last escalation of each order within each organisation (null: the centre). */
export async function lastEscalations(db: Reader, orderIds: readonly string[]) {
  if (orderIds.length === 0) return [];
  const r = await sql<{
    orderId: string;
    organizationId: string | null;
    action: LadderAction;
    level: number;
    cause: string;
    at: Date;
  }>`select distinct on (order_id, organization_id) order_id as "orderId",
      organization_id as "organizationId", action, level, cause, at
    from escalation where order_id = any (${[...orderIds]}::uuid[]) and told
    order by order_id, organization_id, at desc, id desc`.execute(db);
  return r.rows;
}
