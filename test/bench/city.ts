/**
 * Cities with a past, each planted once: a run makes it as a template, and whoever wants one gets a copy
 * of its own. With `HOTLINE_BENCH_KEEP` the server's directory stays, and the next run finds them there.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { inject } from 'vitest';
import { MIGRATIONS } from '../../db/migrations/index.ts';
import { createCrypto } from '../../src/platform/crypto.ts';
import { newDatabase } from '../database.ts';
import type { TestDatabase } from '../database.ts';
import { MORNING, SECRET } from '../processes.ts';
import { CALLERS, callerPhone, plantPast } from './past.ts';

/** The callers' keyed hashes, as the house of a test makes them. */
export const hmacs = (): string[] => {
  const crypto = createCrypto(SECRET);
  return Array.from({ length: CALLERS.count }, (_, i) => crypto.mac('phone', callerPhone(i)));
};

/** What is planted depends on this alone; what another tree planted is of no use. */
const made = createHash('sha256')
  .update(MIGRATIONS.map((m) => m.sql).join())
  .update(readFileSync(new URL('past.ts', import.meta.url)))
  .digest('hex')
  .slice(0, 10);

async function asOwner<T>(work: (client: pg.Client) => Promise<T>, database = 'hotline') {
  const client = new pg.Client({ connectionString: inject('ownerUrl').replace('{db}', database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function plant(name: string, orders: number): Promise<void> {
  const bare = await newDatabase();
  const owner = new pg.Pool({ connectionString: bare.ownerUrl, max: 4 });
  await owner.query(
    `update app_clock set offset_ms = round(extract(epoch from ($1::timestamptz - clock_timestamp())) * 1000)`,
    [MORNING],
  );
  await plantPast(owner, { from: 0, to: orders, hmacs: hmacs() });
  await owner.end();
  await asOwner((c) => c.query(`alter database ${bare.name} rename to ${name}`));
}

export interface Past {
  database: TestDatabase;
  /** How long it took to plant; null where it was there. */
  plantedInS: number | null;
}

/**
 * A city with so many orders behind it.
 * @param own false: what only reads takes the template itself, which is not copied and not dropped.
 */
export async function pastOf(orders: number, own: boolean): Promise<Past> {
  const name = `past_${orders}_${made}`;
  const known = await asOwner((c) => c.query<{ datname: string }>(`select datname from pg_database where datname like 'past\\_%'`)); // prettier-ignore
  for (const { datname } of known.rows.filter((r) => !r.datname.endsWith(made)))
    await asOwner((c) => c.query(`drop database ${datname}`));
  const from = performance.now();
  const there = known.rows.some((r) => r.datname === name);
  if (!there) await plant(name, orders);
  const plantedInS = there ? null : Math.round((performance.now() - from) / 1_000);
  const urls = { ownerUrl: inject('ownerUrl').replace('{db}', name), appUrl: inject('appUrl').replace('{db}', name) }; // prettier-ignore
  if (!own) return { database: { name, ...urls, drop: async () => {} }, plantedInS };
  return { database: await newDatabase(name), plantedInS };
}
