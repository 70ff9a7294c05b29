/** Migrating a database again that has been worked on: every start does it. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUE_SCHEMA, migrate } from '../../db/migrate.ts';
import { MIGRATIONS } from '../../db/migrations/index.ts';
import { newDatabase } from '../database.ts';
import type { TestDatabase } from '../database.ts';
import { until } from '../until.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

describe('migrating again', () => {
  it('does nothing, also where the application has made sequences of its queues', async () => {
    const app = new pg.Client({ connectionString: database.appUrl });
    await app.connect();
    await app.query(`create sequence ${QUEUE_SCHEMA}.bullmq_jid_test`);
    const again = () => migrate(database.ownerUrl, { kind: 'test', appUrl: database.appUrl });
    expect(await again()).toEqual([]);
    expect((await app.query(`select nextval('${QUEUE_SCHEMA}.bullmq_jid_test') as n`)).rows[0].n).toBe('1'); // prettier-ignore
    await app.end();
  });
});

describe('indexes on large tables', () => {
  const MADE = {
    name: '9001_large',
    sql: 'create table large as select generate_series(1, 50) as n',
  };
  const INDEXED = {
    name: '9002_indexed',
    sql: `
create function twice(n int) returns int language sql immutable as 'select 2 * n';
create index large_twice on large (twice(n));
create index large_some on large (n desc)
  where n > 7;
`,
    concurrently: ['large_twice', 'large_some'],
  };
  const ours = [...MIGRATIONS, MADE, INDEXED];
  const run = () => migrate(database.ownerUrl, { kind: 'test', queues: false, migrations: ours });
  const client = async (settings = '') => {
    const made = new pg.Client({ connectionString: database.ownerUrl });
    await made.connect();
    made.on('error', () => {});
    if (settings) await made.query(settings);
    return made;
  };
  /** Names and whether they can be used, and what is left to do. */
  const standing = async (db: pg.Client, names: readonly string[]) => {
    const { rows } = await db.query(
      `select c.relname as name, i.indisvalid as valid from pg_index i
        join pg_class c on c.oid = i.indexrelid where c.relname = any ($1)`,
      [names],
    );
    const left = await db.query('select name from schema_migration where unfinished is not null');
    const is = (valid: boolean) =>
      rows
        .filter((r) => r.valid === valid)
        .map((r) => r.name)
        .sort();
    return { valid: is(true), invalid: is(false), left: left.rows.map((r) => r.name) };
  };

  it('keep nobody from writing, are finished after they were cut off, and by one of many', async () => {
    const owner = await client();
    await migrate(database.ownerUrl, {
      kind: 'test',
      queues: false,
      migrations: [...MIGRATIONS, MADE],
    });
    const slow = await client();
    await slow.query('begin');
    await slow.query('insert into large values (0)');
    const cut = run().then(
      () => 'done',
      () => 'cut',
    );
    const building = `select pid from pg_stat_activity where application_name = 'hotline-migrate'
      and datname = current_database() and wait_event_type = 'Lock' and query like '% index concurrently %'`;
    await until(
      'it waits for who writes',
      async () => (await owner.query(building)).rows.length > 0,
    );
    // Whoever else writes does not wait.
    const quick = await client("set lock_timeout = '500ms'");
    await quick.query('insert into large values (51)');
    await owner.query(`select pg_terminate_backend(pid) from (${building}) b`);
    expect(await cut).toBe('cut');
    expect(await standing(owner, INDEXED.concurrently)).toEqual({
      valid: [],
      invalid: ['large_twice'],
      left: [INDEXED.name],
    });
    const all = Promise.all([run(), run(), run()]);
    await until('it waits again', async () => (await owner.query(building)).rows.length > 0);
    await slow.query('commit');
    expect((await all).flat()).toEqual([INDEXED.name]);
    expect(await standing(owner, INDEXED.concurrently)).toEqual({
      valid: ['large_some', 'large_twice'],
      invalid: [],
      left: [],
    });
    await Promise.all([owner, slow, quick].map((c) => c.end()));
  });

  it('those of the released migrations are found in them, and built as they are written there', async () => {
    const owner = await client();
    const [m] = MIGRATIONS.filter((one) => one.concurrently);
    const names = [...m!.concurrently!].sort();
    await owner.query(`drop index ${names.join(', ')}`);
    await owner.query('update schema_migration set unfinished = $1 where name = $2', [
      names,
      m!.name,
    ]);
    expect(await run()).toEqual([m!.name]);
    expect(await standing(owner, names)).toEqual({ valid: names, invalid: [], left: [] });
    for (const one of MIGRATIONS)
      for (const name of one.concurrently ?? [])
        expect(one.sql).toMatch(new RegExp(`^create index ${name} on `, 'm'));
    await owner.end();
  });
});
