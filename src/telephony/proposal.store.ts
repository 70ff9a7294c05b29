/** Restrictions that operators ask for, and what was decided. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { RestrictionProposalTable } from '../../db/schema.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Cursor } from './return.store.ts';

/** Number and words are null once their days are over. */
export type ProposalRow = Selectable<RestrictionProposalTable>;

/** Keeps a proposal; false where one for this number waits. */
export async function insertProposal(
  db: DbTx,
  row: Omit<ProposalRow, 'decided_by' | 'decided_at' | 'restricted_id' | 'decline_ct'>,
): Promise<boolean> {
  const r = await db
    .insertInto('restriction_proposal')
    .values(row)
    .onConflict((c) => c.column('phone_hmac').where('decided_at', 'is', null).doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export const findProposal = async (db: Reader, id: string): Promise<ProposalRow | null> =>
  (await db
    .selectFrom('restriction_proposal')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()) ?? null;

export const lockProposal = async (db: DbTx, id: string): Promise<ProposalRow | null> =>
  (await db
    .selectFrom('restriction_proposal')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()) ?? null;

/** What waits for a decision about a number. */
export const lockOpenProposal = async (db: DbTx, hmac: string): Promise<ProposalRow | null> =>
  (await db
    .selectFrom('restriction_proposal')
    .selectAll()
    .where('phone_hmac', '=', hmac)
    .where('decided_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()) ?? null;

/** False where it was decided before. */
export async function decideProposal(
  db: DbTx,
  id: string,
  decision: Pick<ProposalRow, 'decided_by' | 'decided_at'> &
    Partial<Pick<ProposalRow, 'restricted_id' | 'decline_ct'>>,
): Promise<boolean> {
  const r = await db
    .updateTable('restriction_proposal')
    .set(decision)
    .where('id', '=', id)
    .where('decided_at', 'is', null)
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}

/** Those that wait, or those that were decided; newest first; `by`: of one person only. */
export async function listProposals(
  db: Reader,
  q: { open: boolean; by: string | null; cursor: Cursor | null; limit: number },
): Promise<ProposalRow[]> {
  let list = db
    .selectFrom('restriction_proposal')
    .selectAll()
    .where('decided_at', q.open ? 'is' : 'is not', null);
  if (q.by) list = list.where('proposed_by', '=', q.by);
  if (q.cursor)
    list = list.where(
      sql<boolean>`(proposed_at, id) < (${q.cursor.at}::timestamptz, ${q.cursor.id}::uuid)`,
    );
  return list.orderBy('proposed_at', 'desc').orderBy('id', 'desc').limit(q.limit).execute();
}

/** How many wait for a decision; `by`: of one person only. */
export async function countOpen(db: Reader, by: string | null): Promise<number> {
  let open = db
    .selectFrom('restriction_proposal')
    .select(sql<string>`count(*)`.as('n'))
    .where('decided_at', 'is', null);
  if (by) open = open.where('proposed_by', '=', by);
  return Number((await open.executeTakeFirstOrThrow()).n);
}

/** The proposals that restrictions rest on, by restriction. */
export async function proposalsBehind(
  db: Reader,
  restrictedIds: readonly string[],
): Promise<Map<string, ProposalRow>> {
  if (restrictedIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('restriction_proposal')
    .selectAll()
    .where('restricted_id', 'in', [...restrictedIds])
    .execute();
  return new Map(rows.map((r) => [r.restricted_id!, r]));
}

export interface WarnedRow {
  call_id: string;
  phone_hmac: string;
  phone_ct: Buffer;
  at: Date;
  warnings: number;
}

/**
 * The last call of each number that this operator warned and that was warned often enough, by whomever;
 * of which nobody has asked or decided since.
 */
export async function warnedCalls(
  db: Reader,
  q: { userId: string; days: number; needed: number; limit: number },
): Promise<WarnedRow[]> {
  const r = await sql<WarnedRow>`
    with since as materialized (select app_now() - make_interval(days => ${q.days}) as at)
    select last.*, counted.warnings from (
      select distinct on (w.phone_hmac) w.call_id, w.phone_hmac, c.phone_ct, w.at
      from call_warning w join call c on c.id = w.call_id
      where w.user_id = ${q.userId} and c.operator_id = ${q.userId} and c.phone_ct is not null
        and w.phone_hmac is not null and w.at > (select at from since)
      order by w.phone_hmac, w.at desc) last
    cross join lateral (
      select count(distinct x.call_id)::integer as warnings from call_warning x
      where x.phone_hmac = last.phone_hmac and x.at > (select at from since)) counted
    where counted.warnings >= ${q.needed}
      and not exists (select 1 from restriction_proposal p
        where p.phone_hmac = last.phone_hmac and p.proposed_at >= last.at)
      and not exists (select 1 from restricted_caller r where r.phone_hmac = last.phone_hmac
        and (r.set_at >= last.at or (r.lifted_at is null and r.until > app_now())))
    order by last.at desc limit ${q.limit}`.execute(db);
  return r.rows;
}

/**
 * Erases number and words of what was decided so many days ago, or has waited as long.
 * @returns how many.
 */
export async function eraseProposals(db: Reader, days: number, limit: number): Promise<number> {
  const r = await sql`
    update restriction_proposal set phone_ct = null, reason_ct = null, decline_ct = null
    where id in (select id from restriction_proposal
      where (phone_ct is not null or decline_ct is not null)
        and coalesce(decided_at, proposed_at) < app_now() - make_interval(days => ${days})
      order by coalesce(decided_at, proposed_at) limit ${limit} for update skip locked)`.execute(
    db,
  );
  return Number(r.numAffectedRows ?? 0n);
}
