import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../flow/history.ts';
import { openHouse, until } from '../../processes.ts';
import { cookieOf, crowd, strikeOf } from '../clients.ts';
import { judge } from '../history.ts';
import { storedIn } from '../rows.ts';
import type { Scene } from '../scene.ts';

/** Demands, kills and clients at once. */
const SIZE = {
  plant: { demands: 300, kills: 3 },
  ci: { demands: 700, kills: 6 },
  full: { demands: 5_000, kills: 25 },
};
const CLIENTS = 16;
/** The kill comes at a random moment of this time after a random demand, in milliseconds. */
const MOMENT_MS = 40;

/** The api dies at random points of many submissions; clients ask again with their key. */
export const f1: Scene = {
  title: 'the api is killed during submissions',
  async play({ seed, size, env }) {
    const { demands, kills } = SIZE[size];
    const next = random(seed);
    const h = await openHouse('postgres', env, { workers: 'later' });
    try {
      const cookie = await cookieOf(h.url, 'operator');
      const all = crowd({
        url: h.url,
        cookie,
        clients: CLIENTS,
        count: demands,
        next,
        notes: true,
        tag: `f1-${seed}`,
      });
      const struck: number[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const from = ((kill + next()) * demands) / (kills + 1);
        await until('demands', () => all.acknowledged() >= from, 60_000);
        await sleep(next() * MOMENT_MS);
        struck.push(performance.now());
        await h.restartApi();
      }
      await all.done;
      const { wishes } = all;
      const strikes = struck.map((at) => strikeOf(wishes, at));
      // Nobody worked: what is left to do is counted by the duties themselves.
      const stored = await storedIn(h.owner, { undone: true });
      return judge({ wishes, strikes, stored, limits: { recovery: 30_000 } });
    } finally {
      await h.close();
    }
  },
};
