import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';
import type { AttachmentTable } from '../../db/schema.ts';
import type { Party, Visibility } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';
import type { AttachmentMime } from './schema.ts';

export type AttachmentRow = Omit<
  Selectable<AttachmentTable>,
  'state' | 'mime' | 'visibility' | 'party'
> & {
  state: 'staged' | 'bound';
  mime: AttachmentMime;
  visibility: Visibility | null;
  party: Party | null;
  /** Of its order. */
  confidential: boolean | null;
  /** The unit whose draft it is evidence of. */
  draft_of: string | null;
};

/** Keeps two of one owner from staging side by side until the transaction ends. */
export async function lockOwner(db: DbTx, owner: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`attachment:${owner}`}, 0))`.execute(
    db,
  );
}

/** Keeps these contents from being swept until the transaction ends; always in one order. */
export async function lockContents(db: DbTx, contents: readonly string[]): Promise<void> {
  for (const content of contents.toSorted()) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`content:${content}`}, 0))`.execute(
      db,
    );
  }
}

export async function countStaged(db: Reader, owner: string): Promise<number> {
  const r = await db
    .selectFrom('attachment')
    .select(sql<string>`count(*)`.as('n'))
    .where('owner', '=', owner)
    .where('state', '=', 'staged')
    .executeTakeFirstOrThrow();
  return Number(r.n);
}

/** The same content under the same name from the same owner. */
export async function findSame(
  db: Reader,
  same: { owner: string; sha256: string; name: string },
): Promise<{ id: string; state: string } | null> {
  const row = await db
    .selectFrom('attachment')
    .select(['id', 'state'])
    .where('owner', '=', same.owner)
    .where('sha256', '=', same.sha256)
    .where('name', '=', same.name)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row ?? null;
}

export async function insertStaged(
  db: DbTx,
  row: Omit<Insertable<AttachmentTable>, 'state'>,
): Promise<void> {
  later(db, db.insertInto('attachment').values({ ...row, state: 'staged' }));
}

const seen = (db: Reader) =>
  db
    .selectFrom('attachment as f')
    .leftJoin('work_order as o', 'o.id', 'f.order_id')
    .leftJoin('reply as r', (j) => j.onRef('r.id', '=', 'f.reply_id').on('r.state', '=', 'draft'))
    .leftJoin('assignment as a', 'a.id', 'r.assignment_id')
    .selectAll('f')
    .select(['o.confidential', 'a.organization_id as draft_of']);

export async function findAttachment(db: Reader, id: string): Promise<AttachmentRow | null> {
  const row = await seen(db).where('f.id', '=', id).executeTakeFirst();
  return (row as AttachmentRow | undefined) ?? null;
}

/** The files of an order, oldest first; an order holds no more than that. */
export async function listOfOrder(
  db: Reader,
  orderId: string,
  max: number,
): Promise<AttachmentRow[]> {
  const rows = await seen(db)
    .where('f.order_id', '=', orderId)
    .orderBy('f.bound_at')
    .orderBy('f.id')
    .limit(max)
    .execute();
  return rows as AttachmentRow[];
}

/** What an owner has staged, oldest first. */
export async function listStaged(db: Reader, owner: string, max: number): Promise<AttachmentRow[]> {
  const rows = await seen(db)
    .where('f.owner', '=', owner)
    .where('f.state', '=', 'staged')
    .orderBy('f.created_at')
    .orderBy('f.id')
    .limit(max)
    .execute();
  return rows as AttachmentRow[];
}

export async function countOfOrder(db: Reader, orderId: string): Promise<number> {
  const r = await db
    .selectFrom('attachment')
    .select(sql<string>`count(*)`.as('n'))
    .where('order_id', '=', orderId)
    .executeTakeFirstOrThrow();
  return Number(r.n);
}

/** Which of these are already evidence of this reply. */
export async function ofReply(
  db: Reader,
  replyId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('attachment')
    .select('id')
    .where('reply_id', '=', replyId)
    .where('id', 'in', [...ids])
    .execute();
  return new Set(rows.map((r) => r.id));
}

export async function countOfReply(db: Reader, replyId: string): Promise<number> {
  const r = await db
    .selectFrom('attachment')
    .select(sql<string>`count(*)`.as('n'))
    .where('reply_id', '=', replyId)
    .executeTakeFirstOrThrow();
  return Number(r.n);
}

/** What a file is given when it becomes part of an order. */
export interface BindRow {
  order_id: string;
  act_id: string | null;
  assignment_id: string | null;
  reply_id: string | null;
  organization_id: string | null;
  visibility: Visibility;
  party: Party;
  from_requester: boolean;
  bound_at: Date;
}

/** Binds those that this owner has staged. @returns how many there were. */
export async function bind(
  db: DbTx,
  ids: readonly string[],
  owner: string,
  row: BindRow,
): Promise<number> {
  const r = await db
    .updateTable('attachment')
    .set({ ...row, state: 'bound' })
    .where('id', 'in', [...ids])
    .where('state', '=', 'staged')
    .where('owner', '=', owner)
    .executeTakeFirst();
  return Number(r.numUpdatedRows);
}

/** Forgets a file of an owner, as long as it is staged or (`bound`) part of an order. */
export async function deleteOwn(
  db: DbTx,
  id: string,
  owner: string,
  state: 'staged' | 'bound',
): Promise<boolean> {
  const r = await db
    .deleteFrom('attachment')
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('state', '=', state)
    .executeTakeFirst();
  return r.numDeletedRows === 1n;
}

/** Makes a reply that is still a draft a new version of itself. @returns its assignment; null: it is none. */
export async function renewDraft(db: DbTx, replyId: string): Promise<string | null> {
  const row = await db
    .updateTable('reply')
    .set({ version: sql`version + 1` })
    .where('id', '=', replyId)
    .where('state', '=', 'draft')
    .returning('assignment_id')
    .executeTakeFirst();
  return row?.assignment_id ?? null;
}

/** Forgets what was staged before an instant and never used. */
export async function deleteStale(db: Reader, before: Date, max: number): Promise<number> {
  const r = await db
    .deleteFrom('attachment')
    .where('id', 'in', (q) =>
      q
        .selectFrom('attachment')
        .select('id')
        .where('state', '=', 'staged')
        .where('created_at', '<', before)
        .orderBy('created_at')
        .limit(max),
    )
    .where('state', '=', 'staged')
    .executeTakeFirst();
  return Number(r.numDeletedRows);
}

/** Which of these contents some row names. */
export async function namedContents(db: Reader, contents: readonly string[]): Promise<Set<string>> {
  if (contents.length === 0) return new Set();
  const list = [...contents];
  const rows = await sql<{ content: string }>`
    select sha256 as content from attachment where sha256 = any (${list}::text[])
    union
    select thumb_sha256 from attachment where thumb_sha256 = any (${list}::text[])`.execute(db);
  return new Set(rows.rows.map((r) => r.content));
}
