/**
 * Every deadline bug of quality.md B that needs a database, by its own name. The whole list, and
 * where each is tested:
 *
 *   Only the first level ever fired ...................... here
 *   levels missed during down-time never fired ........... here; test/faults/timers.test.ts
 *   "before due" landed at midnight of another day ....... test/rules/deadline.test.ts
 *   a pending order breached ............................. here
 *   changing the policy forgot the pauses ................ here; test/rules/deadline.test.ts
 *   a negative offset fired at creation .................. test/rules/deadline.test.ts; policy.test.ts (no such document)
 *   an automatic message counted as first contact ........ here
 *   a deactivated policy kept notifying .................. here
 *   no recalculation after a calendar change ............. here; test/rules/deadline.test.ts; test/http/deadlines.test.ts
 *   the overdue scan read the newest 100 first ........... here; test/stores/fire.test.ts
 *   any edit restarted the clock ......................... here; test/rules/deadline.test.ts
 *   unassigned orders never escalated .................... here
 *   an instant exactly on the deadline ................... here; test/rules/deadline.test.ts; test/stores/fire.test.ts
 *   a merged or closed order escalated ................... here; test/http/clocks.test.ts
 *   wrong after close → reopen ........................... here
 *   two processes sent twice ............................. here; test/stores/fire.test.ts; test/faults/timers.test.ts
 *   overnight shifts and long closures failed ............ test/rules/deadline.test.ts; test/rules/calendar.test.ts
 *   make-up working days could not be said ............... test/rules/deadline.test.ts; test/rules/calendar.test.ts
 *   weekday names instead of dates ....................... test/rules/deadline.test.ts; test/rules/calendar.test.ts
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  catchUp,
  changeCalendar,
  fireAll,
  fireDue,
  pauseClocks,
  previewCalendar,
  publishPolicy,
  resumeClocks,
  startClocks,
  stopClocks,
  withdrawPolicy,
} from '../../src/deadline/index.ts';
import { policyDocument } from '../../src/deadline/schema.ts';
import type { PolicyDocument } from '../../src/deadline/schema.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import type { Clock } from '../../src/kernel/words.ts';
import { connect } from '../../src/platform/db.ts';
import type { Connection } from '../../src/platform/db.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import type { Deps, Tx } from '../../src/platform/unit-of-work.ts';
import { plantClocks } from '../clock-rows.ts';
import { REPLY, createWorld, steps, versionOf } from '../world.ts';
import type { World } from '../world.ts';

/** Monday 10:24 in the city; 09-25 to 09-27 and 10-01 to 10-07 are off. */
const MONDAY = '2026-09-21 10:24';
/** A department on the city's calendar. */
const OFFICE = 'ZHZF';
const M = { type: 'help', urgency: 'U4', lead: OFFICE } as const;
const LADDER = ['half', 'eighty', 'due', 'late1', 'late3', 'late5'];
const MINUTE = 60_000;

let w: World;
let s: ReturnType<typeof steps>;
let owner: pg.Pool;
let other: Connection;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
  owner = new pg.Pool({ connectionString: w.database.ownerUrl, max: 2 });
  other = connect(w.database.appUrl, { max: 2 });
  other.pool.on('connect', listen);
});
afterAll(async () => {
  await Promise.all([owner?.end(), other?.close()]);
  await w?.close();
});
beforeEach(async () => {
  // Of the tests before nothing is left that could fire, or that would have to be served.
  await owner.query(`delete from deadline_step where fired_at is null; delete from outbox;
    update deadline set state = 'stopped', stopped_at = app_now(), due_at = coalesce(due_at, app_now())
      where state <> 'stopped'`);
  await go(MONDAY);
});

const go = (text: string) => w.moveTo(`${text.replace(' ', 'T')}:00+08:00`);
const told = (at: Date | null) =>
  at &&
  new Date(Math.round(at.getTime() / MINUTE) * MINUTE + 480 * MINUTE)
    .toISOString()
    .slice(0, 16)
    .replace('T', ' ');
const doing = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(w.deps, SYSTEM, work);

const clock = async (orderId: string, name: Clock, cycle = 1) =>
  w.db
    .selectFrom('deadline')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('clock', '=', name)
    .where('cycle', '=', cycle)
    .executeTakeFirstOrThrow();
const stepsOf = async (deadlineId: string) =>
  w.db
    .selectFrom('deadline_step')
    .selectAll()
    .where('deadline_id', '=', deadlineId)
    .orderBy('fire_at')
    .execute();
const fired = async (deadlineId: string) =>
  (await stepsOf(deadlineId)).flatMap((x) => (x.fired_at ? [x.step] : []));
const open = async (deadlineId: string) =>
  Object.fromEntries(
    (await stepsOf(deadlineId)).flatMap((x) => (x.fired_at ? [] : [[x.step, told(x.fire_at)]])),
  );
/** What the ladder did about an order, in the order it did it. */
const escalations = async (orderId: string) =>
  (
    await w.db
      .selectFrom('escalation')
      .selectAll()
      .where('order_id', '=', orderId)
      .orderBy('at')
      .orderBy('id')
      .execute()
  ).map((e) => ({ did: `${e.clock} ${e.step} ${e.level} ${e.action}`, ...e }));
