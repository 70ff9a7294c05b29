/**
 * Clocks over the whole road, by HTTP: after each act exactly those live that test/golden/clocks.txt
 * says, due at the right instants; and every line of every ledger is one that the file knows.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  extendClocks,
  fireAll,
  moveClocks,
  pauseClocks,
  readBook,
  resumeClocks,
} from '../../src/deadline/index.ts';
import type { Change } from '../../src/deadline/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import type { Clock } from '../../src/kernel/words.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { doAct } from '../../src/workorder/index.ts';
import type { Tx } from '../../src/platform/unit-of-work.ts';
import { goldenClocks } from '../golden-clocks.ts';
import { REPLY, createWorld, loginOf, steps, versionOf } from '../world.ts';
import type { Answer, Matter, World } from '../world.ts';

const GOLDEN = goldenClocks();
/** Monday 10:24 in the city; 09-25 to 09-27 are off, 09-20 was a make-up Sunday. */
const MONDAY = '2026-09-21 10:24';
const ROOM = 'TOWN_QINGYU_1_ROOM';
/** A department that works by the city's calendar. */
const OFFICE = 'ZHZF';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

/** Moves the platform to an instant of the city's wall clock. */
const go = (text: string) => w.moveTo(`${text.replace(' ', 'T')}:00+08:00`);
const MINUTE = 60_000;
/** The city's wall clock of an instant, to the nearest minute: the clock goes on while a test acts. */
const told = (at: Date | null) =>
  at &&
  new Date(Math.round(at.getTime() / MINUTE) * MINUTE + 480 * MINUTE)
    .toISOString()
    .slice(0, 16)
    .replace('T', ' ');

interface Row {
  id: string;
  subject: string;
  clock: Clock;
  cycle: number;
  state: string;
  due: string | null;
  met: boolean | null;
  started_at: Date;
  due_at: Date | null;
  shown: boolean;
  remaining_ms: number | null;
}

/** Every clock of an order; the subject is `order` or the unit's code. */
async function clocks(orderId: string): Promise<Row[]> {
  const rows = await w.db
    .selectFrom('deadline')
    .leftJoin('organization', 'organization.id', 'deadline.organization_id')
    .selectAll('deadline')
    .select('organization.code')
    .where('order_id', '=', orderId)
    .orderBy('started_at')
    .orderBy('clock')
    .execute();
  return rows.map((r) => ({ ...r, clock: r.clock as Clock, subject: r.code ?? 'order', due: told(r.due_at) })); // prettier-ignore
}
const living = async (orderId: string) =>
  (await clocks(orderId)).filter((r) => r.state !== 'stopped');
const names = (rows: Row[]) => rows.map((r) => `${r.subject} ${r.clock}`).sort();
/** `subject clock` → due instant, of all that live and have one. */
const dues = async (orderId: string) =>
  Object.fromEntries(
    (await living(orderId)).flatMap((r) => (r.due ? [[`${r.subject} ${r.clock}`, r.due]] : [])),
  );
const one = async (orderId: string, clock: Clock, subject?: string) => {
  const rows = (await clocks(orderId)).filter(
    (r) => r.clock === clock && (!subject || r.subject === subject),
  );
  return rows.toSorted((a, b) => a.cycle - b.cycle).at(-1)!;
};

/** The ledger of an order: `subject clock kind reason how party`. */
async function ledger(orderId: string) {
  const rows = await w.db
    .selectFrom('clock_entry')
    .innerJoin('deadline', 'deadline.id', 'clock_entry.deadline_id')
    .leftJoin('organization', 'organization.id', 'deadline.organization_id')
    .leftJoin('app_user', 'app_user.id', 'clock_entry.actor_id')
    .select([
      'clock',
      'clock_entry.kind',
      'reason',
      'party',
      'login',
      'at',
      'detail',
      'code',
      'position',
    ])
    .where('order_id', '=', orderId)
    .orderBy('at')
    .orderBy('clock')
    .execute();
  return rows.map((r) => ({ ...r, how: (r.detail as { how?: string }).how ?? '' }));
}
const entriesOf = async (orderId: string) => (await ledger(orderId)).length;

/** What the golden file says must live now, from the states the order and its assignments are in. */
async function golden(orderId: string): Promise<string[]> {
  const o = await w.db
    .selectFrom('work_order')
    .selectAll()
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  const assignments = await w.db
    .selectFrom('assignment')
    .innerJoin('organization', 'organization.id', 'assignment.organization_id')
    .select(['assignment.id', 'assignment.kind', 'assignment.state', 'code', 'first_contact_at'])
    .where('order_id', '=', orderId)
    .where('round', '=', o.round)
    .execute();
  const acts = await w.db
    .selectFrom('act')
    .select(['act', 'assignment_id'])
    .where('order_id', '=', orderId)
    .execute();
  const facts = {
    urgency: o.urgency,
    type: o.type,
    channel: o.channel,
    redo: o.round > 1,
  } as Parameters<typeof GOLDEN.limit>[1];
  const never = (clock: string) => o.round > 1 && GOLDEN.neverRedone.has(clock);
  const runs = (clock: string) =>
    !never(clock) && (clock === 'citizen' || GOLDEN.limit(clock, facts) !== '—');
  const own = GOLDEN.lives.get(`order ${o.state}`)!.filter(runs);
  const atWork = ['dispatched', 'in_progress', 'awaiting_supplement'];
  const held = atWork.includes(o.state) ? assignments : [];
  const units = held.flatMap((a) =>
    GOLDEN.lives
      .get(`${a.kind} ${a.state}`)!
      .filter(runs)
      .filter((c) => c !== 'first_contact' || (!o.anonymous && !a.first_contact_at))
      .filter(
        (c) =>
          c !== 'first_disposal' ||
          !acts.some((x) => x.assignment_id === a.id && x.act === 'progress'),
      )
      .map((c) => `${a.code} ${c}`),
  );
  return [...own.map((c) => `order ${c}`), ...units].sort();
}

/** Exactly the golden clocks live, and of them at most one is what the order is shown by. */
async function asGolden(orderId: string, note = ''): Promise<string[]> {
  const rows = await living(orderId);
  expect(names(rows), note).toEqual(await golden(orderId));
  expect(rows.filter((r) => r.shown).length, note).toBeLessThanOrEqual(1);
  return names(rows);
}

const done = (a: Answer) => {
  expect(a.status, JSON.stringify(a.body)).toBeLessThan(300);
  return a.body;
};
const contact = (o: { lead: string }, unit: string, reached = true) =>
  s.onAssignment(`${loginOf(unit)}.handler`, o.lead, 'first_contact', {
    method: 'phone',
    reached,
    content: '已致电说明。',
  });
const submit = (o: { lead: string }, unit: string, waiverReason = '') =>
  s.onAssignment(`${loginOf(unit)}.leader`, o.lead, 'submit_reply', { waiverReason });
const draft = async (o: { lead: string }, unit: string, more: object = {}) =>
  (await w.as(`${loginOf(unit)}.handler`)).put(`/api/assignments/${o.lead}/reply`, {
    ...REPLY,
    ...more,
  });
const fail = (o: { id: string }) =>
  s.act('auditor', o.id, 'audit_fail', { missing: ['finding'], findings: '没有说明原因' });
const pass = (o: { id: string }) =>
  s.act('auditor', o.id, 'audit_pass', { checklist: ['all_matters', 'finding'] });
const redo = async (o: { id: string }, more: object = {}) =>
  (await w.as('supervisor')).post(`/api/orders/${o.id}/redo`, {
    version: await versionOf(w, o.id),
    reason: '没有解决',
    ...more,
  });
