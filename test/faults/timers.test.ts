/**
 * Every step of every clock fires exactly once, in order, whatever is missing: the sweeper, every
 * queue, all workers for three days, or what the queue held. Real processes; only the platform's
 * clock is moved, in jumps; nobody edits a due instant.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { orderNoText } from '../../src/kernel/ids.ts';
import { connect, moveClock } from '../../src/platform/db.ts';
import type { Connection } from '../../src/platform/db.ts';
import { walk } from '../flow/walk.ts';
import { LADDER, plantClocks } from '../clock-rows.ts';
import type { Planted, PlantedStep } from '../clock-rows.ts';
import { BACKENDS, openHouse, until } from '../processes.ts';
import type { Backend, House } from '../processes.ts';

/** Clocks of each kind in one scenario. */
const LONG = 50;
const NEAR = 25;
/** As many of them have the steps of the policy's ladder; those of the others lead to an entry only. */
const LADDERS = 5;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How far before an instant the clock lands, so that somebody has to wait for it. */
const LEAD_MS = 700;
/** Jumps that leave nothing of the ladders ahead; they end at the hour at which they began. */
const JUMPS = [2.5 * DAY, 5.5 * DAY, 12 * DAY];
/** A Monday morning: nobody's quiet hours; the scenarios take twelve days each. */
const BEGIN = '2025-06-02T02:00:00Z';

/** What fires, in words that are the same in every run. */
interface Fired {
  clock: number;
  step: string;
  epoch: number;
}
const word = (f: Fired) => `${f.clock} ${f.step} ${f.epoch}`;

/**
 * The clocks of a scenario. The long ones have their levels over days, so that a jump passes several;
 * the near ones have theirs a moment after the landing of each jump.
 */
function laddersFrom(start: number): PlantedStep[][] {
  const days = [1, 1.6, 2, 3, 5, 7];
  const named = (i: number, step: string) => (i < LADDERS ? step : `test_${step}`);
  const long = Array.from({ length: LONG }, (_, i) =>
    LADDER.map(({ step, level }, n) => ({
      step: named(i, step),
      level,
      at: new Date(start + days[n]! * DAY + i * 1.1 * HOUR),
    })),
  );
  const near = Array.from({ length: NEAR }, (_, i) =>
    LADDER.slice(3).map(({ step, level }, n) => ({
      step: named(i, step),
      level,
      at: new Date(start + JUMPS[n]! + LEAD_MS + i * 17),
    })),
  );
  return [...long, ...near];
}

