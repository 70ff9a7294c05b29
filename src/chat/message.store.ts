import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { ChatMessageTable } from '../../db/schema.ts';
import type { DbTx, Reader } from '../platform/db.ts';

export type Side = 'citizen' | 'operator' | 'system' | 'note';
export type Kind = 'text' | 'image' | 'order' | 'answer' | 'notice';

/** A row of `chat_message` with its words narrowed. */
export type MessageRow = Omit<Selectable<ChatMessageTable>, 'side' | 'kind'> & {
  side: Side;
  kind: Kind;
};

/** What of a picture stands with its message. */
export interface PictureRow {
  mime: 'image/jpeg' | 'image/png' | 'image/webp';
  bytes: number;
  width: number;
  height: number;
  sha256: string;
  thumb_sha256: string;
}

export interface NewMessage {
  id: string;
  chatId: string;
  clientId: string;
  side: Exclude<Side, 'note'>;
  kind: Kind;
  at: Date;
  code?: string | null;
  noticeNumber?: number | null;
  authorId?: string | null;
  orderId?: string | null;
  body?: Buffer | null;
  picture?: PictureRow | null;
  /** The citizen's words in this minute, with this one. */
  minute?: { since: Date; count: number } | null;
}

/**
 * Appends a message with the next number of its chat: one statement, so that a number is never taken
 * without its message. The caller has locked the chat. @returns the number.
 */
export async function append(db: DbTx, m: NewMessage): Promise<number> {
  const p = m.picture ?? null;
  const citizen = m.side === 'citizen';
  const operator = m.side === 'operator';
  const r = await sql<{ seq: number }>`
    with s as (
      update chat_session set last_seq = last_seq + 1,
        last_citizen_at = case when ${citizen} then ${m.at}::timestamptz else last_citizen_at end,
        minute_at = coalesce(${m.minute?.since ?? null}::timestamptz, minute_at),
        minute_count = coalesce(${m.minute?.count ?? null}::int, minute_count),
        last_operator_at = case when ${operator} then ${m.at}::timestamptz else last_operator_at end,
        -- Who writes has read what stands above.
        seen_citizen = case when ${citizen} then last_seq + 1 else seen_citizen end,
        seen_operator = case when ${operator} then last_seq + 1 else seen_operator end
      where id = ${m.chatId} returning last_seq)
    insert into chat_message (id, chat_id, seq, client_id, side, kind, code, notice_number, author_id,
      order_id, body_ct, mime, bytes, width, height, sha256, thumb_sha256, at)
    select ${m.id}::uuid, ${m.chatId}::uuid, s.last_seq, ${m.clientId}::uuid, ${m.side}, ${m.kind},
      ${m.code ?? null}, ${m.noticeNumber ?? null}::int, ${m.authorId ?? null}::uuid,
      ${m.orderId ?? null}::uuid, ${m.body ?? null}::bytea, ${p?.mime ?? null},
      ${p?.bytes ?? null}::int, ${p?.width ?? null}::int, ${p?.height ?? null}::int,
      ${p?.sha256 ?? null}, ${p?.thumb_sha256 ?? null}, ${m.at}::timestamptz from s
    returning seq`.execute(db);
  return r.rows[0]!.seq;
}

/** Keeps a note of the staff, which stands beside the sequence, after its last number. */
export async function insertNote(
  db: DbTx,
  note: {
    id: string;
    chatId: string;
    clientId: string;
    authorId: string;
    afterSeq: number;
    body: Buffer;
    at: Date;
  },
): Promise<void> {
  await db
    .insertInto('chat_message')
    .values({
      id: note.id,
      chat_id: note.chatId,
      client_id: note.clientId,
      after_seq: note.afterSeq,
      side: 'note',
      kind: 'text',
      author_id: note.authorId,
      body_ct: note.body,
      at: note.at,
      seq: null,
      code: null,
      notice_number: null,
      order_id: null,
      mime: null,
      bytes: null,
      width: null,
      height: null,
      sha256: null,
      thumb_sha256: null,
    })
    .execute();
}

