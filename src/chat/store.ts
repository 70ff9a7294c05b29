import { sql } from 'kysely';
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { ChatSessionTable } from '../../db/schema.ts';
import type { ChatState, EmergencyTarget } from '../kernel/words.ts';
import type { Language } from '../kernel/i18n/index.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Away } from './rules.ts';

/** A row of `chat_session` with its words narrowed. */
export type ChatRow = Omit<
  Selectable<ChatSessionTable>,
  'state' | 'away' | 'language' | 'emergency'
> & {
  state: ChatState;
  away: Away | null;
  language: Language;
  emergency: EmergencyTarget | null;
};

export async function insertChat(db: DbTx, row: Insertable<ChatSessionTable>): Promise<void> {
  await db.insertInto('chat_session').values(row).execute();
}

/** A sign of life of a citizen is written at most this often, in seconds. */
const VISITOR_TOUCH_SECONDS = 20;
const unseen = sql<boolean>`visitor_seen_at < clock_timestamp() - ${VISITOR_TOUCH_SECONDS}::int * interval '1 second'`;

const one = (row: Selectable<ChatSessionTable> | undefined): ChatRow | null =>
  (row as ChatRow | undefined) ?? null;

const findBy = async (
  db: Reader,
  column: 'id' | 'client_hash' | 'contact_id',
  value: string,
): Promise<ChatRow | null> =>
  one(await db.selectFrom('chat_session').selectAll().where(column, '=', value).executeTakeFirst());

export const findChat = (db: Reader, id: string): Promise<ChatRow | null> => findBy(db, 'id', id);

export const findByClient = (db: Reader, clientHash: string): Promise<ChatRow | null> =>
  findBy(db, 'client_hash', clientHash);

export const findByContact = (db: Reader, contactId: string): Promise<ChatRow | null> =>
  findBy(db, 'contact_id', contactId);

