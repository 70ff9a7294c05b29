/** What is told of clocks, and how policies and calendars are changed, by HTTP. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cityInstant, runSimulation } from '../../db/simulate.ts';
import { fireAll, pauseClocks, resumeClocks } from '../../src/deadline/index.ts';
import type { DeadlineView, SimulateView } from '../../src/deadline/schema.ts';
import { newId } from '../../src/kernel/ids.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { receiveDuty } from '../../src/platform/outbox.ts';
import { HANDLERS } from '../../workers/handlers/index.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';
import { ok, refused, wrongFields } from './answers.ts';

/** Monday 10:24 in the city. */
const MONDAY = '2026-09-21 10:24';
const OFFICE = 'ZHZF';
const ROOM = 'TOWN_QINGYU_1_ROOM';
const DISTRICT = 'DIST_QINGYU';
const ELSEWHERE = 'TOWN_ZHUYUAN_1_ROOM';
const M = { type: 'help', urgency: 'U4', lead: OFFICE } as const;

let w: World;
let s: ReturnType<typeof steps>;
let owner: pg.Pool;
const begin = async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
  owner = new pg.Pool({ connectionString: w.database.ownerUrl, max: 2 });
};
const end = async () => {
  await owner?.end();
  await w?.close();
};

const go = (text: string) => w.moveTo(`${text.replace(' ', 'T')}:00+08:00`);
const told = (at: string | Date | null | undefined) =>
  at
    ? new Date(Math.round(new Date(at).getTime() / 60_000) * 60_000 + 28_800_000)
        .toISOString()
        .slice(0, 16)
        .replace('T', ' ')
    : null;
const inCity = (text: string) => `${text.replace(' ', 'T')}:00+08:00`;
const get = async (login: string, path: string) => (await w.as(login)).get(path);
const post = async (login: string, path: string, body: unknown) =>
  (await w.as(login)).post(path, body);
const deadlines = async (login: string, id: string): Promise<DeadlineView[]> =>
  ok(await get(login, `/api/orders/${id}/deadlines`));
const clock = async (orderId: string, name: string) =>
  w.db
    .selectFrom('deadline')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('clock', '=', name)
    .executeTakeFirstOrThrow();

