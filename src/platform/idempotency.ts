import { sql } from 'kysely';
import { fail } from '../kernel/errors.ts';
import type { Crypto } from './crypto.ts';
import { violates } from './db.ts';
import type { DbTx, Reader } from './db.ts';
import { later } from './pipeline.ts';

/**
 * Keyed hash of what was asked, so that a key cannot be used for something else; keyed, because a
 * plain hash of a short text with a telephone could be guessed.
 */
export const requestHash = (crypto: Crypto, input: unknown): string =>
  crypto.mac('request', JSON.stringify(input));

/**
 * The stored answer for a key, if it was used before; ids and codes only are ever stored.
 * @throws AppError `idempotency_key_reused` when the same key came with other content.
 */
export async function replay<T>(
  db: Reader,
  scope: string,
  key: string,
  hash: string,
): Promise<T | undefined> {
  const row = await db
    .selectFrom('idempotency_key')
    .select(['request_hash', 'response'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst();
  if (!row) return undefined;
  if (row.request_hash !== hash) fail('idempotency_key_reused');
  return row.response as T;
}

/**
 * Keeps the answer inside the transaction of its effect. Where somebody else holds the key, the
 * transaction fails with a breach of `idempotency_key_pkey`.
 */
export function keepAnswer(
  db: DbTx,
  once: { scope: string; key: string; hash: string },
  response: Record<string, unknown>,
): void {
  const { scope, key, hash: request_hash } = once;
  const row = { scope, key, request_hash, response: JSON.stringify(response) };
  later(db, db.insertInto('idempotency_key').values(row));
}

/** A key, and what its request is answered from now on. */
export interface Claim {
  scope: string;
  key: string;
  hash: string;
  response: Record<string, unknown>;
}

const claiming = (db: DbTx, claims: readonly Claim[]) =>
  db.insertInto('idempotency_key').values(
    // In one order, so that two batches with the same keys cannot wait for each other.
    claims
      .toSorted((a, b) => (a.scope + a.key < b.scope + b.key ? -1 : 1))
      .map((r) => ({
        scope: r.scope,
        key: r.key,
        request_hash: r.hash,
        response: JSON.stringify(r.response),
      })),
  );

/** Takes many keys without waiting for the answer: where one is taken, `isKeyTaken` is what ends it all. */
export const takeKeys = (db: DbTx, claims: readonly Claim[]): void =>
  later(db, claiming(db, claims));

/** Claims many keys at once; answers those that were free. */
export async function claimKeys(db: DbTx, claims: readonly Claim[]): Promise<Set<string>> {
  const won = await claiming(db, claims)
    .onConflict((c) => c.doNothing())
    .returning(['scope', 'key'])
    .execute();
  return new Set(won.map(keyText));
}

/** Which of these keys were used before. */
export async function usedKeys(
  db: Reader,
  keys: readonly { scope: string; key: string }[],
): Promise<Set<string>> {
  const [scopes, texts] = [keys.map((k) => k.scope), keys.map((k) => k.key)];
  // One text for however many, so that it stays prepared.
  const used = await sql<{ scope: string; key: string }>`
    select scope, key from idempotency_key where (scope, key) in
      (select * from unnest(${scopes}::text[], ${texts}::text[]))`.execute(db);
  return new Set(used.rows.map(keyText));
}

/** A key with its scope, as one text. */
export const keyText = (k: { scope: string; key: string }): string => `${k.scope}\n${k.key}`;

/** Whether a transaction failed because the same request, sent twice at once, was served by the other one. */
export const isKeyTaken = (error: unknown): boolean => violates(error, 'idempotency_key_pkey');

/** Drops keys older than a week; a retry later than that is a new request. */
export async function sweepKeys(db: Reader): Promise<void> {
  await sql`delete from idempotency_key where created_at < clock_timestamp() - interval '7 days'`.execute(
    db,
  );
}
