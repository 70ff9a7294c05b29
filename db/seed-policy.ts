/** The deadline policy as it is shipped (domain.md §3.3); a city's own are published in the console. */
import { isDeepStrictEqual } from 'node:util';
import { insertPolicy, lockPolicies } from '../src/deadline/index.ts';
import { policyDocument } from '../src/deadline/schema.ts';
import type { PolicyDocument } from '../src/deadline/schema.ts';
import { newId } from '../src/kernel/ids.ts';
import { appNow } from '../src/platform/db.ts';
import type { DbTx } from '../src/platform/db.ts';
import { readJson } from './tsv.ts';

/** Every order of the time this platform can be asked about falls under the first version. */
const VALID_FROM = new Date('2020-01-01T00:00:00+08:00');

/** What a policy rules: where a limit is taken from is said beside it and decides nothing. */
const ruled = (d: PolicyDocument) => ({
  ...d,
  limits: d.limits.map((limit) => ({ ...limit, source: '' })),
});

/**
 * Loads the policy where there is none. Where the shipped one has changed since and nobody published
 * one of their own, it follows as a new version from now on, unless only its sources are said otherwise;
 * safe to repeat.
 */
export async function seedPolicy(db: DbTx): Promise<void> {
  await lockPolicies(db);
  const document = policyDocument.parse(readJson('deadline-policy.json'));
  const known = await db
    .selectFrom('deadline_policy')
    .select(['document', 'published_by', 'withdrawn_at'])
    .orderBy('version', 'desc')
    .execute();
  const newest = known[0];
  const shipped = { id: newId(), document, published_by: null };
  if (!newest) {
    const at = { valid_from: VALID_FROM, published_at: VALID_FROM };
    await insertPolicy(db, { ...shipped, ...at, note: '初始政策' });
    return;
  }
  // Who published or withdrew one decides for themselves.
  if (known.some((p) => p.published_by !== null || p.withdrawn_at !== null)) return;
  if (isDeepStrictEqual(ruled(policyDocument.parse(newest.document)), ruled(document))) return;
  const now = await appNow(db);
  await insertPolicy(db, {
    ...shipped,
    valid_from: now,
    published_at: now,
    note: '随平台升级更新',
  });
}