/** Fires what is due and serves what follows from it. */
const pass = async () => {
  const n = await fireAll(w.deps);
  await w.settle();
  return n;
};
/** What the other process does before it reads an answer, by the answer's first row. */
let reading: (row: Record<string, unknown>) => Promise<void> = async () => {};
const listen = (client: pg.PoolClient) => {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const answer = query(...args);
    if (!(answer instanceof Promise)) return answer;
    return answer.then(async (result: pg.QueryResult) => {
      if (result.rows[0]) await reading(result.rows[0]);
      return result;
    });
  }) as typeof client.query;
};
/** The other process, held once where a result is what it waits for; `work` is done meanwhile. */
function held(
  isThere: (row: Record<string, unknown>) => boolean,
  nth: number,
  work: () => Promise<unknown>,
) {
  let seen = 0;
  let reached = false;
  reading = async (row) => {
    if (!isThere(row) || ++seen !== nth) return;
    reached = true;
    await work();
  };
  const deps: Deps = { ...w.deps, db: other.db };
  return { deps, reached: () => reached };
}
/** Nothing that waits for somebody here ever ends by itself. */
const soon = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, no) => void setTimeout(no, 4_000, new Error('it waits'))),
  ]);
/** While somebody else's open transaction holds the row of a clock. */
async function whileLocked(deadlineId: string, work: () => Promise<void>): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query('begin');
    await client.query('select id from deadline where id = $1 for update', [deadlineId]);
    await work();
  } finally {
    await client.query('rollback');
    client.release();
  }
}
const contact = (lead: string, reached = true) =>
  s.onAssignment('zhzf.handler', lead, 'first_contact', {
    method: 'phone',
    reached,
    content: '已致电说明。',
  });
const draft = async (lead: string, replyVersion: number | null = null) =>
  (await w.as('zhzf.handler')).put(`/api/assignments/${lead}/reply`, { ...REPLY, replyVersion });

const SEED = policyDocument.parse(
  JSON.parse(
    readFileSync(new URL('../../db/seed/deadline-policy.json', import.meta.url), 'utf8'),
  ) as unknown,
);
const publish = async (change: Partial<PolicyDocument>) =>
  (
    await publishPolicy(w.deps, (await w.as('admin')).actor, {
      document: { ...SEED, ...change },
      note: '试行',
    })
  ).version;

describe('Only the first level ever fired', () => {
  it('every level fires at its own instant, once, and does what it is for', async () => {
    const o = await s.signed(M);
    s.must(await contact(o.lead));
    await w.settle();
    const { id } = await clock(o.id, 'final');
    const seen: string[][] = [];
    for (const at of [
      '2026-09-24 10:00',
      '2026-09-28 17:00',
      '2026-09-29 17:31',
      '2026-09-30 17:31',
      '2026-10-09 17:31',
      '2026-10-12 17:31',
      '2026-11-20 10:00',
    ]) {
      await go(at);
      await pass();
      seen.push(await fired(id));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 6].map((n) => LADDER.slice(0, n)));
    const did = (await escalations(o.id)).flatMap((e) => (e.clock === 'final' ? [e.did] : []));
    expect(did).toEqual([
      'final half 0 remind',
      'final eighty 0 remind',
      'final due 0 remind',
      'final late1 1 urge',
      'final late3 2 supervise',
      'final late5 3 supervise',
    ]);
    expect((await clock(o.id, 'final')).level).toBe(3);
  });
});

describe('levels missed during down-time never fired', () => {
  it('all of them fire when somebody is at work again, in their order, in one event', async () => {
    const o = await s.signed(M);
    await w.settle();
    const { id } = await clock(o.id, 'final');
    await go('2026-10-20 10:00');
    await pass();
    expect(await fired(id)).toEqual(LADDER);
    const events = await w.db
      .selectFrom('domain_event')
      .select('payload')
      .where('type', '=', 'deadline.fired')
      .where('subject_id', '=', id)
      .execute();
    expect(events).toHaveLength(1);
    const payload = events[0]!.payload as { steps: { step: string }[] };
    expect(payload.steps.map((x) => x.step)).toEqual(LADDER);
    const levels = (await escalations(o.id)).flatMap((e) => (e.clock === 'final' ? [e.level] : []));
    expect(levels).toEqual([0, 0, 0, 1, 2, 3]);
  });
});

describe('a pending order breached', () => {
  it('while a clock is paused nothing fires, nothing is missed, and it is not overdue', async () => {
    const o = await s.signed(M);
    await go('2026-09-22 09:00');
    await doing((tx) => pauseClocks(tx, 'system', { subjectIds: [o.lead] }, 'supplement', 'wait'));
    await go('2026-11-02 09:00');
    await pass();
    const { id } = await clock(o.id, 'final');
    expect(await fired(id)).toEqual([]);
    expect(await escalations(o.id)).toEqual([]);
    const seen = (await (await w.as('supervisor')).get(`/api/orders/${o.id}`)).body;
    expect(seen.clock).toMatchObject({ clock: 'final', lamp: 'paused', dueAt: null });
    expect(seen.clock.leftMs).toBeGreaterThan(0);
    // Answered while it waits: in time.
    await doing((tx) =>
      stopClocks(tx, 'system', { subjectIds: [o.lead], clocks: ['final'] }, 'done', 'test'),
    );
    expect((await clock(o.id, 'final')).met).toBe(true);
  });
});

