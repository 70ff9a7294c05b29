import { setTimeout as sleep } from 'node:timers/promises';
import { openBoard, sameAsFresh } from '../../flow/board-screen.ts';
import type { BoardScreen } from '../../flow/board-screen.ts';
import { random } from '../../flow/history.ts';
import { must, walk } from '../../flow/walk.ts';
import { T04 } from '../../words.ts';
import { newKey, openHouse, startRedis, until } from '../../processes.ts';
import type { Browser, House, Screen } from '../../processes.ts';
import { cookieOf, crowd, marked, openAt, servedAfter } from '../clients.ts';
import { judge } from '../history.ts';
import type { Wish } from '../history.ts';
import { outsideOf, storedIn } from '../rows.ts';
import { between } from '../scene.ts';
import type { Scene } from '../scene.ts';

const OUTAGES = { plant: 1, ci: 1, full: 2 };
const AWAY_MS = {
  plant: { least: 3_000, most: 4_000 },
  ci: { least: 18_000, most: 21_000 },
  full: { least: 60_000, most: 180_000 },
};
const CLIENTS = 3;
const EVERY_MS = 40;
/** Longest time of one act of the road while Redis is away, in milliseconds. */
const ACT_MS = 5_000;
/** What was caused meanwhile reaches the world so long after the outage, in milliseconds. */
const LATE_MS = 60_000;
/** The board counts by itself at least that often, in milliseconds. */
const BOARD_MS = 15_000;

/** Submit, reply, close, each quick. @returns the slowest step in milliseconds. */
async function road(h: House, wishes: Wish[]): Promise<number> {
  const w = walk(h.as);
  let slowest = 0;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const done = await work();
    slowest = Math.max(slowest, performance.now() - from);
    return done;
  };
  const register = async () => {
    const key = newKey();
    const made = await timed(() => w.register({ content: marked(T04, key) }, key));
    const tries = [{ sentAt: 0, endedAt: 0, status: 201, orderId: made.orderId }];
    wishes.push({ key, what: 'register', tries });
    return made.orderId;
  };
  const orderId = await register();
  await timed(() => w.accept(orderId));
  await timed(() => w.dispatch(orderId, []));
  await timed(() => w.sign(orderId));
  await timed(() => w.firstContact(orderId));
  await timed(() => w.draft(orderId));
  await timed(() => w.countersign(orderId));
  await timed(() => w.auditPass(orderId));
  const other = await register();
  const withdrawn = { wish: '不用了', identifiedBy: 'caller_number' };
  await timed(() => w.act('operator', other, 'withdraw', withdrawn));
  const { state } = await w.see(other);
  if (state !== 'closed') throw new Error(`not closed: ${state}`);
  return slowest;
}

/** Duties that are on their way through the queue, or should be. */
const waitingDuties = async (h: House): Promise<number> =>
  (await h.owner.query('select count(*)::int as n from outbox')).rows[0].n;

/** Whether a page shows figures of long ago as if they were of now. */
async function isFalselyLive({ feed }: BoardScreen, who: Browser): Promise<boolean> {
  const { at } = must(await who.get('/api/board'));
  const { status, asOf } = feed.state;
  return status === 'live' && Date.parse(at) - asOf > BOARD_MS;
}

/** Orders of which a screen heard a later act before an earlier one. */
function backwards(screen: Screen): string[] {
  const known = new Map<string, number>();
  const wrong: string[] = [];
  for (const { id, room, version } of screen.nudges()) {
    if (version < (known.get(`${room} ${id}`) ?? 0))
      wrong.push(`told backwards of ${id} in ${room}`);
    known.set(`${room} ${id}`, version);
  }
  return wrong;
}

/** Redis hangs, or is gone and comes back empty. */
export const f5: Scene = {
  title: 'Redis is away',
  async play({ seed, size, env }) {
    const next = random(seed);
    const h = await openHouse('redis', env);
    const wrong: string[] = [];
    try {
      const cookie = await cookieOf(h.url, 'operator');
      const all = crowd({
        url: h.url,
        cookie,
        clients: CLIENTS,
        count: Infinity,
        next,
        everyMs: EVERY_MS,
        tag: `f5-${seed}`,
        notes: true,
      });
      await until('the house at work', () => h.gateway.taken.size > 10);
      const supervisor = await h.as('supervisor');
      const board = await openBoard(h.url, supervisor);
      const screen = await h.screen('dispatcher');
      const strikes = [];
      let slowest = 0;
      for (let outage = 0; outage < OUTAGES[size]; outage++) {
        const hangs = (seed + outage) % 2 === 1;
        const redis = h.redis!;
        const duties = await waitingDuties(h);
        const at = performance.now();
        if (hangs) redis.proc.child.kill('SIGSTOP');
        else await redis.stop();
        slowest = Math.max(slowest, await road(h, all.wishes));
        const away = between(next, AWAY_MS[size]);
        await sleep(Math.max(0, away - (performance.now() - at)));
        if (await isFalselyLive(board, supervisor))
          wrong.push('the board is old and does not say so');
        const inFlight = duties + openAt(all.wishes, at);
        if (hangs) redis.proc.child.kill('SIGCONT');
        else h.redis = await startRedis(Number(new URL(redis.url).port));
        const back = performance.now();
        const nudges = screen.nudges().length;
        // People are served all the time; the rest follows when Redis is there again.
        const tries = h.gateway.tries.length;
        await until('messages again', () => h.gateway.tries.length > tries, LATE_MS);
        await until('nudges again', () => screen.nudges().length > nudges, LATE_MS);
        const recoveredAt = at + (performance.now() - back);
        strikes.push({ at, inFlight, recoveredAt });
        if ((servedAfter(all.wishes, at) ?? Infinity) - at > ACT_MS)
          wrong.push('nobody was served meanwhile');
      }
      all.stop();
      await all.done;
      await h.quiet(180_000).catch(() => {});
      await sameAsFresh(board, supervisor).catch((e: Error) =>
        wrong.push(`the board: ${e.message}`),
      );
      if (slowest > ACT_MS) wrong.push(`an act took ${Math.round(slowest)} ms`);
      const [stored, outside] = [await storedIn(h.owner), outsideOf(h.gateway)];
      wrong.push(...backwards(screen));
      const verdict = judge({
        wishes: all.wishes,
        strikes,
        stored,
        outside: { ...outside, others: true },
        limits: { recovery: LATE_MS },
      });
      return {
        ...verdict,
        note: `slowest act ${Math.round(slowest)} ms`,
        violations: [...verdict.violations, ...wrong],
      };
    } finally {
      await h.close();
    }
  },
};
