import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';
import { policyDocument } from './schema.ts';
import type { PolicyDocument } from './schema.ts';

export interface PolicyRow {
  version: number;
  id: string;
  valid_from: Date;
  note: string;
  published_by: string | null;
  published_at: Date;
  withdrawn_at: Date | null;
}

/** Parsed documents by the id of their row; a document never changes. */
const documents = new Map<string, PolicyDocument>();
const DOCUMENTS_MAX = 64;

const HEAD = [
  'version',
  'id',
  'valid_from',
  'note',
  'published_by',
  'published_at',
  'withdrawn_at',
] as const;

/** The version that holds at an instant: the latest that began and was not withdrawn. */
export async function policyAt(db: Reader, at: Date): Promise<PolicyRow | null> {
  const row = await db
    .selectFrom('deadline_policy')
    .select(HEAD)
    .where('withdrawn_at', 'is', null)
    .where('valid_from', '<=', at)
    .orderBy('valid_from', 'desc')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

export async function policyByVersion(db: Reader, version: number): Promise<PolicyRow | null> {
  const row = await db
    .selectFrom('deadline_policy')
    .select(HEAD)
    .where('version', '=', version)
    .executeTakeFirst();
  return row ?? null;
}

/** What decides which version rules; its document is known by the id. */
export type PolicyHead = Pick<PolicyRow, 'version' | 'id' | 'valid_from' | 'withdrawn_at'>;

/** Versions that are read with the clocks of an order; a city has one or two a year. */
const HEADS_MAX = 60;

/** The newest versions, for choosing among them without another trip. */
export async function policyHeads(db: Reader): Promise<PolicyHead[]> {
  return db
    .selectFrom('deadline_policy')
    .select(['version', 'id', 'valid_from', 'withdrawn_at'])
    .orderBy('version', 'desc')
    .limit(HEADS_MAX)
    .execute();
}

/** What `policyAt` finds, chosen from the heads; asked for where these may not be all. */
export async function currentHead(
  db: Reader,
  heads: readonly PolicyHead[],
  at: Date,
): Promise<PolicyHead | null> {
  if (heads.length >= HEADS_MAX) return policyAt(db, at);
  // Of two that began at once the newer one holds: it comes first, and stays.
  return heads
    .filter((h) => h.withdrawn_at === null && h.valid_from <= at)
    .reduce<PolicyHead | null>((a, b) => (a && a.valid_from >= b.valid_from ? a : b), null);
}

/** A version among the heads, else as it stands in the table. */
export const headOf = async (
  db: Reader,
  heads: readonly PolicyHead[],
  version: number,
): Promise<PolicyHead | null> =>
  heads.find((h) => h.version === version) ?? policyByVersion(db, version);

/** The versions under which these orders began. */
export async function policyVersionsOf(
  db: Reader,
  orderIds: readonly string[],
): Promise<Map<string, number>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('deadline')
    .select(['order_id', 'policy_version'])
    .where('order_id', 'in', [...orderIds])
    .where('clock', '=', 'citizen')
    .execute();
  return new Map(rows.map((r) => [r.order_id, r.policy_version]));
}

/** The version an order began under; null where it has none, or that was withdrawn. */
export async function policyOf(db: Reader, orderId: string): Promise<PolicyRow | null> {
  const version = (await policyVersionsOf(db, [orderId])).get(orderId);
  const row = version === undefined ? null : await policyByVersion(db, version);
  return row && !row.withdrawn_at ? row : null;
}

/** The document of a version, parsed once in this process. */
export async function documentOf(db: Reader, row: { id: string }): Promise<PolicyDocument> {
  const known = documents.get(row.id);
  if (known) return known;
  const found = await db
    .selectFrom('deadline_policy')
    .select('document')
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow();
  const parsed = policyDocument.parse(found.document);
  if (documents.size >= DOCUMENTS_MAX) documents.delete(documents.keys().next().value!);
  documents.set(row.id, parsed);
  return parsed;
}

/** Versions that a list shows, each with its whole document. */
const LISTED_MAX = 30;

export async function listPolicies(db: Reader): Promise<PolicyRow[]> {
  return db
    .selectFrom('deadline_policy')
    .select(HEAD)
    .orderBy('version', 'desc')
    .limit(LISTED_MAX)
    .execute();
}

/** One change of policies at a time. */
export async function lockPolicies(db: DbTx): Promise<void> {
  later(db, sql`select pg_advisory_xact_lock(1234500004)`);
}

/** Versions that were withdrawn and still rule living clocks. */
export async function withdrawnInUse(db: Reader): Promise<number[]> {
  const r = await sql<{ version: number }>`
    select p.version from deadline_policy p where p.withdrawn_at is not null and exists (
      select 1 from deadline d where d.policy_version = p.version and d.state <> 'stopped'
        and d.clock <> 'citizen') order by p.version`.execute(db);
  return r.rows.map((x) => x.version);
}

/** @returns the new version's number. */
export async function insertPolicy(
  db: DbTx,
  row: Omit<PolicyRow, 'version' | 'withdrawn_at'> & { document: PolicyDocument },
): Promise<number> {
  await lockPolicies(db);
  const r = await sql<{ version: number }>`
    insert into deadline_policy (version, id, valid_from, document, note, published_by, published_at)
    select coalesce(max(version), 0) + 1, ${row.id}, ${row.valid_from}, ${JSON.stringify(row.document)}::jsonb,
      ${row.note}, ${row.published_by}, ${row.published_at} from deadline_policy
    returning version`.execute(db);
  return r.rows[0]!.version;
}

export async function withdraw(db: DbTx, version: number, at: Date): Promise<boolean> {
  const r = await db
    .updateTable('deadline_policy')
    .set({ withdrawn_at: at })
    .where('version', '=', version)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  return r.numUpdatedRows === 1n;
}
