import { setTimeout as sleep } from 'node:timers/promises';
import { plantClocks } from '../../clock-rows.ts';
import { random } from '../../flow/history.ts';
import { openHouse, until } from '../../processes.ts';
import { judge } from '../history.ts';
import type { Strike } from '../history.ts';
import { storedIn } from '../rows.ts';
import { between } from '../scene.ts';
import type { Scene } from '../scene.ts';

const TIMERS = 1_000;
/** The instants begin so long after they were planted, and go on for so long, in milliseconds. */
const AHEAD_MS = 4_000;
const SPREAD_MS = { plant: 4_000, ci: 9_000, full: 30_000 };
const LOSSES = { plant: 1, ci: 4, full: 10 };
const LATE_MS = 60_000;
/** Jobs that are missing are put back that soon, in milliseconds. */
const REARMED_MS = 10_000;

/** Every queue is emptied while timers wait in it. */
export const f4: Scene = {
  title: 'the queues are emptied with a thousand timers in them',
  async play({ seed, backend, size, env }) {
    const next = random(seed);
    const [spread, losses] = [SPREAD_MS[size], LOSSES[size]];
    const h = await openHouse(backend, {}, { workers: 'later' });
    try {
      // In every other run nobody looks but the queue's own jobs, which are put back from time to time.
      const groups = 'relay,schedule,handlers,timers';
      const swept = seed % 2 === 0;
      await h.startGroups(swept ? `${groups},sweeper` : groups, 1, {
        ...env,
        TIMERS_REARM_SECONDS: '5',
        OUTBOX_REQUEUE_SECONDS: '5',
      });
      const at = +(await h.owner.query('select app_now() as now')).rows[0].now + AHEAD_MS;
      const clocks = await plantClocks(
        h.owner,
        Array.from({ length: TIMERS }, () => [
          { step: 'due', level: 0, at: new Date(at + next() * spread) },
        ]),
      );
      const ids = clocks.map((c) => c.deadlineId);
      const count = async (which: string) =>
        (
          await h.owner.query(
            `select count(*)::int as n from deadline_step where deadline_id = any ($1) and ${which}`,
            [ids],
          )
        ).rows[0].n as number;
      await until('armed', async () => (await count('armed_at is null')) === 0);
      const strikes: Strike[] = [];
      for (let loss = 0; loss < losses; loss++) {
        await sleep(between(next, { least: 0, most: (2 * spread) / losses / 2 }));
        // Queues that were emptied just now are filled again before they are struck again.
        const inFlight = async () =>
          (await h.queued()) && (await count('fired_at is null and armed_at is not null'));
        await until('jobs', async () => (await inFlight()) > 0, REARMED_MS).catch(() => {});
        const strike: Strike = { at: performance.now(), inFlight: await inFlight() };
        await h.loseQueues();
        strikes.push(strike);
        const fired = await count('fired_at is not null');
        await until(
          'firing again',
          async () => (await count('fired_at is not null')) > fired,
          LATE_MS,
        );
        strike.recoveredAt = performance.now();
      }
      await until('all fired', async () => (await count('fired_at is null')) === 0, LATE_MS).catch(
        () => {},
      );
      await h.quiet(3 * LATE_MS).catch(() => {});
      const stored = await storedIn(h.owner, { clocks: ids, effects: true });
      const verdict = judge({ wishes: [], strikes, stored, limits: { late: LATE_MS } });
      const latest = Math.max(...stored.steps.map((s) => (s.firedAt ?? Infinity) - s.dueAt));
      return {
        ...verdict,
        note: `${TIMERS} timers, sweeper ${swept ? 'on' : 'off'}, latest ${Math.round(latest)} ms`,
      };
    } finally {
      await h.close();
    }
  },
};