describe('changing the policy forgot the pauses', () => {
  it('a withdrawn version gives way to the one before it, with pause and extension kept', async () => {
    const version = await publish({
      limits: [{ clock: 'final', amount: 10, basis: 'wd', source: '' }, ...SEED.limits],
    });
    const o = await s.signed(M);
    expect(told((await clock(o.id, 'final')).due_at)).toBe('2026-10-12 17:30');
    await go('2026-09-22 08:00');
    await doing((tx) => pauseClocks(tx, 'system', { subjectIds: [o.lead] }, 'statutory', 'wait'));
    await go('2026-09-23 18:00');
    await doing((tx) => resumeClocks(tx, 'system', { subjectIds: [o.lead] }, 'on'));
    // Two working days on top of ten: 13 and 14 October.
    expect(told((await clock(o.id, 'final')).due_at)).toBe('2026-10-14 17:30');
    await withdrawPolicy(w.deps, (await w.as('admin')).actor, version);
    // Five working days (29 September) and the same two: 30 September, 8 October.
    const after = await clock(o.id, 'final');
    expect(told(after.due_at)).toBe('2026-10-08 17:30');
    expect(after).toMatchObject({ amount: 5, policy_version: 1, state: 'running' });
    expect(await open(after.id)).toMatchObject({ due: '2026-10-08 17:30' });
    const entries = await w.db
      .selectFrom('clock_entry')
      .select('kind')
      .where('deadline_id', '=', after.id)
      .orderBy('position')
      .execute();
    expect(entries.map((e) => e.kind)).toEqual(['start', 'pause', 'resume']);
  });

  it('a clock that is paused meanwhile stays paused, with less or more left', async () => {
    const version = await publish({
      limits: [{ clock: 'final', amount: 10, basis: 'wd', source: '' }, ...SEED.limits],
    });
    const o = await s.signed(M);
    await go('2026-09-21 18:00');
    await doing((tx) => pauseClocks(tx, 'system', { subjectIds: [o.lead] }, 'statutory', 'wait'));
    expect((await clock(o.id, 'final')).remaining_ms).toBe(70 * 60 * MINUTE);
    await go('2026-09-23 18:00');
    await withdrawPolicy(w.deps, (await w.as('admin')).actor, version);
    expect(await clock(o.id, 'final')).toMatchObject({
      state: 'paused',
      due_at: null,
      remaining_ms: 35 * 60 * MINUTE,
      amount: 5,
    });
  });

  it('a version that is published leaves orders that began before under theirs', async () => {
    const o = await s.signed(M);
    const before = await clock(o.id, 'final');
    const version = await publish({
      limits: [
        { clock: 'final', amount: 1, basis: 'wd', source: '' },
        { clock: 'audit', amount: 9, basis: 'wd', source: '' },
        ...SEED.limits,
      ],
    });
    try {
      expect(await clock(o.id, 'final')).toEqual(before);
      const fresh = await s.signed(M);
      expect(told((await clock(fresh.id, 'final')).due_at)).toBe('2026-09-22 17:30');
      // Also what starts later in the older order is by the version it began under.
      s.must(await contact(o.lead));
      s.must(await draft(o.lead));
      s.must(await s.onAssignment('zhzf.leader', o.lead, 'submit_reply', { waiverReason: '' }));
      expect(told((await clock(o.id, 'audit')).due_at)).toBe('2026-09-22 17:30');
    } finally {
      await withdrawPolicy(w.deps, (await w.as('admin')).actor, version);
    }
  });
});

describe('an automatic message counted as first contact', () => {
  it('only a contact that reached somebody ends the clock: not a receipt, a notice, a note, an attempt', async () => {
    const o = await s.signed(M);
    await w.settle();
    expect(w.sent.length).toBeGreaterThan(0);
    const handler = await w.as('zhzf.handler');
    const note = { text: '已发短信', visibility: 'public' };
    s.must(await s.act('zhzf.handler', o.id, 'note', note));
    s.must(await s.onAssignment('zhzf.handler', o.lead, 'progress', { text: '已安排', visibility: 'public' })); // prettier-ignore
    s.must(await (await w.as('operator')).post(`/api/orders/${o.id}/urges`, { text: '催一下' }));
    s.must(await contact(o.lead, false));
    await go('2026-09-22 12:00');
    await pass();
    expect(handler.actor.kind).toBe('staff');
    expect((await clock(o.id, 'first_contact')).state).toBe('running');
    await go('2026-09-22 17:31');
    await pass();
    expect(await fired((await clock(o.id, 'first_contact')).id)).toEqual(['due']);
    s.must(await contact(o.lead));
    expect(await clock(o.id, 'first_contact')).toMatchObject({ state: 'stopped', met: false });
  });
});

