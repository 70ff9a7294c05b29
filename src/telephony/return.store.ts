/** Calls to return, the calls each stands for, and the attempts. */
import { sql } from 'kysely';
import { fail } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import type { CallSkill, ReturnReason, ReturnResult, ReturnState } from './limits.ts';

export interface ReturnRow {
  id: string;
  /** Null once its days are over. */
  phone_ct: Buffer | null;
  /** The call that the number was sealed for. */
  sealed_for: string;
  phone_hmac: string;
  cause: 'abandoned' | 'missed';
  skill: CallSkill;
  calls: number;
  state: ReturnState;
  due_at: Date;
  made_at: Date;
  taken_by: string | null;
  taken_at: Date | null;
  attempts: number;
  ended_at: Date | null;
  reason: ReturnReason | null;
  told_at: Date | null;
}

/**
 * Makes the task of the number of a call, or counts one more call in the one it has; a call counts once.
 * @returns the task; null where this call asked for one before.
 */
export async function putReturn(
  db: DbTx,
  row: Pick<
    ReturnRow,
    'id' | 'sealed_for' | 'phone_hmac' | 'cause' | 'skill' | 'due_at' | 'made_at'
  > & { phone_ct: Buffer },
): Promise<string | null> {
  // An emergency stays one, whatever the other calls were.
  const r = await sql<{ return_call_id: string }>`
    with made as (
      insert into return_call
        (id, phone_ct, sealed_for, phone_hmac, cause, skill, state, due_at, made_at)
      select ${row.id}::uuid, ${row.phone_ct}::bytea, ${row.sealed_for}::uuid, ${row.phone_hmac},
        ${row.cause}, ${row.skill}, 'open', ${row.due_at}::timestamptz, ${row.made_at}::timestamptz
      where not exists (select 1 from return_call_of where call_id = ${row.sealed_for})
      on conflict (phone_hmac) where ended_at is null do update set calls = return_call.calls + 1,
        skill = case when excluded.skill = 'emergency' then excluded.skill else return_call.skill end
      returning id)
    insert into return_call_of (call_id, return_call_id)
    select ${row.sealed_for}::uuid, id from made returning return_call_id`.execute(db);
  return r.rows[0]?.return_call_id ?? null;
}

export async function linkReturn(db: DbTx, callId: string, returnCallId: string): Promise<void> {
  await db
    .insertInto('return_call_of')
    .values({ call_id: callId, return_call_id: returnCallId })
    .onConflict((c) => c.column('call_id').doNothing())
    .execute();
}

/** The task that this call asked for, whether it is over or not. */
export async function returnOfCall(db: Reader, callId: string): Promise<string | null> {
  const row = await db
    .selectFrom('return_call_of')
    .select('return_call_id')
    .where('call_id', '=', callId)
    .executeTakeFirst();
  return row?.return_call_id ?? null;
}

