/**
 * Whole lives of orders a second, from registration to the end, through the API and the workers, on
 * both queue backends, in an empty city and in one with a million orders behind it. Beside them bare
 * clients that commit as many rows in as many transactions. `npm run bench -- lifecycle`.
 */
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NANTANG } from '../flow/walk.ts';
import { T04 } from '../words.ts';
import { BACKENDS, freePort, openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';
import { BARE, bare } from './baseline.ts';
import { pastOf } from './city.ts';
import { agentOf, sender } from './http.ts';
import type { Send } from './http.ts';
import { LIMIT_MS, machine, profiled, say, watched } from './sizes.ts';

/** Orders that stand behind the city; a million take minutes to plant. */
const SIZES = (process.env.HOTLINE_BENCH_SIZES ?? '0,1000000').split(',').map(Number);
const SECONDS = Number(process.env.HOTLINE_BENCH_SECONDS ?? 20);
/** What a server that has served for a while has behind it: warm code, prepared statements. */
const WARM_MS = 12_000;
/** Orders on their way at once, and those that no worker has ended yet. */
const WALKERS = Number(process.env.HOTLINE_BENCH_WALKERS ?? 24);
const BACKLOG_MAX = 150;
const EVALUATORS = 6;
const LOOK_MS = 50;
const BASELINE_S = 5;
const BASELINE_CLIENTS = 16;
const QUIET_MS = 120_000;
const PEOPLE = ['operator', 'dispatcher', 'water', 'water.handler', 'water.leader', 'auditor', 'followup'] as const; // prettier-ignore

/** Transactions that wrote so far, and rows that they wrote. */
interface Written {
  transactions: number;
  rows: number;
}

/** What a process spent so far: round trips of its pools, queues apart, and milliseconds of a processor. */
interface Spent {
  trips: number;
  cpuMs: number;
}

async function spentBy(port: number): Promise<Spent> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:{[^}]*})? (.+)$`, 'gm'))]
      .map(([, value]) => Number(value))
      .reduce((a, b) => a + b, 0);
  return { trips: sum('hotline_pool_trips'), cpuMs: sum('process_cpu_seconds_total') * 1_000 };
}

const each = (from: Spent, to: Spent, lives: number): Spent => ({
  trips: +((to.trips - from.trips) / lives).toFixed(1),
  cpuMs: +((to.cpuMs - from.cpuMs) / lives).toFixed(1),
});

const HOUSES = SIZES.flatMap((orders) => BACKENDS.map((backend) => ({ backend, orders })));

describe.each(HOUSES)('lives on $backend with $orders orders behind it', ({ backend, orders }) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let water: string;
    const sends = new Map<string, Send>();
    let ports: { api: number; workers: number };
    beforeAll(async () => {
      ports = { api: await freePort(), workers: 0 };
      const env = { ...profiled(), METRICS_PORT: String(ports.api) };
      const past = orders > 0 ? { database: (await pastOf(orders, true)).database } : {};
      h = await openHouse(backend, env, { workers: 'later', ...past });
      const agent = agentOf(WALKERS + EVALUATORS);
      for (const who of PEOPLE) sends.set(who, sender(h.url, await h.as(who), agent));
      const { rows } = await h.owner.query(`select id from organization where code = 'WATER'`);
      water = rows[0].id;
    }, LIMIT_MS);
    afterAll(() => h?.close());

    async function must<T = any>(
      who: string,
      ...[method, path, body]: Parameters<Send>
    ): Promise<T> {
      // prettier-ignore
      const { status, body: said } = await sends.get(who)!(method, path, body, randomUUID());
      if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(said)}`);
      return said;
    }
    let born = 0;
    /** From the call to the audit; what follows is begun by the workers. */
    async function live(): Promise<void> {
      const made = await must('operator', 'POST', '/api/orders', {
        channel: 'phone',
        content: T04,
        areaCode: NANTANG,
        requester: { kind: 'natural', name: '陈女士', phone: String(13_600_000_000 + born++) },
      });
      let { version } = made as { version: number };
      const act = async (
        who: string,
        name: string,
        input: unknown,
        on = `orders/${made.orderId}`,
      ) => {
        // prettier-ignore
        const done = await must(who, 'POST', `/api/${on}/acts`, { act: name, version, input });
        version = done.version;
      };
      await act('operator', 'accept', { type: 'help', categoryCode: '0301', urgency: 'U2' });
      await act('dispatcher', 'dispatch', { leadId: water, coIds: [], note: '' });
      const { assignments } = await must('water', 'GET', `/api/orders/${made.orderId}`);
      const mine = `assignments/${assignments[0].id}`;
      await act('water', 'sign', {}, mine);
      await act('water.handler', 'first_contact', { method: 'phone', reached: true, content: '已致电说明。' }, mine); // prettier-ignore
      const draft = await must('water.handler', 'PUT', `/api/${mine}/reply`, {
        replyVersion: null,
        truth: 'true',
        finding: '查明总管破裂。',
        measures: '抢修完毕并恢复供水。',
        basis: '',
        solved: 'solved',
        contactMade: true,
        publicVersion: '您好，总管已经修好。',
      });
      await act('water.leader', 'submit_reply', { waiverReason: '', replyVersion: draft.version }, mine); // prettier-ignore
      await act('auditor', 'audit_pass', { checklist: ['all_matters', 'finding'] });
    }

    let since = new Date();
    const known = new Set<string>();
    const waiting: string[] = [];
    /** Calls back that the workers have opened since. */
    async function look(): Promise<void> {
      const { rows } = await h.owner.query(
        `select id from callback_task where state = 'open' and opened_at >= $1 order by opened_at limit 500`,
        [since],
      );
      for (const { id } of rows as { id: string }[]) {
        if (known.has(id)) continue;
        known.add(id);
        waiting.push(id);
      }
    }
    const CLOSED = `select count(*)::int as n from work_order where state = 'closed' and state_since >= $1`;
    const closed = async (): Promise<number> => (await h.owner.query(CLOSED, [since])).rows[0].n;

    /** What was written since the database began, when every process has told it. */
    async function written(): Promise<Written> {
      const ask = async () =>
        (
          await h.owner.query(
            `select pg_current_xact_id()::text::bigint::float8 as transactions,
              (select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_all_tables
                where schemaname in ('public', 'bullmq'))::float8 as rows`,
          )
        ).rows[0] as Written;
      let last = await ask();
      for (;;) {
        await sleep(1_500);
        const now = await ask();
        if (now.rows - last.rows < 500) return now;
        last = now;
      }
    }

    async function measure(): Promise<void> {
      since = (await h.owner.query('select app_now() as now')).rows[0].now;
      known.clear();
      // Chosen now: the city may have taken minutes to copy, and somebody else a port of before.
      ports.workers = await freePort();
      await h.startWorkers({ METRICS_PORT: String(ports.workers) });
      const before = await written();
      let [going, finished, born0] = [true, 0, born];
      const walker = async () => {
        while (going) {
          if (born - born0 - finished < BACKLOG_MAX) await live();
          else await sleep(LOOK_MS);
        }
      };
      const evaluator = async () => {
        for (;;) {
          const task = waiting.shift();
          if (task)
            await must('followup', 'POST', `/api/callbacks/${task}/evaluation`, { contacted: true, solved: 'solved', satisfaction: 5 }); // prettier-ignore
          else if (!going && finished >= born - born0) return;
          else await sleep(LOOK_MS);
        }
      };
      const eyes = async () => {
        while (going || finished < born - born0) {
          await look();
          finished = await closed();
          await sleep(LOOK_MS);
        }
      };
      const all = Promise.all([
        ...Array.from({ length: WALKERS }, walker),
        ...Array.from({ length: EVALUATORS }, evaluator),
        eyes(),
      ]);
      await Promise.race([all, sleep(WARM_MS)]);
      const spent = () => Promise.all([spentBy(ports.api), spentBy(ports.workers)]);
      const [from, first, [api, workers]] = [performance.now(), finished, await spent()];
      await watched(h, () => Promise.race([all, sleep(SECONDS * 1_000)]));
      const livesPerSecond = ((finished - first) * 1_000) / (performance.now() - from);
      const backlog = born - born0 - finished;
      const [apiThen, workersThen] = await spent();
      const ended = Math.max(finished - first, 1);
      going = false;
      await all;
      await until('quiet', async () => (await h.owner.query('select not exists (select 1 from outbox) as none')).rows[0].none as boolean, QUIET_MS); // prettier-ignore
      const after = await written();
      await h.stopWorkers();
      expect(finished).toBe(born - born0);
      const transactions = (after.transactions - before.transactions) / finished;
      const rowsEach = Math.round((after.rows - before.rows) / finished / transactions);
      const base = await baseline(rowsEach);
      say({
        bench: 'lifecycle',
        backend,
        orders,
        livesPerSecond: +livesPerSecond.toFixed(1),
        lives: finished,
        backlog,
        transactionsEach: +transactions.toFixed(1),
        rowsPerTransaction: rowsEach,
        apiEach: each(api, apiThen, ended),
        workersEach: each(workers, workersThen, ended),
        by: BARE,
        baselineTransactionsPerSecond: Math.round(base),
        ratio: +((livesPerSecond * transactions) / base).toFixed(2),
        ...(await machine(h)),
        load: os.loadavg()[0],
      });
    }

    async function baseline(rowsEach: number): Promise<number> {
      await h.owner.query('create table if not exists bench_row (body text)');
      const url = h.database.ownerUrl;
      const done = await bare(url, BASELINE_CLIENTS, BASELINE_S, [`insert into bench_row select 'word' from generate_series(1, ${rowsEach})`]); // prettier-ignore
      const { rows } = await h.owner
        .query(`select count(*)::int as n, min(n)::int as least, max(n)::int as most
        from (select count(*) as n from bench_row group by xmin::text) x`);
      expect(rows[0]).toEqual({ n: done.transactions, least: rowsEach, most: rowsEach });
      await h.owner.query('drop table bench_row');
      return done.perSecond;
    }

    it('are lived', measure, LIMIT_MS);
  });
});
