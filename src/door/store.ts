import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';

export interface SourceRow {
  id: string;
  name: string;
  door: string;
  secret_ct: Buffer;
  active: boolean;
  per_minute: number;
}

/** A source by its name, and real time: the sender's clock knows no other. */
export async function sourceNamed(
  db: Reader,
  name: string,
): Promise<{ now: Date; row: SourceRow | null }> {
  const { rows } = await sql<SourceRow & { now: Date }>`
    select clock_timestamp() as now, s.id, s.name, s.door, s.secret_ct, s.active, s.per_minute
    from (select 1) as one left join door_source s on s.name = ${name}`.execute(db);
  const { now, ...row } = rows[0]!;
  return { now, row: row.id ? row : null };
}

/** Writes a source, or gives the one of this name what is new. @returns its id. */
export async function putSource(
  db: DbTx,
  row: SourceRow & { created_at: Date },
  seal: (id: string) => Buffer,
): Promise<string> {
  const made = await db
    .insertInto('door_source')
    .values(row)
    .onConflict((c) => c.column('name').doNothing())
    .executeTakeFirst();
  if (made.numInsertedOrUpdatedRows === 1n) return row.id;
  const known = await db
    .selectFrom('door_source')
    .select('id')
    .where('name', '=', row.name)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { door, active, per_minute } = row;
  await db
    .updateTable('door_source')
    .set({ door, active, per_minute, secret_ct: seal(known.id) })
    .where('id', '=', known.id)
    .execute();
  return known.id;
}