const withdraw = (o: { id: string }) =>
  s.act('operator', o.id, 'withdraw', { wish: '不用了', identifiedBy: 'caller_number' });

describe('the main road', () => {
  it('runs exactly the golden clocks after each act, with a co-handler, from receipt to closing', async () => {
    await go(MONDAY);
    const m: Matter = { type: 'help', urgency: 'U4' };
    const o = await s.register(m);
    expect(await asGolden(o.id)).toEqual(['order accept', 'order citizen']);
    expect(await dues(o.id)).toEqual({ 'order accept': '2026-09-21 10:54' });

    await go('2026-09-21 10:40');
    done(await s.act('operator', o.id, 'accept', { type: 'help', categoryCode: '0301', urgency: 'U4' })); // prettier-ignore
    expect(await asGolden(o.id)).toEqual(['order citizen', 'order dispatch']);
    // 1 h 20 before noon, 2 h 40 from 14:00.
    expect(await dues(o.id)).toEqual({ 'order dispatch': '2026-09-21 16:40' });
    expect((await one(o.id, 'accept')).met).toBe(true);

    await go('2026-09-21 11:00');
    const input = { leadId: await w.unit(OFFICE), coIds: [await w.unit(ROOM)] };
    done(await s.act('dispatcher', o.id, 'dispatch', input));
    const rows = await w.db
      .selectFrom('assignment')
      .select(['id', 'kind'])
      .where('order_id', '=', o.id)
      .execute();
    const lead = rows.find((r) => r.kind === 'lead')!.id;
    const co = rows.find((r) => r.kind === 'co')!.id;
    const order = { ...o, lead };
    expect(await asGolden(o.id)).toEqual(
      [
        'order citizen',
        `${ROOM} co`,
        `${ROOM} return_window`,
        `${ROOM} sign`,
        `${OFFICE} final`,
        `${OFFICE} first_contact`,
        `${OFFICE} return_window`,
        `${OFFICE} sign`,
      ].sort(),
    );
    expect(await dues(o.id)).toEqual({
      [`${OFFICE} sign`]: '2026-09-22 17:30',
      [`${OFFICE} first_contact`]: '2026-09-22 17:30',
      [`${OFFICE} return_window`]: '2026-09-22 17:30',
      [`${OFFICE} final`]: '2026-09-29 17:30',
      [`${ROOM} sign`]: '2026-09-22 17:30',
      [`${ROOM} return_window`]: '2026-09-22 17:30',
      [`${ROOM} co`]: '2026-09-28 17:30',
    });
    expect((await living(o.id)).filter((r) => r.shown).map((r) => r.clock)).toEqual(['final']);

    done(await s.onAssignment(loginOf(OFFICE), lead, 'sign'));
    await asGolden(o.id, 'sign');
    done(await s.onAssignment('nantang', co, 'sign'));
    await asGolden(o.id, 'co signs');
    done(await contact(order, OFFICE));
    await asGolden(o.id, 'first contact');
    done(await s.onAssignment('nantang.handler', co, 'submit_co_reply', { text: '已到场。' }));
    await asGolden(o.id, 'co replied');
    expect((await one(o.id, 'co')).met).toBe(true);
    done(await draft(order, OFFICE));
    await asGolden(o.id, 'a draft stops nothing');
    expect((await one(o.id, 'final')).state).toBe('running');

    await go('2026-09-22 09:00');
    done(await submit(order, OFFICE));
    expect(await asGolden(o.id)).toEqual(['order audit', 'order citizen']);
    expect(await dues(o.id)).toEqual({ 'order audit': '2026-09-23 17:30' });
    expect((await one(o.id, 'final')).met).toBe(true);

    await go('2026-09-23 09:00');
    done(await pass(o));
    expect(await asGolden(o.id)).toEqual(['order callback']);
    // 24, then 28: three days off between.
    expect(await dues(o.id)).toEqual({ 'order callback': '2026-09-28 17:30' });
    await w.settle();
    await asGolden(o.id, 'a call is due');
    const rating = { contacted: true, solved: 'solved', satisfaction: 5 };
    done(await (await w.as('followup')).post(`/api/callbacks/${await s.taskOf(o.id)}/evaluation`, rating)); // prettier-ignore
    expect(await asGolden(o.id)).toEqual([]);
    await w.settle();
    expect(await asGolden(o.id)).toEqual([]);
    expect(new Set((await clocks(o.id)).map((r) => r.cycle))).toEqual(new Set([1]));
  });

  it('says in the ledger who and why', async () => {
    await go(MONDAY);
    const o = await s.evaluated({ type: 'help', urgency: 'U4', lead: OFFICE });
    const lines = (await ledger(o.id)).map(
      (e) => `${e.clock} ${e.kind} ${e.reason} ${e.party} ${e.login ?? '—'}`,
    );
    expect(lines.toSorted()).toEqual(
      [
        // A batch registers for many people at once: the clocks are the system's.
        'citizen start register system —',
        'accept start register system —',
        'accept stop accept operator operator',
        'dispatch start accept operator operator',
        'dispatch stop dispatch dispatcher dispatcher',
        'sign start dispatch dispatcher dispatcher',
        'first_contact start dispatch dispatcher dispatcher',
        'return_window start dispatch dispatcher dispatcher',
        'final start dispatch dispatcher dispatcher',
        'sign stop sign unit_receiver zhzf',
        'first_contact stop first_contact handler zhzf.handler',
        'final stop submit_reply unit_leader zhzf.leader',
        'return_window stop submit_reply unit_leader zhzf.leader',
        'audit start submit_reply unit_leader zhzf.leader',
        'audit stop audit_pass auditor auditor',
        'citizen stop audit_pass auditor auditor',
        'callback start audit_pass auditor auditor',
        'callback stop evaluate callback_agent followup',
      ].toSorted(),
    );
    const all = await ledger(o.id);
    expect(all.filter((e) => e.kind === 'start').every((e) => e.position === 1)).toBe(true);
    expect(all.filter((e) => e.kind === 'stop').every((e) => e.position === 2)).toBe(true);
  });

  it('keeps the due instant that a stop was measured by, also when it was missed', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'consultation', urgency: 'U4', lead: OFFICE });
    done(await draft(o, OFFICE, { contactMade: false }));
    await go('2026-09-24 09:00');
    done(await submit(o, OFFICE));
    expect(await one(o.id, 'final')).toMatchObject({
      state: 'stopped',
      met: false,
      due: '2026-09-23 17:30',
    });
    // Nobody was called: that clock is measured no more, and shows no false success.
    expect(await one(o.id, 'first_contact')).toMatchObject({ state: 'stopped', met: null });
    done(await pass(o));
    expect(await one(o.id, 'audit')).toMatchObject({ met: true });
    await asGolden(o.id);
  });
});