describe('GET /orders/:id/deadlines', () => {
  beforeAll(begin);
  afterAll(end);
  beforeEach(() => go(MONDAY));

  it('the centre sees every clock, a unit those it holds', async () => {
    const o = await s.audited({ ...M, co: [ROOM] });
    const seen = async (login: string) =>
      (await deadlines(login, o.id)).map((d) => `${d.organization?.name ?? '—'} ${d.clock}`).sort();
    const office = (await deadlines('supervisor', o.id)).find((d) => d.clock === 'final')!
      .organization!.name;
    const room = (await deadlines('supervisor', o.id)).find((d) => d.clock === 'co')!.organization!
      .name;
    const center = ['accept', 'audit', 'callback', 'citizen', 'dispatch'].map((c) => `— ${c}`);
    const lead = ['final', 'first_contact', 'return_window', 'sign'].map((c) => `${office} ${c}`);
    const co = ['co', 'return_window', 'sign'].map((c) => `${room} ${c}`);
    for (const login of ['supervisor', 'operator', 'followup', 'auditor', 'admin', 'arbiter'])
      expect(await seen(login)).toEqual([...center, ...lead, ...co].sort());
    for (const login of ['zhzf', 'zhzf.handler', 'zhzf.leader'])
      expect(await seen(login)).toEqual(lead.sort());
    for (const login of ['nantang', 'nantang.handler', 'nantang.leader'])
      expect(await seen(login)).toEqual(co.sort());
    refused(await get('power', `/api/orders/${o.id}/deadlines`), 404, 'not_found');
  });

  // The same order by the other road: what the page of an order shows of its assignments.
  it('the page of an order shows a unit no clocks of another unit either', async () => {
    const o = await s.dispatched({ ...M, co: [ROOM] });
    const page = ok(await get('nantang', `/api/orders/${o.id}`));
    const lead = page.assignments.find((a: { kind: string }) => a.kind === 'lead');
    expect(lead.clocks).toEqual([]);
  });

  it('the page of an order shows a unit no callback clock', async () => {
    const o = await s.audited({ ...M, type: 'complaint' });
    expect(ok(await get('followup', `/api/orders/${o.id}`)).clock).toMatchObject({
      clock: 'callback',
    });
    expect(ok(await get('zhzf', `/api/orders/${o.id}`)).clock).toBeNull();
  });

  it('a rating link ends the callback clock, and boards hear of it', async () => {
    const o = await s.replied({ ...M, type: 'consultation', channel: 'web', phone: null });
    await w.settle();
    s.must(await s.act('auditor', o.id, 'audit_pass', { checklist: ['all_matters', 'finding'] }));
    expect((await clock(o.id, 'callback')).state).toBe('running');
    const duties = async (consumer: string) =>
      w.db
        .selectFrom('outbox')
        .innerJoin('domain_event', 'domain_event.id', 'outbox.event_id')
        .select(['outbox.id', 'domain_event.type'])
        .where('domain_event.order_id', '=', o.id)
        .where('consumer', '=', consumer)
        .execute();
    expect((await duties('realtime')).map((d) => d.type)).not.toContain('deadline.moved');
    const [open] = await duties('followup.open');
    await inTransaction(w.deps, SYSTEM, async (tx) =>
      HANDLERS['followup.open'](w.deps, tx, (await receiveDuty(tx.db, open!.id))!),
    );
    expect(await clock(o.id, 'callback')).toMatchObject({ state: 'stopped', met: true });
    const told = (await duties('realtime')).filter((d) => d.type === 'deadline.moved');
    expect(told).toHaveLength(1);
    await w.settle();
  });

  it('401 without a session, 404 for nothing and for garbage', async () => {
    const o = await s.register();
    refused(await w.anonymous.get(`/api/orders/${o.id}/deadlines`), 401, 'not_signed_in');
    refused(await get('supervisor', `/api/orders/${newId()}/deadlines`), 404, 'not_found');
    refused(await get('supervisor', '/api/orders/x/deadlines'), 404, 'not_found');
    refused(await get('zhzf', `/api/orders/${o.id}/deadlines`), 404, 'not_found');
  });

  it('explains line by line: who, why, what it adds, due when; dates are numbered; steps to come', async () => {
    const o = await s.signed(M);
    await go('2026-09-22 08:00');
    const which = { subjectIds: [o.lead], clocks: ['final' as const] };
    const actor = (await w.as('supervisor')).actor;
    await inTransaction(w.deps, actor, (tx) =>
      pauseClocks(tx, 'supervisor', which, 'statutory', 'inspection'),
    );
    const paused = (await deadlines('supervisor', o.id)).find((d) => d.clock === 'final')!;
    expect(paused).toMatchObject({
      state: 'paused',
      lamp: 'paused',
      dueAt: null,
      leftMs: 35 * 3_600_000,
      runsFrom: null,
      steps: [],
    });
    await go('2026-09-22 18:00');
    await inTransaction(w.deps, actor, (tx) => resumeClocks(tx, 'supervisor', which, 'inspected'));
    const d = (await deadlines('supervisor', o.id)).find((x) => x.clock === 'final')!;
    expect(d.lines.map((l) => [l.kind, told(l.at), told(l.due), l.reason])).toEqual([
      ['start', '2026-09-21 10:24', null, 'dispatch'],
      ['base', '2026-09-21 10:24', '2026-09-29 17:30', 'dispatch'],
      ['pause', '2026-09-22 08:00', '2026-09-30 17:30', 'inspection'],
      ['due', '2026-09-30 17:30', '2026-09-30 17:30', ''],
    ]);
    expect(d.lines[2]).toMatchObject({ pause: 'statutory', addsMs: 7 * 3_600_000 });
    expect(d.lines.every((l) => l.kind === 'due' || l.byName)).toBe(true);
    expect(d).toMatchObject({ amount: 5, basis: 'wd', policyVersion: 1, met: null });
    expect(told(d.dueAt)).toBe('2026-09-30 17:30');
    const days = d.days.map((x) => `${x.date.slice(5)} ${x.n ?? '-'} ${x.kind}`);
    expect(days).toEqual([
      '09-21 - working',
      '09-22 1 working',
      '09-23 2 working',
      '09-24 3 working',
      '09-25 - off',
      '09-26 - off',
      '09-27 - off',
      '09-28 4 working',
      '09-29 5 working',
      '09-30 6 working',
    ]);
    expect(d.days.filter((x) => x.paused).map((x) => x.date)).toEqual(['2026-09-22']);
    expect(d.days.at(-1)).toMatchObject({ due: true, published: true });
    expect(d.steps.map((x) => [x.step, x.firedAt])).toEqual(
      ['half', 'eighty', 'due', 'late1', 'late3', 'late5'].map((x) => [x, null]),
    );
  });

  it('steps that fired say when; what lies ahead comes after them', async () => {
    const o = await s.signed(M);
    await go('2026-09-29 18:00');
    await fireAll(w.deps);
    const d = (await deadlines('zhzf', o.id)).find((x) => x.clock === 'final')!;
    expect(d.lamp).toBe('overdue');
    expect(d.leftMs).toBeLessThanOrEqual(0);
    expect(d.steps.map((x) => [x.step, x.firedAt !== null])).toEqual([
      ['half', true],
      ['eighty', true],
      ['due', true],
      ['late1', false],
      ['late3', false],
      ['late5', false],
    ]);
  });

  it('a clock that stopped says what it was measured by', async () => {
    const o = await s.replied(M);
    const d = (await deadlines('supervisor', o.id)).find((x) => x.clock === 'final')!;
    expect(d).toMatchObject({ state: 'stopped', met: true });
    expect(told(d.dueAt)).toBe('2026-09-29 17:30');
    expect(d.lines.map((l) => l.kind)).toEqual(['start', 'base', 'stop', 'due']);
    expect(d.lines.find((l) => l.kind === 'stop')).toMatchObject({ reason: 'submit_reply' });
    const citizen = (await deadlines('supervisor', o.id)).find((x) => x.clock === 'citizen')!;
    expect(citizen).toMatchObject({ state: 'running', dueAt: null, steps: [], days: [] });
  });
});