/** @returns the id of the source that was closed; null where none of this name was open. */
export async function closeSource(db: DbTx, name: string): Promise<string | null> {
  const row = await db
    .updateTable('door_source')
    .set({ active: false })
    .where('name', '=', name)
    .where('active', '=', true)
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Sources that a list shows. */
const SOURCES_MAX = 200;

/** Every source with how many of its messages lie dead, and when the last one came. */
export async function listSources(db: Reader) {
  const { rows } = await sql<{
    id: string;
    name: string;
    door: string;
    active: boolean;
    per_minute: number;
    created_at: Date;
    dead: number;
    last_at: Date | null;
  }>`
    select s.id, s.name, s.door, s.active, s.per_minute, s.created_at,
      (select count(*)::int from door_message m where m.source_id = s.id and m.state = 'dead') as dead,
      (select max(m.received_at) from door_message m where m.source_id = s.id) as last_at
    from door_source s order by s.name limit ${SOURCES_MAX}`.execute(db);
  return rows;
}

export interface NewMessage {
  id: string;
  source_id: string;
  door: string;
  external_id: string;
  body_hash: string;
}

/** Takes the place of a message; whoever brings the same waits. @returns whether it was free. */
export async function claimMessage(db: DbTx, m: NewMessage, at: Date): Promise<boolean> {
  const r = await db
    .insertInto('door_message')
    .values({ ...m, kind: '', state: 'done', received_at: at, done_at: at })
    .onConflict((c) => c.columns(['source_id', 'door', 'external_id']).doNothing())
    .executeTakeFirst();
  return r.numInsertedOrUpdatedRows === 1n;
}

/** Keeps what a message could not be taken for, with its words. @returns whether it was new. */
export async function insertDead(
  db: DbTx,
  m: NewMessage & { kind: string; body_ct: Buffer; error: string },
  at: Date,
): Promise<boolean> {
  const r = await db
    .insertInto('door_message')
    .values({ ...m, state: 'dead', received_at: at })
    .onConflict((c) => c.columns(['source_id', 'door', 'external_id']).doNothing())
    .executeTakeFirst();
  return r.numInsertedOrUpdatedRows === 1n;
}

/** A message was taken: its words are kept no longer. */
export async function setDone(
  db: DbTx,
  m: { id: string; kind: string; answer: string; at: Date; attempts: number },
): Promise<void> {
  await db
    .updateTable('door_message')
    .set({
      state: 'done',
      kind: m.kind,
      answer: m.answer,
      error: '',
      body_ct: null,
      done_at: m.at,
      attempts: m.attempts,
    })
    .where('id', '=', m.id)
    .execute();
}

/** A further try failed too. */
export async function setFailed(
  db: DbTx,
  m: { id: string; kind: string; error: string },
): Promise<boolean> {
  const r = await db
    .updateTable('door_message')
    .set((e) => ({ kind: m.kind, error: m.error, attempts: e('attempts', '+', 1) }))
    .where('id', '=', m.id)
    .where('state', '=', 'dead')
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

export async function giveUp(db: DbTx, id: string, at: Date): Promise<boolean> {
  const r = await db
    .updateTable('door_message')
    .set({ state: 'given_up', body_ct: null, done_at: at })
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

export interface KnownMessage {
  id: string;
  body_hash: string;
  state: string;
  answer: unknown;
  error: string;
}

export async function findMessage(
  db: Reader,
  key: Pick<NewMessage, 'source_id' | 'door' | 'external_id'>,
): Promise<KnownMessage | null> {
  const row = await db
    .selectFrom('door_message')
    .select(['id', 'body_hash', 'state', 'answer', 'error'])
    .where('source_id', '=', key.source_id)
    .where('door', '=', key.door)
    .where('external_id', '=', key.external_id)
    .executeTakeFirst();
  return row ?? null;
}

export async function messageState(db: Reader, id: string): Promise<string | null> {
  const row = await db
    .selectFrom('door_message')
    .select('state')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.state ?? null;
}

/** A dead message with where it came from; nobody else touches it until the transaction ends. */
export async function lockDead(db: DbTx, id: string) {
  const row = await db
    .selectFrom('door_message as m')
    .innerJoin('door_source as s', 's.id', 'm.source_id')
    .select([
      'm.id',
      'm.source_id',
      's.name',
      'm.door',
      'm.external_id',
      'm.body_ct',
      'm.attempts',
      'm.received_at',
    ]) // prettier-ignore
    .where('m.id', '=', id)
    .where('m.state', '=', 'dead')
    .forUpdate('m')
    .executeTakeFirst();
  return row ?? null;
}

/** One page of the messages in a state, the newest first. */
export async function listMessages(
  db: Reader,
  q: { state: string; door: string | undefined },
  cursor: { at: Date; id: string } | null,
  limit: number,
) {
  let query = db
    .selectFrom('door_message as m')
    .innerJoin('door_source as s', 's.id', 'm.source_id')
    .select([
      'm.id',
      's.name as source',
      'm.door',
      'm.external_id',
      'm.kind',
      'm.state',
      'm.error',
      'm.attempts',
      'm.done_at',
      'm.received_at',
    ])
    .where('m.state', '=', q.state);
  if (q.door) query = query.where('m.door', '=', q.door);
  if (cursor)
    query = query.where(
      sql<boolean>`(m.received_at, m.id) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)`,
    );
  return query.orderBy('m.received_at', 'desc').orderBy('m.id', 'desc').limit(limit).execute();
}

/** Gives up dead letters that lie since so many days. @returns their ids, at most `limit`. */
export async function giveUpOld(
  db: DbTx,
  q: { days: number; at: Date; limit: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update door_message set state = 'given_up', body_ct = null, done_at = ${q.at}
    where id in (select id from door_message
      where state = 'dead' and received_at < ${q.at}::timestamptz - make_interval(days => ${q.days})
      order by received_at limit ${q.limit} for update skip locked)
    returning id`.execute(db);
  return rows.map((r) => r.id);
}

/** Messages that are swept at once. */
const SWEPT_MAX = 5_000;

/** Forgets what was done, or given up, long ago. */
export async function forgetMessages(db: Reader, days: number): Promise<void> {
  await sql`delete from door_message where id in (
    select id from door_message where state <> 'dead'
      and received_at < app_now() - make_interval(days => ${days}) limit ${SWEPT_MAX})`.execute(db);
}