/** Due instants of a unit's clocks on the city's calendar, dispatched at an instant. */
const DATED: { what: string; at: string; m: Matter; due: Record<string, string> }[] = [
  {
    what: 'U1',
    at: MONDAY,
    m: { type: 'help', urgency: 'U1' },
    due: {
      sign: '2026-09-21 10:54',
      first_contact: '2026-09-21 11:24',
      return_window: '2026-09-21 11:24',
      first_disposal: '2026-09-21 12:24',
      final: '2026-09-22 10:24',
    },
  },
  {
    what: 'U2',
    at: MONDAY,
    m: { type: 'complaint', urgency: 'U2' },
    due: {
      sign: '2026-09-21 11:24',
      first_contact: '2026-09-21 12:24',
      return_window: '2026-09-21 12:24',
      final: '2026-09-22 10:24',
    },
  },
  {
    what: 'U2 at night before a holiday',
    at: '2026-09-24 23:50',
    m: { type: 'help', urgency: 'U2' },
    due: {
      sign: '2026-09-25 00:50',
      first_contact: '2026-09-25 01:50',
      return_window: '2026-09-25 01:50',
      final: '2026-09-25 23:50',
    },
  },
  {
    what: 'U3',
    at: MONDAY,
    m: { type: 'report', urgency: 'U3' },
    due: {
      sign: '2026-09-21 16:24',
      first_contact: '2026-09-22 17:30',
      return_window: '2026-09-21 16:24',
      final: '2026-09-24 17:30',
    },
  },
  {
    what: 'consultation',
    at: '2026-09-30 10:00',
    m: { type: 'consultation', urgency: 'U4' },
    due: {
      sign: '2026-09-30 16:00',
      first_contact: '2026-10-08 17:30',
      return_window: '2026-10-08 17:30',
      // domain.md §3.4: received 2026-09-30 10:00, 2 wd.
      final: '2026-10-09 17:30',
    },
  },
  {
    what: 'other, as consultation',
    at: MONDAY,
    m: { type: 'other', urgency: 'U4' },
    due: {
      sign: '2026-09-21 16:24',
      first_contact: '2026-09-22 17:30',
      return_window: '2026-09-22 17:30',
      final: '2026-09-23 17:30',
    },
  },
  {
    // domain.md §3.4: received 2026-02-13 Fri 16:00, 5 wd.
    what: 'help before the Spring Festival',
    at: '2026-02-13 16:00',
    m: { type: 'help', urgency: 'U4' },
    due: {
      sign: '2026-02-14 17:30',
      first_contact: '2026-02-14 17:30',
      return_window: '2026-02-14 17:30',
      final: '2026-02-27 17:30',
    },
  },
  {
    // The make-up Sunday is day 1.
    what: 'complaint on Friday after work',
    at: '2026-09-18 18:00',
    m: { type: 'complaint', urgency: 'U4' },
    due: {
      sign: '2026-09-20 17:30',
      first_contact: '2026-09-20 17:30',
      return_window: '2026-09-20 17:30',
      final: '2026-09-24 17:30',
    },
  },
  {
    what: 'report',
    at: MONDAY,
    m: { type: 'report', urgency: 'U4' },
    due: {
      sign: '2026-09-22 17:30',
      first_contact: '2026-09-23 17:30',
      return_window: '2026-09-22 17:30',
      // 22 23 24 28 29 30, then 8 9 10 (a make-up Saturday) and 12 October.
      final: '2026-10-12 17:30',
    },
  },
  {
    what: 'suggestion',
    at: MONDAY,
    m: { type: 'suggestion', urgency: 'U4' },
    due: {
      sign: '2026-09-22 17:30',
      first_contact: '2026-09-24 17:30',
      return_window: '2026-09-22 17:30',
      final: '2026-10-12 17:30',
    },
  },
  {
    what: 'praise',
    at: MONDAY,
    m: { type: 'praise', urgency: 'U4' },
    due: { final: '2026-09-24 17:30' },
  },
  {
    what: 'from the police: signed within 30 minutes, the rest as its kind',
    at: MONDAY,
    m: { type: 'help', urgency: 'U4', channel: 'police_110' },
    due: {
      sign: '2026-09-21 10:54',
      first_contact: '2026-09-22 17:30',
      return_window: '2026-09-22 17:30',
      final: '2026-09-29 17:30',
    },
  },
];

