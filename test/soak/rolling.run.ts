/** All four processes are replaced, one after the other, while people work: `npm run soak -- --rolling`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../processes.ts';
import type { Backend } from '../processes.ts';
import { until } from '../until.ts';
import { inTurn, lost, openCrew, openFullHouse, work } from './house.ts';
import type { FullHouse } from './house.ts';

const PEOPLE = 12;
const SCREENS = 10;
/** How long each waits between two requests, and how long a screen may be away, in milliseconds. */
const EVERY_MS = 50;
const AWAY_MS = 10_000;

let full: FullHouse;
beforeAll(async () => {
  const backend = (process.env.SOAK_BACKEND ?? 'postgres') as Backend;
  full = await openFullHouse(backend, { LOG_LEVEL: 'warn', DRAIN_SECONDS: '3' });
});
afterAll(() => full?.close());

it('no request fails, no screen is away longer than ten seconds, nothing acknowledged is missing', async () => {
  const people = await inTurn(PEOPLE, () => signIn(full.front.url, 'operator'));
  const seats = await inTurn(SCREENS, () => full.sit('supervisor'));
  const load = work(people, EVERY_MS, await openCrew(full.front.url));
  const restarted: Record<string, number> = {};
  for (const place of full.places) {
    const begun = performance.now();
    await place.restart();
    restarted[place.name] = Math.round(performance.now() - begun);
  }
  await until('screens', () => seats.every(({ screen }) => screen.socket.connected));
  const said = await load.stop();
  const { failed, orders, answered } = said;
  await full.house.quiet(120_000);
  const awayMs = Math.round(Math.max(...seats.map((s) => s.awayMs())));
  const line = {
    rolling: process.env.SOAK_BACKEND,
    answered,
    failed: failed.length,
    orders: orders.length,
    lost: await lost(full, said),
    longestAwayMs: awayMs,
    restartedMs: restarted,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  expect(failed).toEqual([]);
  expect(line.lost).toBe(0);
  expect(awayMs).toBeLessThan(AWAY_MS);
});
