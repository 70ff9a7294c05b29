/**
 * How late steps fire with 100,000 armed: 10,000 due instants over 20 s and 10,000 at one instant, on
 * both backends, with one worker process that runs all groups. `npm run bench -- timers`.
 */
import os from 'node:os';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { plantClocks } from '../clock-rows.ts';
import { BACKENDS, openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';

const COUNT = Number(process.env.HOTLINE_BENCH_COUNT ?? 10_000);
/** Armed besides: within the ten minutes that are armed ahead, and after everything measured. */
const ARMED = 9 * COUNT;
const ARMED_FROM_MS = 300_000;
const ARMED_TO_MS = 570_000;
const SPREAD_MS = 20_000;
/** From planting to the first instant; planting takes a part of it. */
const AHEAD_MS = 15_000;
const LIMIT_MS = 180_000;
const BASELINE_MS = 2_000;

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** One-row commits in a row per second: what this machine's disk and database give at the moment. */
async function baseline(h: House): Promise<number> {
  await h.owner.query('create table if not exists bench_baseline (id int)');
  const client = await h.owner.connect();
  const from = performance.now();
  let commits = 0;
  for (; performance.now() - from < BASELINE_MS; commits++)
    await client.query('insert into bench_baseline values (1)');
  client.release();
  return Math.round((commits * 1_000) / (performance.now() - from));
}

interface Lateness {
  p50: number;
  p99: number;
  max: number;
  lost: number;
  double: number;
  /** From the first instant to the last firing, in milliseconds. */
  tookMs: number;
}

async function lateness(h: House, ids: string[]): Promise<Lateness> {
  const { rows } = await h.owner.query(
    `select count(*) filter (where fired_at is null)::int as lost,
      round(extract(epoch from max(fired_at) - min(fire_at)) * 1000)::int as "tookMs",
      percentile_cont(array[0.5, 0.99, 1]) within group
        (order by extract(epoch from fired_at - fire_at) * 1000) as late
      from deadline_step where deadline_id = any ($1)`,
    [ids],
  );
  const told = await h.owner.query(
    `select coalesce(sum(jsonb_array_length(payload -> 'steps')), 0)::int
        - count(distinct subject_id)::int as double
      from domain_event where type = 'deadline.fired' and subject_id = any ($1)`,
    [ids],
  );
  const { lost, tookMs, late } = rows[0];
  const [p50, p99, max] = late.map(Math.round) as [number, number, number];
  return { p50, p99, max, lost, double: told.rows[0].double, tookMs };
}

describe.each(BACKENDS)('timers on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    beforeAll(async () => {
      h = await openHouse(backend, {}, { workers: 'later' });
    });
    afterAll(() => h?.close());

    const now = async () => +(await h.owner.query('select app_now() as now')).rows[0].now;

    /** Steps that are due later, spread over the minutes that are armed ahead. */
    async function ahead() {
      const from = (await now()) + ARMED_FROM_MS;
      return Array.from({ length: ARMED }, (_, i) => [
        { step: 'due', level: 0, at: new Date(from + Math.floor((i * (ARMED_TO_MS - ARMED_FROM_MS)) / ARMED)) }, // prettier-ignore
      ]);
    }
    const armed = async (ids: string[]): Promise<boolean> =>
      (
        await h.owner.query(
          `select not exists (select 1 from deadline_step where deadline_id = any ($1)
            and armed_at is null) as all`,
          [ids],
        )
      ).rows[0].all as boolean;

    async function measure(what: string, spreadMs: number, groups: string): Promise<void> {
      await h.stopWorkers();
      await h.owner.query('delete from outbox');
      await h.startGroups(groups);
      const commits = await baseline(h);
      const others = await plantClocks(h.owner, await ahead());
      await until('armed', async () => (await armed(others.map((c) => c.deadlineId))) || !groups.includes('timers'), LIMIT_MS); // prettier-ignore
      const first = (await now()) + AHEAD_MS;
      const clocks = await plantClocks(
        h.owner,
        Array.from({ length: COUNT }, (_, i) => [
          { step: 'due', level: 0, at: new Date(first + Math.floor((i * spreadMs) / COUNT)) },
        ]),
      );
      const ids = clocks.map((c) => c.deadlineId);
      const plantedIn = AHEAD_MS - (first - (await now()));
      await until('passed', async () => (await now()) > first + spreadMs, LIMIT_MS);
      const open = async () =>
        (
          await h.owner.query(
            `select count(*)::int as n from deadline_step
              where fired_at is null and fire_at < app_now()`,
          )
        ).rows[0].n as number;
      await until('fired', async () => (await open()) === 0, LIMIT_MS).catch(() => {});
      const figures = await lateness(h, ids);
      const { rows } = await h.owner.query(
        `select count(*)::int as n from escalation where deadline_id = any ($1)`,
        [ids],
      );
      say({
        bench: 'timers',
        what,
        backend,
        groups,
        count: COUNT,
        armed: ARMED + COUNT,
        ...figures,
        firedPerSecond: Math.round((COUNT * 1_000) / figures.tookMs),
        effectsDoneByThen: rows[0].n,
        baselineCommitsPerSecond: commits,
        firedPerBaselineCommit: +((COUNT * 1_000) / figures.tookMs / commits).toFixed(2),
        plantedInMs: Math.round(plantedIn),
        load: os.loadavg()[0],
      });
      // They would fire in the midst of what is measured next.
      await h.owner.query('delete from deadline_step where fired_at is null');
    }

    const ALL = 'relay,schedule,handlers,timers,sweeper';
    it('over 20 s', () => measure('spread over 20 s', SPREAD_MS, ALL));
    it('at one instant', () => measure('one instant', 0, ALL));
    it('over 20 s, the sweeper off', () =>
      measure('spread over 20 s', SPREAD_MS, 'relay,schedule,handlers,timers'));
    it('over 20 s, only the sweeper', () => measure('spread over 20 s', SPREAD_MS, 'sweeper'));
  });
});