describe('a deactivated policy kept notifying', () => {
  it('from its withdrawal on nothing fires by its steps; those of the version that holds do', async () => {
    const version = await publish({
      ladder: [
        ...SEED.ladder,
        {
          clocks: ['final'],
          step: 'quarter',
          at: { share: 0.25 },
          level: 0,
          action: 'remind',
          to: ['handler'],
          message: true,
        },
      ],
    });
    const o = await s.signed(M);
    await w.settle();
    const { id } = await clock(o.id, 'final');
    expect(await open(id)).toHaveProperty('quarter');
    await withdrawPolicy(w.deps, (await w.as('admin')).actor, version);
    expect(Object.keys(await open(id)).sort()).toEqual([...LADDER].sort());
    await go('2026-09-24 12:00');
    await pass();
    expect(await fired(id)).toEqual(['half']);
    const did = await escalations(o.id);
    expect(did.filter((e) => e.step === 'quarter')).toEqual([]);
    expect(did.filter((e) => e.step === 'half')).toHaveLength(1);
  });

  it('what fired by it and was not served yet bothers nobody', async () => {
    const version = await publish({
      ladder: [
        ...SEED.ladder,
        {
          clocks: ['final'],
          step: 'quarter',
          at: { share: 0.25 },
          level: 0,
          action: 'remind',
          to: ['handler'],
          message: true,
        },
      ],
    });
    const o = await s.signed(M);
    await w.settle();
    await go('2026-09-23 12:00');
    expect(await fireAll(w.deps)).toBeGreaterThan(0);
    expect(await fired((await clock(o.id, 'final')).id)).toEqual(['quarter']);
    await withdrawPolicy(w.deps, (await w.as('admin')).actor, version);
    await w.settle();
    const told = (await escalations(o.id)).filter((e) => e.step === 'quarter');
    // The firing has its row; nobody was told.
    expect(told.map((e) => e.told)).toEqual([false]);
  });

  const TEN_DAYS: Partial<PolicyDocument> = {
    limits: [{ clock: 'final', amount: 10, basis: 'wd', source: '' }, ...SEED.limits],
    ladder: [
      ...SEED.ladder,
      {
        clocks: ['final'],
        step: 'quarter',
        at: { share: 0.25 },
        level: 0,
        action: 'remind',
        to: ['handler'],
        message: false,
      },
    ],
  };

  it('a clock that had stopped runs on, after a failed audit, by the version that holds', async () => {
    const version = await publish(TEN_DAYS);
    const o = await s.replied(M);
    await withdrawPolicy(w.deps, (await w.as('admin')).actor, version);
    const stopped = await clock(o.id, 'final');
    expect(stopped).toMatchObject({ state: 'stopped', policy_version: version, amount: 10 });
    const findings = { missing: ['finding'], findings: '没有说明原因' };
    s.must(await s.act('auditor', o.id, 'audit_fail', findings));
    const again = await clock(o.id, 'final');
    expect(again).toMatchObject({ state: 'running', policy_version: 1, amount: 5 });
    expect(told(again.due_at)).toBe('2026-09-29 17:30');
    expect(Object.keys(await open(again.id)).sort()).toEqual([...LADDER].sort());
  });

  it('a clock that was committed under it after the withdrawal is taken off it', async () => {
    const version = await publish(TEN_DAYS);
    const o = await s.signed(M);
    const late = await clock(o.id, 'final');
    const row = { amount: late.amount, due: late.due_at, steps: await stepsOf(late.id) };
    expect(Object.keys(await open(late.id))).toContain('quarter');
    await withdrawPolicy(w.deps, (await w.as('admin')).actor, version);
    // As its transaction wrote it, which had read the policy before and came to its end after.
    await owner.query('delete from deadline_step where deadline_id = $1', [late.id]);
    await owner.query(
      'update deadline set policy_version = $2, amount = $3, due_at = $4 where id = $1',
      [late.id, version, row.amount, row.due],
    );
    for (const x of row.steps)
      await owner.query(
        `insert into deadline_step (deadline_id, epoch, step, level, action, fire_at)
          values ($1, $2, $3, $4, $5, $6)`,
        [late.id, x.epoch, x.step, x.level, x.action, x.fire_at],
      );
    expect(await catchUp(w.deps)).toBe(1);
    const after = await clock(o.id, 'final');
    expect(after).toMatchObject({ policy_version: 1, amount: 5, epoch: 1 });
    expect(told(after.due_at)).toBe('2026-09-29 17:30');
    expect(Object.keys(await open(late.id)).sort()).toEqual([...LADDER].sort());
    expect(await catchUp(w.deps)).toBe(0);
  });
});

