import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export interface NewRequester {
  id: string;
  kind: string;
  phone_hmac: string | null;
  created_at: Date;
}
export interface NewContact {
  id: string;
  channel: string;
  requester_id: string | null;
  operator_id: string | null;
  started_at: Date;
}

export async function insertRequesters(db: DbTx, rows: NewRequester[]): Promise<void> {
  if (rows.length > 0) later(db, db.insertInto('requester').values(rows));
}

export async function insertContacts(db: DbTx, rows: NewContact[]): Promise<void> {
  if (rows.length > 0) later(db, db.insertInto('contact').values(rows));
}

export interface KnownContact {
  id: string;
  channel: string;
  requester_id: string | null;
  operator_id: string | null;
  anonymous: boolean;
}

/** Keeps others from naming these contacts, or ending them, until the transaction ends. */
export async function lockContacts(db: DbTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  later(
    db,
    db
      .selectFrom('contact')
      .select('id')
      .where('id', 'in', [...ids])
      .orderBy('id')
      .forNoKeyUpdate(),
  );
}

/** Contacts with whether their requester stays unnamed. */
export async function findContacts(
  db: Reader,
  ids: readonly string[],
): Promise<Map<string, KnownContact>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('contact as c')
    .leftJoin('requester as r', 'r.id', 'c.requester_id')
    .select(['c.id', 'c.channel', 'c.requester_id', 'c.operator_id', 'r.kind'])
    .where('c.id', 'in', [...ids])
    .execute();
  return new Map(
    rows.map(({ kind, ...c }) => [
      c.id,
      { ...c, anonymous: (kind ?? 'anonymous') === 'anonymous' },
    ]),
  );
}

/** Says who a contact is with, once it is told. */
export async function setRequester(
  db: DbTx,
  contactId: string,
  requesterId: string | null,
): Promise<void> {
  later(
    db,
    db.updateTable('contact').set({ requester_id: requesterId }).where('id', '=', contactId),
  );
}

export async function insertAccess(
  db: DbTx,
  rows: { order_id: string; code_hash: string }[],
): Promise<void> {
  if (rows.length > 0) later(db, db.insertInto('order_access').values(rows));
}

export async function codeHashOf(db: Reader, orderId: string): Promise<string | null> {
  const row = await db
    .selectFrom('order_access')
    .select('code_hash')
    .where('order_id', '=', orderId)
    .executeTakeFirst();
  return row?.code_hash ?? null;
}

/** Each call makes a requester: only those who raised an order count, however often they rang. */
const raised = (id: string) =>
  sql<boolean>`exists (select 1 from raised_order given where given.requester_id = ${sql.ref(id)})`;

/** Requesters with orders who used a telephone, by its keyed hash; newest first, at most 50. */
export async function requestersByPhone(db: Reader, hmac: string): Promise<string[]> {
  const rows = await db
    .selectFrom('requester as r')
    .select('r.id')
    .where('r.phone_hmac', '=', hmac)
    .where(raised('r.id'))
    .orderBy('r.created_at', 'desc')
    .limit(50)
    .execute();
  return rows.map((r) => r.id);
}

/** Reads a contact and keeps others from ending it until the transaction ends. */
export async function lockContact(db: DbTx, id: string) {
  const row = await db
    .selectFrom('contact')
    .select(['id', 'operator_id', 'outcome', 'outcome_order_id'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

export async function setOutcome(
  db: DbTx,
  id: string,
  outcome: string,
  orderId: string | null,
): Promise<void> {
  later(
    db,
    db.updateTable('contact').set({ outcome, outcome_order_id: orderId }).where('id', '=', id),
  );
}

/** Everybody with orders who used the telephone of a requester; at most 50, the newest first. */
export async function requestersLike(db: Reader, requesterId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('requester as r')
    .innerJoin('requester as o', 'o.phone_hmac', 'r.phone_hmac')
    .select('o.id')
    .where('r.id', '=', requesterId)
    .where(raised('o.id'))
    .orderBy('o.created_at', 'desc')
    .limit(50)
    .execute();
  return rows.map((r) => r.id);
}

export async function setOperator(
  db: DbTx,
  id: string,
  operatorId: string | null,
): Promise<boolean> {
  const r = await db
    .updateTable('contact')
    .set({ operator_id: operatorId })
    .where('id', '=', id)
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

/** The first end stands. @returns whether there is such a contact. */
export async function setEnded(db: DbTx, id: string, at: Date): Promise<boolean> {
  const r = await db
    .updateTable('contact')
    .set((e) => ({ ended_at: e.fn.coalesce('ended_at', e.val(at)) }))
    .where('id', '=', id)
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

/** A contact as it is shown. */
export async function contactById(db: Reader, id: string) {
  const row = await db
    .selectFrom('contact')
    .select([
      'id',
      'channel',
      'operator_id',
      'started_at',
      'ended_at',
      'outcome',
      'outcome_order_id',
    ])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}