describe.each(BACKENDS)('clocks, queues on %s', (backend: Backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let owner: Connection;
    beforeAll(async () => {
      h = await openHouse(backend, {}, { workers: 'later', at: BEGIN });
      owner = connect(h.database.ownerUrl, { max: 1 });
    });
    afterAll(async () => {
      await owner?.close();
      await h?.close();
    });

    const now = async () => +(await h.owner.query('select app_now() as now')).rows[0].now;
    const dueAndOpen = async (ids: string[]) =>
      (
        await h.owner.query(
          `select count(*)::int as n from deadline_step
            where fired_at is null and fire_at < app_now() and deadline_id = any ($1)`,
          [ids],
        )
      ).rows[0].n as number;

    interface Scene {
      start: number;
      clocks: Planted[];
      /** Lands at an instant after the start; does not wait. */
      jump(ms: number): Promise<void>;
      /** Waits until all has fired that was due a moment after the last landing. */
      fired(): Promise<void>;
      /** All jumps, one after the other. */
      play(meanwhile?: (n: number) => Promise<unknown>): Promise<void>;
    }

    async function plant(): Promise<Scene> {
      const start = await now();
      const clocks = await plantClocks(h.owner, laddersFrom(start));
      const ids = clocks.map((c) => c.deadlineId);
      let landed = 0;
      const scene: Scene = {
        start,
        clocks,
        async jump(ms) {
          await moveClock(owner.db, new Date(start + ms));
          landed = start + ms;
        },
        async fired() {
          const passed = landed + LEAD_MS + NEAR * 17;
          await until('the instants passed', async () => (await now()) > passed);
          await until(
            'all that is due has fired',
            async () => (await dueAndOpen(ids)) === 0,
            50_000,
          );
        },
        async play(meanwhile) {
          for (const [n, ms] of JUMPS.entries()) {
            await scene.jump(ms);
            await meanwhile?.(n);
            await scene.fired();
          }
        },
      };
      return scene;
    }

    /** Checks what was told against what the clocks promised, and against the rows. */
    async function holds({ clocks }: Scene): Promise<void> {
      const ids = clocks.map((c) => c.deadlineId);
      const promised = clocks.flatMap((c, clock) =>
        c.steps.map(({ step }) => word({ clock, step, epoch: 1 })),
      );
      const events = (
        await h.owner.query(
          `select subject_id, at, payload from domain_event
            where type = 'deadline.fired' and subject_id = any ($1) order by at, id`,
          [ids],
        )
      ).rows as { subject_id: string; at: Date; payload: any }[];
      const told = events.flatMap((e) =>
        e.payload.steps.map((s: Fired) => word({ ...s, clock: ids.indexOf(e.subject_id) })),
      );
      expect(told.toSorted()).toEqual(promised.toSorted());
      const rows = (
        await h.owner.query(
          `select deadline_id, fired_at, fire_at from deadline_step where deadline_id = any ($1)`,
          [ids],
        )
      ).rows as { deadline_id: string; fired_at: Date | null; fire_at: Date }[];
      expect(rows.filter((r) => !r.fired_at || r.fired_at <= r.fire_at)).toEqual([]);
      // One event for each clock and firing …
      const moments = new Set(rows.map((r) => `${r.deadline_id} ${+r.fired_at!}`));
      expect(events).toHaveLength(moments.size);
      // … with its steps in their order, none told before a lower one.
      for (const { deadlineId, steps } of clocks) {
        const own = events.filter((e) => e.subject_id === deadlineId);
        const order = own.flatMap((e) => e.payload.steps.map((s: Fired) => s.step) as string[]);
        expect(order).toEqual(steps.map((s) => s.step));
      }
    }

    /** Waits until every step had its effect, once. */
    async function effects({ clocks }: Scene): Promise<void> {
      const steps = clocks.reduce((sum, c) => sum + c.steps.length, 0);
      await until('effects', async () => {
        const { rows } = await h.owner.query(
          `select count(*)::int as n, count(distinct (deadline_id, step, epoch))::int as d
            from escalation where deadline_id = any ($1)`,
          [clocks.map((c) => c.deadlineId)],
        );
        expect(rows[0].n).toBe(rows[0].d);
        return rows[0].n === steps;
      });
    }

    /** One scenario: these groups in so many processes. */
    async function scenario(
      groups: string,
      processes: number,
      env: NodeJS.ProcessEnv = {},
      meanwhile?: (n: number) => Promise<unknown>,
    ): Promise<void> {
      await h.startGroups(groups, processes, env);
      const scene = await plant();
      await scene.play(meanwhile);
      if (groups === ALL && processes === 1) await effects(scene);
      await h.stopWorkers();
      await holds(scene);
    }
    const ALL = 'relay,schedule,handlers,timers,sweeper';

    it('undisturbed', () => scenario(ALL, 1));

    it('the sweeper off, two processes', () => scenario('relay,schedule,handlers,timers', 2));

    it('the queue emptied again and again, the sweeper off', () =>
      scenario('relay,handlers,timers', 1, { TIMERS_REARM_SECONDS: '1' }, async (n) => {
        // Once before the timers noticed the jump, later when they have.
        if (n % 2 === 1)
          await until('armed', async () => {
            const open = `select count(*)::int as n from deadline_step where fired_at is null
              and armed_at is null and fire_at < app_now() + interval '1 minute'`;
            return (await h.owner.query(open)).rows[0].n === 0;
          });
        await h.loseQueues();
      }));

    it('four processes', () => scenario('relay,timers,sweeper', 4));

    if (backend === 'redis') return;

    it('nobody at work for three days', async () => {
      await h.startGroups(ALL);
      const scene = await plant();
      await scene.jump(JUMPS[0]!);
      await scene.fired();
      await h.stopWorkers();
      await scene.jump(JUMPS[1]!);
      expect(await dueAndOpen(scene.clocks.map((c) => c.deadlineId))).toBeGreaterThan(LONG);
      await h.startGroups(ALL);
      await scene.fired();
      await scene.jump(JUMPS[2]!);
      await scene.fired();
      await h.stopWorkers();
      await holds(scene);
    });

    it('every queue off: only the sweeper, and duties have their effects', async () => {
      await h.loseQueues();
      await h.startGroups('sweeper', 2, { OUTBOX_SWEEP_SECONDS: '0' });
      const w = walk(h.as);
      const { orderId, orderNo } = await w.register({ phone: '13900000811' });
      await w.accept(orderId);
      h.gateway.behave((_, nth) => (nth === 1 ? 'refuse' : 'take'));
      await w.dispatch(orderId, []);
      const scene = await plant();
      await scene.play();
      await effects(scene);
      const told = 'select 1 from notification where order_id = $1';
      expect((await h.owner.query(told, [orderId])).rows).not.toEqual([]);
      // Messages too, although each was refused once.
      const texts = () => [...h.gateway.taken.values()].map((m) => m.text);
      await until('the unit is told', () => texts().some((t) => t.includes(orderNoText(orderNo))));
      expect(await h.queued()).toBe(0);
      await h.stopWorkers();
      await holds(scene);
    });
  });
});
