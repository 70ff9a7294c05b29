/** The database as it is against the database as the code believes it to be. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { MIGRATIONS } from '../../db/migrations/index.ts';
import { OWNERS } from '../../db/owners.ts';
import { newDatabase } from '../database.ts';
import type { TestDatabase } from '../database.ts';

interface Column {
  nullable: boolean;
  hasDefault: boolean;
  type: string;
}
type Tables = Map<string, Map<string, Column>>;

const schema = readFileSync(new URL('../../db/schema.ts', import.meta.url), 'utf8');

/** The interfaces of db/schema.ts, read as text: a type leaves nothing to look at when it runs. */
function believed(): Tables {
  const interfaces = new Map<string, Map<string, Column>>();
  for (const [, name, body] of schema.matchAll(/export interface (\w+)Table \{\n([^}]*)\}/g)) {
    const columns = new Map<string, Column>();
    for (const [, column, type] of body!.matchAll(/^ {2}(\w+): (.+);$/gm)) {
      const generated = /^Generated<(.*)>$/.exec(type!);
      const inner = generated ? generated[1]! : type!;
      columns.set(column!, {
        nullable: inner.endsWith(' | null'),
        hasDefault: generated !== null,
        // A list in JSON has a type of its own.
        type: inner.replace(/ \| null$/, '').replace(/^Spans$/, 'Json'),
      });
    }
    interfaces.set(`${name}Table`, columns);
  }
  const [, list] = /export interface Database \{\n([^}]*)\}/.exec(schema)!;
  return new Map(
    [...list!.matchAll(/^ {2}(\w+): (\w+);$/gm)].map(([, table, name]) => [table!, interfaces.get(name!)!]), // prettier-ignore
  );
}

/** What pg hands out for a type of PostgreSQL. */
const CLASS: Record<string, string> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  int8: 'string',
  float8: 'number',
  text: 'string',
  uuid: 'string',
  date: 'string',
  timestamptz: 'Date',
  jsonb: 'Json',
  bytea: 'Buffer',
  _text: 'string[]',
  _uuid: 'string[]',
};

let database: TestDatabase;
let owner: pg.Client;
const query = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
  (await owner.query<T>(text, values)).rows;