describe('no recalculation after a calendar change', () => {
  const change = async (kind: 'stop' | 'regular', dates: string[]) => ({
    change: 'exceptions' as const,
    input: {
      organizationId: await w.unit(OFFICE),
      dates,
      kind,
      name: '台风停工',
      source: '市防指〔2026〕3号',
    },
  });
  const stopWith = async (deps: Deps, kind: 'stop' | 'regular', ...dates: string[]) =>
    changeCalendar(deps, (await w.as('admin')).actor, await change(kind, dates));
  const stop = (kind: 'stop' | 'regular', ...dates: string[]) => stopWith(w.deps, kind, ...dates);

  it('a stop-work day moves due instant, warnings and levels of what lives; lifted, back again', async () => {
    const o = await s.signed(M);
    const { id } = await clock(o.id, 'final');
    const before = { ...(await clock(o.id, 'final')), steps: await open(id) };
    const moves = await stop('stop', '2026-09-23');
    expect(moves).toMatchObject({ moved: 1, movedLater: 1, movedEarlier: 0 });
    const after = await clock(o.id, 'final');
    expect(told(after.due_at)).toBe('2026-09-30 17:30');
    expect(told(after.today_at)).toBe('2026-09-30 00:00');
    expect(after.calendar_version).toBeGreaterThan(before.calendar_version);
    expect(await open(id)).toEqual({
      half: '2026-09-28 09:27',
      eighty: '2026-09-29 16:29',
      due: '2026-09-30 17:30',
      late1: '2026-10-08 17:30',
      late3: '2026-10-10 17:30',
      late5: '2026-10-13 17:30',
    });
    await stop('regular', '2026-09-23');
    expect(await open(id)).toEqual(before.steps);
    expect(told((await clock(o.id, 'final')).due_at)).toBe(told(before.due_at));
  });

  it('also the levels that come after a due instant which stands', async () => {
    const o = await s.signed(M);
    const { id } = await clock(o.id, 'final');
    await stop('stop', '2026-09-30');
    try {
      expect(told((await clock(o.id, 'final')).due_at)).toBe('2026-09-29 17:30');
      expect(await open(id)).toMatchObject({
        due: '2026-09-29 17:30',
        late1: '2026-10-08 17:30',
        late3: '2026-10-10 17:30',
        late5: '2026-10-13 17:30',
      });
    } finally {
      await stop('regular', '2026-09-30');
    }
  });

  it('a level that fired and lies ahead again comes again; what is over stays over', async () => {
    const o = await s.signed(M);
    const { id } = await clock(o.id, 'final');
    await go('2026-09-29 17:40');
    await pass();
    expect(await fired(id)).toEqual(['half', 'eighty', 'due']);
    const moves = await stop('stop', '2026-09-28', '2026-09-29');
    try {
      expect(moves.noLongerOverdue).toBe(1);
      // 30 September, 8 October.
      expect(told((await clock(o.id, 'final')).due_at)).toBe('2026-10-08 17:30');
      expect(await open(id)).toMatchObject({ due: '2026-10-08 17:30' });
      expect(Object.keys(await open(id))).not.toContain('half');
      await go('2026-10-08 17:31');
      await pass();
      expect((await fired(id)).filter((x) => x === 'due')).toHaveLength(2);
    } finally {
      await stop('regular', '2026-09-28', '2026-09-29');
    }
  });

  // Every transaction begins by reading the clock.
  const begins = (row: Record<string, unknown>) =>
    Object.keys(row).join() === 'now' && row.now instanceof Date;
  it.each([
    ['the change began', 1],
    ['its portion of clocks began', 2],
  ])('a step that fires after %s, and before the clock is computed, fires once', async (_, nth) => {
    const o = await s.signed(M);
    const { id, due_at } = await clock(o.id, 'final');
    await go('2026-09-29 17:00');
    await pass();
    await w.moveTo(new Date(due_at!.getTime() - 1_000));
    const fire = async () => {
      while ((await w.now()) <= new Date(due_at!.getTime() + 50)) await sleep(50);
      expect(await fireAll(w.deps)).toBe(1);
    };
    const slow = held(begins, nth, fire);
    try {
      // Moves what comes after the due instant, so that the clock is written anew.
      await stopWith(slow.deps, 'stop', '2026-09-30');
      expect(slow.reached()).toBe(true);
      expect(await clock(o.id, 'final')).toMatchObject({ epoch: 1, due_at });
      expect(await open(id)).toMatchObject({ late1: '2026-10-08 17:30' });
      await go('2026-09-29 17:35');
      expect(await pass()).toBe(0);
      expect((await fired(id)).filter((x) => x === 'due')).toHaveLength(1);
      const due = (await escalations(o.id)).filter((e) => e.step === 'due' && e.clock === 'final');
      expect(due.map((e) => [e.epoch, e.told])).toEqual([[1, true]]);
    } finally {
      await stop('regular', '2026-09-30');
    }
  });

  it('a preview waits for nobody who holds a clock', async () => {
    const o = await s.signed(M);
    const { id, due_at } = await clock(o.id, 'final');
    const admin = (await w.as('admin')).actor;
    const what = await change('stop', ['2026-09-23']);
    await whileLocked(id, async () => {
      const moves = await soon(previewCalendar(w.deps, admin, what));
      expect(moves.samples.map((m) => m.deadlineId)).toContain(id);
    });
    expect((await clock(o.id, 'final')).due_at).toEqual(due_at);
  });

  it('a preview holds up neither act nor firing', async () => {
    const o = await s.signed(M);
    const { id } = await clock(o.id, 'final');
    const admin = (await w.as('admin')).actor;
    const what = await change('stop', ['2026-10-12']);
    await go('2026-09-24 12:00');
    let other: unknown = null;
    // Held while the ledgers are read, which is when the clocks would be locked.
    const slow = held(
      (row) => 'position' in row,
      1,
      async () => {
        other = await owner
          .query('select id from deadline where id = $1 for update nowait', [id])
          .then((r) => r.rowCount, String);
        await fireAll(w.deps);
      },
    );
    await previewCalendar(slow.deps, admin, what);
    expect(slow.reached()).toBe(true);
    expect(other).toBe(1);
    expect(await fired(id)).toContain('half');
  });

  it('a change waits for nobody who holds a clock; that one follows later', async () => {
    const [one, two] = [await s.signed(M), await s.signed(M)];
    const locked = await clock(one.id, 'final');
    try {
      await whileLocked(locked.id, async () => {
        const moves = await soon(stop('stop', '2026-09-23'));
        expect(moves.moved).toBe(1);
        expect(told((await clock(two.id, 'final')).due_at)).toBe('2026-09-30 17:30');
        expect(await soon(catchUp(w.deps))).toBe(0);
        expect((await clock(one.id, 'final')).due_at).toEqual(locked.due_at);
      });
      expect(await catchUp(w.deps)).toBe(1);
      expect(told((await clock(one.id, 'final')).due_at)).toBe('2026-09-30 17:30');
      expect(await open(locked.id)).toMatchObject({ due: '2026-09-30 17:30' });
      expect(await catchUp(w.deps)).toBe(0);
    } finally {
      await stop('regular', '2026-09-23');
    }
  });

  it('what fired before and was not served is told; what comes again is told when it comes', async () => {
    const o = await s.signed(M);
    s.must(await contact(o.lead));
    await w.settle();
    const { id } = await clock(o.id, 'final');
    await go('2026-09-29 17:40');
    await fireAll(w.deps);
    expect(await fired(id)).toEqual(['half', 'eighty', 'due']);
    await stop('stop', '2026-09-29');
    try {
      expect(await clock(o.id, 'final')).toMatchObject({ epoch: 2 });
      const did = async () =>
        (await escalations(o.id)).flatMap((e) =>
          e.clock === 'final' ? [`${e.epoch} ${e.step}${e.told ? '' : ' untold'}`] : [],
        );
      const before = ['1 half', '1 eighty', '1 due untold'];
      await w.settle();
      expect(await did()).toEqual(before);
      await go('2026-09-30 17:31');
      await pass();
      expect(await did()).toEqual([...before, '2 due']);
      const notices = await w.db
        .selectFrom('notification')
        .select(['step', 'event_id'])
        .where('order_id', '=', o.id)
        .where('kind', '=', 'reminded')
        .where('organization_id', '=', await w.unit(OFFICE))
        .execute();
      expect(notices.map((n) => n.step).sort()).toEqual(['due', 'eighty', 'half']);
    } finally {
      await stop('regular', '2026-09-29');
    }
  });
});