describe('due instants of a department', () => {
  for (const d of DATED) {
    it(`${d.what}, dispatched ${d.at}`, async () => {
      await go(d.at);
      const o = await s.dispatched({ ...d.m, lead: OFFICE });
      const found = Object.fromEntries(
        (await living(o.id)).flatMap((r) => (r.subject === OFFICE ? [[r.clock, r.due]] : [])),
      );
      expect(found).toEqual(d.due);
      await asGolden(o.id);
    });
  }

  it('acceptance: 30 minutes by telephone, at night and on a holiday', async () => {
    await go('2026-10-01 23:45');
    const o = await s.register();
    expect(await dues(o.id)).toEqual({ 'order accept': '2026-10-02 00:15' });
  });

  it('acceptance: 2 hours from the citizen’s page, 24 for a letter', async () => {
    await go(MONDAY);
    const form = {
      screen: '3',
      go: 'send',
      key: randomUUID(),
      content: '路灯不亮，请派人来修',
      who: 'anonymous',
    };
    const page = await w.app.request('/submit/next', {
      method: 'POST',
      headers: {
        host: 'localhost:12345',
        origin: 'http://localhost:12345',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(form).toString(),
    });
    expect(page.status).toBe(303);
    const web = await w.db
      .selectFrom('work_order')
      .select('id')
      .where('channel', '=', 'web')
      .executeTakeFirstOrThrow();
    expect(await dues(web.id)).toEqual({ 'order accept': '2026-09-21 12:24' });
    const mail = await s.register({ channel: 'mail' });
    expect(await dues(mail.id)).toEqual({ 'order accept': '2026-09-21 10:54' });
  });

  it.each([
    ['U1', 'help', '2026-09-21 10:39'],
    ['U2', 'help', '2026-09-21 11:24'],
    ['U3', 'help', '2026-09-21 14:24'],
    ['U4', 'consultation', '2026-09-21 16:24'],
    ['U4', 'suggestion', '2026-09-22 17:30'],
    ['U4', 'praise', '2026-09-22 17:30'],
  ] as const)('dispatch: %s %s by %s', async (urgency, type, due) => {
    await go(MONDAY);
    const o = await s.accepted({ urgency, type });
    expect(await dues(o.id)).toEqual({ 'order dispatch': due });
  });
});

describe('a utility that never closes', () => {
  it('counts every date and is due at midnight, while the department rests', async () => {
    await go('2026-09-24 16:00');
    const m = { type: 'help', urgency: 'U4' } as const;
    const water = await s.dispatched({ ...m, lead: 'WATER' });
    const office = await s.dispatched({ ...m, lead: OFFICE });
    expect(await dues(water.id)).toMatchObject({
      'WATER sign': '2026-09-26 00:00',
      'WATER final': '2026-09-30 00:00',
    });
    expect(await dues(office.id)).toMatchObject({
      [`${OFFICE} sign`]: '2026-09-28 17:30',
      // 28 29 30 September, 8 9 October.
      [`${OFFICE} final`]: '2026-10-09 17:30',
    });
  });

  it('keeps working hours of its own: four of them in the evening', async () => {
    await go('2026-09-21 20:00');
    const m = { type: 'consultation', urgency: 'U4' } as const;
    const water = await s.dispatched({ ...m, lead: 'WATER' });
    const office = await s.dispatched({ ...m, lead: OFFICE });
    expect((await one(water.id, 'sign')).due).toBe('2026-09-22 00:00');
    expect((await one(office.id, 'sign')).due).toBe('2026-09-22 14:30');
  });

  it('the centre’s clocks of its order run by the city’s calendar', async () => {
    await go('2026-09-24 16:00');
    const o = await s.replied({ type: 'help', urgency: 'U4', lead: 'WATER' });
    expect(await dues(o.id)).toEqual({ 'order audit': '2026-09-28 17:30' });
  });

  // life-cycle.md, Clocks: co is due a working day before the lead; this one after it.
  it.fails('a co-handler in an office is due before the lead that never closes', async () => {
    await go(MONDAY);
    const o = await s.dispatched({ type: 'help', urgency: 'U4', lead: 'WATER', co: [ROOM] });
    const [lead, co] = [await one(o.id, 'final'), await one(o.id, 'co')];
    expect(co.due_at!.getTime()).toBeLessThan(lead.due_at!.getTime());
  });
});

describe('a failed audit', () => {
  it('leaves the final clock as if it had never stopped', async () => {
    await go(MONDAY);
    const o = await s.replied({ type: 'help', urgency: 'U4', lead: OFFICE });
    const stopped = await one(o.id, 'final');
    expect(stopped).toMatchObject({ state: 'stopped', met: true });
    await go('2026-09-22 16:00');
    done(await fail(o));
    await asGolden(o.id);
    const again = await one(o.id, 'final');
    expect(again).toMatchObject({
      id: stopped.id,
      state: 'running',
      met: null,
      cycle: 1,
      due: '2026-09-29 17:30',
      shown: true,
    });
    expect(again.started_at).toEqual(stopped.started_at);
    expect((await one(o.id, 'audit')).met).toBe(true);
    // The contact was made before; it is not asked for again.
    expect(names(await living(o.id))).not.toContain(`${OFFICE} first_contact`);
    const steps = await w.db
      .selectFrom('deadline_step')
      .select(['step', 'fired_at'])
      .where('deadline_id', '=', again.id)
      .execute();
    expect(steps.map((x) => x.step).sort()).toEqual(['due', 'eighty', 'half', 'late1', 'late3', 'late5']); // prettier-ignore
  });

  it('while it is audited nothing of the unit fires; what was missed fires when it fails', async () => {
    await go(MONDAY);
    const o = await s.replied({ type: 'consultation', urgency: 'U4', lead: OFFICE });
    const { id } = await one(o.id, 'final');
    const fired = async () =>
      (
        await w.db
          .selectFrom('deadline_step')
          .select('step')
          .where('deadline_id', '=', id)
          .where('fired_at', 'is not', null)
          .orderBy('fire_at')
          .execute()
      ).map((x) => x.step);
    await go('2026-09-24 09:00');
    await fireAll(w.deps);
    expect(await fired()).toEqual([]);
    done(await fail(o));
    await fireAll(w.deps);
    expect(await fired()).toEqual(['half', 'eighty', 'due']);
    await w.settle();
    await asGolden(o.id);
  });

  it('twice: still the same clock, measured by the same instant', async () => {
    await go(MONDAY);
    const o = await s.replied({ type: 'help', urgency: 'U4', lead: OFFICE });
    const { id } = await one(o.id, 'final');
    done(await fail(o));
    done(await draft(o, OFFICE));
    await go('2026-09-29 17:00');
    done(await submit(o, OFFICE));
    expect(await one(o.id, 'final')).toMatchObject({ id, met: true });
    await go('2026-09-30 09:00');
    done(await fail(o));
    await asGolden(o.id);
    done(await draft(o, OFFICE));
    done(await submit(o, OFFICE));
    expect(await one(o.id, 'final')).toMatchObject({ id, met: false, due: '2026-09-29 17:30' });
    const lines = (await ledger(o.id)).filter((e) => e.clock === 'final');
    expect(lines.map((e) => e.kind)).toEqual(['start', 'stop', 'resume', 'stop', 'resume', 'stop']);
    const audits = (await clocks(o.id)).filter((r) => r.clock === 'audit');
    expect(audits.map((r) => r.cycle)).toEqual([1, 2, 3]);
  });

  it('the citizen’s clock never notices', async () => {
    await go(MONDAY);
    const o = await s.replied({ type: 'help', urgency: 'U4', lead: OFFICE });
    const before = await one(o.id, 'citizen');
    done(await fail(o));
    expect(await one(o.id, 'citizen')).toEqual(before);
    const lines = (await ledger(o.id)).filter((e) => e.clock === 'citizen');
    expect(lines.map((e) => e.kind)).toEqual(['start']);
  });
});

describe('redo', () => {
  const redone = async (m: Parameters<typeof s.audited>[0], more: object = {}) => {
    await go(MONDAY);
    const o = await s.audited({ lead: OFFICE, ...m });
    await go('2026-09-22 10:00');
    done(await redo(o, more));
    return o;
  };

  it('starts new clocks by the rows of redo; a callback that was due is void', async () => {
    const o = await redone({ type: 'complaint', urgency: 'U4' }, { coIds: [await w.unit(ROOM)] });
    await asGolden(o.id);
    expect(await one(o.id, 'callback')).toMatchObject({ state: 'stopped', met: null });
    expect(await dues(o.id)).toEqual({
      [`${OFFICE} sign`]: '2026-09-22 16:00',
      [`${OFFICE} first_contact`]: '2026-09-23 17:30',
      [`${OFFICE} final`]: '2026-09-30 17:30',
      [`${ROOM} sign`]: '2026-09-22 16:00',
      [`${ROOM} co`]: '2026-09-29 17:30',
    });
  });

  it('of U3 has five working days', async () => {
    const o = await redone({ type: 'help', urgency: 'U3' });
    expect((await dues(o.id))[`${OFFICE} final`]).toBe('2026-09-30 17:30');
  });

  it.each(['U1', 'U2'] as const)('of %s keeps the limits of its urgency', async (urgency) => {
    const o = await redone({ type: 'help', urgency });
    const d = await dues(o.id);
    expect(d[`${OFFICE} final`]).toBe('2026-09-23 10:00');
    expect(d[`${OFFICE} sign`]).toBe(urgency === 'U1' ? '2026-09-22 10:30' : '2026-09-22 11:00');
    expect(d[`${OFFICE} return_window`]).toBeUndefined();
    await asGolden(o.id);
  });

  it('with another urgency runs by that one', async () => {
    const o = await redone({ type: 'help', urgency: 'U4' }, { urgency: 'U1' });
    expect(await dues(o.id)).toEqual({
      [`${OFFICE} sign`]: '2026-09-22 10:30',
      [`${OFFICE} first_contact`]: '2026-09-22 11:00',
      [`${OFFICE} first_disposal`]: '2026-09-22 12:00',
      [`${OFFICE} final`]: '2026-09-23 10:00',
    });
    await asGolden(o.id);
  });

  it('never starts the citizen’s clock again; the old round’s clocks stay as they were measured', async () => {
    const o = await redone({ type: 'help', urgency: 'U4' });
    const all = await clocks(o.id);
    const citizen = all.filter((r) => r.clock === 'citizen');
    expect(citizen).toHaveLength(1);
    expect(citizen[0]!.state).toBe('stopped');
    const finals = all.filter((r) => r.clock === 'final');
    expect(finals.map((r) => [r.state, r.met, r.cycle])).toEqual([
      ['stopped', true, 1],
      // Another assignment, another subject: its first.
      ['running', null, 1],
    ]);
  });

  it('answered again, the second callback is a second run of that clock', async () => {
    const o = await redone({ type: 'help', urgency: 'U4' });
    const { id: lead } = await w.db
      .selectFrom('assignment')
      .select('id')
      .where('order_id', '=', o.id)
      .where('round', '=', 2)
      .executeTakeFirstOrThrow();
    const again = { id: o.id, lead };
    done(await s.onAssignment(loginOf(OFFICE), lead, 'sign'));
    done(await contact(again, OFFICE));
    done(await draft(again, OFFICE));
    done(await submit(again, OFFICE));
    await asGolden(o.id);
    await go('2026-09-23 10:00');
    done(await pass(again));
    await asGolden(o.id);
    expect(await one(o.id, 'callback')).toMatchObject({ cycle: 2, due: '2026-09-28 17:30' });
    expect((await clocks(o.id)).filter((r) => r.clock === 'citizen')).toHaveLength(1);
  });

  it('of what was answered at once starts the first clocks a unit has', async () => {
    await go(MONDAY);
    const o = await s.register({ type: 'consultation' });
    done(await s.act('operator', o.id, 'direct_answer', { type: 'consultation', answer: '可以网上办理。' })); // prettier-ignore
    await asGolden(o.id);
    await w.settle();
    done(await redo(o, { leadId: await w.unit(OFFICE), categoryCode: '0301', urgency: 'U4' }));
    await asGolden(o.id);
    expect((await dues(o.id))[`${OFFICE} final`]).toBe('2026-09-29 17:30');
  });
});

describe('the end', () => {
  /** Nothing lives, no step is left, and nothing fires however long one waits. */
  async function silent(orderId: string, at = '2026-11-20 10:00') {
    expect(await asGolden(orderId)).toEqual([]);
    const entries = await entriesOf(orderId);
    const ids = (await clocks(orderId)).map((r) => r.id);
    const fired = async () =>
      w.db
        .selectFrom('deadline_step')
        .select(['deadline_id', 'step'])
        .where('deadline_id', 'in', ids)
        .execute();
    const before = await fired();
    await go(at);
    await fireAll(w.deps);
    await w.settle();
    expect(await fired()).toEqual(before);
    expect(await entriesOf(orderId)).toBe(entries);
    const told = await w.db
      .selectFrom('escalation')
      .select('id')
      .where('order_id', '=', orderId)
      .execute();
    return told.length;
  }

  it.each(['registered', 'accepted', 'dispatched', 'signed'] as const)(
    'withdrawn when %s: everything void, nothing fires afterwards',
    async (state) => {
      await go(MONDAY);
      const m: Parameters<typeof s.signed>[0] = {
        type: 'help',
        urgency: 'U1',
        lead: OFFICE,
        co: [ROOM],
      };
      const o = state === 'registered' ? await s.register(m) : await s[state](m);
      const before = names(await living(o.id));
      done(await withdraw(o));
      const all = await clocks(o.id);
      for (const r of all.filter((x) => before.includes(`${x.subject} ${x.clock}`)))
        expect([r.clock, r.state, r.met]).toEqual([r.clock, 'stopped', null]);
      expect(await silent(o.id)).toBe(0);
    },
  );

  it('rejected: the decision was in time, nothing fires afterwards', async () => {
    await go(MONDAY);
    const o = await s.register();
    const input = { ground: 'N03', wordsTold: '不属受理范围', guidance: '请向法院提出' };
    done(await s.act('dispatcher', o.id, 'reject', input));
    expect(await one(o.id, 'accept')).toMatchObject({ met: true });
    expect(await silent(o.id)).toBe(0);
  });

  it('rejected after acceptance: dispatch is done', async () => {
    await go(MONDAY);
    const o = await s.accepted({ urgency: 'U4', type: 'help' });
    const input = { ground: 'N03', wordsTold: '不属受理范围', guidance: '请向法院提出' };
    done(await s.act('dispatcher', o.id, 'reject', input));
    expect(await one(o.id, 'dispatch')).toMatchObject({ met: true });
    expect(await silent(o.id)).toBe(0);
  });

  it('closed: nothing fires afterwards', async () => {
    await go(MONDAY);
    const o = await s.evaluated({ type: 'help', urgency: 'U2', lead: OFFICE });
    await w.settle();
    expect(await silent(o.id)).toBe(0);
  });

  it('a redo is proposed and waits: no clock runs meanwhile', async () => {
    await go(MONDAY);
    const rating = { contacted: true, solved: 'not_solved', satisfaction: 1 };
    const o = await s.evaluated({ type: 'help', urgency: 'U4', lead: OFFICE, rating });
    await w.settle();
    expect(await asGolden(o.id)).toEqual([]);
  });
});

describe('the citizen is asked for more', () => {
  const ask = (o: { id: string }, login = 'operator') =>
    s.act(login, o.id, 'ask_supplement', { missing: ['address'], question: '哪一幢？' });
  const add = (o: { id: string }) => s.act('operator', o.id, 'supplement', { text: '七幢' });
  const expire = (o: { id: string }) => doAct(w.deps, SYSTEM, o.id, 'expire_supplement', null, {});
  const lines = async (o: { id: string }, clock: Clock) =>
    (await ledger(o.id)).filter((e) => e.clock === clock).map((e) => [e.kind, e.reason, e.how]);

  it('registered: two working days for the citizen, then the centre begins again', async () => {
    await go(MONDAY);
    const o = await s.register();
    await go('2026-09-21 10:30');
    done(await ask(o));
    await asGolden(o.id);
    expect(await one(o.id, 'accept')).toMatchObject({ cycle: 1, met: true });
    expect(await one(o.id, 'supplement')).toMatchObject({ due: '2026-09-23 17:30', shown: true });
    await go('2026-09-22 09:00');
    done(await add(o));
    await asGolden(o.id);
    expect(await one(o.id, 'supplement')).toMatchObject({ met: true });
    expect(await one(o.id, 'accept')).toMatchObject({ cycle: 2, due: '2026-09-22 09:30', shown: true }); // prettier-ignore
    expect((await clocks(o.id)).filter((r) => r.clock === 'accept')).toHaveLength(2);
    expect((await clocks(o.id)).filter((r) => r.clock === 'citizen')).toHaveLength(1);
  });

  it('twice: a second run of the supplement, none doubled', async () => {
    await go(MONDAY);
    const o = await s.accepted({ type: 'help', urgency: 'U4' });
    for (const cycle of [1, 2]) {
      done(await ask(o, 'dispatcher'));
      await asGolden(o.id);
      expect(await one(o.id, 'supplement')).toMatchObject({ cycle, state: 'running' });
      done(await add(o));
      await asGolden(o.id);
      expect(await one(o.id, 'dispatch')).toMatchObject({ cycle: cycle + 1, shown: true });
    }
  });

  it.each([
    ['answered', add],
    ['not answered', expire],
  ] as const)('in progress, %s: the unit’s clocks stand still and run on', async (_how, end) => {
    await go('2026-09-21 16:00');
    const o = await s.signed({ type: 'help', urgency: 'U1', lead: OFFICE, co: [ROOM] });
    const before = await dues(o.id);
    await go('2026-09-21 16:10');
    done(await ask(o));
    const still = (await living(o.id)).filter((r) => r.subject !== 'order');
    expect(still.length).toBeGreaterThan(5);
    expect(new Set(still.map((r) => r.state))).toEqual(new Set(['paused']));
    await asGolden(o.id);
    // The unit's own clock is what it is shown by, and it stands.
    expect((await living(o.id)).filter((r) => r.shown).map((r) => r.clock)).toEqual(['final']);
    await go('2026-09-21 19:10');
    await end(o);
    await asGolden(o.id);
    const after = await dues(o.id);
    const later = (text: string) => told(new Date(Date.parse(`${text.replace(' ', 'T')}:00+08:00`) + 180 * MINUTE)); // prettier-ignore
    for (const [clock, due] of Object.entries(before))
      if (!clock.startsWith('order ')) expect([clock, after[clock]]).toEqual([clock, later(due)]);
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  });

  it('working hours only count where the clock counts working hours', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'help', urgency: 'U4', lead: OFFICE });
    expect((await one(o.id, 'final')).due).toBe('2026-09-29 17:30');
    await go('2026-09-21 20:00');
    done(await ask(o));
    await go('2026-09-22 11:30');
    done(await add(o));
    // 08:30 to 11:30 of Tuesday were lost: the last three hours fall on the next working day.
    expect((await one(o.id, 'final')).due).toBe('2026-09-30 11:30');
    expect(await lines(o, 'final')).toEqual([
      ['start', 'dispatch', ''],
      ['pause', 'ask_supplement', ''],
      ['resume', 'supplement', ''],
    ]);
  });

  it('silence: closed without measuring anybody, nothing fires afterwards', async () => {
    await go(MONDAY);
    for (const state of ['register', 'accepted'] as const) {
      const o = await s[state]();
      done(await ask(o));
      await expire(o);
      expect(await asGolden(o.id)).toEqual([]);
      expect(await lines(o, 'supplement')).toEqual([
        ['start', 'ask_supplement', ''],
        ['stop', 'expire_supplement', 'void'],
      ]);
    }
  });

  it('withdrawn meanwhile: all void', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'help', urgency: 'U4', lead: OFFICE });
    done(await ask(o));
    done(await withdraw(o));
    expect(await asGolden(o.id)).toEqual([]);
    expect((await one(o.id, 'final')).met).toBeNull();
  });
});

