import { setTimeout as sleep } from 'node:timers/promises';
import { newDatabase } from '../../database.ts';
import { random } from '../../flow/history.ts';
import { freePort, openHouse, until } from '../../processes.ts';
import { cookieOf, crowd, strikeOf } from '../clients.ts';
import { judge } from '../history.ts';
import { storedIn } from '../rows.ts';
import { between } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { startWire } from '../wire.ts';

const CLIENTS = 8;
const EVERY_MS = 40;
const ROUNDS = { plant: 1, ci: 1, full: 3 };
/** Half of it in each direction. */
const LATENCY_MS = 2_000;
const SLOW_MS = { least: 6_000, most: 9_000 };
const SILENT_MS = { least: 3_000, most: 6_000 };
/** Longest times in milliseconds: a refusal, any other failure, being served again. */
const REFUSAL_MS = 5_000;
const FAILURE_MS = 25_000;
const RECOVERY_MS = 30_000;

/** Whether nobody holds a connection of the api, or waits for one. */
async function isIdle(port: string): Promise<boolean> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (name: string) => {
    const found = [...text.matchAll(new RegExp(`^hotline_pool_${name}(?:{[^}]*})? (\\d+)$`, 'gm'))];
    if (found.length === 0) throw new Error(`no figure ${name}`);
    return found.reduce((n, m) => n + Number(m[1]), 0);
  };
  return sum('waiting') === 0 && sum('connections') === sum('idle');
}

/** The way to PostgreSQL becomes slow, then swallows everything without a word. */
export const f6: Scene = {
  title: 'the way to PostgreSQL is slow, then half open',
  async play({ seed, size, env }) {
    const next = random(seed);
    const database = await newDatabase();
    const wire = await startWire(database.appUrl);
    const DATABASE_URL = wire.through(database.appUrl);
    const METRICS_PORT = String(await freePort());
    const settings = { ...env, DATABASE_URL, METRICS_PORT };
    const h = await openHouse('postgres', settings, { workers: 'later', database });
    try {
      const cookie = await cookieOf(h.url, 'operator');
      const all = crowd({
        url: h.url,
        cookie,
        clients: CLIENTS,
        count: Infinity,
        next,
        everyMs: EVERY_MS,
        tag: `f6-${seed}`,
        notes: true,
        patienceMs: 60_000,
      });
      const struck: { at: number; healed: number }[] = [];
      const strike = async (fault: () => void, lastMs: number) => {
        const from = all.acknowledged() + 10 + next() * 60;
        await until('demands', () => all.acknowledged() >= from, 60_000);
        const at = performance.now();
        fault();
        await sleep(lastMs);
        wire.heal();
        struck.push({ at, healed: performance.now() });
      };
      for (let round = 0; round < ROUNDS[size]; round++) {
        await strike(() => wire.slow(LATENCY_MS / 2), between(next, SLOW_MS));
        await strike(() => wire.swallow(), between(next, SILENT_MS));
      }
      const last = all.acknowledged();
      await until('service', () => all.acknowledged() > last + 5 * CLIENTS, 60_000);
      all.stop();
      await all.done;
      // Nobody asks any more: every place of the pool is there again.
      const leaked = await until('an idle pool', () => isIdle(METRICS_PORT), RECOVERY_MS).then(
        () => false,
        () => true,
      );
      const { wishes } = all;
      // Recovered = served by a request sent after the wire carried again, counted from then.
      const strikes = struck.map(({ at, healed }) => {
        const { inFlight } = strikeOf(wishes, at);
        const { recoveredAt } = strikeOf(wishes, healed);
        return { at: healed, inFlight, ...(recoveredAt && { recoveredAt }) };
      });
      const stored = await storedIn(h.owner, { undone: true });
      const limits = { refusal: REFUSAL_MS, answer: FAILURE_MS, recovery: RECOVERY_MS };
      const tries = wishes.flatMap((w) => w.tries);
      const refused = tries.filter((t) => t.status === 503);
      const slowest = Math.max(0, ...refused.map((t) => t.endedAt! - t.sentAt));
      const verdict = judge({ wishes, strikes, stored, limits });
      return {
        ...verdict,
        violations: [...verdict.violations, ...(leaked ? ['places of the pool are lost'] : [])],
        note: `${refused.length} refused, the slowest after ${(slowest / 1_000).toFixed(1)} s`,
      };
    } finally {
      await h.close();
      await wire.close();
    }
  },
};