describe('the overdue scan read the newest 100 first and never reached the oldest', () => {
  it('the longest overdue come first, and all of them are reached', async () => {
    const now = (await w.now()).getTime();
    const planted = await plantClocks(
      owner,
      Array.from({ length: 330 }, (_, i) => [
        { step: 'due', level: 0, at: new Date(now - (330 - i) * MINUTE) },
      ]),
    );
    const first = await doing((tx) => fireDue(tx, 100));
    expect(first.map((c) => c.deadlineId)).toEqual(planted.slice(0, 100).map((p) => p.deadlineId));
    expect(await fireAll(w.deps, 100)).toBe(230);
    expect(await fireAll(w.deps, 100)).toBe(0);
  });
});

describe('any edit restarted the clock', () => {
  it('notes, urges, drafts, progress, supervision and a second contact change no clock', async () => {
    const o = await s.signed(M);
    s.must(await contact(o.lead));
    const before = await clock(o.id, 'final');
    const steps = await stepsOf(before.id);
    await go('2026-09-22 15:00');
    for (const [login, act, input] of [
      ['operator', 'note', { text: '市民来电补充', visibility: 'staff' }],
      ['dispatcher', 'note', { text: '请注意', visibility: 'center' }],
    ] as const)
      s.must(await s.act(login, o.id, act, input));
    s.must(await (await w.as('supervisor')).post(`/api/orders/${o.id}/urges`, { text: '请尽快' }));
    s.must(
      await (
        await w.as('supervisor')
      ).post(`/api/orders/${o.id}/supervisions`, { level: 2, demand: '说明原因' }),
    );
    s.must(await s.onAssignment('zhzf.handler', o.lead, 'progress', { text: '正在处理' }));
    s.must(await contact(o.lead));
    s.must(await draft(o.lead));
    s.must(await draft(o.lead, 1));
    await w.settle();
    expect(await clock(o.id, 'final')).toEqual(before);
    expect(await stepsOf(before.id)).toEqual(steps);
    const entries = await w.db
      .selectFrom('clock_entry')
      .select('id')
      .where('deadline_id', '=', before.id)
      .execute();
    expect(entries).toHaveLength(1);
  });
});

