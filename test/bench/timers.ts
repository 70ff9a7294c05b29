/**
 * How late steps fire with 100,000 armed: 10,000 due instants over 20 s and 10,000 at one instant, on
 * both backends, with one worker process that runs all groups. Beside it one bare client that writes
 * the rows of a firing, one transaction for each. `npm run bench -- timers`.
 */
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { plantClocks } from '../clock-rows.ts';
import { BACKENDS, openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';
import { BARE, bare, ownId } from './baseline.ts';

const COUNT = Number(process.env.HOTLINE_BENCH_COUNT ?? 10_000);
/** Armed besides: within the ten minutes that are armed ahead, and after everything measured. */
const ARMED = 9 * COUNT;
const ARMED_FROM_MS = 300_000;
const ARMED_TO_MS = 570_000;
const SPREAD_MS = 20_000;
/** From planting to the first instant; planting and arming take a part of it. */
const AHEAD_MS = 30_000;
const LIMIT_MS = 180_000;
/** The bare client, before what is measured and after it, and steps enough for it to fire. */
const BASELINE_S = 2;
const BASELINE_STEPS = 50_000;
/** Firings that are looked at row by row. */
const SAMPLE = 100;

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Steps of these clocks that fired, and those that the bare client fired. */
const FIRED = 'deadline_step where fired_at is not null and deadline_id = any ($1)';
const FIRED_BARE = 'bench_step where fired_at is not null and $1::uuid[] is null';

/** Rows of any table, except these, that the transactions wrote in which these steps fired. */
async function written(
  h: House,
  steps: string,
  ids: readonly string[] | null,
  except: readonly string[] = [],
): Promise<number> {
  const { rows } = await h.owner.query(
    `select relname as name from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> all ($1)`,
    [except],
  );
  const sum = (rows as { name: string }[])
    .map(({ name }) => `(select count(*) from "${name}" where xmin::text in (select x from own))`)
    .join(' + ');
  const own = `with own as materialized (select distinct xmin::text as x from ${steps})`;
  return Number((await h.owner.query(`${own} select ${sum} as n`, [ids])).rows[0].n);
}

/** An insert of the same row with ids of its own. */
async function insertLike(
  h: House,
  table: string,
  id: string,
  own: Record<string, string>,
): Promise<string> {
  const { rows } = await h.owner.query(
    `select attname as name, quote_nullable(to_jsonb(t) ->> attname::text) as literal
      from ${table} t, pg_attribute a
      where t.id = $1 and attrelid = '${table}'::regclass and attnum > 0 and not attisdropped
      order by attnum`,
    [id],
  );
  const columns = rows as { name: string; literal: string }[];
  const values = columns.map(({ name, literal }) => own[name] ?? literal);
  return `insert into ${table} (${columns.map((c) => `"${c.name}"`).join(', ')}) values (${values.join(', ')})`;
}

/** The step that the bare client fires next: the rows of `bench_step` are numbered by its transactions. */
const ownStep = (): string => `('01920000-0000-7fff-8' || lpad(:client_id::text, 3, '0') || '-' || lpad(right(:n::text, 7), 12, '0'))::uuid`; // prettier-ignore
const PLANT_OWN_STEPS = `drop table if exists bench_step;
  create table bench_step (like deadline_step including all);
  insert into bench_step (deadline_id, epoch, step, level, action, fire_at, armed_at)
    select ('01920000-0000-7fff-8000-' || lpad(i::text, 12, '0'))::uuid, 1, 'due', 0, 'remind',
      clock_timestamp(), clock_timestamp()
    from generate_series(0, ${BASELINE_STEPS}) i`;

/** What a firing writes, seen where nobody takes the duties it leaves, as statements of a bare client. */
async function firing(h: House): Promise<string[]> {
  await h.owner.query('delete from outbox');
  const at = new Date((await h.owner.query('select app_now() as now')).rows[0].now - 1);
  const sample = Array.from({ length: SAMPLE }, () => [{ step: 'due', level: 0, at }]);
  const ids = (await plantClocks(h.owner, sample)).map((c) => c.deadlineId);
  await h.startGroups('timers');
  const fired = `select count(*)::int as n from ${FIRED}`;
  await until('sample', async () => (await h.owner.query(fired, [ids])).rows[0].n === SAMPLE);
  await h.stopWorkers();
  const idsOf = async (table: string, column: string, id: string): Promise<string[]> => {
    const { rows } = await h.owner.query(`select id from ${table} where ${column} = $1`, [id]);
    return (rows as { id: string }[]).map((r) => r.id);
  };
  const [deadline, event] = [ids[0]!, (await idsOf('domain_event', 'subject_id', ids[0]!))[0]!];
  const [eventId, subject_id, order_id] = [ownId(1), ownId(2), ownId(3)];
  let made = 3;
  const duties = await idsOf('outbox', 'event_id', event);
  const audits = await idsOf('audit_log', 'subject_id', deadline);
  const statements = [
    `update bench_step set fired_at = clock_timestamp() where deadline_id = ${ownStep()}`,
    await insertLike(h, 'domain_event', event, { id: eventId, subject_id, order_id }),
    ...(await Promise.all(
      duties.map((id) => insertLike(h, 'outbox', id, { id: ownId(++made), event_id: eventId })),
    )),
    ...(await Promise.all(
      audits.map((id) => insertLike(h, 'audit_log', id, { id: ownId(++made), subject_id })),
    )),
  ];
  // Nothing that a firing writes is left out, in whatever table.
  expect(await written(h, FIRED, ids)).toBe(SAMPLE * statements.length);
  return statements;
}

/** Firings a second of one bare client, each in a transaction of its own. The workers are away. */
async function baseline(h: House, statements: readonly string[]): Promise<number> {
  await h.owner.query('delete from outbox');
  await h.owner.query(PLANT_OWN_STEPS);
  const done = await bare(h.database.ownerUrl, 1, BASELINE_S, statements);
  // As many rows for each of its transactions as for each firing.
  expect(await written(h, FIRED_BARE, null)).toBe(done.transactions * statements.length);
  await h.owner.query('delete from outbox');
  return done.perSecond;
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
    let statements: string[];
    beforeAll(async () => {
      h = await openHouse(backend, {}, { workers: 'later' });
      statements = await firing(h);
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
    const armedBefore = async (ids: string[], at: number): Promise<number> =>
      (
        await h.owner.query(
          'select count(*)::int as n from deadline_step where deadline_id = any ($1) and armed_at < $2',
          [ids, new Date(at)],
        )
      ).rows[0].n as number;

    async function measure(what: string, spreadMs: number, groups: string): Promise<void> {
      await h.stopWorkers();
      const before = await baseline(h, statements);
      await h.startGroups(groups);
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
      const armedByThen = await armedBefore([...ids, ...others.map((c) => c.deadlineId)], first);
      const keptRows = await written(h, FIRED, ids, ['outbox']);
      await h.stopWorkers();
      const base = (before + (await baseline(h, statements))) / 2;
      const firedPerSecond = (COUNT * 1_000) / figures.tookMs;
      say({
        bench: 'timers',
        what,
        backend,
        groups,
        count: COUNT,
        armed: armedByThen,
        ...figures,
        firedPerSecond: Math.round(firedPerSecond),
        effectsDoneByThen: rows[0].n,
        rowsEach: statements.length,
        by: BARE,
        baselinePerSecond: Math.round(base),
        ratio: +(firedPerSecond / base).toFixed(2),
        plantedInMs: Math.round(plantedIn),
        load: os.loadavg()[0],
      });
      // They would fire in the midst of what is measured next.
      await h.owner.query('delete from deadline_step where fired_at is null');
      expect({ lost: figures.lost, double: figures.double }).toEqual({ lost: 0, double: 0 });
      // Without timers nobody arms: that is what is measured there.
      expect(armedByThen).toBe(groups.includes('timers') ? ARMED + COUNT : 0);
      // The duties are gone again by now; all else that a firing writes is there, as in the sample.
      const duties = statements.filter((s) => s.startsWith('insert into outbox')).length;
      expect(keptRows).toBe(COUNT * (statements.length - duties));
    }

    const ALL = 'relay,schedule,handlers,timers,sweeper';
    it('over 20 s', () => measure('spread over 20 s', SPREAD_MS, ALL));
    it('at one instant', () => measure('one instant', 0, ALL));
    it('over 20 s, the sweeper off', () =>
      measure('spread over 20 s', SPREAD_MS, 'relay,schedule,handlers,timers'));
    it('over 20 s, only the sweeper', () => measure('spread over 20 s', SPREAD_MS, 'sweeper'));
  });
});