/** The call that we made for a task, while it lives. */
export async function openDial(db: Reader, returnCallId: string): Promise<string | null> {
  const row = await db
    .selectFrom('return_call_of as o')
    .innerJoin('call as c', 'c.id', 'o.call_id')
    .select('c.id')
    .where('o.return_call_id', '=', returnCallId)
    .where('c.direction', '=', 'out')
    .where('c.state', '<>', 'ended')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** The calls that we made for the tasks that somebody has in hand, while they live. */
export async function openDialsOf(db: Reader, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('return_call as r')
    .innerJoin('return_call_of as o', 'o.return_call_id', 'r.id')
    .innerJoin('call as c', 'c.id', 'o.call_id')
    .select('c.id')
    .where('r.taken_by', '=', userId)
    .where('r.ended_at', 'is', null)
    .where('c.direction', '=', 'out')
    .where('c.state', '<>', 'ended')
    .execute();
  return rows.map((r) => r.id);
}

export async function lockOpenReturn(db: DbTx, hmac: string): Promise<ReturnRow | null> {
  const row = await db
    .selectFrom('return_call')
    .selectAll()
    .where('phone_hmac', '=', hmac)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return (row as ReturnRow | undefined) ?? null;
}

export async function lockReturn(db: DbTx, id: string): Promise<ReturnRow | null> {
  const row = await db
    .selectFrom('return_call')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return (row as ReturnRow | undefined) ?? null;
}

export async function findReturn(db: Reader, id: string): Promise<ReturnRow | null> {
  const row = await db
    .selectFrom('return_call')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return (row as ReturnRow | undefined) ?? null;
}

export async function updateReturn(
  db: DbTx,
  id: string,
  change: Partial<
    Pick<ReturnRow, 'state' | 'reason' | 'ended_at' | 'taken_by' | 'taken_at' | 'attempts'>
  >,
): Promise<void> {
  await db.updateTable('return_call').set(change).where('id', '=', id).execute();
}

export async function insertAttempt(
  db: DbTx,
  row: {
    id: string;
    return_call_id: string;
    user_id: string;
    result: ReturnResult;
    contact_id: string | null;
    at: Date;
  },
): Promise<void> {
  await db.insertInto('return_attempt').values(row).execute();
}

export async function attemptsOf(db: Reader, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('return_attempt')
    .select(['return_call_id', 'at', 'result'])
    .where('return_call_id', 'in', [...ids])
    .orderBy('at')
    .limit(2_000)
    .execute();
  return rows as { return_call_id: string; at: Date; result: ReturnResult }[];
}

// ---------------------------------------------------------------- lists

export interface Cursor {
  at: Date;
  id: string;
}

/** @throws AppError `invalid_input` for one that we never gave. */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const [at = '', id = ''] = text.split('_');
  const date = new Date(at);
  const sane = date.getUTCFullYear() >= 2000 && date.getUTCFullYear() < 3000;
  if (!sane || !isId(id))
    fail('invalid_input', { issues: [{ path: 'cursor', message: 'unknown', code: 'custom' }] });
  return { at: date, id };
}

export const cursorOf = (row: ReturnRow, queue: 'open' | 'mine' | 'done'): string =>
  `${(queue === 'done' ? row.ended_at! : row.due_at).toISOString()}_${row.id}`;

/** Emergencies before everybody, of those that are open. */
const calm = sql`(skill <> 'emergency')`;

/** Open ones by when they are due, emergencies first; finished ones newest first. */
export async function listReturns(
  db: Reader,
  q: { queue: 'open' | 'mine' | 'done'; userId: string; cursor: Cursor | null; limit: number },
): Promise<ReturnRow[]> {
  const done = q.queue === 'done';
  const column = done ? 'ended_at' : 'due_at';
  const past = done ? sql`<` : sql`>`;
  let list = db
    .selectFrom('return_call')
    .selectAll()
    .where('ended_at', done ? 'is not' : 'is', null);
  if (q.queue === 'mine') list = list.where('taken_by', '=', q.userId).where('state', '=', 'taken');
  const rank = done ? sql`true` : calm;
  if (q.cursor) {
    const { at, id } = q.cursor;
    const there = sql`(select ${rank} from return_call where id = ${id}::uuid)`;
    list = list.where(
      sql<boolean>`(${rank}, ${sql.ref(column)}, id) ${past} (${there}, ${at}::timestamptz, ${id}::uuid)`,
    );
  }
  const rows = await (done ? list : list.orderBy(rank))
    .orderBy(column, done ? 'desc' : 'asc')
    .orderBy('id', done ? 'desc' : 'asc')
    .limit(q.limit)
    .execute();
  return rows as ReturnRow[];
}

/** Tasks that fell due and of which the centre was not told; each is told once. */
export async function takeOverdue(db: DbTx, limit: number): Promise<string[]> {
  const r = await sql<{ id: string }>`
    update return_call set told_at = app_now() where id in (
      select id from return_call where ended_at is null and told_at is null and due_at <= app_now()
      order by due_at, id limit ${limit} for update skip locked)
    returning id`.execute(db);
  return r.rows.map((x) => x.id);
}