describe('POST /deadlines/simulate', () => {
  beforeAll(begin);
  afterAll(end);
  const simulate = async (input: object): Promise<SimulateView> =>
    ok(await post('supervisor', '/api/deadlines/simulate', input));

  // The four dated cases of domain.md §3.4; of two days there is the consultation.
  it.each([
    ['2026-02-13 16:00', { type: 'help' }, 'final', 5, '2026-02-27 17:30'],
    ['2026-09-30 10:00', { type: 'consultation' }, 'final', 2, '2026-10-09 17:30'],
    ['2026-09-18 10:00', { type: 'help' }, 'sign', 1, '2026-09-20 17:30'],
    ['2026-05-08 10:00', { type: 'consultation' }, 'final', 2, '2026-05-11 17:30'],
  ])('received %s', async (from, kind, name, amount, due) => {
    const v = await simulate({ receivedAt: inCity(from), ...kind, clock: name });
    expect([v.amount, v.basis, told(v.dueAt), v.provisional]).toEqual([amount, 'wd', due, false]);
    expect(v.days.filter((d) => d.n !== null)).toHaveLength(amount);
  });

  it('names the days of the first case', async () => {
    const v = await simulate({ receivedAt: inCity('2026-02-13 16:00') });
    const counted = v.days.filter((d) => d.n !== null).map((d) => `${d.n} ${d.date} ${d.kind}`);
    expect(counted).toEqual([
      '1 2026-02-14 makeup',
      '2 2026-02-24 working',
      '3 2026-02-25 working',
      '4 2026-02-26 working',
      '5 2026-02-27 working',
    ]);
  });

  it('received after work, at night, on a Sunday: day 1 is the next working day', async () => {
    for (const from of ['2026-08-07 18:00', '2026-08-08 03:00', '2026-08-09 12:00'])
      expect(told((await simulate({ receivedAt: inCity(from), clock: 'sign' })).dueAt)).toBe(
        '2026-08-10 17:30',
      );
  });

  it('of another time zone it is the same instant', async () => {
    const v = await simulate({ receivedAt: '2026-02-13T08:00:00Z' });
    expect(told(v.dueAt)).toBe('2026-02-27 17:30');
    const late = await simulate({ receivedAt: '2026-02-12T23:00:00-05:00' });
    expect(told(late.dueAt)).toBe('2026-02-27 17:30');
  });

  it('tries pauses', async () => {
    const v = await simulate({
      receivedAt: inCity('2026-09-16 15:30'),
      pauses: [
        { type: 'supplement', from: inCity('2026-09-17 14:00'), to: inCity('2026-09-18 14:00') },
      ],
    });
    expect(told(v.dueAt)).toBe('2026-09-23 17:30');
    const twice = await simulate({
      receivedAt: inCity('2026-09-16 15:30'),
      pauses: [
        { type: 'supplement', from: inCity('2026-09-17 14:00'), to: inCity('2026-09-18 14:00') },
        { type: 'statutory', from: inCity('2026-09-18 14:00'), to: inCity('2026-09-20 14:00') },
      ],
    });
    expect(told(twice.dueAt)).toBe('2026-09-24 17:30');
    expect(twice.lines.map((l) => l.kind)).toEqual(['start', 'base', 'pause', 'pause', 'due']);
  });

  it('is provisional past 2026-12-31', async () => {
    const v = await simulate({ receivedAt: inCity('2026-12-30 10:00') });
    expect(v).toMatchObject({ provisional: true, lamp: 'provisional' });
    // Mon–Fri is all that is known: 31, 1, 4, 5, 6.
    expect(told(v.dueAt)).toBe('2027-01-06 17:30');
    expect(v.days.map((d) => d.published)).toContain(false);
    const hours = await simulate({ receivedAt: inCity('2026-12-31 20:00'), urgency: 'U2' });
    expect(hours.provisional).toBe(false);
    const water = await w.unit('WATER');
    const open = await simulate({ receivedAt: inCity('2026-12-30 10:00'), organizationId: water });
    expect([told(open.dueAt), open.provisional]).toEqual(['2027-01-05 00:00', false]);
  });

  it('by the calendar of a unit', async () => {
    const organizationId = await w.unit('WATER');
    const v = await simulate({ receivedAt: inCity('2026-09-24 16:00'), organizationId });
    expect(told(v.dueAt)).toBe('2026-09-30 00:00');
    expect(v.organization?.id).toBe(organizationId);
    expect(v.dayMs).toBe(86_400_000);
  });

  it('agrees with what an order gets', async () => {
    await go(MONDAY);
    const o = await s.dispatched(M);
    for (const name of ['sign', 'first_contact', 'return_window', 'final'] as const) {
      const row = await clock(o.id, name);
      const v = await simulate({
        receivedAt: row.started_at.toISOString(),
        clock: name,
        organizationId: await w.unit(OFFICE),
      });
      expect(v.dueAt).toBe(row.due_at!.toISOString());
      expect([v.soonAt, v.todayAt]).toEqual([
        row.soon_at?.toISOString() ?? null,
        row.today_at?.toISOString() ?? null,
      ]);
    }
  });

  it('keeps nothing', async () => {
    const count = async () =>
      (await owner.query('select count(*)::int n from deadline')).rows[0].n as number;
    const before = await count();
    await simulate({ receivedAt: inCity('2026-02-13 16:00') });
    expect(await count()).toBe(before);
  });

  const received = { receivedAt: inCity('2026-02-13 16:00') };
  it.each([
    ['no time', {}, 'receivedAt'],
    ['a time without offset', { receivedAt: '2026-02-13T16:00:00' }, 'receivedAt'],
    ['a date that is none', { receivedAt: '2026-02-30T16:00:00+08:00' }, 'receivedAt'],
    ['an unknown clock', { ...received, clock: 'tea' }, 'clock'],
    ['the citizen’s clock, which has no limit', { ...received, clock: 'citizen' }, 'clock'],
    ['a clock that does not run', { ...received, type: 'praise', clock: 'sign' }, 'clock'],
    ['an unknown kind', { ...received, type: 'wish' }, 'type'],
    ['an unknown urgency', { ...received, urgency: 'U5' }, 'urgency'],
    ['an unknown channel', { ...received, channel: 'fax' }, 'channel'],
    ['a unit that is no id', { ...received, organizationId: 'WATER' }, 'organizationId'],
  ])('422 for %s', async (_what, input, path) => {
    wrongFields(await post('supervisor', '/api/deadlines/simulate', input), path);
  });

  const between = (from: string, to: string) => ({
    type: 'supplement',
    from: inCity(from),
    to: inCity(to),
  });
  it.each([
    ['ends before it begins', [between('2026-02-15 10:00', '2026-02-14 10:00')], 'pauses.0'],
    ['begins before the receipt', [between('2026-02-12 10:00', '2026-02-14 10:00')], 'pauses.0'],
    [
      'overlaps the one before',
      [
        between('2026-02-14 10:00', '2026-02-24 10:00'),
        between('2026-02-14 11:00', '2026-02-25 10:00'),
      ],
      'pauses.1',
    ],
    ['lasts for a century', [between('2026-02-14 10:00', '2126-02-24 10:00')], 'pauses.0'],
    ['lasts for twelve years', [between('2026-02-14 10:00', '2038-02-24 10:00')], 'pauses.0'],
  ])('422 for a pause that %s', async (_what, pauses, path) => {
    wrongFields(await post('supervisor', '/api/deadlines/simulate', { ...received, pauses }), path);
  });

  it('422 for a unit that does not exist, 403 for others than those who promise or watch a time', async () => {
    const unknown = { ...received, organizationId: newId() };
    const a = await post('supervisor', '/api/deadlines/simulate', unknown);
    expect([a.status, a.body.code]).toEqual([422, 'unit_unknown']);
    for (const login of [
      'auditor',
      'arbiter',
      'followup',
      'water',
      'water.handler',
      'water.leader',
      'nantang',
    ])
      // prettier-ignore
      refused(await post(login, '/api/deadlines/simulate', received), 403, 'not_allowed');
    refused(await w.anonymous.post('/api/deadlines/simulate', received), 401, 'not_signed_in');
    const told = ok(await post('supervisor', '/api/deadlines/simulate', received));
    // Who tells the caller a time tells the one that will be watched.
    for (const login of ['operator', 'dispatcher', 'admin'])
      expect(ok(await post(login, '/api/deadlines/simulate', received))).toEqual(told);
  });

  it.each(['0001-01-01T00:00:00Z', '1999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'])(
    'a time far away is answered, not an error: %s',
    async (receivedAt) => {
      const a = await post('supervisor', '/api/deadlines/simulate', { receivedAt });
      expect(a.status).toBeLessThan(500);
    },
  );
});

