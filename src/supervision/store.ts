import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';
import type { EscalationTable, SupervisionOrderTable } from '../../db/schema.ts';
import type { LadderAction, SupervisionCause, SupervisionState } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';

/** Keeps an urge. @throws unique violation when a citizen urges twice on one city day. */
export async function insertUrge(
  db: DbTx,
  row: {
    id: string;
    order_id: string;
    act_id: string;
    level: number;
    party: string;
    city_day: string;
    at: Date;
  },
): Promise<void> {
  await db.insertInto('urge').values(row).execute();
}

/** Whether its citizen urged the order on a city day. */
export async function urgedOn(db: Reader, orderId: string, cityDay: string): Promise<boolean> {
  const row = await db
    .selectFrom('urge')
    .select('id')
    .where('order_id', '=', orderId)
    .where('party', '=', 'citizen')
    .where('city_day', '=', cityDay)
    .executeTakeFirst();
  return row !== undefined;
}

/** A row of `supervision_order` with its words narrowed. */
export type SupervisionRow = Omit<Selectable<SupervisionOrderTable>, 'cause' | 'state'> & {
  cause: SupervisionCause;
  state: SupervisionState;
};

/** Takes the next number of a year; the row lock lasts until commit, so numbers have no gaps. */
export async function takeNumber(db: DbTx, year: number): Promise<number> {
  const r = await sql<{ last: number }>`
    insert into supervision_sequence (year, last) values (${year}, 1)
    on conflict (year) do update set last = supervision_sequence.last + 1
    returning last`.execute(db);
  return r.rows[0]!.last;
}

export async function insertSupervision(
  db: DbTx,
  row: Insertable<SupervisionOrderTable>,
): Promise<void> {
  await db.insertInto('supervision_order').values(row).execute();
}

export async function findSupervision(db: Reader, id: string): Promise<SupervisionRow | null> {
  const row = await db
    .selectFrom('supervision_order')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return (row as SupervisionRow | undefined) ?? null;
}

/** Reads it and keeps others from changing it until the transaction ends. */
export async function lockSupervision(db: DbTx, id: string): Promise<SupervisionRow | null> {
  const row = await db
    .selectFrom('supervision_order')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return (row as SupervisionRow | undefined) ?? null;
}

/** A reply came in. */
export async function setReplied(
  db: DbTx,
  row: { id: string; version: number },
  by: string,
  at: Date,
): Promise<void> {
  await db
    .updateTable('supervision_order')
    .set({ state: 'replied', version: row.version + 1, replied_by: by, replied_at: at })
    .where('id', '=', row.id)
    .execute();
}

/** The reply was judged: settled, or open again. */
export async function setJudged(
  db: DbTx,
  row: { id: string; version: number; returns: number },
  verdict: 'accepted' | 'sent_back',
  by: string,
  at: Date,
): Promise<void> {
  const back = verdict === 'sent_back';
  await db
    .updateTable('supervision_order')
    .set({
      state: back ? 'open' : 'accepted',
      version: row.version + 1,
      returns: row.returns + (back ? 1 : 0),
      judged_by: by,
      judged_at: at,
    })
    .where('id', '=', row.id)
    .execute();
}

/** What a unit was given on one order and is not settled, the highest level first. */
export async function unsettled(
  db: Reader,
  orderId: string,
  organizationId: string,
): Promise<SupervisionRow[]> {
  return (await db
    .selectFrom('supervision_order')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('organization_id', '=', organizationId)
    .where('state', '<>', 'accepted')
    .orderBy('level', 'desc')
    .orderBy('issued_at')
    .execute()) as SupervisionRow[];
}

/** Whether one was issued for this assignment and cause. */
export async function wasIssued(
  db: Reader,
  assignmentId: string,
  cause: SupervisionCause,
): Promise<boolean> {
  const row = await db
    .selectFrom('supervision_order')
    .select('id')
    .where('assignment_id', '=', assignmentId)
    .where('cause', '=', cause)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Supervision orders: those that wait the oldest first, else the newest first.
 * @param unitIds addressees; null = all.
 */
export async function listSupervisions(
  db: Reader,
  q: {
    state?: SupervisionState | undefined;
    orderId?: string | undefined;
    id?: string | undefined;
    unitIds: readonly string[] | null;
  },
  cursor: { at: Date; id: string } | null,
  limit: number,
): Promise<SupervisionRow[]> {
  const oldest = q.state === 'open' || q.state === 'replied';
  const direction = oldest ? sql`asc` : sql`desc`;
  const order = sql`order by issued_at ${direction}, id ${direction} limit ${limit}`;
  const where = sql.join(
    [
      sql`true`,
      ...(q.state ? [sql`state = ${q.state}`] : []),
      ...(q.id ? [sql`id = ${q.id}::uuid`] : []),
      ...(q.orderId ? [sql`order_id = ${q.orderId}::uuid`] : []),
      ...(cursor
        ? [
            sql`(issued_at, id) ${oldest ? sql`>` : sql`<`} (${cursor.at}::timestamptz, ${cursor.id}::uuid)`,
          ]
        : []),
    ],
    sql` and `,
  );
  // Each unit's as its index has them: what all the others ever got is not read.
  const r = await sql<SupervisionRow>`select s.* from ${
    q.unitIds
      ? sql`unnest(${[...q.unitIds]}::uuid[]) unit cross join lateral (select * from supervision_order
          where organization_id = unit and ${where} ${order}) s`
      : sql`(select * from supervision_order where ${where} ${order}) s`
  } ${order}`.execute(db);
  return r.rows;
}

/** One thing the ladder, a person or another event did about an order. */
export type NewEscalation = Omit<Insertable<EscalationTable>, 'action'> & { action: LadderAction };

/** Keeps it; @returns false where this step of this clock was kept before. */
export async function insertEscalation(db: DbTx, row: NewEscalation): Promise<boolean> {
  const r = await db
    .insertInto('escalation')
    .values(row)
    .onConflict((c) => c.doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Steps of one clock that were kept, as `epoch step`. */
export async function stepsDone(db: Reader, deadlineId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('escalation')
    .select(['epoch', 'step'])
    .where('deadline_id', '=', deadlineId)
    .execute();
  return new Set(rows.map((r) => `${r.epoch} ${r.step}`));
}

/** Supervision orders of an order that were not accepted. */
export async function unsettledOf(db: Reader, orderId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('supervision_order')
    .select('id')
    .where('order_id', '=', orderId)
    .where('state', '<>', 'accepted')
    .execute();
  return rows.map((r) => r.id);
}
