/** Transactions that send without waiting: what fails says so, and nothing of it stands. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { later } from '../../src/platform/db.ts';
import type { DbTx } from '../../src/platform/db.ts';
import { following } from '../../src/platform/trace.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let owner: pg.Client;
beforeAll(async () => {
  w = await createWorld();
  owner = new pg.Client({ connectionString: w.database.ownerUrl });
  await owner.connect();
  const app = owner.escapeIdentifier(new URL(w.database.appUrl).username);
  await owner.query(`create table probe (id integer primary key, body jsonb);
    grant select, insert, update, delete on probe to ${app}`);
});
afterAll(async () => {
  await owner?.end();
  await w?.close();
});
beforeEach(() => owner.query('delete from probe'));

const insert = (id: unknown, body: unknown = null) =>
  sql`insert into probe (id, body) values (${id}, ${body})`;
const standing = async () =>
  (await owner.query('select id from probe order by id')).rows.map((r) => r.id);
const transact = <T>(work: (db: DbTx) => Promise<T>) => w.db.transaction().execute(work);
const trips = async (work: () => Promise<unknown>) => {
  const before = w.trips();
  await work();
  return w.trips() - before;
};

describe('a transaction', () => {
  it('is two trips where everything is known beforehand: what it opens with, what it ends with', async () => {
    const work = async (db: DbTx) => {
      const [a, b] = await Promise.all([
        sql<{ n: number }>`select count(*)::int as n from probe`.execute(db),
        sql<{ n: number }>`select 1 as n`.execute(db),
      ]);
      later(db, insert(a.rows[0]!.n + b.rows[0]!.n));
      later(db, insert(2));
    };
    expect(await trips(() => transact(work))).toBe(2);
    expect(await standing()).toEqual([1, 2]);
  });

  it('fails with what the first write said that failed, and nothing stands', async () => {
    const twice = transact(async (db) => {
      later(db, insert(1));
      later(db, insert(1));
      later(db, insert(2));
    });
    await expect(twice).rejects.toMatchObject({ code: '23505', constraint: 'probe_pkey' });
    const looked = transact(async (db) => {
      later(db, insert('no number'));
      await sql`select 1`.execute(db);
    });
    await expect(looked).rejects.toMatchObject({ code: '22P02' });
    expect(await standing()).toEqual([]);
  });

  it('does not commit what could not even be sent', async () => {
    const endless: Record<string, unknown> = {};
    endless.itself = endless;
    const work = transact(async (db) => {
      later(db, insert(1));
      later(db, insert(2, endless));
    });
    await expect(work).rejects.toThrow(/circular/i);
    expect(await standing()).toEqual([]);
  });

  it('takes nothing any more once it ended, and gives its connection back as it was', async () => {
    let kept: DbTx | undefined;
    const failing = transact(async (db) => {
      kept = db;
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(() => later(kept!, insert(1))).toThrow(/has ended/);
    await expect(sql`select 1`.execute(kept!)).rejects.toThrow(/has ended/);
    const thrown = () => w.db.transaction().execute((() => { throw new Error('at once'); }) as never); // prettier-ignore
    for (let i = 0; i < 10; i++) await expect(thrown()).rejects.toThrow('at once');
    const states = await owner.query(
      `select state from pg_stat_activity where datname = current_database()
        and pid <> pg_backend_pid() and state like 'idle in%'`,
    );
    expect(states.rows).toEqual([]);
  });

  it('is made anew where a table changed under what was prepared', async () => {
    const work = () =>
      inTransaction(w.deps, SYSTEM, async ({ db }) => {
        const { rows } = await sql`select * from probe where id = ${1}`.execute(db);
        return rows.length;
      });
    await owner.query('insert into probe values (1)');
    for (let i = 0; i < 6; i++) expect(await work()).toBe(1);
    await owner.query('alter table probe add column more text');
    expect(await work()).toBe(1);
    const alone = () => transact((db) => sql`select * from probe where id = ${1}`.execute(db));
    expect((await alone()).rows).toEqual([{ id: 1, body: null, more: null }]);
  });
});

describe('reads of one request', () => {
  it('that it asks at once leave in one trip; those of others go their own way', async () => {
    const ask = () =>
      Promise.all([1, 2, 3, 4].map((n) => sql`select ${n}::int as n`.execute(w.db)));
    expect(await trips(() => following('one request', ask))).toBe(1);
    expect(await trips(ask)).toBe(4);
  });

  it('one that fails leaves the others their answers', async () => {
    const [bad, good] = await following('another', () =>
      Promise.allSettled([
        sql`select 1 / 0`.execute(w.db),
        sql<{ n: number }>`select 1 as n`.execute(w.db),
      ]),
    );
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    expect(good).toMatchObject({ status: 'fulfilled', value: { rows: [{ n: 1 }] } });
  });
});
