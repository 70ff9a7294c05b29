/**
 * Claiming and arming against a real database: once, the oldest first, strictly after the due
 * instant, never twice between two connections; and nothing that was armed is forgotten.
 */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fireAll, fireDue, openBuckets, takeUnarmed } from '../../src/deadline/index.ts';
import { claimDue } from '../../src/deadline/fire.store.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { connect } from '../../src/platform/db.ts';
import type { Connection } from '../../src/platform/db.ts';
import type { QueueFactory } from '../../src/platform/queues.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { sweepDuties } from '../../workers/sweeper.ts';
import { armAll, armNew } from '../../workers/timers.ts';
import { publishNudges, relayOnce } from '../../workers/relay.ts';
import { LADDER, plantClocks } from '../clock-rows.ts';
import type { PlantedStep } from '../clock-rows.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

const AT = Date.parse('2026-09-21T02:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
const HORIZON = 10 * MINUTE;

let w: World;
let owner: pg.Pool;
let other: Connection;
beforeAll(async () => {
  w = await createWorld({ at: new Date(AT).toISOString() });
  owner = new pg.Pool({ connectionString: w.database.ownerUrl, max: 2 });
  other = connect(w.database.appUrl, { max: 2 });
  // Each test begins with nothing; elsewhere what fired stays (test/flow/append-only.test.ts).
  await owner.query('alter table deadline_step disable trigger deadline_step_fired_stays');
});
afterAll(async () => {
  await Promise.all([owner?.end(), other?.close()]);
  await w?.close();
});
beforeEach(async () => {
  await owner.query(`delete from deadline_step; delete from outbox;
    update deadline set state = 'stopped', stopped_at = app_now() where state <> 'stopped'`);
  await w.moveTo(new Date(AT));
});

const at = (ms: number) => new Date(AT + ms);
/** A step of the ladder, so many milliseconds from the beginning of the test. */
const step = (name: (typeof LADDER)[number]['step'], ms: number): PlantedStep => ({
  step: name,
  level: LADDER.find((l) => l.step === name)!.level,
  at: at(ms),
});
const claim = (now: Date, limit = 500, db = w.db) =>
  db.transaction().execute((tx) => claimDue(tx, now, limit));
const fired = async () =>
  (
    await owner.query(
      `select deadline_id, step, epoch, fired_at from deadline_step where fired_at is not null`,
    )
  ).rows as { deadline_id: string; step: string; fired_at: Date }[];
const events = async () =>
  (
    await owner.query(`select subject_id, order_id, at, payload from domain_event
      where type = 'deadline.fired' and subject_id in (select d.id from deadline d where d.state = 'running')
      order by at, id`)
  ).rows as { subject_id: string; order_id: string; at: Date; payload: any }[];

describe('a claim', () => {
  it('takes what is due once', async () => {
    const [clock] = await plantClocks(owner, [[step('due', 0), step('late1', DAY)]]);
    const got = await claim(at(1));
    expect(got).toEqual([
      {
        deadlineId: clock!.deadlineId,
        subjectId: clock!.subjectId,
        orderId: clock!.orderId,
        organizationId: await w.unit('WATER'),
        clock: 'final',
        step: 'due',
        epoch: 1,
        level: 0,
        action: 'remind',
        fireAt: at(0),
      },
    ]);
    expect(await claim(at(1))).toEqual([]);
    expect((await fired()).map((f) => f.fired_at)).toEqual([at(1)]);
  });

  it('does not take what is due at this very instant, nor what lies ahead', async () => {
    await plantClocks(owner, [[step('due', 0)], [step('due', 1)]]);
    expect(await claim(at(0))).toEqual([]);
    expect(await claim(at(1))).toHaveLength(1);
    expect(await claim(at(1))).toEqual([]);
    expect(await claim(at(2))).toHaveLength(1);
  });

  it('takes the longest overdue first', async () => {
    const ms = [5, 2, 9, 1, 7, 3, 8, 4, 6, 0].map((m) => m * MINUTE);
    await plantClocks(
      owner,
      ms.map((m) => [step('due', m)]),
    );
    const order: number[] = [];
    for (let i = 0; i < 4; i++)
      order.push(...(await claim(at(DAY), 3)).map((c) => (c.fireAt.getTime() - AT) / MINUTE));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('takes all steps of a clock that are due, however small the batch, in their order', async () => {
    await plantClocks(owner, [
      [step('late3', 3 * DAY), step('due', 0), step('late1', DAY), step('late5', 5 * DAY)],
    ]);
    const got = await claim(at(4 * DAY), 1);
    expect(got.map((c) => c.step)).toEqual(['due', 'late1', 'late3']);
    const { rows } = await owner.query(
      `select level from deadline where state = 'running' and clock = 'final'`,
    );
    expect(rows).toEqual([{ level: 2 }]);
    expect((await claim(at(6 * DAY), 1)).map((c) => c.step)).toEqual(['late5']);
  });

  it('never takes what is paused or stopped, and these hold nobody up', async () => {
    const clocks = await plantClocks(owner, [
      ...Array.from({ length: 10 }, () => [step('due', 0)]),
      [step('due', MINUTE)],
    ]);
    const ids = (from: number, to: number) => clocks.slice(from, to).map((c) => c.deadlineId);
    await owner.query(`update deadline set state = 'paused' where id = any ($1)`, [ids(0, 5)]);
    await owner.query(
      `update deadline set state = 'stopped', stopped_at = app_now() where id = any ($1)`,
      [ids(5, 10)],
    );
    const got = await claim(at(DAY), 1);
    expect(got.map((c) => c.deadlineId)).toEqual(ids(10, 11));
    expect(await claim(at(DAY), 1)).toEqual([]);
  });

  it('never gives two connections the same step', async () => {
    const clocks = await plantClocks(
      owner,
      Array.from({ length: 120 }, (_, i) => [step('due', i), step('late1', DAY + i)]),
    );
    const lists = await Promise.all(
      Array.from({ length: 40 }, (_, i) => claim(at(2 * DAY), 7, i % 2 ? w.db : other.db)),
    );
    const got = lists.flat().map((c) => `${c.deadlineId} ${c.step}`);
    expect(got).toHaveLength(2 * clocks.length);
    expect(new Set(got).size).toBe(got.length);
  });

  it('passes over a clock that an act holds, and has it when the act changed nothing', async () => {
    const [held, free] = await plantClocks(owner, [[step('due', 0)], [step('due', 1)]]);
    await other.db.transaction().execute(async (tx) => {
      await sql`select 1 from deadline where id = ${held!.deadlineId} for update`.execute(tx);
      const got = await claim(at(MINUTE));
      expect(got.map((c) => c.deadlineId)).toEqual([free!.deadlineId]);
    });
    expect(await claim(at(MINUTE))).toHaveLength(1);
  });

  it('comes too late when the act stopped the clock', async () => {
    const [clock] = await plantClocks(owner, [[step('due', 0)]]);
    await other.db.transaction().execute(async (tx) => {
      await sql`update deadline set state = 'stopped', stopped_at = app_now()
        where id = ${clock!.deadlineId}`.execute(tx);
      expect(await claim(at(MINUTE))).toEqual([]);
    });
    expect(await claim(at(MINUTE))).toEqual([]);
    expect(await fired()).toEqual([]);
  });
});

describe('a firing', () => {
  it('is one event for each clock, with all that fired together', async () => {
    const clocks = await plantClocks(owner, [
      [step('due', 0), step('late1', DAY), step('late3', 3 * DAY)],
      [step('due', MINUTE)],
    ]);
    await w.moveTo(at(2 * DAY));
    expect(await fireAll(w.deps)).toBe(3);
    await w.moveTo(at(4 * DAY));
    expect(await fireAll(w.deps)).toBe(1);
    expect(await fireAll(w.deps)).toBe(0);
    const told = (await events()).map((e) => ({
      clock: clocks.findIndex((c) => c.deadlineId === e.subject_id),
      order: clocks.findIndex((c) => c.orderId === e.order_id),
      steps: e.payload.steps,
    }));
    const due = { step: 'due', epoch: 1, level: 0, action: 'remind' };
    const late1 = { step: 'late1', epoch: 1, level: 1, action: 'urge' };
    const late3 = { step: 'late3', epoch: 1, level: 2, action: 'supervise' };
    expect(told).toEqual([
      { clock: 0, order: 0, steps: [due, late1] },
      { clock: 1, order: 1, steps: [due] },
      { clock: 0, order: 0, steps: [late3] },
    ]);
    const whens = await fired();
    for (const e of await events())
      expect(whens.some((f) => f.deadline_id === e.subject_id && +f.fired_at === +e.at)).toBe(true);
  });

  it('happens not at all when its event cannot be written', async () => {
    await plantClocks(owner, [[step('due', 0)]]);
    await w.moveTo(at(MINUTE));
    const refused = inTransaction(w.deps, SYSTEM, async (tx) => {
      await fireDue(tx);
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');
    expect([await fired(), await events()]).toEqual([[], []]);
    expect(await fireAll(w.deps)).toBe(1);
  });

  it('of many goes on batch after batch, from several processes at once', async () => {
    await plantClocks(
      owner,
      Array.from({ length: 60 }, (_, i) => [step('due', i), step('late1', i + DAY)]),
    );
    await w.moveTo(at(2 * DAY));
    const both = [w.deps, { ...w.deps, db: other.db }];
    const totals = await Promise.all(both.map((deps) => fireAll(deps, 7)));
    expect(totals.reduce((a, b) => a + b)).toBe(120);
    expect(await events()).toHaveLength(60);
  });

  it('waits for a clock that is held just now', async () => {
    const [held] = await plantClocks(owner, [[step('due', 0)]]);
    await w.moveTo(at(MINUTE));
    let firing!: Promise<number>;
    await other.db.transaction().execute(async (tx) => {
      await sql`select 1 from deadline where id = ${held!.deadlineId} for update`.execute(tx);
      firing = fireAll(w.deps);
      await claim(at(MINUTE));
    });
    expect(await firing).toBe(1);
  });
});

/** A queue that keeps what it is given, or refuses. */
function fakeQueues() {
  const jobs: { name: string; data: any; opts?: { jobId?: string; delay?: number } }[] = [];
  const fake = { jobs, refuses: false, queues: null as unknown as QueueFactory };
  const addBulk = async (list: typeof jobs) => {
    if (fake.refuses) throw new Error('queue away');
    jobs.push(...list);
  };
  fake.queues = { backend: 'redis', queue: () => ({ addBulk }) } as unknown as QueueFactory;
  return fake;
}
const idsOf = (f: ReturnType<typeof fakeQueues>) => f.jobs.map((j) => j.opts?.jobId);
const unarmed = async () =>
  (await owner.query('select count(*)::int n from deadline_step where armed_at is null')).rows[0].n;

describe('arming', () => {
  const offsetOf = async () =>
    (await owner.query('select offset_ms::text o from app_clock')).rows[0].o as string;

  it('takes each step within the horizon once, one wake-up for each bucket', async () => {
    const near = [60_010, 60_020, 60_240, 60_260, 5 * MINUTE];
    await plantClocks(owner, [...near, DAY].map((ms) => [step('due', ms)])); // prettier-ignore
    const f = fakeQueues();
    const [one, two] = await Promise.all([
      armNew({ deps: w.deps, queues: f.queues }),
      armNew({ deps: { ...w.deps, db: other.db }, queues: f.queues }),
    ]);
    expect(one + two).toBe(near.length);
    expect(await armNew({ deps: w.deps, queues: f.queues })).toBe(0);
    const ends = [60_250, 60_500, 5 * MINUTE + 250].map((ms) => AT + ms);
    const offset = await offsetOf();
    expect([...new Set(idsOf(f))].sort()).toEqual(ends.map((e) => `b-${e}-${offset}`));
    for (const j of f.jobs) {
      // The clock went on a little since the test set it.
      const ahead = j.data.bucket - AT;
      expect(j.opts!.delay).toBeLessThanOrEqual(ahead);
      expect(j.opts!.delay).toBeGreaterThan(ahead - 30_000);
    }
    expect(await unarmed()).toBe(1);
  });

  it('wakes up at once, and once, for all that is past', async () => {
    await plantClocks(owner, [[step('due', -DAY), step('late1', -1)], [step('due', -3 * DAY)]]);
    const f = fakeQueues();
    expect(await armNew({ deps: w.deps, queues: f.queues })).toBe(3);
    // Without an id, which a job that looked already may hold, and without delay.
    expect(f.jobs.map((j) => j.opts)).toEqual([undefined]);
  });

  it('is undone when the queue refuses', async () => {
    await plantClocks(owner, [[step('due', MINUTE)], [step('due', 2 * MINUTE)]]);
    const f = fakeQueues();
    f.refuses = true;
    await expect(armNew({ deps: w.deps, queues: f.queues })).rejects.toThrow('queue away');
    expect(await unarmed()).toBe(2);
    f.refuses = false;
    expect(await armNew({ deps: w.deps, queues: f.queues })).toBe(2);
    expect(f.jobs).toHaveLength(2);
  });

  it('is done again for everything, whatever was armed: a queue may have lost it', async () => {
    await plantClocks(owner, [MINUTE, 2 * MINUTE, -MINUTE, DAY].map((ms) => [step('due', ms)])); // prettier-ignore
    const f = fakeQueues();
    await armNew({ deps: w.deps, queues: f.queues });
    const first = idsOf(f).sort();
    f.jobs.length = 0;
    await armAll({ deps: w.deps, queues: f.queues });
    expect(idsOf(f).sort()).toEqual(first);
  });

  it('follows a clock that jumps: other ids, other delays', async () => {
    await plantClocks(owner, [[step('due', DAY + MINUTE)], [step('due', MINUTE)]]);
    const before = await takeUnarmed(w.db, HORIZON, 100);
    expect(before).toMatchObject({ buckets: [AT + MINUTE + 250], overdue: false, steps: 1 });
    await w.moveTo(at(DAY));
    const after = await openBuckets(w.db, HORIZON);
    expect(after).toMatchObject({ buckets: [AT + DAY + MINUTE + 250], overdue: true, steps: 2 });
    expect(after.offset - before.offset).toBeGreaterThan(DAY - MINUTE);
    await w.moveTo(at(-DAY));
    expect(await openBuckets(w.db, HORIZON)).toMatchObject({ buckets: [], overdue: false });
  });

  it('says nothing where nothing is open', async () => {
    expect(await openBuckets(w.db, HORIZON)).toMatchObject({ buckets: [], steps: 0 });
    expect(await takeUnarmed(w.db, HORIZON, 10)).toMatchObject({ overdue: false, steps: 0 });
  });
});

describe('duties without a queue', () => {
  const duties = async () =>
    (
      await owner.query(
        `select consumer, queued_at is not null as queued, failures from outbox order by id`,
      )
    ).rows as { consumer: string; queued: boolean; failures: number }[];
  const register = async () => {
    const answer = await (
      await w.as('operator')
    ).post(
      '/api/orders',
      {
        channel: 'phone',
        content: '路灯不亮',
        requester: { kind: 'natural', name: '陈女士', phone: '13805774471' },
      },
      { 'idempotency-key': crypto.randomUUID() },
    );
    expect(answer.status).toBe(201);
  };

  it('nudges do not wait for a queue that is away', async () => {
    await register();
    const f = fakeQueues();
    f.refuses = true;
    const published: unknown[] = [];
    const publisher = { publish: async (m: unknown[]) => void published.push(...m), close: async () => {} }; // prettier-ignore
    const relay = { db: w.db, queues: f.queues, publisher, log: w.deps.log, requeueSeconds: 60 };
    await expect(relayOnce(relay, 'new')).rejects.toThrow('queue away');
    expect(published).toHaveLength(1);
    expect(await duties()).toEqual([
      { consumer: 'notification.receipt', queued: false, failures: 0 },
      { consumer: 'intake.triage', queued: false, failures: 0 },
    ]);
    f.refuses = false;
    expect(await relayOnce(relay, 'new')).toBe(2);
    expect((await duties()).map((d) => d.queued)).toEqual([true, true]);
    expect(await publishNudges(relay)).toBe(0);
  });

  it('the sweeper serves those that are old enough, and leaves nudges and messages', async () => {
    await register();
    expect(await sweepDuties(w.deps, 3_600)).toBe(0);
    // The receipt, and what the house makes of the demand.
    expect(await sweepDuties(w.deps, 0)).toBe(2);
    expect(await sweepDuties(w.deps, 0)).toBe(0);
    const left = new Set((await duties()).map((d) => d.consumer));
    expect([...left].sort()).toEqual(['notification.send', 'realtime']);
  });

  it('one that fails is left alone for a while and holds no other up', async () => {
    await register();
    await owner.query(
      `update outbox set failures = 1, queued_at = clock_timestamp() where consumer = 'notification.receipt'`,
    );
    await register();
    // The other one's receipt, and the triage of both.
    expect(await sweepDuties(w.deps, 0)).toBe(3);
    expect((await duties()).filter((d) => d.consumer === 'notification.receipt')).toEqual([
      { consumer: 'notification.receipt', queued: true, failures: 1 },
    ]);
    await owner.query(`update outbox set queued_at = queued_at - interval '1 minute'`);
    expect(await sweepDuties(w.deps, 0)).toBe(1);
  });
});