describe('handed to an emergency line', () => {
  const m = { type: 'help', urgency: 'U1', lead: OFFICE, co: [ROOM] } as const;
  it.each(['register', 'accepted', 'dispatched', 'signed'] as const)(
    '%s: nothing of it is measured',
    async (state) => {
      await go(MONDAY);
      const o = await s[state]({ ...m, co: [ROOM] });
      const before = (await living(o.id)).filter((r) => r.clock !== 'citizen').map((r) => r.id);
      done(await s.act('operator', o.id, 'transfer_emergency', { target: '119', record: '已转' }));
      expect(await asGolden(o.id)).toEqual(['order citizen']);
      const now = (await clocks(o.id)).filter((r) => before.includes(r.id));
      for (const r of now) expect([r.clock, r.state, r.met]).toEqual([r.clock, 'stopped', null]);
      done(await s.act('operator', o.id, 'receipt', { receiptNo: '119-7' }));
      expect(await asGolden(o.id)).toEqual([]);
    },
  );

  it('nothing of substance: the centre was in time', async () => {
    await go(MONDAY);
    const o = await s.register();
    done(await s.act('operator', o.id, 'close_no_substance', { asked: '请问有什么事？' }));
    expect(await asGolden(o.id)).toEqual([]);
    expect(await one(o.id, 'accept')).toMatchObject({ met: true });
  });
});