/** A message of a chat by its row's id, or by the id that its writer gave it. */
async function findOne(
  db: Reader,
  chatId: string,
  by: 'id' | 'client_id',
  id: string,
): Promise<MessageRow | null> {
  const row = await db
    .selectFrom('chat_message')
    .selectAll()
    .where('chat_id', '=', chatId)
    .where(by, '=', id)
    .executeTakeFirst();
  return (row as MessageRow | undefined) ?? null;
}

/** What came under a client's id before. */
export const findByClientId = (
  db: Reader,
  chatId: string,
  clientId: string,
): Promise<MessageRow | null> => findOne(db, chatId, 'client_id', clientId);

/** The picture of a message, by the message's row. */
export async function findPicture(
  db: Reader,
  chatId: string,
  id: string,
): Promise<MessageRow | null> {
  const found = await findOne(db, chatId, 'id', id);
  return found?.kind === 'image' ? found : null;
}

/** What the citizen said in words, oldest first. */
export async function citizensWords(
  db: Reader,
  chatId: string,
  max: number,
): Promise<MessageRow[]> {
  const rows = await db
    .selectFrom('chat_message')
    .selectAll()
    .where('chat_id', '=', chatId)
    .where('side', '=', 'citizen')
    .where('kind', '=', 'text')
    .orderBy('seq')
    .limit(max)
    .execute();
  return rows as MessageRow[];
}

/** The messages after a number, in order; notes are none of them. */
export async function listAfter(
  db: Reader,
  chatId: string,
  after: number,
  max: number,
): Promise<MessageRow[]> {
  const rows = await db
    .selectFrom('chat_message')
    .selectAll()
    .where('chat_id', '=', chatId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(max)
    .execute();
  return rows as MessageRow[];
}

/** The notes of a chat, the newest `max` of them, oldest first. */
export async function listNotes(db: Reader, chatId: string, max: number): Promise<MessageRow[]> {
  const rows = await db
    .selectFrom('chat_message')
    .selectAll()
    .where('chat_id', '=', chatId)
    .where('seq', 'is', null)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(max)
    .execute();
  return (rows as MessageRow[]).toReversed();
}

/** The last message of each chat that a person wrote: each looked up from its end, however long it is. */
export async function lastWords(
  db: Reader,
  chatIds: readonly string[],
): Promise<Map<string, MessageRow>> {
  if (chatIds.length === 0) return new Map();
  const r = await sql<MessageRow>`
    select m.* from unnest(${[...chatIds]}::uuid[]) as c (id)
    cross join lateral (
      select * from chat_message where chat_id = c.id and side in ('citizen', 'operator')
        and seq is not null order by seq desc limit 1) m`.execute(db);
  return new Map(r.rows.map((m) => [m.chat_id, m]));
}

/** Orders that were told of in chats, in order. */
export async function ordersTold(
  db: Reader,
  chatIds: readonly string[],
): Promise<{ chatId: string; orderId: string }[]> {
  if (chatIds.length === 0) return [];
  const rows = await db
    .selectFrom('chat_message')
    .select(['chat_id', 'order_id'])
    .where('chat_id', 'in', [...chatIds])
    .where('kind', '=', 'order')
    .orderBy('chat_id')
    .orderBy('seq')
    .execute();
  return rows.map((r) => ({ chatId: r.chat_id, orderId: r.order_id! }));
}

/** Which of these contents some picture of a chat names. */
export async function namedContents(db: Reader, contents: readonly string[]): Promise<Set<string>> {
  if (contents.length === 0) return new Set();
  const list = [...contents];
  const rows = await sql<{ content: string }>`
    select sha256 as content from chat_message where sha256 = any (${list}::text[])
    union
    select thumb_sha256 from chat_message where thumb_sha256 = any (${list}::text[])`.execute(db);
  return new Set(rows.rows.map((r) => r.content));
}
