/** The shipped policy reaches an installation as a new version, unless its people have one of their own. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedPolicy } from '../../db/seed-policy.ts';
import { documentOf, policyAt, policyByVersion } from '../../src/deadline/index.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
beforeEach(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
});
afterEach(() => w.close());

const seed = () => w.db.transaction().execute(seedPolicy);
const versions = async () =>
  (
    await w.db
      .selectFrom('deadline_policy')
      .select(['version', 'published_by'])
      .orderBy('version')
      .execute()
  ).map((r) => r.version);
async function asOwner(query: string): Promise<void> {
  const owner = new pg.Client({ connectionString: w.database.ownerUrl });
  await owner.connect();
  try {
    await owner.query(query);
  } finally {
    await owner.end();
  }
}
/** The installation of an earlier release: its document has no ladder for supplements. */
const earlier = () =>
  asOwner(`update deadline_policy set document = jsonb_set(document, '{ladder}', (
    select jsonb_agg(r) from jsonb_array_elements(document->'ladder') r
    where not r->'clocks' ? 'supplement'))`);
/** A release that said the source of every limit in other words. */
const saidOtherwise = () =>
  asOwner(`update deadline_policy set document = jsonb_set(document, '{limits}', (
    select jsonb_agg(l || '{"source": "domain.md"}') from jsonb_array_elements(document->'limits') l))`);
/** A release with another limit, its source the same. */
const limitedOtherwise = () =>
  asOwner(`update deadline_policy
    set document = jsonb_set(document, '{limits,0,amount}', '17')`);
const stepsNow = async () =>
  (await documentOf(w.db, (await policyAt(w.db, await w.now()))!)).ladder.filter((r) =>
    r.clocks.includes('supplement'),
  ).length;

describe('seed-reference', () => {
  it('repeated, changes nothing', async () => {
    await seed();
    await seed();
    expect(await versions()).toEqual([1]);
  });

  it('brings a changed policy as a further version that holds from now on, once', async () => {
    await earlier();
    await seed();
    await seed();
    expect(await versions()).toEqual([1, 2]);
    expect(await stepsNow()).toBe(3);
    const now = await w.now();
    const second = (await policyByVersion(w.db, 2))!;
    expect(Math.abs(second.valid_from.getTime() - now.getTime())).toBeLessThan(60_000);
    // What began before keeps what it began under.
    expect((await policyAt(w.db, new Date('2026-09-20T00:00:00Z')))?.version).toBe(1);
  });

  it('is no new version where only the sources of its limits are said otherwise', async () => {
    await saidOtherwise();
    await seed();
    expect(await versions()).toEqual([1]);
    await limitedOtherwise();
    await seed();
    expect(await versions()).toEqual([1, 2]);
  });

  it('leaves alone who published one of their own', async () => {
    await earlier();
    const { document } = await w.db
      .selectFrom('deadline_policy')
      .select('document')
      .executeTakeFirstOrThrow();
    const admin = await w.as('admin');
    steps(w).must(await admin.post('/api/policies', { document, note: '本市规定' }));
    await seed();
    expect(await versions()).toEqual([1, 2]);
    expect(await stepsNow()).toBe(0);
  });
});