describe('special cases', () => {
  it('anonymous: nobody to contact', async () => {
    await go(MONDAY);
    const o = await s.dispatched({ type: 'help', urgency: 'U1', lead: OFFICE, anonymous: true });
    await asGolden(o.id);
    expect((await clocks(o.id)).map((r) => r.clock)).not.toContain('first_contact');
  });

  it('an attempt that reached nobody is no contact', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'help', urgency: 'U2', lead: OFFICE });
    done(await contact(o, OFFICE, false));
    await asGolden(o.id);
    expect((await one(o.id, 'first_contact')).state).toBe('running');
    done(await contact(o, OFFICE));
    expect(await one(o.id, 'first_contact')).toMatchObject({ state: 'stopped', met: true });
    await asGolden(o.id);
  });

  it('submitted without contact: that clock is void, and runs on when the audit fails', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'help', urgency: 'U4', lead: OFFICE });
    done(await draft(o, OFFICE, { contactMade: false }));
    done(await submit(o, OFFICE));
    expect(await one(o.id, 'first_contact')).toMatchObject({ state: 'stopped', met: null });
    done(await fail(o));
    await asGolden(o.id);
    expect(await one(o.id, 'first_contact')).toMatchObject({ state: 'running', cycle: 1 });
  });

  it('U1: progress is the first disposal; without any, the reply is', async () => {
    await go(MONDAY);
    const m = { type: 'help', urgency: 'U1', lead: OFFICE } as const;
    const a = await s.signed(m);
    done(await s.onAssignment('zhzf.handler', a.lead, 'progress', { text: '已到现场。' }));
    expect(await one(a.id, 'first_disposal')).toMatchObject({ state: 'stopped', met: true });
    expect((await one(a.id, 'final')).state).toBe('running');
    await asGolden(a.id);
    done(await s.onAssignment('zhzf.handler', a.lead, 'progress', { text: '抢修中。' }));
    await asGolden(a.id);
    const b = await s.replied(m);
    expect(await one(b.id, 'first_disposal')).toMatchObject({ state: 'stopped', met: true });
    await asGolden(b.id);
    done(await fail(b));
    await asGolden(b.id, 'the reply that failed was no disposal');
  });

  it('a waived co-handler: void, not missed; cancelled when the audit passes', async () => {
    await go(MONDAY);
    const o = await s.drafted({ type: 'help', urgency: 'U4', lead: OFFICE, co: [ROOM] });
    expect((await submit(o, OFFICE)).status).toBe(409);
    await asGolden(o.id, 'refused');
    done(await submit(o, OFFICE, '不等协办'));
    await asGolden(o.id);
    expect(await one(o.id, 'co')).toMatchObject({ state: 'stopped', met: null });
    expect(await one(o.id, 'sign', ROOM)).toMatchObject({ state: 'stopped', met: null });
    done(await pass(o));
    await asGolden(o.id);
  });

  it('a waived co-handler runs on when the audit fails', async () => {
    await go(MONDAY);
    const o = await s.replied({ type: 'help', urgency: 'U4', lead: OFFICE, co: [ROOM] });
    done(await fail(o));
    await asGolden(o.id);
    expect(await one(o.id, 'co')).toMatchObject({ state: 'running', due: '2026-09-28 17:30' });
  });

  it('a direct answer: the citizen has it, a callback is due', async () => {
    await go(MONDAY);
    const o = await s.register({ type: 'complaint' });
    done(await s.act('operator', o.id, 'direct_answer', { type: 'complaint', answer: '已经恢复。' })); // prettier-ignore
    expect(await asGolden(o.id)).toEqual(['order callback']);
    expect(await one(o.id, 'accept')).toMatchObject({ met: true });
    expect(await dues(o.id)).toEqual({ 'order callback': '2026-09-23 17:30' });
    await w.settle();
    await asGolden(o.id);
  });

  it('a direct answer after acceptance', async () => {
    await go(MONDAY);
    const o = await s.accepted({ type: 'complaint', urgency: 'U4' });
    done(await s.act('operator', o.id, 'direct_answer', { type: 'complaint', answer: '已经恢复。' })); // prettier-ignore
    expect(await asGolden(o.id)).toEqual(['order callback']);
    expect(await one(o.id, 'dispatch')).toMatchObject({ met: true });
  });

  it('a rating link that was sent ends the callback clock: the days are the citizen’s', async () => {
    await go(MONDAY);
    const o = await s.register({ type: 'suggestion', channel: 'visit' });
    done(await s.act('operator', o.id, 'direct_answer', { type: 'suggestion', answer: '已转有关部门。' })); // prettier-ignore
    expect((await one(o.id, 'callback')).state).toBe('running');
    await w.settle();
    expect(await one(o.id, 'callback')).toMatchObject({ state: 'stopped', met: true });
    const last = (await ledger(o.id)).filter((e) => e.clock === 'callback').at(-1)!;
    expect([last.kind, last.reason, last.how, last.party]).toEqual(['stop', 'link_sent', 'done', 'system']); // prettier-ignore
    expect(await living(o.id)).toEqual([]);
  });

  it('nobody is to be called: the callback ends with the order', async () => {
    await go(MONDAY);
    const o = await s.audited({ type: 'praise', urgency: 'U4', lead: OFFICE });
    expect(await living(o.id)).toEqual([]);
    expect((await one(o.id, 'callback')).state).toBe('stopped');
  });

  it('a whole batch of receipts: two clocks for each, none for another', async () => {
    await go(MONDAY);
    const made = await Promise.all(Array.from({ length: 40 }, () => s.register()));
    for (const o of made) {
      expect(await asGolden(o.id)).toEqual(['order accept', 'order citizen']);
      expect(await entriesOf(o.id)).toBe(2);
    }
  });

  it('a unit’s own hours: a command room that works on Sundays too', async () => {
    const w2 = await createWorld({ at: '2026-09-19T02:00:00Z' });
    try {
      const input = {
        organizationId: await w2.unit(ROOM),
        name: '指挥室轮班',
        followsCity: false,
        from: '2026-01-01',
        week: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, spans: [[480, 1200]] })),
      };
      done(await (await w2.as('admin')).post('/api/calendars', { change: 'hours', input }));
      const o = await steps(w2).dispatched({ type: 'consultation', urgency: 'U4', lead: ROOM });
      const { due_at } = await w2.db
        .selectFrom('deadline')
        .select('due_at')
        .where('order_id', '=', o.id)
        .where('clock', '=', 'final')
        .executeTakeFirstOrThrow();
      // Saturday is the day of receipt; Sunday, Monday at 20:00.
      expect(told(due_at)).toBe('2026-09-21 20:00');
    } finally {
      await w2.close();
    }
  });

  it('a supervision order: 3 or 5 working days by its level', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'report', urgency: 'U4', lead: OFFICE });
    const supervisor = await w.as('supervisor');
    const dated = [
      [2, '2026-09-24 17:30'],
      [3, '2026-09-29 17:30'],
    ] as const;
    for (const [level, due] of dated) {
      const made = done(
        await supervisor.post(`/api/orders/${o.id}/supervisions`, { level, demand: '说明原因' }),
      );
      const row = (await clocks(o.id)).find(
        (r) => r.clock === 'supervision_reply' && r.due === due,
      );
      expect(row, `level ${level}`).toMatchObject({ state: 'running', subject: OFFICE });
      expect(made.createdId).toBeTruthy();
    }
  });
});

