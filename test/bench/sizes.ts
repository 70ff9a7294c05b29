/** The same questions to houses with 10,000, 100,000 and 1,000,000 orders behind them, in turn. */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { openHouse } from '../processes.ts';
import type { Browser, House } from '../processes.ts';
import { hmacs, pastOf } from './city.ts';
import { CALLERS, FEW, SOME, callerPhone } from './past.ts';

export { hmacs };

/** Fewer, smaller ones for a quick look; the first is what the others are measured by. */
export const SIZES = (process.env.HOTLINE_BENCH_SIZES ?? '10000,100000,1000000')
  .split(',')
  .map(Number);
const ROUNDS = Number(process.env.HOTLINE_BENCH_ROUNDS ?? 31);
const WARM = Math.min(5, ROUNDS);
const WATCH_MS = 20;
/** A million orders take four minutes to plant, and longer where others work too. */
export const LIMIT_MS = 3_600_000;

/** One question, asked again and again; `rows` are counted so that all sizes answer the same many. */
export interface Question {
  what: string;
  login: string;
  ask: (b: Browser, round: number) => Promise<number>;
}

export const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** A CPU profile of each process of the house, written where `HOTLINE_PROFILE` says. */
export const profiled = (): NodeJS.ProcessEnv => {
  const dir = process.env.HOTLINE_PROFILE;
  const hook = new URL('profile.mjs', import.meta.url).href;
  return dir ? { HOTLINE_PROFILE: dir, NODE_OPTIONS: `--import=${hook}` } : {};
};

/** What the connections of the house were at, looked at again and again: statement, and what it waited for. */
export async function watched<T>(h: House, work: () => Promise<T>): Promise<T> {
  if (!process.env.HOTLINE_PROFILE) return work();
  const looker = new pg.Client({ connectionString: h.database.appUrl });
  await looker.connect();
  const seen = new Map<string, number>();
  let going = true;
  const looking = (async () => {
    for (; going; await sleep(WATCH_MS)) {
      const { rows } =
        await looker.query(`select left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as q,
        state, coalesce(wait_event, 'runs') as w from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`);
      for (const { q, state, w } of rows as { q: string; state: string; w: string }[]) {
        const what = `${state === 'active' ? '' : 'open after: '}${q} | ${w}`;
        seen.set(what, (seen.get(what) ?? 0) + 1);
      }
    }
  })();
  try {
    return await work();
  } finally {
    going = false;
    await looking;
    await looker.end();
    const top = [...seen].sort((a, b) => b[1] - a[1]).slice(0, 40);
    for (const [what, times] of top) process.stdout.write(`${String(times).padStart(6)} ${what}\n`);
  }
}

/** What the figures came from. */
export async function machine(h: House): Promise<object> {
  const { rows } = await h.owner.query('show server_version');
  return {
    cores: os.cpus().length,
    cpu: os.cpus()[0]?.model,
    node: process.version,
    postgres: rows[0].server_version,
  };
}

const median = (ms: number[]): number => +ms.toSorted((a, b) => a - b)[ms.length >> 1]!.toFixed(2);

interface Taken {
  ms: number;
  rows: number;
  /** Of the database that the statements of one request touched: no other work of the machine changes it. */
  pages: number;
}

const STATEMENTS = `select s.queryid::text as id, regexp_replace(s.query, '\\s+', ' ', 'g') as query,
    sum(s.shared_blks_hit + s.shared_blks_read)::float8 as pages
  from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
  where d.datname = current_database() and r.rolname <> current_user group by 1, 2`;

/** Pages that a request touches, by statement. */
async function pagesOf(h: House, request: () => Promise<unknown>): Promise<Map<string, number>> {
  const look = async () => (await h.owner.query(STATEMENTS)).rows as { id: string; query: string; pages: number }[]; // prettier-ignore
  const before = new Map((await look()).map((r) => [r.id, r.pages]));
  await request();
  const all = (await look()).map((r) => [r.query, r.pages - (before.get(r.id) ?? 0)] as const);
  return new Map(all.filter(([, n]) => n > 0));
}
const sum = (of: Map<string, number>): number => [...of.values()].reduce((a, b) => a + b, 0);

/** Statements that touch more in the last house than in the first, where somebody looks for them. */
function tellGrown(what: string, [first, ...more]: readonly Map<string, number>[]): void {
  if (!process.env.HOTLINE_BENCH_STATEMENTS) return;
  for (const [query, n] of more.at(-1) ?? []) {
    const was = first!.get(query) ?? 0;
    if (n > was * 1.2 + 5) process.stdout.write(`${what}: ${was} -> ${n} pages: ${query}\n`);
  }
}

