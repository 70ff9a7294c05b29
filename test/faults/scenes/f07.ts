import { plantClocks } from '../../clock-rows.ts';
import { random } from '../../flow/history.ts';
import { must, walk } from '../../flow/walk.ts';
import { openHouse, signIn, until } from '../../processes.ts';
import type { House } from '../../processes.ts';
import { attempt, cookieOf, demand, newPhone } from '../clients.ts';
import { judge } from '../history.ts';
import type { Strike, Wish } from '../history.ts';
import { outsideOf, storedIn } from '../rows.ts';
import type { Scene } from '../scene.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** How wrong the clocks of the hosts are, in milliseconds. */
const SHIFTS = [10 * MINUTE, -10 * MINUTE, -DAY];
const TIMERS = 60;
const AHEAD_MS = 2_500;
const SPREAD_MS = 3_000;
/** A step fires so soon after its instant, and no two ways of saying it differ more, in milliseconds. */
const LATE_MS = 3_000;
const SAME_MS = 1_500;

const WRONG = new URL('../plants/shift-date.mjs', import.meta.url).href;
const wrongBy = (ms: number, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...env,
  NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --import ${WRONG}`,
  SHIFT_MS: String(ms),
});

interface Measured {
  clock: string;
  from: number;
  spans: number[];
}

/** Clocks of an order: when each began, and how long until it is due and each step fires. */
async function clocksOf(h: House, orderId: string): Promise<Measured[]> {
  const { rows } = await h.owner.query(
    `select d.clock, extract(epoch from d.started_at) * 1000 as "from",
        array_prepend((extract(epoch from d.due_at - d.started_at) * 1000)::float8,
          array(select (extract(epoch from s.fire_at - d.started_at) * 1000)::float8
            from deadline_step s where s.deadline_id = d.id order by s.step)) as spans
      from deadline d where d.order_id = $1 and d.due_at is not null order by d.clock, d.cycle`,
    [orderId],
  );
  return rows.map((r) => ({ clock: r.clock, from: Number(r.from), spans: r.spans }));
}

/** How many of these steps did not fire yet. */
const unfired = async (h: House, ids: string[]): Promise<number> =>
  (
    await h.owner.query(
      `select count(*)::int as n from deadline_step where deadline_id = any ($1) and fired_at is null`,
      [ids],
    )
  ).rows[0].n;

/** Registered, accepted and dispatched through one api process. */
async function orderAt(h: House, url: string, key: string, wishes: Wish[]) {
  const phone = newPhone();
  const asked = { url: new URL('/api/orders', url).href, body: demand(key, phone) };
  const tries = [await attempt(await cookieOf(url, 'operator'), key, asked)];
  wishes.push({ key, what: 'register', phone, tries });
  const orderId = tries[0]!.orderId!;
  const w = walk((login) => signIn(url, login));
  await w.accept(orderId);
  await w.dispatch(orderId, []);
  return { orderId, clocks: await clocksOf(h, orderId) };
}

/** The clocks of the hosts are wrong, each otherwise; the database's is right. */
export const f7: Scene = {
  title: 'the clocks of the hosts are wrong',
  async play({ seed, backend, size, env }) {
    const next = random(seed);
    const h = await openHouse(backend, env, { workers: 'later' });
    const wrong: string[] = [];
    try {
      const now = async () => +(await h.owner.query('select app_now() as now')).rows[0].now;
      const wishes: Wish[] = [];
      // The api knows no queue; the workers do.
      const shifts = backend === 'postgres' && size !== 'plant' ? SHIFTS : [];
      const right = await orderAt(h, h.url, `f7-${seed}-right`, wishes);
      if (right.clocks.length === 0) wrong.push('no clocks to compare');
      const strikes: Strike[] = [];
      for (const shift of shifts) {
        const struck = performance.now();
        const api = await h.startApi(undefined, wrongBy(shift));
        const from = await now();
        const other = await orderAt(h, api.url, `f7-${seed}-${shift}`, wishes);
        const to = await now();
        strikes.push({ at: struck, inFlight: other.clocks.length, recoveredAt: performance.now() });
        await api.proc.stop();
        if (other.clocks.some((c) => c.from < from || c.from > to))
          wrong.push(`a clock began by a host that is ${shift} ms off`);
        const spans = (m: Measured[]) => m.map((c) => `${c.clock} ${c.spans.length}`).join();
        const [a, b] = [right.clocks, other.clocks].map((m) => m.flatMap((c) => c.spans));
        if (spans(right.clocks) !== spans(other.clocks)) wrong.push('other clocks');
        else if (a!.some((ms, i) => Math.abs(ms - b![i]!) > SAME_MS))
          wrong.push(`other deadlines by a host that is ${shift} ms off`);
      }
      // One worker of yesterday, one of ten minutes ahead or behind, and jobs of both in one queue.
      await h.startWorkers(wrongBy(-DAY, env));
      await h.startWorkers(wrongBy((next() < 0.5 ? 10 : -10) * MINUTE, env));
      const at = (await now()) + AHEAD_MS;
      const clocks = await plantClocks(
        h.owner,
        Array.from({ length: TIMERS }, () => [
          { step: 'due', level: 0, at: new Date(at + next() * SPREAD_MS) },
        ]),
      );
      const ids = clocks.map((c) => c.deadlineId);
      const struck = performance.now();
      const open = await unfired(h, ids);
      const fires = async () => (await unfired(h, ids)) < TIMERS;
      const recoveredAt = await until('the first firing', fires, AHEAD_MS + 4 * LATE_MS).then(
        () => performance.now(),
        () => undefined,
      );
      for (const _ of ['yesterday', 'ten minutes'])
        strikes.push({ at: struck, inFlight: open, ...(recoveredAt && { recoveredAt }) });
      await until('the instants', async () => (await now()) > at + SPREAD_MS + LATE_MS);
      await h.quiet(60_000).catch(() => {});
      // A session does not end, nor begin, by the host's clock.
      const late = await h.startApi(undefined, wrongBy(-DAY));
      must(await (await signIn(late.url, 'dispatcher')).get('/api/session'));
      await late.proc.stop();
      const [stored, outside] = [
        await storedIn(h.owner, { clocks: ids, effects: true }),
        outsideOf(h.gateway),
      ];
      const latest = Math.max(...stored.steps.map((s) => (s.firedAt ?? Infinity) - s.dueAt));
      const verdict = judge({
        wishes,
        strikes,
        stored,
        outside: { ...outside, others: true },
        limits: { late: LATE_MS },
      });
      return {
        ...verdict,
        note: `clocks off by ${SHIFTS.map((ms) => ms / MINUTE).join(', ')} min, latest firing ${Math.round(latest)} ms`,
        violations: [...verdict.violations, ...wrong],
      };
    } finally {
      await h.close();
    }
  },
};
