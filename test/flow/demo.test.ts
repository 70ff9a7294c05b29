/**
 * The played city with real processes: the supervisor, an embedded PostgreSQL, api, workers, player.
 * Two days with few demands stand for the fortnight; what a fortnight leaves on the desks the player
 * itself checks.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playFortnight } from '../../db/demo/play.ts';
import { wipe } from '../../db/demo/wipe.ts';
import type { DemoState } from '../../src/demo/schema.ts';
import { newDatabase } from '../database.ts';
import { bundle, freePort, supervise, temporaryDir, until } from '../processes.ts';
import type { Proc } from '../processes.ts';

/** A Friday evening; a working day lies before it. */
const END = '2026-11-20T10:00:00.000Z';
const TOKEN = 'a-token-for-the-player-of-the-test';
const PLAY_LIMIT_MS = 420_000;

let dataDir: string;
let port: number;
let house: Proc;
const env = (more: NodeJS.ProcessEnv = {}) => ({
  PORT: String(port),
  DATA_DIR: dataDir,
  DEMO_TOKEN: TOKEN,
  LOG_LEVEL: 'error',
  ...more,
});
const url = () => `http://127.0.0.1:${port}`;
const state = async () => (await (await fetch(`${url()}/api/demo/state`)).json()) as DemoState;
/** One of the database commands, as npm runs it. */
const command = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(bundle(), 'dist/db.js'), ...args], {
    cwd: bundle(),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env() },
    timeout: PLAY_LIMIT_MS,
  });
async function asked(query: string): Promise<Record<string, number>> {
  const record = JSON.parse(fs.readFileSync(path.join(dataDir, 'run.json'), 'utf8'));
  const client = new pg.Client({ connectionString: record.ownerDatabaseUrl });
  await client.connect();
  const { rows } = await client.query(query);
  await client.end();
  return rows[0];
}
const orders = async () => (await asked('select count(*)::int as n from work_order')).n;
/** What would go on for ever, or never reached anybody. */
const leftOver = () =>
  asked(`select (select count(*)::int from call where state <> 'ended') as calls,
    (select count(*)::int from seat where state <> 'offline') as seats,
    (select count(*)::int from chat_session where state in ('open', 'away')) as chats,
    (select count(*)::int from chat_seat where is_on) as chat_seats,
    (select count(*)::int from door_message where state = 'dead') as dead`);

beforeAll(async () => {
  dataDir = temporaryDir('played');
  port = await freePort();
  house = await supervise(env({ DEMO_DAYS: '0' }));
}, 90_000);
afterAll(() => house?.stop());

describe('the played city', () => {
  it('with DEMO_DAYS=0 nothing is played', async () => {
    expect((await state()).play.state).toBe('none');
    expect(await orders()).toBe(0);
  });

  it(
    'is the same city for the same seed and end, also after it was emptied while it runs',
    async () => {
      const play = () =>
        playFortnight({
          url: url(),
          token: TOKEN,
          days: 2,
          seed: 5,
          share: 0.15,
          endAt: Date.parse(END),
          fingerprint: true,
          say: () => {},
        });
      const first = await play();
      expect(first.orders).toBeGreaterThan(20);
      expect(first.fingerprint).toMatch(/^[0-9a-f]{16}$/);
      expect(first.came.calls).toBeGreaterThan(10);
      expect(first.came.chats).toBeGreaterThan(4);
      expect(first.refusals).toEqual([]);
      expect(await leftOver()).toEqual({ calls: 0, seats: 0, chats: 0, chat_seats: 0, dead: 0 });
      expect(await state()).toMatchObject({
        offsetMs: 0,
        play: { state: 'done', seed: 5, days: 2 },
      });
      const emptied = command('demo:wipe');
      expect([emptied.status, emptied.stderr]).toEqual([0, '']);
      expect(await orders()).toBe(0);
      const second = await play();
      expect(second.fingerprint).toBe(first.fingerprint);
      expect(second.came).toEqual(first.came);
      expect(second.desks).toEqual(first.desks);
    },
    PLAY_LIMIT_MS,
  );

  it('what was interrupted is said, the clock is back, and everything works', async () => {
    void playFortnight({
      url: url(),
      token: TOKEN,
      days: 2,
      seed: 6,
      share: 0.3,
      endAt: Date.parse(END),
      say: () => {},
    }).catch(() => {});
    await until('the play', async () => (await state()).play.done > 2, 60_000);
    await house.kill9();
    house = await supervise(env({ DEMO_DAYS: '0' }));
    expect(house.output()).toContain('npm run demo');
    expect(await state()).toMatchObject({ offsetMs: 0, play: { state: 'interrupted' } });
  }, 120_000);

  it('is emptied, too, where nothing runs', async () => {
    await house.stop();
    const emptied = command('demo:wipe');
    expect(emptied.status).toBe(0);
    house = await supervise(env({ DEMO_DAYS: '0' }));
    expect(await orders()).toBe(0);
    expect((await state()).play.state).toBe('none');
  }, 120_000);
});

describe('a database that is no demo', () => {
  it('is not emptied', async () => {
    const database = await newDatabase();
    await expect(wipe(database.ownerUrl)).rejects.toThrow(/no demo/);
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    expect(
      (await client.query('select count(*)::int as n from category')).rows[0].n,
    ).toBeGreaterThan(50);
    await client.end();
    await database.drop();
  });
});