describe('policies', () => {
  beforeAll(begin);
  afterAll(end);
  const SEED = JSON.parse(
    readFileSync(new URL('../../db/seed/deadline-policy.json', import.meta.url), 'utf8'),
  ) as { limits: object[]; ladder: object[] };
  const publish = (more: object = {}, rest: object = {}) =>
    post('admin', '/api/policies', { document: { ...SEED, ...more }, note: '试行', ...rest });
  const list = async () => (ok(await get('supervisor', '/api/policies')) as { items: any[] }).items;
  const limits = (amount: number, name = 'final') => ({
    limits: [{ clock: name, amount, basis: 'wd', source: '' }, ...SEED.limits],
  });

  it('the only version cannot be withdrawn', async () => {
    refused(await post('admin', '/api/policies/1/withdraw', {}), 409, 'last_policy');
    expect((await list()).map((p) => [p.version, p.current, p.withdrawnAt])).toEqual([
      [1, true, null],
    ]);
  });

  it('published: what begins from then on runs by it; withdrawn: by the one before', async () => {
    await go(MONDAY);
    const before = await s.dispatched(M);
    const { version } = ok(await publish(limits(9)), 201);
    expect(version).toBe(2);
    expect((await list()).map((p) => [p.version, p.current])).toEqual([
      [2, true],
      [1, false],
    ]);
    const after = await s.dispatched(M);
    expect(told((await clock(before.id, 'final')).due_at)).toBe('2026-09-29 17:30');
    // 22 23 24 28 29 30 September, 8 9 10 October.
    expect(told((await clock(after.id, 'final')).due_at)).toBe('2026-10-10 17:30');
    const moves = ok(await post('admin', '/api/policies/2/withdraw', {}));
    expect(moves.moved).toBe(1);
    expect(told((await clock(after.id, 'final')).due_at)).toBe('2026-09-29 17:30');
    const [second] = await list();
    expect(second.withdrawnAt).not.toBeNull();
    expect(second.publishedByName).toBeTruthy();
    refused(await post('admin', '/api/policies/2/withdraw', {}), 409, 'already_done');
    refused(await post('admin', '/api/policies/1/withdraw', {}), 409, 'last_policy');
  });

  it('one that begins later holds from then', async () => {
    await go(MONDAY);
    const from = inCity('2026-09-28 00:00');
    const { version } = ok(await publish(limits(1), { validFrom: from }), 201);
    const today = await s.dispatched(M);
    expect(told((await clock(today.id, 'final')).due_at)).toBe('2026-09-29 17:30');
    await go('2026-09-28 09:00');
    const later = await s.dispatched(M);
    expect(told((await clock(later.id, 'final')).due_at)).toBe('2026-09-29 17:30');
    expect((await clock(later.id, 'final')).policy_version).toBe(version);
    ok(await post('admin', `/api/policies/${version}/withdraw`, {}));
  });

  it('a withdrawal changes nothing of what stopped', async () => {
    await go(MONDAY);
    const { version } = ok(await publish(limits(9)), 201);
    const o = await s.replied(M);
    const before = await clock(o.id, 'final');
    ok(await post('admin', `/api/policies/${version}/withdraw`, {}));
    expect(await clock(o.id, 'final')).toEqual(before);
  });

  it('a withdrawn version rules nothing that starts later in its orders', async () => {
    await go(MONDAY);
    const { version } = ok(await publish(limits(9, 'audit')), 201);
    const o = await s.drafted(M);
    ok(await post('admin', `/api/policies/${version}/withdraw`, {}));
    s.must(await s.onAssignment('zhzf.leader', o.lead, 'submit_reply', { waiverReason: '' }));
    expect(told((await clock(o.id, 'audit')).due_at)).toBe('2026-09-22 17:30');
  });

  it('publishing twice with the same key publishes once', async () => {
    const admin = await w.as('admin');
    const key = { 'idempotency-key': crypto.randomUUID() };
    const body = { document: SEED, note: '重复' };
    const first = ok(await admin.post('/api/policies', body, key), 201);
    const second = ok(await admin.post('/api/policies', body, key), 201);
    expect(second).toEqual(first);
    expect((await list()).filter((p) => p.note === '重复')).toHaveLength(1);
    ok(await post('admin', `/api/policies/${first.version}/withdraw`, {}));
  });

  it.each([
    ['without a note', { note: '' }, ['note']],
    ['without limits', { document: { ...SEED, limits: [] } }, ['document.limits']],
    [
      'with half a working day',
      { document: { ...SEED, ...limits(0.5) } },
      ['document.limits.0.amount'],
    ],
    [
      'with a step twice',
      { document: { ...SEED, ladder: [SEED.ladder[0], SEED.ladder[0]] } },
      ['document.ladder'],
    ],
    ['from a time that is none', { validFrom: 'tomorrow' }, ['validFrom']],
  ])('422 %s: nothing is published', async (_what, more, paths) => {
    const before = await list();
    wrongFields(await post('admin', '/api/policies', { document: SEED, note: 'x', ...more }), ...paths); // prettier-ignore
    expect(await list()).toEqual(before);
  });

  const without = (drop: (row: any) => boolean) => ({ ...SEED, limits: SEED.limits.filter((r) => !drop(r)) }); // prettier-ignore
  it.each([
    ['a limit for signing', without((r) => r.clock === 'sign'), /^limits: sign U\d/],
    [
      'a limit for signing what is done again',
      { ...SEED, limits: SEED.limits.map((r: any) => (r.clock === 'sign' ? { ...r, redo: false } : r)) }, // prettier-ignore
      /^limits: sign U\d \w+ redo$/,
    ],
    [
      'a limit for the reply to a key supervision',
      without((r) => r.clock === 'supervision_reply' && r.level === 3),
      /^limits: supervision_reply level 3$/,
    ],
    [
      'a step after the final clock is due',
      { ...SEED, ladder: SEED.ladder.filter((r: any) => !r.clocks.includes('final') || 'share' in r.at) }, // prettier-ignore
      /^ladder: final /,
    ],
  ])('422 without %s: it would be watched by nobody', async (_what, document, names) => {
    const before = await list();
    const a = await post('admin', '/api/policies', { document, note: 'x' });
    wrongFields(a, 'document');
    expect(a.body.issues.length).toBeGreaterThan(0);
    for (const issue of a.body.issues)
      expect(issue).toMatchObject({ code: 'unwatched', message: expect.stringMatching(names) });
    expect(await list()).toEqual(before);
  });

  it('two withdrawals at once: one succeeds, and a policy still holds', async () => {
    await go(MONDAY);
    const { version } = ok(await publish(limits(9)), 201);
    // Both are held where they write, so that each begins before the other has ended.
    const client = await owner.connect();
    const waiting = async () =>
      Number(
        (
          await owner.query(`select count(*) as n from pg_stat_activity where datname =
            current_database() and wait_event_type = 'Lock'`)
        ).rows[0].n,
      );
    let answers;
    try {
      await client.query('begin; lock table deadline_policy in share mode');
      const both = Promise.all(
        [1, version].map((v) => post('admin', `/api/policies/${v}/withdraw`, {})),
      );
      while ((await waiting()) < 2) await sleep(20);
      await client.query('commit');
      answers = await both;
    } finally {
      await client.query('rollback');
      client.release();
    }
    const done = answers.filter((a) => a.status === 200);
    expect(done).toHaveLength(1);
    refused(
      answers.find((a) => a.status !== 200)!,
      409,
      'last_policy',
    );
    const standing = (await list()).filter((p) => p.withdrawnAt === null);
    expect(standing.map((p) => p.current)).toEqual([true]);
    // Orders can still begin.
    await s.register();
    // What the other tests here begin with.
    await owner.query('update deadline_policy set withdrawn_at = null where version = 1');
    if (standing[0].version !== 1) ok(await post('admin', `/api/policies/${version}/withdraw`, {}));
  });

  it('404 for a version that is none', async () => {
    for (const v of ['0', '-1', '1.5', 'x', '999999', '99999999999'])
      refused(await post('admin', `/api/policies/${v}/withdraw`, {}), 404, 'not_found');
  });

  it('supervisors read, administrators write, nobody else', async () => {
    for (const login of ['operator', 'dispatcher', 'water.leader'])
      refused(await get(login, '/api/policies'), 403, 'not_allowed');
    for (const login of ['supervisor', 'operator', 'water.leader']) {
      refused(await post(login, '/api/policies', { document: SEED, note: 'x' }), 403, 'not_allowed'); // prettier-ignore
      refused(await post(login, '/api/policies/1/withdraw', {}), 403, 'not_allowed');
    }
    refused(await w.anonymous.get('/api/policies'), 401, 'not_signed_in');
  });
});

