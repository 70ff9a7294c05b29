/** The first version of the deadline policy (domain.md §3.3); later ones are published in the console. */
import { insertPolicy } from '../src/deadline/index.ts';
import { policyDocument } from '../src/deadline/schema.ts';
import { newId } from '../src/kernel/ids.ts';
import type { DbTx } from '../src/platform/db.ts';
import { readJson } from './tsv.ts';

/** Every order of the time this platform can be asked about falls under the first version. */
const VALID_FROM = new Date('2020-01-01T00:00:00+08:00');

/** Loads the policy where there is none; safe to repeat. */
export async function seedPolicy(db: DbTx): Promise<void> {
  const known = await db.selectFrom('deadline_policy').select('version').limit(1).execute();
  if (known.length > 0) return;
  await insertPolicy(db, {
    id: newId(),
    valid_from: VALID_FROM,
    document: policyDocument.parse(readJson('deadline-policy.json')),
    note: '初始政策',
    published_by: null,
    published_at: VALID_FROM,
  });
}