/** Which of these contacts are chats that are not over. */
export async function livingContacts(
  db: Reader,
  contactIds: readonly string[],
): Promise<Set<string>> {
  if (contactIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('chat_session')
    .select('contact_id')
    .where('contact_id', 'in', [...contactIds])
    .where('ended_at', 'is', null)
    .execute();
  return new Set(rows.map((r) => r.contact_id));
}

/** The chat of a token, and whether a sign of life of its citizen is due. */
export async function findByToken(
  db: Reader,
  tokenHash: string,
): Promise<(ChatRow & { unseen: boolean }) | null> {
  const row = await db
    .selectFrom('chat_session')
    .selectAll()
    .select(unseen.as('unseen'))
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
  return (row as (ChatRow & { unseen: boolean }) | undefined) ?? null;
}

/** Reads a chat and keeps others from changing it until the transaction ends. */
export const lockChat = async (db: DbTx, id: string): Promise<ChatRow | null> =>
  one(
    await db
      .selectFrom('chat_session')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst(),
  );

/** Changes a chat that the caller has locked. */
export async function updateChat(
  db: DbTx,
  id: string,
  set: Updateable<ChatSessionTable>,
): Promise<void> {
  await db.updateTable('chat_session').set(set).where('id', '=', id).execute();
}

/** One's mark of what was seen only ever moves on, and never beyond what there is. */
export async function moveSeen(
  db: Reader,
  id: string,
  side: 'citizen' | 'operator',
  seq: number,
): Promise<boolean> {
  const column = sql.ref(side === 'citizen' ? 'seen_citizen' : 'seen_operator');
  const r = await sql`
    update chat_session set ${column} = least(${seq}::int, last_seq)
    where id = ${id} and ${column} < least(${seq}::int, last_seq)`.execute(db);
  return (r.numAffectedRows ?? 0n) > 0n;
}

/** The first of the queue, and whether it is an emergency. */
export async function headOfQueue(db: Reader): Promise<{ id: string; urgent: boolean } | null> {
  const row = await db
    .selectFrom('chat_session')
    .select(['id', 'emergency'])
    .where('state', '=', 'waiting')
    .orderBy('priority')
    .orderBy('queued_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row ? { id: row.id, urgent: row.emergency !== null } : null;
}

/** Places of chats in the queue, from 1; those that do not wait are left out. */
export async function positions(db: Reader, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const r = await sql<{ id: string; place: number }>`
    select id, place::int from (
      select id, row_number() over (order by priority, queued_at, id) as place
      from chat_session where state = 'waiting') q
    where id = any (${[...ids]}::uuid[])`.execute(db);
  return new Map(r.rows.map((x) => [x.id, x.place]));
}

export interface Waiting {
  waiting: number;
  longestWaitSeconds: number;
  emergencies: number;
  late: number;
}

export async function waitingNow(db: Reader): Promise<Waiting> {
  const r = await sql<Waiting>`
    select count(*)::int as waiting,
      coalesce(floor(extract(epoch from app_now() - min(queued_at))), 0)::int as "longestWaitSeconds",
      (count(*) filter (where emergency is not null))::int as emergencies,
      (count(*) filter (where clock = 'late'))::int as late
    from chat_session where state = 'waiting'`.execute(db);
  return r.rows[0]!;
}

/** Chats that were given to somebody since an instant. */
export async function servedSince(db: Reader, since: Date): Promise<number> {
  const row = await db
    .selectFrom('chat_session')
    .select(sql<number>`count(*)::int`.as('n'))
    .where('assigned_at', '>=', since)
    .executeTakeFirstOrThrow();
  return row.n;
}

/** Open chats of an operator, in the order in which they were given. */
export async function openOf(db: Reader, userId: string, max: number): Promise<ChatRow[]> {
  const rows = await db
    .selectFrom('chat_session')
    .selectAll()
    .where('operator_id', '=', userId)
    .where('state', '=', 'open')
    .orderBy('assigned_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows as ChatRow[];
}

/** Chats that somebody waits in or talks in, for who looks after all of them. */
export async function liveChats(db: Reader, max: number): Promise<ChatRow[]> {
  // Each state has an index of its own rows; asked for both at once, all that ever were would be read.
  const inState = (state: 'waiting' | 'open') =>
    db.selectFrom('chat_session').selectAll().where('state', '=', state);
  const rows = await db
    .selectFrom(inState('waiting').unionAll(inState('open')).as('live'))
    .selectAll()
    .orderBy('priority')
    .orderBy('queued_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows as ChatRow[];
}

/** Chats whose first answer is due and did not come. */
export async function overdue(db: Reader, at: Date, max: number): Promise<string[]> {
  const rows = await db
    .selectFrom('chat_session')
    .select('id')
    .where('clock', '=', 'running')
    .where('first_due_at', '<', at)
    .orderBy('first_due_at')
    .limit(max)
    .execute();
  return rows.map((r) => r.id);
}

/** Chats in which the citizen has not said anything since an instant; the caller looks closer. */
export async function silentSince(db: Reader, since: Date, max: number): Promise<string[]> {
  const rows = await db
    .selectFrom('chat_session')
    .select('id')
    .where('state', 'in', ['open', 'away'])
    .where('last_citizen_at', '<=', since)
    .where((e) =>
      e.or([
        e('state', '=', 'away'),
        e.and([
          e('last_operator_at', '<=', since),
          e('last_operator_at', '>', e.ref('last_citizen_at')),
        ]),
      ]),
    )
    .orderBy('last_citizen_at')
    .limit(max)
    .execute();
  return rows.map((r) => r.id);
}

/** The citizens of these chats are there. */
export async function touchVisitors(db: Reader, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update chat_session set visitor_seen_at = clock_timestamp()
    where id in (
      select id from chat_session where id = any (${[...ids]}::uuid[]) and state in ('waiting', 'open')
        and ${unseen}
      for update skip locked)`.execute(db);
}

/** Chats that wait and whose citizens are gone for that long; an emergency is never given up. */
export async function goneVisitors(db: Reader, minutes: number, max: number): Promise<string[]> {
  const r = await sql<{ id: string }>`
    select id from chat_session where state = 'waiting' and emergency is null
      and visitor_seen_at < clock_timestamp() - ${minutes}::int * interval '1 minute'
    order by visitor_seen_at limit ${max}`.execute(db);
  return r.rows.map((x) => x.id);
}

/** The chat, locked, if its citizen is still gone. */
export const lockGone = async (db: DbTx, id: string, minutes: number): Promise<ChatRow | null> =>
  one(
    await db
      .selectFrom('chat_session')
      .selectAll()
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .where('emergency', 'is', null)
      .where(
        sql<boolean>`visitor_seen_at < clock_timestamp() - ${minutes}::int * interval '1 minute'`,
      )
      .forUpdate()
      .executeTakeFirst(),
  );

export interface Figures {
  open: number;
  firstAnswers: number;
  firstAnswersInTime: number;
  late: number;
}

/** Chats open now, and first answers that fell due or were given since an instant. */
export async function figuresSince(db: Reader, since: Date): Promise<Figures> {
  const r = await sql<Figures>`
    select (select count(*)::int from chat_session where state = 'open') as open,
      (count(*) filter (where clock in ('met', 'late')))::int as "firstAnswers",
      (count(*) filter (where clock = 'met'))::int as "firstAnswersInTime",
      (count(*) filter (where clock = 'late'))::int as late
    from chat_session where first_due_at >= ${since}`.execute(db);
  return r.rows[0]!;
}