describe('unassigned orders never escalated', () => {
  it('an order nobody accepts, and one nobody dispatches, climb in the centre', async () => {
    const fresh = await s.register();
    const waiting = await s.accepted({ type: 'help', urgency: 'U4' });
    await w.settle();
    await go('2026-09-30 10:00');
    await pass();
    const did = async (id: string) => (await escalations(id)).map((e) => e.did);
    expect(await did(fresh.id)).toEqual([
      'accept due 0 remind',
      'accept late1 1 remind',
      'accept late3 2 remind',
    ]);
    expect(await did(waiting.id)).toEqual([
      'dispatch eighty 0 remind',
      'dispatch due 0 remind',
      'dispatch late1 1 remind',
      'dispatch late3 2 remind',
    ]);
    expect((await escalations(waiting.id)).every((e) => e.told && !e.organization_id)).toBe(true);
    const notices = await w.db
      .selectFrom('notification')
      .innerJoin('domain_event', 'domain_event.id', 'notification.event_id')
      .select('notification.roles')
      .where('domain_event.order_id', '=', waiting.id)
      .where('notification.kind', '=', 'reminded')
      .execute();
    expect(new Set(notices.flatMap((n) => n.roles))).toEqual(
      new Set(['dispatcher', 'supervisor', 'center_admin']),
    );
  });

  it('a unit that does not sign is reminded at its limit', async () => {
    const o = await s.dispatched(M);
    await w.settle();
    await go('2026-09-22 17:31');
    await pass();
    expect(await fired((await clock(o.id, 'sign')).id)).toEqual(['eighty', 'due']);
  });
});

describe('an instant exactly on the deadline was neither met nor breached', () => {
  it('answered at the due instant it is met, and nothing has fired; a millisecond later it is not', async () => {
    for (const late of [0, 1]) {
      const o = await s.signed(M);
      const { id, due_at } = await clock(o.id, 'final');
      const at = new Date(due_at!.getTime() + late);
      await go('2026-09-29 17:29');
      await pass();
      const got = await doing((tx) => fireDue({ ...tx, at }));
      expect(got.filter((c) => c.deadlineId === id).map((c) => c.step)).toEqual(late ? ['due'] : []); // prettier-ignore
      await doing(
        (tx) =>
        stopClocks({ ...tx, at }, 'system', { subjectIds: [o.lead], clocks: ['final'] }, 'done', 'test'), // prettier-ignore
      );
      expect((await clock(o.id, 'final')).met).toBe(late === 0);
      await go(MONDAY);
    }
  });
});

describe('a merged or closed order escalated', () => {
  const END = {
    withdrawn: async () => {
      const o = await s.signed(M);
      const input = { wish: '不用了', identifiedBy: 'caller_number' };
      s.must(await s.act('operator', o.id, 'withdraw', input));
      return o.id;
    },
    rejected: async () => {
      const o = await s.accepted({ type: 'help', urgency: 'U4' });
      const input = { ground: 'N03', wordsTold: '不属受理范围', guidance: '请向法院提出' };
      s.must(await s.act('dispatcher', o.id, 'reject', input));
      return o.id;
    },
    closed: async () => {
      const o = await s.evaluated(M);
      await w.settle();
      return o.id;
    },
  };
  it.each(Object.keys(END) as (keyof typeof END)[])('%s: nothing fires', async (how) => {
    const id = await END[how]();
    await w.settle();
    await go('2026-12-01 10:00');
    expect(await pass()).toBe(0);
    expect(await escalations(id)).toEqual([]);
  });

  // domain.md has `reply_supervision` until the order is archived: to be decided. Today the unit of a
  // withdrawn order is reminded of its reply, and supervised a level higher for not giving it.
  it('withdrawn while supervised: nothing fires', async () => {
    const o = await s.signed(M);
    const demand = { level: 2, demand: '说明原因' };
    s.must(await (await w.as('supervisor')).post(`/api/orders/${o.id}/supervisions`, demand));
    const input = { wish: '不用了', identifiedBy: 'caller_number' };
    s.must(await s.act('operator', o.id, 'withdraw', input));
    await w.settle();
    await go('2026-12-01 10:00');
    expect(await pass()).toBe(0);
  });

  it('what fired just before it ended is written down, and nobody is told', async () => {
    const o = await s.signed(M);
    await w.settle();
    await go('2026-09-30 18:00');
    await fireAll(w.deps);
    const input = { wish: '不用了', identifiedBy: 'caller_number' };
    s.must(await s.act('operator', o.id, 'withdraw', input));
    await w.settle();
    const rows = await escalations(o.id);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map((e) => e.told)).toEqual(rows.map(() => false));
    const urges = await w.db.selectFrom('urge').select('id').where('order_id', '=', o.id).execute();
    expect(urges).toEqual([]);
  });

  // No act merges yet; what `merge` will do to clocks is what `VOIDING` says.
  it('merged: its clocks are void, whatever still stands', async () => {
    const o = await s.signed(M);
    await doing((tx) => stopClocks(tx, 'dispatcher', { subjectIds: [o.id, o.lead] }, 'void', 'merge')); // prettier-ignore
    await go('2026-12-01 10:00');
    await pass();
    expect((await escalations(o.id)).map((e) => e.did)).toEqual([]);
  });
});

