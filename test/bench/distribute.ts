/**
 * How many calls find a seat in a second: 10,000 calls that race for the same few seats over many
 * connections, beside a bare claim of a row by the same connections. `npm run bench -- distribute`.
 */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { connect } from '../../src/platform/db.ts';
import type { Connection } from '../../src/platform/db.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { putSeat } from '../../src/telephony/desk.ts';
import { route } from '../../src/telephony/distribute.ts';
import { takeEvent } from '../../src/telephony/events.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

/** Fewer for a quick look; no new ones after so many seconds. */
const COUNT = Number(process.env.HOTLINE_BENCH_COUNT ?? 10_000);
const SECONDS_MAX = Number(process.env.HOTLINE_BENCH_SECONDS ?? 3_000);
const SEATS = 20;
const CONNECTIONS = 16;
/** Calls that are on the line at once: more than there are seats. */
const CALLERS = 30;
/** A switch that was told to wait asks again after this. */
const AGAIN_MS = 20;
const RINGS_MS = 5;
/** On a machine that others use too, ten thousand take many minutes. */
const LIMIT_MS = 3_600_000;
const BASELINE_MS = 3_000;

let w: World;
let wide: Connection;
let deps: Deps;
/** What was sent to the database; transactions begun and statements, those that begin and end one too. */
const sent = { statements: 0, transactions: 0 };
const counted = (client: pg.PoolClient): void => {
  const query = client.query.bind(client) as (...said: unknown[]) => unknown;
  client.query = ((...said: unknown[]) => {
    sent.statements++;
    if (said[0] === 'begin') sent.transactions++;
    return query(...said);
  }) as typeof client.query;
};
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-18T02:00:00.000Z' });
  wide = connect(w.database.appUrl, { max: CONNECTIONS, name: 'hotline-bench' });
  wide.pool.on('connect', counted);
  deps = { ...w.deps, db: wide.db };
  for (let i = 0; i < SEATS; i++) {
    const login = `racer${i}`;
    await w.person({ login, grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    const { actor } = await w.session(login);
    await putSeat(w.deps, actor, { state: 'ready', extension: String(9000 + i) });
  }
});
afterAll(async () => {
  await wide?.close();
  await w?.close();
});

/** Claims of a free row in a second, taken and given back by hand: what the database gives at most. */
async function baseline(): Promise<number> {
  const pool = new pg.Pool({ connectionString: w.database.ownerUrl, max: CONNECTIONS });
  await pool.query('create table bench_seat (id int primary key, free bool, since timestamptz)');
  await pool.query(`insert into bench_seat select i, true, now() from generate_series(1, ${SEATS}) i`); // prettier-ignore
  const from = performance.now();
  let claims = 0;
  const worker = async () => {
    const client = await pool.connect();
    while (performance.now() - from < BASELINE_MS) {
      const { rows } = await client.query(
        `update bench_seat set free = false where id = (select id from bench_seat where free
          order by since for update skip locked limit 1) returning id`,
      );
      if (rows.length === 0) continue;
      claims++;
      await client.query('update bench_seat set free = true, since = now() where id = $1', [rows[0].id]); // prettier-ignore
    }
    client.release();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const rate = (claims * 1_000) / (performance.now() - from);
  await pool.end();
  return Math.round(rate);
}

it(
  'finds seats',
  async () => {
    const perSecond = await baseline();
    const held = new Set<string>();
    let [next, asks, doubles] = [0, 0, 0];
    const offerMs: number[] = [];
    const at = (await w.now()).toISOString();
    const carry = async (i: number): Promise<void> => {
      const callId = `bench-${i}`;
      const from = String(13_000_000_000 + i);
      for (;;) {
        asks++;
        const began = performance.now();
        const answer = await route(deps, 'bench', { callId, from, to: '12345', at });
        if (answer.action === 'wait') {
          await sleep(AGAIN_MS);
          continue;
        }
        if (answer.action !== 'offer') throw new Error(answer.action);
        offerMs.push(performance.now() - began);
        if (held.has(answer.target)) doubles++;
        held.add(answer.target);
        // It rings for a moment, in which the telephone may not be given to anybody else.
        await sleep(RINGS_MS);
        held.delete(answer.target);
        const body = { type: 'call.abandoned' as const, callId, at };
        await inTransaction(deps, SYSTEM, (tx) => takeEvent(deps, tx, { source: 'bench', body }));
        return;
      }
    };
    const from = performance.now();
    const hasTime = () => performance.now() - from < SECONDS_MAX * 1_000;
    const caller = async () => {
      while (next < COUNT && hasTime()) await carry(next++);
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    const count = next;
    const offersPerSecond = (count * 1_000) / (performance.now() - from);
    const { statements, transactions } = sent;
    offerMs.sort((a, b) => a - b);
    const line = {
      bench: 'distribute',
      count,
      seats: SEATS,
      callers: CALLERS,
      connections: CONNECTIONS,
      offersPerSecond: +offersPerSecond.toFixed(1),
      offerMsP50: Math.round(offerMs[Math.floor(count * 0.5)]!),
      offerMsP99: Math.round(offerMs[Math.floor(count * 0.99)]!),
      asksPerOffer: +(asks / count).toFixed(2),
      statementsPerCall: +(statements / count).toFixed(1),
      transactionsPerCall: +(transactions / count).toFixed(2),
      baselineClaimsPerSecond: perSecond,
      offersPerBaselineClaim: +(offersPerSecond / perSecond).toFixed(4),
      doubles,
      load: os.loadavg()[0],
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    expect(doubles).toBe(0);
    const { calls, offers } = await w.db
      .selectFrom('call_offer')
      .select((eb) => [
        eb.fn.countAll<string>().as('offers'),
        eb.fn.count<string>('call_id').distinct().as('calls'),
      ])
      .executeTakeFirstOrThrow();
    expect([Number(calls), Number(offers)]).toEqual([count, count]);
  },
  LIMIT_MS,
);
