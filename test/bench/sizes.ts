/** The same questions to the same house with 10,000, 100,000 and 1,000,000 orders behind it. */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { createCrypto } from '../../src/platform/crypto.ts';
import { openHouse, SECRET } from '../processes.ts';
import type { Browser, House } from '../processes.ts';
import { CALLERS, FEW, SOME, callerPhone, plantPast } from './past.ts';

/** Fewer, smaller ones for a quick look; the first is what the others are measured by. */
export const SIZES = (process.env.HOTLINE_BENCH_SIZES ?? '10000,100000,1000000')
  .split(',')
  .map(Number);
const ROUNDS = Number(process.env.HOTLINE_BENCH_ROUNDS ?? 31);
const WARM = Math.min(5, ROUNDS);
const WATCH_MS = 20;
/** A million orders take ten minutes to plant, and longer where others work too. */
export const LIMIT_MS = 3_600_000;
/** What takes so long even in the small city is told at once. */
const SLOW_MS = 50;

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
}

async function take(h: House, q: Question): Promise<Taken> {
  const b = await h.as(q.login);
  const ms: number[] = [];
  let rows = 0;
  for (let i = -WARM; i < ROUNDS; i++) {
    const from = performance.now();
    rows = await q.ask(b, i + WARM);
    if (i >= 0) ms.push(performance.now() - from);
  }
  return { ms: median(ms), rows };
}

/** The callers' keyed hashes, as the house of a test makes them. */
export const hmacs = (): string[] => {
  const crypto = createCrypto(SECRET);
  return Array.from({ length: CALLERS.count }, (_, i) => crypto.mac('phone', callerPhone(i)));
};

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
  ];
}

const OPEN = `select count(*)::int as n, count(*) filter (where closed_at is null)::int as open,
  extract(day from max(registered_at) - min(registered_at))::int as days,
  pg_size_pretty(pg_database_size(current_database())) as size from work_order`;

/** Grows the city size by size and asks everything at each; one line for each question. */
export async function grow(
  bench: string,
  questions: (h: House) => Promise<Question[]>,
): Promise<void> {
  const h = await openHouse('postgres', {}, { workers: 'later' });
  try {
    const taken = new Map<string, Taken[]>();
    let grown = 0;
    for (const size of SIZES) {
      const from = performance.now();
      await plantPast(h.owner, { from: grown, to: size, hmacs: hmacs() });
      grown = size;
      const { rows } = await h.owner.query(OPEN);
      say({ bench, what: 'city', ...rows[0], plantedInS: Math.round((performance.now() - from) / 1_000), ...(await machine(h)) }); // prettier-ignore
      for (const q of await questions(h)) {
        const t = await take(h, q);
        const all = [...(taken.get(`${q.login} ${q.what}`) ?? []), t];
        taken.set(`${q.login} ${q.what}`, all);
        if (all.length < SIZES.length && t.ms > SLOW_MS) say({ bench, what: `slow at ${size}: ${q.login} ${q.what}`, medianMs: t.ms }); // prettier-ignore
        if (all.length === SIZES.length) say({ bench, what: `${q.login} ${q.what}`, sizes: SIZES, rows: all.map((x) => x.rows), medianMs: all.map((x) => x.ms), ratio: +(t.ms / all[0]!.ms).toFixed(2), load: os.loadavg()[0] }); // prettier-ignore
      }
    }
    const uneven = [...taken].filter(([, all]) => all.some((t) => t.rows !== all[0]!.rows)).map(([what]) => what); // prettier-ignore
    // Equal rows, or the medians say nothing of each other.
    expect(uneven).toEqual([]);
  } finally {
    await h.close();
  }
}