/** A house with its past, and what is asked of it. */
interface Asked {
  house: House;
  questions: Question[];
}

/** One question to every house in turn, so that whatever else the machine does is the same for all. */
async function take(asked: readonly Asked[], i: number): Promise<Taken[]> {
  const ms: number[][] = asked.map(() => []);
  const rows: number[] = [];
  const browsers = await Promise.all(asked.map((a) => a.house.as(a.questions[i]!.login)));
  for (let round = -WARM; round < ROUNDS; round++) {
    for (const [n, { questions }] of asked.entries()) {
      const from = performance.now();
      rows[n] = await questions[i]!.ask(browsers[n]!, round + WARM);
      if (round >= 0) ms[n]!.push(performance.now() - from);
    }
  }
  const pages: Map<string, number>[] = [];
  for (const [n, { house, questions }] of asked.entries())
    pages.push(await pagesOf(house, () => questions[i]!.ask(browsers[n]!, 0)));
  tellGrown(asked[0]!.questions[i]!.what, pages);
  return ms.map((all, n) => ({ ms: median(all), rows: rows[n]!, pages: sum(pages[n]!) }));
}

/** Whether a bench was asked for in this run. */
export const named = (bench: string): boolean =>
  (process.env.HOTLINE_BENCHES ?? '').split(',').includes(bench);

export const read = async (b: Browser, path: string): Promise<unknown> => {
  const { status, body } = await b.get(`/api${path}`);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
};

/** Words that many, some, few and no orders have, two characters and more. */
const WORDS = ['停水', '下水道堵塞', '停水了 打了几次电话', SOME, FEW, '鲸鱼'];

/** A caller by telephone, an order by its number and by its end, demands by their words. */
export async function searches(h: House): Promise<Question[]> {
  const { rows } = await h.owner.query(
    'select order_no from work_order order by registered_at desc offset 100 limit 64',
  );
  const no = (i: number) => rows[i % rows.length].order_no as string;
  const find = async (b: Browser, q: string) =>
    ((await read(b, `/orders/find?q=${encodeURIComponent(q)}`)) as unknown[]).length;
  const as = (what: string, ask: Question['ask']): Question => ({ what, login: 'operator', ask });
  return [
    as('caller', async (b, i) => {
      const { status, body } = await b.post('/api/callers/lookup', { phone: callerPhone(i % CALLERS.count) }); // prettier-ignore
      if (status !== 200) throw new Error(`caller: ${status}`);
      return (body.open.length + body.closed.length) as number;
    }),
    as('number', (b, i) => find(b, no(i))),
    as('end of the number', (b, i) => find(b, no(i).slice(-8))),
    ...WORDS.map((word) => as(`words ${word}`, (b) => find(b, word))),
    // Among what one unit ever held.
    { ...as(`words ${WORDS[0]}`, (b) => find(b, WORDS[0]!)), login: 'water' },
  ];
}

const OPEN = `select count(*)::int as n, count(*) filter (where closed_at is null)::int as open,
  extract(day from max(registered_at) - min(registered_at))::int as days,
  pg_size_pretty(pg_database_size(current_database())) as size from work_order`;

/** Opens a house at each size and asks each of them everything; one line for each question. */
export async function grow(
  bench: string,
  questions: (h: House) => Promise<Question[]>,
): Promise<void> {
  const asked: Asked[] = [];
  try {
    for (const size of SIZES) {
      const { database, plantedInS } = await pastOf(size, false);
      const house = await openHouse('postgres', {}, { workers: 'later', database });
      const { rows } = await house.owner.query(OPEN);
      say({ bench, what: 'city', ...rows[0], plantedInS, ...(await machine(house)) });
      asked.push({ house, questions: await questions(house) });
    }
    const uneven: string[] = [];
    for (const [i, { what, login }] of asked[0]!.questions.entries()) {
      const all = await take(asked, i);
      const ratio = +(all.at(-1)!.ms / all[0]!.ms).toFixed(2);
      say({ bench, what: `${login} ${what}`, sizes: SIZES, rows: all.map((x) => x.rows), medianMs: all.map((x) => x.ms), ratio, pages: all.map((x) => x.pages), load: os.loadavg()[0] }); // prettier-ignore
      if (all.some((t) => t.rows !== all[0]!.rows)) uneven.push(`${login} ${what}`);
    }
    // Equal rows, or the medians say nothing of each other.
    expect(uneven).toEqual([]);
  } finally {
    await Promise.all(asked.map((a) => a.house.close()));
  }
}
