import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../flow/history.ts';
import { openHouse, until } from '../../processes.ts';
import { startCluster } from '../cluster.ts';
import type { Cluster, Death } from '../cluster.ts';
import { cookieOf, crowd, strikeOf } from '../clients.ts';
import { judge } from '../history.ts';
import { outsideOf, storedIn } from '../rows.ts';
import { between } from '../scene.ts';
import type { Scene } from '../scene.ts';

const DEATHS = { plant: 1, ci: 2, full: 8 };
const HOW: readonly Death[] = ['SIGKILL', 'SIGQUIT', 'SIGINT'];
const CLIENTS = 8;
const EVERY_MS = 40;
/** Demands between two deaths, and how long the database is away, in milliseconds. */
const BETWEEN = { least: 20, most: 120 };
const AWAY_MS = { least: 300, most: 3_000 };
const RECOVERY_MS = 30_000;

let cluster: Promise<Cluster> | undefined;

/** PostgreSQL dies under load, in every way, and comes back; nobody restarts api or workers. */
export const f3: Scene = {
  title: 'PostgreSQL dies under load',
  async play({ seed, size, env }) {
    const next = random(seed);
    const server = await (cluster ??= startCluster());
    const h = await openHouse('postgres', env, { database: await server.database() });
    try {
      const cookie = await cookieOf(h.url, 'operator');
      const all = crowd({
        url: h.url,
        cookie,
        clients: CLIENTS,
        count: Infinity,
        next,
        everyMs: EVERY_MS,
        tag: `f3-${seed}`,
        notes: true,
      });
      const struck: number[] = [];
      for (let death = 0; death < DEATHS[size]; death++) {
        const from = all.acknowledged() + between(next, BETWEEN);
        await until('demands', () => all.acknowledged() >= from, 60_000);
        struck.push(performance.now());
        await server.die(HOW[(seed + death) % HOW.length]!);
        await sleep(between(next, AWAY_MS));
        await server.again();
      }
      const last = all.acknowledged();
      await until('service', () => all.acknowledged() > last, 60_000);
      all.stop();
      await all.done;
      await h.quiet(180_000).catch(() => {});
      const { wishes } = all;
      const strikes = struck.map((at) => strikeOf(wishes, at));
      const [stored, outside] = [await storedIn(h.owner), outsideOf(h.gateway)];
      return judge({ wishes, strikes, stored, outside, limits: { recovery: RECOVERY_MS } });
    } finally {
      await h.close();
    }
  },
  close: async () => (await cluster)?.stop(),
};
