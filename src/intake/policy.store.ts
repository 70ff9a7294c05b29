import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export interface PolicyRow {
  version: number;
  document: unknown;
  created_at: Date;
  created_by: string | null;
  note: string;
}

export async function newestPolicy(db: Reader): Promise<PolicyRow | null> {
  const row = await db
    .selectFrom('channel_policy')
    .select(['version', 'document', 'created_at', 'created_by', 'note'])
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

export async function insertPolicy(
  db: DbTx,
  row: {
    version: number;
    document: string;
    created_at: Date;
    created_by: string | null;
    note: string;
  },
): Promise<void> {
  later(db, db.insertInto('channel_policy').values(row));
}

/** One new version at a time. */
export async function lockPolicies(db: DbTx): Promise<void> {
  later(db, sql`select pg_advisory_xact_lock(1234500007)`);
}
