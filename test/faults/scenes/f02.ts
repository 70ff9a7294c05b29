import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../flow/history.ts';
import { openHouse, until } from '../../processes.ts';
import type { House, Proc } from '../../processes.ts';
import { cookieOf, crowd } from '../clients.ts';
import { judge } from '../history.ts';
import type { Strike } from '../history.ts';
import { outsideOf, storedIn } from '../rows.ts';
import type { Scene } from '../scene.ts';

const KILLS = { plant: 5, ci: 8, full: 25 };
const CLIENTS = 2;
/** Demands for each life of a worker. */
const PER_LIFE = 25;
/** A client's waiting time between two demands, and the gateway's before it answers, in milliseconds. */
const EVERY_MS = 60;
const ANSWER_MS = 80;
/** How long a worker lives at most once it works, and between two looks at it, in milliseconds. */
const LIFE_MS = 600;
const LOOK_MS = 30;
/** So often is it looked at: one that is never at work is killed all the same, and counted as idle. */
const LOOKS = 60;
/** Outside effects come that soon after what caused them, whatever was killed meanwhile. */
const LATE_MS = 60_000;

/** Transactions of the worker that stand open, and messages that wait for the gateway's word. */
async function underWay(h: House, open: Set<string>): Promise<number> {
  const { rows } = await h.owner.query(
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name = 'hotline-workers'
        and state = 'idle in transaction'`,
  );
  return (rows[0].n as number) + open.size;
}

/** Holds the worker still in the middle of something. @returns how much it was doing. */
async function catchAtWork(worker: Proc, doing: () => Promise<number>, next: () => number) {
  for (let look = 1; ; look++) {
    // Held still first: what it is doing can be counted.
    worker.child.kill('SIGSTOP');
    const found = await doing();
    if (found > 0 || look === LOOKS) return found;
    worker.child.kill('SIGCONT');
    await sleep(next() * LOOK_MS);
  }
}

/** The one worker dies in the middle of jobs, again and again. */
export const f2: Scene = {
  title: 'a worker is killed in the middle of jobs',
  async play({ seed, backend, size, env }) {
    const kills = KILLS[size];
    const next = random(seed);
    const h = await openHouse(backend, {}, { workers: 'later' });
    try {
      const open = new Set<string>();
      h.gateway.behave((sms) => {
        open.add(sms.id);
        const answered = sleep(next() * ANSWER_MS).then(() => void open.delete(sms.id));
        return { takeAndAnswerAfter: answered };
      });
      const cookie = await cookieOf(h.url, 'operator');
      const strikes: Strike[] = [];
      let most = PER_LIFE;
      const all = crowd({
        url: h.url,
        cookie,
        clients: CLIENTS,
        count: Infinity,
        next,
        everyMs: EVERY_MS,
        upTo: () => most,
        tag: `f2-${seed}`,
      });
      let worker = await h.startWorkers(env);
      for (let kill = 0; kill < kills; kill++) {
        const before = h.gateway.tries.length;
        await until('work', () => h.gateway.tries.length > before, LATE_MS);
        const last = strikes.at(-1);
        if (last) last.recoveredAt = h.gateway.tries[before]!.at;
        await sleep(next() * LIFE_MS);
        // A fast machine has done all by now: while it is looked for something to do, more comes.
        most = Infinity;
        const inFlight = await catchAtWork(worker, () => underWay(h, open), next);
        most = all.wishes.length + PER_LIFE;
        strikes.push({ at: performance.now(), inFlight });
        await worker.kill9();
        worker = await h.startWorkers(env);
      }
      const before = h.gateway.tries.length;
      await until('work', () => h.gateway.tries.length > before, LATE_MS);
      strikes.at(-1)!.recoveredAt = h.gateway.tries[before]!.at;
      all.stop();
      await all.done;
      await h.quiet(180_000).catch(() => {});
      const [stored, outside] = [await storedIn(h.owner), outsideOf(h.gateway)];
      const limits = { effect: LATE_MS, recovery: LATE_MS };
      return judge({ wishes: all.wishes, strikes, stored, outside, limits });
    } finally {
      await h.close();
    }
  },
};