describe('an act that is repeated or fails', () => {
  it('the same Idempotency-Key starts nothing twice', async () => {
    await go(MONDAY);
    const o = await s.accepted({ type: 'help', urgency: 'U4' });
    const dispatcher = await w.as('dispatcher');
    const body = {
      act: 'dispatch',
      version: await versionOf(w, o.id),
      input: { leadId: await w.unit(OFFICE), coIds: [await w.unit(ROOM)] },
    };
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => dispatcher.post(`/api/orders/${o.id}/acts`, body, key)),
    );
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200, 200, 200, 200]);
    done(await dispatcher.post(`/api/orders/${o.id}/acts`, body, key));
    await asGolden(o.id);
    const lines = (await ledger(o.id)).map((e) => `${e.code} ${e.clock} ${e.kind}`);
    expect(lines).toHaveLength(new Set(lines).size);
    expect(new Set((await clocks(o.id)).map((r) => r.cycle))).toEqual(new Set([1]));
  });

  it('the same receipt twice has two clocks', async () => {
    await go(MONDAY);
    const operator = await w.as('operator');
    const body = {
      channel: 'phone',
      content: '路灯不亮',
      requester: { kind: 'natural', name: '陈女士', phone: '13805774471' },
    };
    const key = { 'idempotency-key': randomUUID() };
    const first = done(await operator.post('/api/orders', body, key));
    const second = done(await operator.post('/api/orders', body, key));
    expect(second.orderId).toBe(first.orderId);
    expect(await entriesOf(first.orderId)).toBe(2);
  });

  it('a failed act leaves no line in any ledger', async () => {
    await go(MONDAY);
    const o = await s.accepted({ type: 'help', urgency: 'U4' });
    const count = async () =>
      Number(
        (
          await w.db
            .selectFrom('clock_entry')
            .select((eb) => eb.fn.countAll().as('n'))
            .executeTakeFirstOrThrow()
        ).n,
      );
    const before = [await count(), JSON.stringify(await clocks(o.id))];
    const leadId = await w.unit(OFFICE);
    const refusals = [
      await s.act('dispatcher', o.id, 'dispatch', { leadId: randomUUID(), coIds: [] }),
      await s.act('dispatcher', o.id, 'dispatch', { leadId, coIds: [randomUUID()] }),
      await s.act('dispatcher', o.id, 'dispatch', { leadId, coIds: [] }, 1),
      await s.act('operator', o.id, 'dispatch', { leadId, coIds: [] }),
      await s.act('dispatcher', o.id, 'reject', { ground: 'N99', wordsTold: 'x', guidance: 'x' }),
      await s.act('operator', o.id, 'accept', { type: 'help', categoryCode: '0301', urgency: 'U4' }), // prettier-ignore
    ];
    expect(refusals.every((r) => r.status >= 400 && r.status < 500)).toBe(true);
    expect([await count(), JSON.stringify(await clocks(o.id))]).toEqual(before);
  });

  it('two people at once: one act, one set of clocks', async () => {
    await go(MONDAY);
    const o = await s.accepted({ type: 'help', urgency: 'U4' });
    const version = await versionOf(w, o.id);
    const [a, b] = [await w.unit(OFFICE), await w.unit('WATER')];
    const answers = await Promise.all(
      [a, b, a, b].map((leadId) => s.act('dispatcher', o.id, 'dispatch', { leadId, coIds: [] }, version)), // prettier-ignore
    );
    expect(answers.map((x) => x.status).sort()).toEqual([200, 409, 409, 409]);
    await asGolden(o.id);
  });
});

describe('round trips', () => {
  it('one reads all that moves clocks; what must be reckoned up takes another, writing none', async () => {
    await go(MONDAY);
    const m = { type: 'help', urgency: 'U4', lead: OFFICE } as const;
    const o = await s.signed(m);
    const subjectIds = [o.lead];
    const trips = async (...changes: Change[]) => {
      const before = w.trips();
      await inTransaction(w.deps, SYSTEM, async (tx) => {
        const book = await readBook(tx.db, o.id);
        await moveClocks(tx, { party: 'system', reason: 'grant' }, book, changes);
      });
      return w.trips() - before;
    };
    // The instant, the book, the writes with the commit.
    const clocksOf = (clock: Clock) => ({ subjectIds, clocks: [clock] });
    expect(await trips({ ...clocksOf('first_contact'), kind: 'stop', how: 'void' })).toBe(3);
    expect(await trips({ subjectIds, kind: 'pause', pause: 'supplement' })).toBe(4);
    expect(await trips({ subjectIds, kind: 'resume' })).toBe(4);
    expect(names(await living(o.id))).toEqual([
      `${OFFICE} final`,
      `${OFFICE} return_window`,
      'order citizen',
    ]);
  });
});

