/**
 * Submissions a second over HTTP, each answered after its commit, with 1, 4, 16 and 64 at once; beside
 * them bare clients that insert the same rows, one transaction for each submission. Without workers:
 * receipt alone. `npm run bench -- intake`.
 */
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NANTANG } from '../flow/walk.ts';
import { T04 } from '../words.ts';
import { openHouse } from '../processes.ts';
import type { House } from '../processes.ts';
import { BARE, bare, ownId, ownText } from './baseline.ts';
import { agentOf, sender } from './http.ts';
import { machine, profiled, say, watched } from './sizes.ts';

const CLIENTS = (process.env.HOTLINE_BENCH_CLIENTS ?? '1,4,16,64').split(',').map(Number);
const SECONDS = Number(process.env.HOTLINE_BENCH_SECONDS ?? 8);
const WARM_MS = 6_000;
const EACH = 200;
/** Rows that many submissions share: a batch takes its numbers at once. */
const SHARED = ['order_sequence'];
/** What others refer to comes first. */
const FIRST = ['requester', 'identity_vault', 'contact', 'work_order', 'order_text', 'domain_event', 'deadline']; // prettier-ignore

let h: House;
beforeAll(async () => {
  h = await openHouse('postgres', profiled(), { workers: 'later' });
});
afterAll(() => h?.close());

const demand = (i: number) => ({
  channel: 'phone',
  content: T04,
  areaCode: NANTANG,
  requester: { kind: 'natural', name: '陈女士', phone: String(13_700_000_000 + i) },
});
let next = 0;

/** Submits for so long with so many at once. @returns how many a second, and the slow ones. */
async function submit(clients: number, ms: number) {
  const agent = agentOf(clients);
  const send = sender(h.url, await h.as('operator'), agent);
  const took: number[] = [];
  const from = performance.now();
  const client = async () => {
    while (performance.now() - from < ms) {
      const begun = performance.now();
      const { status, body } = await send('POST', '/api/orders', demand(next++), randomUUID());
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const lasted = performance.now() - from;
  agent.destroy();
  took.sort((a, b) => a - b);
  const rank = (share: number) => +took[Math.floor((took.length - 1) * share)]!.toFixed(1);
  return { count: took.length, perSecond: (took.length * 1_000) / lasted, p50: rank(0.5), p99: rank(0.99) }; // prettier-ignore
}

interface Column {
  name: string;
  literal: string;
}
interface Row {
  table: string;
  columns: Column[];
}

/** Rows that one submission wrote, by what stands in them. */
async function rowsOfOne(): Promise<Row[]> {
  const send = sender(h.url, await h.as('operator'), agentOf(1));
  const { body } = await send('POST', '/api/orders', demand(next++), randomUUID());
  const one = `(select xmin from work_order where id = '${body.orderId}')`;
  const tables = await h.owner.query(
    `select c.oid::regclass::text as t, array_agg(a.attname::text order by attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
        and attgenerated = ''
      where relkind = 'r' and relnamespace = 'public'::regnamespace group by c.oid`,
  );
  const rows: Row[] = [];
  for (const { t, columns } of tables.rows as { t: string; columns: string[] }[]) {
    if (SHARED.includes(t)) continue;
    const literals = columns.map((c) => `quote_nullable("${c}"::text)`).join(', ');
    const found = await h.owner.query(`select array[${literals}] as v from ${t} where xmin = ${one}`); // prettier-ignore
    for (const { v } of found.rows as { v: string[] }[])
      rows.push({ table: t, columns: columns.map((name, i) => ({ name, literal: v[i]! })) });
  }
  const place = ({ table }: Row) => (FIRST.indexOf(table) + 1 || FIRST.length + 1) - 1;
  return rows.sort((a, b) => place(a) - place(b));
}

/** The same inserts with ids and keys of their own each time. */
function statementsOf(rows: readonly Row[]): string[] {
  const own = new Map<string, string>();
  const keys = ['id', 'order_id', 'requester_id', 'contact_id', 'subject_id', 'deadline_id', 'event_id']; // prettier-ignore
  const made = new Set(
    rows.flatMap((r) => r.columns.filter((c) => c.name === 'id').map((c) => c.literal)),
  );
  for (const literal of made) own.set(literal, ownId(own.size + 1));
  return rows.map(({ table, columns }) => {
    const values = columns.map(({ name, literal }) => {
      if (name === 'order_no' || name === 'key' || name === 'code_hash') return ownText();
      return (keys.includes(name) && own.get(literal)) || literal;
    });
    return `insert into ${table} (${columns.map((c) => `"${c.name}"`).join(', ')}) values (${values.join(', ')})`; // prettier-ignore
  });
}

/** How many rows stand in the tables. */
async function count(rows: readonly Row[]): Promise<number> {
  const tables = [...new Set(rows.map((r) => r.table))];
  const sum = tables.map((t) => `(select count(*) from ${t})`).join(' + ');
  return Number((await h.owner.query(`select ${sum} as n`)).rows[0].n);
}

/** What each insert takes by itself, in milliseconds: the mean of many in transactions of one client. */
async function each(rows: readonly Row[], statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: h.database.ownerUrl });
  await client.connect();
  const took = statements.map(() => 0);
  let commits = 0;
  for (let n = 1; n <= EACH; n++) {
    await client.query('begin');
    for (const [i, s] of statements.entries()) {
      const from = performance.now();
      await client.query(s.replaceAll(':client_id', `'999'`).replaceAll(':n::', `'${n}'::`));
      took[i]! += performance.now() - from;
    }
    const from = performance.now();
    await client.query('commit');
    commits += performance.now() - from;
  }
  await client.end();
  const ms = Object.fromEntries(
    rows.map((r, i) => [`${i} ${r.table}`, +(took[i]! / EACH).toFixed(3)]),
  );
  say({ bench: 'intake', what: 'each insert', ms, commit: +(commits / EACH).toFixed(3) });
}

it('takes in', async () => {
  await submit(4, WARM_MS);
  const rows = await rowsOfOne();
  const statements = statementsOf(rows);
  await each(rows, statements);
  for (const clients of CLIENTS) {
    const start = await count(rows);
    const before = await bare(h.database.ownerUrl, clients, SECONDS / 2, statements);
    const middle = await count(rows);
    expect(middle - start).toBe(before.transactions * rows.length);
    const ours = await watched(h, () => submit(clients, SECONDS * 1_000));
    const end = await count(rows);
    // As many rows for each submission as for each transaction.
    expect(end - middle).toBe(ours.count * rows.length);
    const after = await bare(h.database.ownerUrl, clients, SECONDS / 2, statements);
    const base = (before.perSecond + after.perSecond) / 2;
    say({
      bench: 'intake',
      clients,
      submissionsPerSecond: Math.round(ours.perSecond),
      p50Ms: ours.p50,
      p99Ms: ours.p99,
      rowsEach: rows.length,
      by: BARE,
      baselinePerSecond: Math.round(base),
      ratio: +(ours.perSecond / base).toFixed(2),
      ...(await machine(h)),
      load: os.loadavg()[0],
    });
  }
});