/** Every row of every table that a calendar or a clock stands in. */
const TABLES = [
  'calendar',
  'calendar_hours',
  'calendar_exception',
  'calendar_version',
  'calendar_day',
  'deadline_policy',
  'deadline',
  'deadline_step',
  'clock_entry',
  'domain_event',
  'outbox',
  'audit_log',
  'idempotency_key',
  'notification',
  'delivery',
];
async function contents(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const { rows } = await owner.query(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '' order by t::text)), '') as h from ${table} t`,
    );
    found[table] = rows[0].h;
  }
  return found;
}

describe('calendars', () => {
  beforeAll(begin);
  afterAll(end);
  const typhoon = async (dates: string[], unit: string | null, kind = 'stop') => ({
    change: 'exceptions',
    input: {
      organizationId: unit ? await w.unit(unit) : null,
      dates,
      kind,
      name: '台风停工',
      source: '市防指〔2026〕3号',
    },
  });
  const off = (date: string) => ({ date, name: '元旦', isOffDay: true });

  it('a preview tells what would move, and changes nothing', async () => {
    await go(MONDAY);
    const o = await s.signed(M);
    await w.settle();
    const before = await contents();
    const change = await typhoon(['2026-09-23'], null);
    const p = ok(await post('admin', '/api/calendars/preview', change));
    expect(p).toMatchObject({ version: null, movedEarlier: 0, noLongerOverdue: 0 });
    expect(p.moved).toBeGreaterThanOrEqual(1);
    const final = await clock(o.id, 'final');
    expect(p.samples).toContainEqual({
      deadlineId: final.id,
      orderId: o.id,
      orderNo: o.orderNo,
      organizationId: final.organization_id,
      clock: 'final',
      before: final.due_at!.toISOString(),
      after: new Date('2026-09-30T09:30:00Z').toISOString(),
    });
    const dues = p.samples.map((x: { before: string | null }) => x.before ?? '9');
    expect(dues).toEqual(dues.toSorted());
    expect(p.days.map((d: { date: string }) => d.date)).toEqual(['2026-09-23']);
    expect(await contents()).toEqual(before);
    // Nobody sees what was only tried.
    const days = ok(await get('water', '/api/calendars/days?from=2026-09-23&to=2026-09-23'));
    expect(days.days[0].kind).toBe('working');
  });

  it('published, it moves as the preview said; lifted, back again', async () => {
    await go(MONDAY);
    const o = await s.signed(M);
    await w.settle();
    const before = await clock(o.id, 'final');
    const change = await typhoon(['2026-09-23'], null);
    const preview = ok(await post('admin', '/api/calendars/preview', change));
    const done = ok(await post('admin', '/api/calendars', change));
    expect({ ...done, version: null }).toEqual(preview);
    expect(done.version).toBeGreaterThan(1);
    expect(told((await clock(o.id, 'final')).due_at)).toBe('2026-09-30 17:30');
    ok(await post('admin', '/api/calendars', await typhoon(['2026-09-23'], null, 'regular')));
    expect((await clock(o.id, 'final')).due_at).toEqual(before.due_at);
  });

  it('a typhoon stops work in one district: only the clocks of its units move', async () => {
    await go(MONDAY);
    const inside = await s.dispatched({ ...M, lead: ROOM });
    const outside = await s.dispatched({ ...M, lead: ELSEWHERE });
    const office = await s.dispatched(M);
    const water = await s.dispatched({ ...M, lead: 'WATER' });
    const due = async (o: { id: string }) => told((await clock(o.id, 'final')).due_at);
    const before = await Promise.all([outside, office, water].map(due));
    const audit = await s.replied(M);
    const auditDue = await clock(audit.id, 'audit');
    const p = ok(await post('admin', '/api/calendars', await typhoon(['2026-09-22'], DISTRICT)));
    expect(await due(inside)).toBe('2026-09-30 17:30');
    expect(await Promise.all([outside, office, water].map(due))).toEqual(before);
    expect((await clock(audit.id, 'audit')).due_at).toEqual(auditDue.due_at);
    const orders = new Set(p.samples.map((x: { orderId: string }) => x.orderId));
    expect([...orders]).toEqual([inside.id]);
    const seen = (await deadlines('nantang', inside.id)).find((d) => d.clock === 'final')!;
    expect(seen.days.find((d) => d.date === '2026-09-22')).toMatchObject({ kind: 'stop', n: null });
    ok(await post('admin', '/api/calendars', await typhoon(['2026-09-22'], DISTRICT, 'regular')));
    expect(await due(inside)).toBe('2026-09-29 17:30');
  });

  it('an overdue clock may be in time again', async () => {
    await go(MONDAY);
    const o = await s.signed({ ...M, type: 'consultation' });
    await go('2026-09-23 18:00');
    const change = await typhoon(['2026-09-23'], OFFICE);
    const p = ok(await post('admin', '/api/calendars/preview', change));
    expect(p.noLongerOverdue).toBe(1);
    ok(await post('admin', '/api/calendars', change));
    const seen = (await deadlines('zhzf', o.id)).find((d) => d.clock === 'final')!;
    expect(told(seen.dueAt)).toBe('2026-09-24 17:30');
    expect(seen.lamp).not.toBe('overdue');
    ok(await post('admin', '/api/calendars', await typhoon(['2026-09-23'], OFFICE, 'regular')));
  });

  // The days of then still stand in calendar_day (`replaced_in`), the clock keeps its version.
  it('a clock that stopped is explained by the calendar it was measured by', async () => {
    await go(MONDAY);
    const o = await s.replied(M);
    const change = await typhoon(['2026-09-24'], OFFICE);
    ok(await post('admin', '/api/calendars', change));
    try {
      const d = (await deadlines('supervisor', o.id)).find((x) => x.clock === 'final')!;
      expect(told(d.dueAt)).toBe('2026-09-29 17:30');
      expect(told(d.lines.at(-1)!.due)).toBe(told(d.dueAt));
    } finally {
      ok(await post('admin', '/api/calendars', await typhoon(['2026-09-24'], OFFICE, 'regular')));
    }
  });

  it('the next year is published: provisional clocks become fixed, and move where it says', async () => {
    await go('2026-12-30 10:00');
    const o = await s.signed(M);
    const before = await clock(o.id, 'final');
    expect([told(before.due_at), before.provisional]).toEqual(['2027-01-06 17:30', true]);
    const health = ok(await get('supervisor', '/api/clocks/health'));
    expect(health).toMatchObject({ publishedTo: '2026-12-31', daysLeft: 1, warning: 'soon' });
    expect(health.provisional).toBeGreaterThan(0);
    const change = {
      change: 'import',
      input: { year: 2027, source: '国办发明电〔2026〕7号', days: [off('2027-01-01')] },
    };
    const p = ok(await post('admin', '/api/calendars/preview', change));
    expect(p.noLongerProvisional).toBeGreaterThan(0);
    expect(p.movedLater).toBeGreaterThan(0);
    expect((await clock(o.id, 'final')).provisional).toBe(true);
    ok(await post('admin', '/api/calendars', change));
    const after = await clock(o.id, 'final');
    expect([told(after.due_at), after.provisional]).toEqual(['2027-01-07 17:30', false]);
    const now = ok(await get('supervisor', '/api/clocks/health'));
    expect(now).toEqual({ publishedTo: '2027-12-31', daysLeft: 366, warning: 'none', provisional: 0 }); // prettier-ignore
  });

  it('over the last published day: the warning says so', async () => {
    await go('2028-01-02 10:00');
    expect(ok(await get('admin', '/api/clocks/health'))).toMatchObject({
      daysLeft: 0,
      warning: 'over',
    });
    for (const login of ['operator', 'auditor', 'water'])
      refused(await get(login, '/api/clocks/health'), 403, 'not_allowed');
    await go(MONDAY);
  });

  it('summer hours of the city reach the units, not the utility that never closes', async () => {
    await go(MONDAY);
    const o = await s.dispatched({ ...M, lead: ROOM });
    const water = await s.dispatched({ ...M, lead: 'WATER' });
    const waterDue = (await clock(water.id, 'final')).due_at;
    const week = [1, 2, 3, 4, 5].map((weekday) => ({
      weekday,
      spans: [
        [510, 720],
        [870, 1080],
      ],
    }));
    const change = {
      change: 'hours',
      input: { name: '夏令时', from: '2026-09-28', to: '2026-10-01', week },
    };
    ok(await post('admin', '/api/calendars', change));
    expect(told((await clock(o.id, 'final')).due_at)).toBe('2026-09-29 18:00');
    expect((await clock(water.id, 'final')).due_at).toEqual(waterDue);
  });

  it('422 for what is no change; nothing is kept', async () => {
    const before = await contents();
    const bad = [
      {},
      { change: 'holiday', input: {} },
      { change: 'exceptions', input: { dates: [], kind: 'stop', name: 'x', source: 'x' } },
      { change: 'exceptions', input: { dates: ['2026-02-30'], kind: 'stop', name: 'x', source: 'x' } }, // prettier-ignore
      { change: 'exceptions', input: { dates: ['2026-02-28'], kind: 'party', name: 'x', source: 'x' } }, // prettier-ignore
      { change: 'exceptions', input: { dates: ['2026-02-28'], kind: 'stop', name: '', source: 'x' } }, // prettier-ignore
      { change: 'exceptions', input: { dates: ['2099-02-28'], kind: 'stop', name: 'x', source: 'x' } }, // prettier-ignore
      { change: 'import', input: { year: 2027, source: 'x', days: [] } },
      { change: 'import', input: { year: 2035, source: 'x', days: [off('2035-01-01')] } },
      { change: 'hours', input: { name: 'x', from: '2026-01-01', week: [{ weekday: 8, spans: [] }] } }, // prettier-ignore
      { change: 'hours', input: { name: 'x', from: '2026-01-01', week: [{ weekday: 1, spans: [[600, 500]] }] } }, // prettier-ignore
    ];
    for (const body of bad) {
      for (const path of ['/api/calendars/preview', '/api/calendars']) {
        const a = await post('admin', path, body);
        expect([JSON.stringify(body), a.status, a.body.code]).toEqual([
          JSON.stringify(body),
          422,
          'invalid_input',
        ]);
      }
    }
    expect(await contents()).toEqual(before);
  });

  // It is published, and from then on every dispatch to the unit fails: "calendar has no working time".
  it('hours that leave a unit no working time at all are refused', async () => {
    await go(MONDAY);
    const o = await s.accepted({ type: 'help', urgency: 'U4' });
    const week = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, spans: [] }));
    const organizationId = await w.unit('POWER');
    const input = {
      organizationId,
      name: '全年无班',
      followsCity: false,
      from: '2000-01-01',
      week,
    };
    const a = await post('admin', '/api/calendars', { change: 'hours', input });
    const b = await s.act('dispatcher', o.id, 'dispatch', { leadId: organizationId, coIds: [] });
    expect([a.status, b.status]).toEqual([422, 200]);
  });

  it('everybody on the staff reads calendars; only administrators change them', async () => {
    const list = ok(await get('water', '/api/calendars'));
    expect(list.items[0]).toMatchObject({ organization: null, followsCity: true });
    const change = await typhoon(['2026-12-01'], null);
    for (const login of ['supervisor', 'dispatcher', 'water.leader'])
      for (const path of ['/api/calendars/preview', '/api/calendars'])
        refused(await post(login, path, change), 403, 'not_allowed');
    refused(await w.anonymous.post('/api/calendars', change), 401, 'not_signed_in');
    refused(await w.anonymous.get('/api/calendars'), 401, 'not_signed_in');
  });
});

describe('npm run simulate-deadline', () => {
  beforeAll(begin);
  afterAll(end);

  it.each([
    ['2026-02-13 16:00', '2026-02-13T08:00:00.000Z'],
    ['2026-02-13T16:00', '2026-02-13T08:00:00.000Z'],
    [' 2026-02-13 16:00:30 ', '2026-02-13T08:00:30.000Z'],
    ['2026-02-13T16:00:00Z', '2026-02-13T16:00:00.000Z'],
    ['2026-02-13T16:00:00+08:00', '2026-02-13T08:00:00.000Z'],
    ['2026-02-13T00:30', '2026-02-12T16:30:00.000Z'],
  ])('reads %s as a time of the city', (text, iso) => {
    expect(cityInstant(text)).toBe(iso);
  });

  it.each([
    '',
    'tomorrow',
    '2026-02-13',
    '2026-13-01 10:00',
    '2026-02-13 25:00',
    '2026-02-13T16:00:00.000',
  ])(
    // prettier-ignore
    'refuses %s',
    (text) => {
      expect(() => cityInstant(text)).toThrow('not a time');
    },
  );

  // Date.parse rolls it over to 2 March.
  it('refuses 30 February', () => {
    expect(() => cityInstant('2026-02-30 10:00')).toThrow('not a time');
  });

  it('answers the first dated case with the days that do not count', async () => {
    const text = await runSimulation(w.db, ['--received', '2026-02-13 16:00']);
    expect(text).toContain('到期 2026-02-27 17:30');
    expect(text).toContain('2026-02-14  调休上班');
    expect(text).toContain('政策第 1 版');
    expect(text.trim().split('\n').at(-1)).toBe('到期 2026-02-27 17:30');
  });

  it('takes type, urgency, unit, clock, redo and pauses', async () => {
    const last = async (...args: string[]) =>
      (await runSimulation(w.db, ['--received', '2026-09-21 10:24', ...args]))
        .trim()
        .split('\n')
        .at(-1);
    expect(await last('--type', 'consultation')).toBe('到期 2026-09-23 17:30');
    expect(await last('--urgency', 'U2')).toBe('到期 2026-09-22 10:24');
    expect(await last('--unit', 'water')).toBe('到期 2026-09-27 00:00');
    expect(await last('--clock', 'sign', '--channel', 'police_110')).toBe('到期 2026-09-21 10:54');
    expect(await last('--urgency', 'U3', '--redo')).toBe('到期 2026-09-29 17:30');
    expect(await last('--pause', '2026-09-22 08:00/2026-09-22 18:00')).toBe('到期 2026-09-30 17:30'); // prettier-ignore
    expect(await last('--received', '2026-12-30 10:00')).toContain('临时');
  });

  it.each([
    ['nothing received', []],
    ['an unknown kind', ['--received', '2026-02-13 16:00', '--type', 'wish']],
    ['an unknown unit', ['--received', '2026-02-13 16:00', '--unit', 'NOBODY']],
    ['an unknown word', ['--recieved', '2026-02-13 16:00']],
    ['half a pause', ['--received', '2026-02-13 16:00', '--pause', '2026-02-14 10:00']],
    ['a clock without limit', ['--received', '2026-02-13 16:00', '--clock', 'citizen']],
  ])('refuses %s', async (_what, args) => {
    await expect(runSimulation(w.db, args)).rejects.toThrow();
  });
});