describe('wrong after close → reopen', () => {
  it('a clock that starts again is a new run: its own start, due instant and levels', async () => {
    const o = await s.register();
    const first = await clock(o.id, 'accept');
    await go('2026-09-21 12:00');
    await pass();
    expect(await fired(first.id)).toEqual(['due']);
    const input = { ground: 'N03', wordsTold: '不属受理范围', guidance: '请向法院提出' };
    s.must(await s.act('dispatcher', o.id, 'reject', input));
    await go('2026-09-28 09:00');
    await doing((tx) =>
      startClocks(tx, 'dispatcher', [
        {
          subjectId: o.id,
          orderId: o.id,
          clock: 'accept',
          organizationId: null,
          facts: { urgency: null, type: null, channel: 'phone', redo: true },
          leading: true,
          reason: 'reopen',
        },
      ]),
    );
    const again = await clock(o.id, 'accept', 2);
    expect(again).toMatchObject({ state: 'running', level: 0, epoch: 1 });
    expect(told(again.started_at)).toBe('2026-09-28 09:00');
    expect(told(again.due_at)).toBe('2026-09-28 09:30');
    expect(await fired(again.id)).toEqual([]);
    // The first run stays as it was measured.
    expect(await clock(o.id, 'accept')).toMatchObject({ state: 'stopped', met: false });
    await go('2026-09-28 09:31');
    await pass();
    expect(await fired(again.id)).toEqual(['due']);
    expect(await fired(first.id)).toEqual(['due']);
  });

  it('closed, then redone: new clocks for the new round, the citizen’s stays stopped', async () => {
    const o = await s.evaluated(M);
    await w.settle();
    const citizen = await clock(o.id, 'citizen');
    await go('2026-09-28 09:00');
    s.must(
      await (
        await w.as('supervisor')
      ).post(`/api/orders/${o.id}/redo`, { version: await versionOf(w, o.id), reason: '又坏了' }),
    );
    const finals = await w.db
      .selectFrom('deadline')
      .selectAll()
      .where('order_id', '=', o.id)
      .where('clock', '=', 'final')
      .orderBy('started_at')
      .execute();
    expect(finals.map((f) => [f.state, told(f.due_at)])).toEqual([
      ['stopped', '2026-09-29 17:30'],
      // 29, 30 September, 8, 9, 10 October.
      ['running', '2026-10-10 17:30'],
    ]);
    expect(await clock(o.id, 'citizen')).toEqual(citizen);
  });

  it('a clock that lives cannot be started beside itself', async () => {
    const o = await s.register();
    const twice = doing((tx) =>
      startClocks(tx, 'system', [
        {
          subjectId: o.id,
          orderId: o.id,
          clock: 'accept',
          organizationId: null,
          facts: { urgency: null, type: null, channel: 'phone', redo: false },
          leading: false,
          reason: 'reopen',
        },
      ]),
    );
    await expect(twice).rejects.toThrow('deadline_one_living');
  });
});

describe('two processes sent twice', () => {
  it('four at once: each step one row, one notice, one message', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => s.signed(M)));
    await w.settle();
    await go('2026-09-30 18:00');
    const processes = [w.deps, { ...w.deps, db: other.db }, w.deps, { ...w.deps, db: other.db }];
    const totals = await Promise.all(processes.map((deps) => fireAll(deps, 3)));
    const steps = await w.db
      .selectFrom('deadline_step')
      .select('step')
      .where('fired_at', 'is not', null)
      .where(
        'deadline_id',
        'in',
        (eb) =>
        eb.selectFrom('deadline').select('id').where('order_id', 'in', made.map((o) => o.id)), // prettier-ignore
      )
      .execute();
    expect(totals.reduce((a, b) => a + b)).toBe(steps.length);
    await w.settle();
    const before = w.sent.length;
    for (const o of made) {
      const did = (await escalations(o.id)).map((e) => `${e.deadline_id} ${e.step}`);
      expect(did).toHaveLength(new Set(did).size);
      expect((await escalations(o.id)).filter((e) => e.step === 'late1')).toHaveLength(1);
      const deliveries = await w.db
        .selectFrom('delivery')
        .select(['event_id', 'kind', 'step', 'organization_id'])
        .where('order_id', '=', o.id)
        .execute();
      expect(deliveries).toHaveLength(new Set(deliveries.map((d) => JSON.stringify(d))).size);
    }
    expect(await pass()).toBe(0);
    expect(w.sent.length).toBe(before);
  });
});

describe('a change of the calendar among acts', () => {
  it('refuses nobody: whoever locks several clocks of an order locks them in one order', async () => {
    const m = { ...M, co: ['TOWN_QINGYU_1_ROOM'] };
    const made = await Promise.all(Array.from({ length: 8 }, () => s.drafted(m)));
    const admin = (await w.as('admin')).actor;
    const change = async (kind: 'stop' | 'regular') =>
      changeCalendar(w.deps, admin, {
        change: 'exceptions',
        input: { dates: ['2026-09-23'], kind, name: '台风停工', source: '市防指〔2026〕3号' },
      });
    const changes = (async () => {
      for (let i = 0; i < 6; i++) {
        await change('stop');
        await change('regular');
      }
    })();
    const answers: number[] = [];
    const work = async (o: { id: string; lead: string }) => {
      for (let i = 0; i < 2; i++) {
        const waiver = { waiverReason: '先行答复' };
        const findings = { missing: ['finding'], findings: '没有说明原因' };
        answers.push((await s.onAssignment('zhzf.leader', o.lead, 'submit_reply', waiver)).status);
        answers.push((await s.act('auditor', o.id, 'audit_fail', findings)).status);
        answers.push((await draft(o.lead)).status);
      }
    };
    await Promise.all([changes, ...made.map(work)]);
    expect(answers).toEqual(answers.map(() => 200));
  }, 60_000);
});