describe('pauses and extensions (verbs that no act does by itself)', () => {
  const doing = (work: (tx: Tx) => Promise<void>) => inTransaction(w.deps, SYSTEM, work);
  const stepsOf = async (id: string) =>
    w.db
      .selectFrom('deadline_step')
      .selectAll()
      .where('deadline_id', '=', id)
      .orderBy('fire_at')
      .execute();
  const openSteps = async (id: string) =>
    Object.fromEntries(
      (await stepsOf(id)).flatMap((x) => (x.fired_at ? [] : [[x.step, told(x.fire_at)]])),
    );

  it.each(['supplement', 'suspension', 'statutory'] as const)(
    '%s: the levels disappear, nothing fires, and they come back moved',
    async (pause) => {
      await go(MONDAY);
      const o = await s.signed({ type: 'help', urgency: 'U4', lead: OFFICE });
      const final = await one(o.id, 'final');
      expect(await openSteps(final.id)).toEqual({
        // 5 h 06 of Monday and 35 h: half after 20 h 03, 80 % after 32 h 05.
        half: '2026-09-24 09:27',
        eighty: '2026-09-28 16:29',
        due: '2026-09-29 17:30',
        late1: '2026-09-30 17:30',
        late3: '2026-10-09 17:30',
        late5: '2026-10-12 17:30',
      });
      // Outside working hours, so that whole working days are paused.
      await go('2026-09-22 08:00');
      await doing((tx) =>
        pauseClocks(tx, 'supervisor', { subjectIds: [o.lead] }, pause, 'test_pause'),
      );
      const paused = await one(o.id, 'final');
      expect(paused).toMatchObject({ state: 'paused', due: null });
      // 22, 23, 24, 28, 29.
      expect(paused.remaining_ms).toBe(35 * 60 * MINUTE);
      expect(await openSteps(final.id)).toEqual({});
      // All of the assignment stood still; the citizen's clock never does.
      const states = (await living(o.id)).map((r) => `${r.clock} ${r.state}`).sort();
      expect(states).toEqual([
        'citizen running',
        'final paused',
        'first_contact paused',
        'return_window paused',
      ]);
      await go('2026-09-23 18:00');
      await fireAll(w.deps);
      expect((await stepsOf(final.id)).length).toBe(0);
      await doing((tx) => resumeClocks(tx, 'supervisor', { subjectIds: [o.lead] }, 'test_resume'));
      // Two working days: 14 h. 09-29 17:30 + 14 h = 10-08 17:30.
      expect(await one(o.id, 'final')).toMatchObject({
        state: 'running',
        due: '2026-10-08 17:30',
        remaining_ms: null,
      });
      expect(await openSteps(final.id)).toEqual({
        half: '2026-09-29 09:27',
        eighty: '2026-09-30 16:29',
        due: '2026-10-08 17:30',
        late1: '2026-10-09 17:30',
        late3: '2026-10-12 17:30',
        late5: '2026-10-14 17:30',
      });
      const lines = (await ledger(o.id)).filter((e) => e.clock === 'final');
      expect(lines.map((e) => [e.kind, e.reason, e.party])).toEqual([
        ['start', 'dispatch', 'dispatcher'],
        ['pause', 'test_pause', 'supervisor'],
        ['resume', 'test_resume', 'supervisor'],
      ]);
      expect(lines[1]!.detail).toEqual({ pause });
    },
  );

  it('a step that fired before a pause does not fire again', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'help', urgency: 'U4', lead: OFFICE });
    const { id } = await one(o.id, 'final');
    await go('2026-09-24 14:30');
    await fireAll(w.deps);
    await doing((tx) => pauseClocks(tx, 'system', { subjectIds: [o.lead] }, 'supplement', 'p'));
    await go('2026-09-28 08:30');
    await doing((tx) => resumeClocks(tx, 'system', { subjectIds: [o.lead] }, 'r'));
    const rows = await stepsOf(id);
    expect(rows.filter((x) => x.step === 'half')).toHaveLength(1);
    expect(rows.find((x) => x.step === 'half')!.fired_at).not.toBeNull();
    expect((await one(o.id, 'final')).due).toBe('2026-09-30 11:30');
  });

  it('pausing what is paused, and resuming what runs, does nothing', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'help', urgency: 'U4', lead: OFFICE });
    const which = { subjectIds: [o.lead], clocks: ['final' as const] };
    await doing((tx) => resumeClocks(tx, 'system', which, 'r'));
    await doing((tx) => pauseClocks(tx, 'system', which, 'statutory', 'p'));
    await doing((tx) => pauseClocks(tx, 'system', which, 'statutory', 'p'));
    const lines = (await ledger(o.id)).filter((e) => e.clock === 'final');
    expect(lines.map((e) => e.kind)).toEqual(['start', 'pause']);
    // Only the one that was named.
    expect((await one(o.id, 'first_contact')).state).toBe('running');
  });

  it('withdrawn while paused: void, and resuming finds nothing', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'help', urgency: 'U4', lead: OFFICE });
    await doing((tx) => pauseClocks(tx, 'system', { subjectIds: [o.lead] }, 'suspension', 'p'));
    await go('2026-09-23 10:00');
    done(await withdraw(o));
    await doing((tx) => resumeClocks(tx, 'system', { subjectIds: [o.lead] }, 'r'));
    expect(await living(o.id)).toEqual([]);
    expect(await one(o.id, 'final')).toMatchObject({ state: 'stopped', met: null });
  });

  it('an extension moves the due instant, opens an epoch, and every level may come again', async () => {
    await go(MONDAY);
    const o = await s.signed({ type: 'consultation', urgency: 'U4', lead: OFFICE });
    const { id } = await one(o.id, 'final');
    await go('2026-09-23 16:00');
    await fireAll(w.deps);
    expect((await stepsOf(id)).filter((x) => x.fired_at).map((x) => x.step)).toEqual(['half', 'eighty']); // prettier-ignore
    const which = { subjectIds: [o.lead], clocks: ['final' as const] };
    await doing((tx) => extendClocks(tx, 'dispatcher', which, { amount: 2, basis: 'wd' }, 'grant'));
    expect((await one(o.id, 'final')).due).toBe('2026-09-28 17:30');
    const rows = await stepsOf(id);
    expect(rows.filter((x) => x.epoch === 2 && !x.fired_at).map((x) => x.step)).toEqual(
      expect.arrayContaining(['due', 'late1', 'late3', 'late5']),
    );
    // 80 % of 26 h 06 lies ahead again; half of it has gone by and was told.
    expect(rows.filter((x) => !x.fired_at).map((x) => x.step)).toContain('eighty');
    expect(rows.filter((x) => !x.fired_at).map((x) => x.step)).not.toContain('half');
  });

  it('there is nothing to extend on a clock that does not run', async () => {
    await go(MONDAY);
    const o = await s.replied({ type: 'help', urgency: 'U4', lead: OFFICE });
    const which = { subjectIds: [o.lead], clocks: ['final' as const] };
    const asked = doing((tx) => extendClocks(tx, 'dispatcher', which, { amount: 2, basis: 'wd' }, 'grant')); // prettier-ignore
    await expect(asked).rejects.toMatchObject({ code: 'state_conflict' });
  });
});

describe('every ledger of this suite', () => {
  it('says only what the golden file knows, and every line of the file was seen', async () => {
    const rows = await w.db
      .selectFrom('clock_entry')
      .innerJoin('deadline', 'deadline.id', 'clock_entry.deadline_id')
      .select(['clock', 'kind', 'reason', 'detail'])
      .where('clock', '<>', 'supervision_reply')
      .where('reason', 'not in', ['p', 'r', 'grant', 'test_pause', 'test_resume'])
      .execute();
    const seen = new Set(
      rows.map((r) => [r.kind, r.clock, r.reason, (r.detail as { how?: string }).how ?? ''].join(' ').trim()), // prettier-ignore
    );
    expect([...seen].filter((x) => !GOLDEN.ledger.has(x))).toEqual([]);
    expect([...GOLDEN.ledger].filter((x) => !seen.has(x))).toEqual([]);
  });

  it('begins with a start and is numbered without gaps', async () => {
    const rows = await w.db
      .selectFrom('clock_entry')
      .select(['deadline_id', 'position', 'kind'])
      .orderBy('deadline_id')
      .orderBy('position')
      .execute();
    const wrong = rows.filter((r, i) => {
      const before = rows[i - 1];
      const first = before?.deadline_id !== r.deadline_id;
      return first ? r.position !== 1 || r.kind !== 'start' : r.position !== before.position + 1;
    });
    expect(wrong).toEqual([]);
  });
});