beforeAll(async () => {
  database = await newDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function actual(): Promise<Tables> {
  const rows = await query<{
    table_name: string;
    column_name: string;
    is_nullable: string;
    is_identity: string;
    column_default: string | null;
    udt_name: string;
  }>(`select c.table_name, c.column_name, c.is_nullable, c.is_identity, c.column_default, c.udt_name
    from information_schema.columns c join information_schema.tables t
      on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
      and c.table_name <> 'schema_migration'
    order by c.table_name, c.ordinal_position`);
  const tables: Tables = new Map();
  for (const r of rows) {
    const columns = tables.get(r.table_name) ?? new Map<string, Column>();
    columns.set(r.column_name, {
      nullable: r.is_nullable === 'YES',
      hasDefault: r.column_default !== null || r.is_identity === 'YES',
      type: CLASS[r.udt_name] ?? `unknown ${r.udt_name}`,
    });
    tables.set(r.table_name, columns);
  }
  return tables;
}

describe('db/schema.ts', () => {
  it('names the tables that there are', async () => {
    const [here, there] = [believed(), await actual()];
    expect([...here.keys()].sort()).toEqual([...there.keys()].sort());
    expect([...here].filter(([, columns]) => !columns || columns.size === 0)).toEqual([]);
  });
  it('names every column with its type and whether it may be null', async () => {
    const [here, there] = [believed(), await actual()];
    const line = (t: string, c: string, x: Column) => `${t}.${c} ${x.type}${x.nullable ? ' | null' : ''}`; // prettier-ignore
    const all = (tables: Tables) =>
      [...tables].flatMap(([t, columns]) => [...columns].map(([c, x]) => line(t, c, x))).sort();
    expect(all(here)).toEqual(all(there));
  });
  it('calls generated what has a default; only such columns may be left out', async () => {
    const there = await actual();
    const wrong: string[] = [];
    for (const [table, columns] of believed()) {
      for (const [column, x] of columns) {
        if (x.hasDefault && !there.get(table)?.get(column)?.hasDefault) wrong.push(`${table}.${column}`); // prettier-ignore
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('db/owners.ts', () => {
  it('names an owner for every table, and no table that is gone', async () => {
    expect(Object.keys(OWNERS).sort()).toEqual([...(await actual()).keys()].sort());
  });
});

describe('rights of the application role', () => {
  it('what happened cannot be changed or removed, nor can orders, the mark or the migrations', async () => {
    const role = decodeURIComponent(new URL(database.appUrl).username);
    const may = async (table: string) =>
      (
        await query<{ privilege: string }>(
          `select p.privilege from unnest(array['INSERT','UPDATE','DELETE','TRUNCATE']) as p(privilege)
           where has_table_privilege($1, $2, p.privilege)`,
          [role, table],
        )
      )
        .map((r) => r.privilege)
        .sort();
    for (const table of ['act', 'domain_event', 'audit_log'])
      expect([table, await may(table)]).toEqual([table, ['INSERT']]);
    expect(await may('work_order')).toEqual(['INSERT', 'UPDATE']);
    expect(await may('order_sequence')).toEqual(['INSERT', 'UPDATE']);
    expect(await may('restriction_proposal')).toEqual(['INSERT', 'UPDATE']);
    for (const table of ['deployment', 'schema_migration'])
      expect([table, await may(table)]).toEqual([table, []]);
    const [is] = await query<{ s: boolean; d: boolean }>(
      `select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as s,
        has_schema_privilege($1, 'public', 'CREATE') as d from pg_roles where rolname = $1`,
      [role],
    );
    expect(is).toEqual({ s: false, d: false });
  });
  it('even the owner cannot rewrite what happened', async () => {
    for (const table of ['act', 'domain_event', 'audit_log']) {
      for (const text of [
        `delete from ${table}`,
        `update ${table} set id = id`,
        `truncate ${table} cascade`,
      ])
        // prettier-ignore
        await expect(owner.query(text)).rejects.toMatchObject({ code: '42501' });
    }
  });
  it('every foreign key has an index that begins with its columns, or points to few rows', async () => {
    // Parents that are never deleted in bulk and children that are never found by them.
    const rows = await query<{ name: string }>(`
      select c.conrelid::regclass || '.' || (select string_agg(a.attname, ',') from pg_attribute a
        where a.attrelid = c.conrelid and a.attnum = any (c.conkey)) as name
      from pg_constraint c where c.contype = 'f' and c.connamespace = 'public'::regnamespace
        and c.confrelid = 'work_order'::regclass
        and not exists (select 1 from pg_index i where i.indrelid = c.conrelid
          and i.indkey[0] = c.conkey[1])`);
    // A notice is found by its unit; nobody asks for the notices of an order.
    expect(rows.map((r) => r.name).sort()).toEqual(['notification.order_id']);
  });
});

describe('migrations', () => {
  const fresh = async (work: (d: TestDatabase) => Promise<void>) => {
    const d = await newDatabase('empty');
    try {
      await work(d);
    } finally {
      await d.drop();
    }
  };
  const names = MIGRATIONS.map((m) => m.name);
  it('are named in order, each once', () => {
    expect(names).toEqual([...new Set(names)].sort());
    for (const name of names) expect(name).toMatch(/^\d{4}_[a-z_]+$/);
  });
  it('are applied once, and again without doing anything', async () => {
    await fresh(async (d) => {
      const options = { kind: 'test', appUrl: d.appUrl } as const;
      expect(await migrate(d.ownerUrl, options)).toEqual(names);
      expect(await migrate(d.ownerUrl, options)).toEqual([]);
    });
  });
  it('five processes at once apply each exactly once, and all come through', async () => {
    await fresh(async (d) => {
      const options = { kind: 'test', appUrl: d.appUrl } as const;
      const all = await Promise.all(Array.from({ length: 5 }, () => migrate(d.ownerUrl, options)));
      expect(all.flat()).toEqual(names);
      const client = new pg.Client({ connectionString: d.ownerUrl });
      await client.connect();
      const marks = await client.query('select kind from deployment');
      const done = await client.query('select name from schema_migration order by name');
      await client.end();
      expect(marks.rows).toEqual([{ kind: 'test' }]);
      expect(done.rows.map((r: { name: string }) => r.name)).toEqual(names);
    });
  });
  it('one that was changed after it was applied is refused, and nothing is done', async () => {
    await fresh(async (d) => {
      const options = { kind: 'test', queues: false } as const;
      // Rights on the schema of the queues need the queues.
      await migrate(d.ownerUrl, options);
      const client = new pg.Client({ connectionString: d.ownerUrl });
      await client.connect();
      await client.query(`update schema_migration set digest = 'other' where name = $1`, [
        names[0],
      ]);
      await expect(migrate(d.ownerUrl, options)).rejects.toThrow(
        `migration ${names[0]} was changed`,
      );
      // The lock went with the connection: the next one does not wait for ever.
      await client.query('select pg_advisory_lock(1234500001)');
      await client.end();
    });
  });
  it('a database keeps the mark of its first day', async () => {
    await fresh(async (d) => {
      await migrate(d.ownerUrl, { kind: 'production', appUrl: d.appUrl });
      await migrate(d.ownerUrl, { kind: 'demo', appUrl: d.appUrl });
      const client = new pg.Client({ connectionString: d.ownerUrl });
      await client.connect();
      const marks = await client.query('select kind from deployment');
      await client.end();
      expect(marks.rows).toEqual([{ kind: 'production' }]);
    });
  });
});
