/** Restrictions that operators ask for, and what was decided. */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Cursor } from './return.store.ts';

export interface ProposalRow {
  id: string;
  /** The call in which it was asked for. */
  call_id: string;
  phone_ct: Buffer;
  phone_hmac: string;
  reason_ct: Buffer;
  warnings: number;
  proposed_by: string;
  proposed_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  restricted_id: string | null;
  decline_ct: Buffer | null;
}

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

export async function decideProposal(
  db: DbTx,
  id: string,
  decision: Pick<ProposalRow, 'decided_by' | 'decided_at'> &
    Partial<Pick<ProposalRow, 'restricted_id' | 'decline_ct'>>,
): Promise<void> {
  await db.updateTable('restriction_proposal').set(decision).where('id', '=', id).execute();
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

/** The last call of each number that this operator warned, of which nobody has asked or decided since. */
export async function warnedCalls(
  db: Reader,
  q: { userId: string; days: number; limit: number },
): Promise<{ call_id: string; phone_hmac: string; phone_ct: Buffer; at: Date }[]> {
  const r = await sql<{ call_id: string; phone_hmac: string; phone_ct: Buffer; at: Date }>`
    select * from (
      select distinct on (w.phone_hmac) w.call_id, w.phone_hmac, c.phone_ct, w.at
      from call_warning w join call c on c.id = w.call_id
      where w.user_id = ${q.userId} and c.operator_id = ${q.userId} and c.phone_ct is not null
        and w.at > app_now() - make_interval(days => ${q.days})
      order by w.phone_hmac, w.at desc) last
    where not exists (select 1 from restriction_proposal p
        where p.phone_hmac = last.phone_hmac and p.proposed_at >= last.at)
      and not exists (select 1 from restricted_caller r where r.phone_hmac = last.phone_hmac
        and (r.set_at >= last.at or (r.lifted_at is null and r.until > app_now())))
    order by at desc limit ${q.limit}`.execute(db);
  return r.rows;
}
