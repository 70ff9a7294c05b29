/**
 * The ladder with a real database and a moved clock: what fires is served as workers serve it, and
 * every step leaves its row, its act, its notices and its messages exactly once.
 */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extendClocks, fireAll } from '../../src/deadline/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { newId, orderNoText } from '../../src/kernel/ids.ts';
import { dueDeliveries, send } from '../../src/notification/index.ts';
import { receiveDuty } from '../../src/platform/outbox.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { HANDLERS } from '../../workers/handlers/index.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
let sent: { id: string; to: string; text: string }[] = [];
const gateway = async (sms: { id: string; to: string; text: string }) => void sent.push(sms);

/** A Monday of a month without holidays, 10:24 in the city; each test begins there. */
const START = '2026-11-02T02:24:00Z';
const UNIT = 'ZHZF';

beforeAll(async () => {
  w = await createWorld({ at: START, gateway });
  s = steps(w);
});
afterAll(() => w.close());

/** Fires what is due at an instant and serves everything that follows. */
async function at(instant: string | Date): Promise<void> {
  await w.moveTo(instant);
  await fireAll(w.deps);
  await w.settle();
}
const after = (d: Date, ms = 1_000) => new Date(d.getTime() + ms);

/** Starts a test at the same place, with nothing of the earlier ones left to fire. */
async function begin(instant = START): Promise<void> {
  await w.settle();
  await sql`delete from deadline_step where fired_at is null`.execute(w.db);
  await w.moveTo(instant);
  sent = [];
}

/** Steps of one clock of an order that have not fired, by instant. */
const stepsOf = async (orderId: string, clock: string) =>
  w.db
    .selectFrom('deadline_step as s')
    .innerJoin('deadline as d', 'd.id', 's.deadline_id')
    .select(['s.step', 's.fire_at', 'd.id'])
    .where('d.order_id', '=', orderId)
    .where('d.clock', '=', clock)
    .where('s.fired_at', 'is', null)
    .orderBy('s.fire_at')
    .execute();
const stepAt = async (orderId: string, clock: string, step: string): Promise<Date> =>
  (await stepsOf(orderId, clock)).find((x) => x.step === step)!.fire_at;

const escalations = async (orderId: string) =>
  w.db
    .selectFrom('escalation')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('at')
    .orderBy('id')
    .execute();
const lines = async (orderId: string) =>
  (await escalations(orderId)).map(
    (e) =>
      `${e.clock ?? '—'} ${e.step ?? '—'} ${e.action} ${e.level} ${e.cause}${e.told ? '' : ' untold'}`,
  );
const supervisionsOf = async (orderId: string) =>
  w.db
    .selectFrom('supervision_order')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('issued_at')
    .orderBy('number')
    .execute();
/** `UNIT kind step roles`, one line each. */
const notices = async (orderId: string) =>
  (
    await w.db
      .selectFrom('notification as n')
      .innerJoin('organization as o', 'o.id', 'n.organization_id')
      .select(['o.code', 'n.kind', 'n.step', 'n.roles'])
      .where('n.order_id', '=', orderId)
      .where('n.kind', '<>', 'assigned')
      .orderBy('n.at')
      .orderBy('n.id')
      .execute()
  ).map((n) => `${n.code} ${n.kind} ${n.step} ${n.roles.join('+')}`);
const messages = async (orderId: string) =>
  w.db
    .selectFrom('delivery')
    .select(['id', 'kind', 'step', 'state', 'not_before', 'organization_id'])
    .where('order_id', '=', orderId)
    .where('kind', 'not in', ['assigned', 'receipt', 'rating_link'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
const actsOf = async (orderId: string) =>
  (
    await w.db
      .selectFrom('act')
      .select(['act', 'party'])
      .where('order_id', '=', orderId)
      .where('act', 'in', ['urge', 'supervise'])
      .orderBy('order_version')
      .execute()
  ).map((a) => `${a.act} ${a.party}`);

/** In hand, first contact made: only the final clock runs towards the ladder. */
async function inHand(m: Parameters<typeof s.signed>[0] = {}) {
  const o = await s.signed({ lead: UNIT, urgency: 'U4', ...m });
  const contact = { method: 'phone', reached: true, content: '已致电。' };
  const lead = m.lead ?? UNIT;
  s.must(await s.onAssignment(`${lead.toLowerCase()}.handler`, o.lead, 'first_contact', contact));
  await w.settle();
  return o;
}

const WHOLE = [
  'final half remind 0 half',
  'final eighty remind 0 eighty',
  'final due remind 0 due',
  'final late1 urge 1 late1',
  'final late3 supervise 2 overdue',
  'final late5 supervise 3 overdue',
];
const HEARD = [
  'ZHZF reminded half handler',
  'ZHZF reminded eighty handler+unit_leader',
  'ZHZF reminded due handler+unit_receiver+command_room+unit_leader',
  'HOTLINE reminded due supervisor',
  'ZHZF urged late1 unit_receiver+command_room+handler',
  'ZHZF supervised late3 unit_leader',
  'HOTLINE supervised late3 supervisor',
  'ZHZF supervised late5 unit_leader',
  'HOTLINE supervised late5 supervisor+center_admin',
];
const finalOnly = (all: string[]) => all.filter((l) => l.startsWith('final'));

describe('the ladder of one order', () => {
  it('climbs step by step, each told to those whom the policy names', async () => {
    await begin();
    const o = await inHand();
    const ladder = await stepsOf(o.id, 'final');
    expect(ladder.map((x) => x.step)).toEqual(['half', 'eighty', 'due', 'late1', 'late3', 'late5']);
    for (const [i, { fire_at }] of ladder.entries()) {
      await at(after(fire_at, -60_000));
      expect(finalOnly(await lines(o.id))).toEqual(WHOLE.slice(0, i));
      await at(after(fire_at));
      expect(finalOnly(await lines(o.id))).toEqual(WHOLE.slice(0, i + 1));
    }
    expect((await notices(o.id)).filter((n) => !n.includes('supervision'))).toEqual(HEARD);
    expect(await actsOf(o.id)).toEqual(['urge system', 'supervise system', 'supervise system']);
    const [two, three] = await supervisionsOf(o.id);
    expect(two).toMatchObject({ level: 2, cause: 'overdue', state: 'open', issued_by: null });
    expect(three).toMatchObject({ level: 3, cause: 'overdue', state: 'open' });
    expect(two!.organization_id).toBe(await w.unit(UNIT));
    expect(two!.assignment_id).toBe(o.lead);
    expect((await escalations(o.id)).flatMap((e) => e.supervision_order_id ?? [])).toEqual([
      two!.id,
      three!.id,
    ]);
    const kinds = (await messages(o.id)).map((d) => `${d.kind} ${d.step}`);
    expect(kinds).toEqual(['reminded due', 'urged late1', 'supervised late3', 'supervised late5']);
  });

  it('is read only by those who hold the roles in that unit', async () => {
    await begin();
    const o = await inHand();
    await at(after(await stepAt(o.id, 'final', 'due')));
    const read = async (login: string) =>
      (await (await w.as(login)).get('/api/notifications?limit=100')).body.items.filter(
        (n: { orderId: string; kind: string }) => n.orderId === o.id && n.kind === 'reminded',
      ).length;
    expect(await read('zhzf.handler')).toBe(3);
    expect(await read('zhzf.leader')).toBe(2);
    expect(await read('zhzf')).toBe(1);
    expect(await read('supervisor')).toBe(1);
    expect(await read('dispatcher')).toBe(0);
    expect(await read('admin')).toBe(0);
    expect(await read('water.leader')).toBe(0);
    // A leader further up reaches the unit and is not its leader.
    await w.person({ login: 'city.leader', grants: [{ role: 'unit_leader', unit: 'CITY' }] });
    expect((await w.as('city.leader')).actor.reach).toContain(await w.unit(UNIT));
    expect(await read('city.leader')).toBe(0);
    // A notice without roles is for everybody there.
    const assigned = (await (await w.as('zhzf.leader')).get('/api/notifications?limit=100')).body;
    expect(assigned.items.some((n: { kind: string }) => n.kind === 'assigned')).toBe(true);
  });

  it('after weeks of downtime everything is there at once, in order', async () => {
    await begin();
    const o = await inHand();
    await at(after(await stepAt(o.id, 'final', 'late5')));
    expect(await lines(o.id)).toEqual(WHOLE);
    expect(await notices(o.id)).toEqual(HEARD);
    expect((await supervisionsOf(o.id)).map((x) => x.level)).toEqual([2, 3]);
    expect((await messages(o.id)).map((d) => d.step)).toEqual(['due', 'late1', 'late3', 'late5']);
  });

  it('a repeated event, a second firing and a second server change nothing', async () => {
    await begin();
    const o = await inHand();
    await at(after(await stepAt(o.id, 'final', 'late3')));
    const everything = async () => ({
      lines: await lines(o.id),
      notices: await notices(o.id),
      messages: (await messages(o.id)).length,
      acts: await actsOf(o.id),
      supervisions: (await supervisionsOf(o.id)).map((x) => x.number),
    });
    const before = await everything();
    expect(before.lines).toHaveLength(5);
    const { rows: events } = await sql<{ id: string }>`select id from domain_event
      where type = 'deadline.fired' and order_id = ${o.id}`.execute(w.db);
    for (const e of events) {
      await w.db
        .insertInto('outbox')
        .values({ id: newId(), event_id: e.id, consumer: 'supervision.escalate' })
        .execute();
    }
    await w.settle();
    expect(await fireAll(w.deps)).toBe(0);
    await w.settle();
    expect(await everything()).toEqual(before);
  });

  it('events served the newest first change nothing: levels rise in the order of their instants', async () => {
    await begin();
    const o = await inHand();
    const ladder = await stepsOf(o.id, 'final');
    for (const { fire_at } of ladder) {
      await w.moveTo(after(fire_at));
      await fireAll(w.deps);
    }
    const { rows } = await sql<{ id: string }>`select b.id from outbox b
      join domain_event e on e.id = b.event_id
      where b.consumer = 'supervision.escalate' and e.subject_id = ${ladder[0]!.id}
      order by e.at desc, b.id desc`.execute(w.db);
    expect(rows).toHaveLength(ladder.length);
    for (const { id } of rows) {
      await inTransaction(w.deps, SYSTEM, async (tx) => {
        const event = (await receiveDuty(tx.db, id))!;
        await HANDLERS['supervision.escalate'](w.deps, tx, event);
      });
    }
    await w.settle();
    expect(finalOnly(await lines(o.id))).toEqual(WHOLE);
    expect((await supervisionsOf(o.id)).map((x) => x.level)).toEqual([2, 3]);
    expect(await actsOf(o.id)).toEqual(['urge system', 'supervise system', 'supervise system']);
    expect((await notices(o.id)).toSorted()).toEqual(HEARD.toSorted());
    const kinds = (await messages(o.id)).map((d) => `${d.kind} ${d.step}`);
    expect(kinds.toSorted()).toEqual(['reminded due', 'supervised late3', 'supervised late5', 'urged late1']); // prettier-ignore
  });

  it('a co-handler that is late is pressed by itself; the lead is not', async () => {
    await begin();
    const o = await inHand({ co: ['WATER'] });
    await at(after(await stepAt(o.id, 'co', 'late1')));
    const urged = (await notices(o.id)).filter((n) => n.includes(' urged '));
    expect(urged).toEqual(['WATER urged late1 unit_receiver+command_room+handler']);
  });
});

describe('who is no longer late', () => {
  const untold = async (o: { id: string }, stop: () => Promise<unknown>) => {
    await w.moveTo(after(await stepAt(o.id, 'final', 'late3')));
    await fireAll(w.deps);
    await stop();
    await w.settle();
    const all = await escalations(o.id);
    expect(all.length).toBeGreaterThan(3);
    expect(all.filter((e) => e.told)).toEqual([]);
    expect(await notices(o.id)).toEqual([]);
    expect(await messages(o.id)).toEqual([]);
    expect(await actsOf(o.id)).toEqual([]);
    expect(await supervisionsOf(o.id)).toEqual([]);
    const { rows } = await sql`select 1 from domain_event
      where type = 'escalation.recorded' and order_id = ${o.id}`.execute(w.db);
    expect(rows).toEqual([]);
  };

  it('a withdrawn order is not escalated; that its steps fired is kept', async () => {
    await begin();
    const o = await inHand();
    const wish = { wish: '不要了', identifiedBy: 'caller_number' };
    await untold(o, async () => s.must(await s.act('operator', o.id, 'withdraw', wish)));
  });

  it('an answered order is not escalated', async () => {
    await begin();
    const o = await s.drafted({ lead: UNIT, urgency: 'U4' });
    await w.settle();
    await untold(o, async () =>
      s.must(await s.onAssignment('zhzf.leader', o.lead, 'submit_reply')),
    );
  });

  it('steps of before an extension are not served after it', async () => {
    await begin();
    const o = await inHand();
    await untold(o, () =>
      inTransaction(w.deps, SYSTEM, (tx) =>
        extendClocks(
          tx,
          'system',
          { subjectIds: [o.lead], clocks: ['final'] },
          { amount: 20, basis: 'wd' },
          'test',
        ),
      ),
    );
    // In the new time it climbs again.
    const again = await stepsOf(o.id, 'final');
    expect(again.map((x) => x.step)).toContain('late1');
    await at(after(again.find((x) => x.step === 'late1')!.fire_at));
    expect((await escalations(o.id)).filter((e) => e.told && e.action === 'urge')).toHaveLength(1);
  });

  it('a message that waits for the morning is not sent to whom answered in the night', async () => {
    // 22:00 in the city; U2 has 24 natural hours.
    await begin('2026-11-02T14:00:00Z');
    const o = await s.drafted({ lead: UNIT, urgency: 'U2' });
    await at(after(await stepAt(o.id, 'final', 'due')));
    const [held] = await messages(o.id);
    expect(held!.not_before!.toISOString()).toBe('2026-11-04T00:30:00.000Z');
    s.must(await s.onAssignment('zhzf.leader', o.lead, 'submit_reply'));
    await w.settle();
    sent = [];
    await w.moveTo('2026-11-04T00:30:00Z');
    expect(await send(w.deps, gateway, held!.id)).toBe('skipped');
    expect(sent).toEqual([]);
    expect(await messages(o.id)).toMatchObject([{ kind: 'reminded', state: 'obsolete' }]);
  });
});

describe('clocks of the centre', () => {
  it('an order that nobody accepts is brought to the centre, again and again', async () => {
    await begin();
    const o = await s.register();
    await w.settle();
    await at(after(await stepAt(o.id, 'accept', 'late3')));
    expect(await lines(o.id)).toEqual([
      'accept due remind 0 due',
      'accept late1 remind 1 late1',
      'accept late3 remind 2 late3',
    ]);
    expect(await notices(o.id)).toEqual([
      'HOTLINE reminded due operator+supervisor',
      'HOTLINE reminded late1 dispatcher+supervisor+center_admin',
      'HOTLINE reminded late3 supervisor+center_admin',
    ]);
    expect((await escalations(o.id)).map((e) => e.organization_id)).toEqual([null, null, null]);
  });

  it('so is one that nobody dispatches', async () => {
    await begin();
    const o = await s.accepted({ urgency: 'U4' });
    await w.settle();
    await at(after(await stepAt(o.id, 'dispatch', 'due')));
    expect((await notices(o.id)).at(-1)).toBe('HOTLINE reminded due dispatcher+supervisor');
  });
});

describe('supervision orders that nobody answers', () => {
  const supervise = async (orderId: string, body: object) =>
    s.must(
      await (
        await w.as('supervisor')
      ).post(`/api/orders/${orderId}/supervisions`, {
        level: 2,
        demand: '说明原因',
        ...body,
      }),
    ).createdId as string;

  it('rise by one level, and above the third a person decides', async () => {
    await begin();
    const o = await inHand({ type: 'report' });
    const first = await supervise(o.id, {});
    await w.settle();
    await at(after(await stepAt(o.id, 'supervision_reply', 'late1')));
    const of = async () => (await lines(o.id)).filter((l) => l.startsWith('supervision_reply'));
    expect(await of()).toEqual([
      'supervision_reply eighty remind 0 eighty',
      'supervision_reply due remind 0 due',
      'supervision_reply late1 supervise 3 unanswered',
    ]);
    const all = await supervisionsOf(o.id);
    expect(all.map((x) => [x.level, x.cause, x.state])).toEqual([
      [2, 'manual', 'open'],
      [3, 'unanswered', 'open'],
    ]);
    expect(all[0]!.id).toBe(first);
    const told = (await messages(o.id)).filter((d) => d.kind === 'supervision_due');
    expect(told.map((d) => d.step)).toEqual(['due']);
    await at(after(await stepAt(o.id, 'supervision_reply', 'late1')));
    expect(await supervisionsOf(o.id)).toHaveLength(
      (await lines(o.id)).filter((l) => l.includes(' supervise ')).length,
    );
    expect((await supervisionsOf(o.id)).every((x) => x.level <= 3)).toBe(true);
    expect((await of()).at(-1)).toBe('supervision_reply late1 remind 3 late1');
    const last = (await notices(o.id)).filter((n) => n.includes(' reminded late1 '));
    expect(last).toContain('HOTLINE reminded late1 supervisor');
  });

  it('one of the same or a higher level that stands already is not doubled', async () => {
    await begin();
    const o = await inHand();
    const due = new Date(Date.parse(START) + 60 * 86_400_000).toISOString();
    await supervise(o.id, { level: 3, replyDue: due });
    await w.settle();
    await at(after(await stepAt(o.id, 'final', 'late5')));
    expect(finalOnly(await lines(o.id)).slice(-2)).toEqual([
      'final late3 remind 2 late3',
      'final late5 remind 3 late5',
    ]);
    expect(await supervisionsOf(o.id)).toHaveLength(1);
  });

  it('outlive the closing of an order, but not its withdrawal: then nobody has to answer', async () => {
    await begin();
    const o = await inHand();
    await supervise(o.id, {});
    const wish = { wish: '不要了', identifiedBy: 'caller_number' };
    s.must(await s.act('operator', o.id, 'withdraw', wish));
    const late = after(await stepAt(o.id, 'supervision_reply', 'late1'));
    await w.settle();
    await at(late);
    expect((await supervisionsOf(o.id)).map((x) => x.level)).toEqual([2]);
  });
});

describe('an order done again', () => {
  const redo = async (o: { id: string }, body: object = {}) => {
    const version = (
      await w.db
        .selectFrom('work_order')
        .select('version')
        .where('id', '=', o.id)
        .executeTakeFirstOrThrow()
    ).version;
    s.must(
      await (
        await w.as('supervisor')
      ).post(`/api/orders/${o.id}/redo`, {
        version,
        reason: '没有修好',
        ...body,
      }),
    );
    await w.settle();
  };

  it('once: level 2; twice: a problem order, level 3; to whom has it now', async () => {
    await begin();
    const o = await s.evaluated({ lead: UNIT });
    await redo(o);
    const [one] = await supervisionsOf(o.id);
    expect(one).toMatchObject({ level: 2, cause: 'redo', organization_id: await w.unit(UNIT) });
    expect((await lines(o.id)).at(-1)).toBe('— — supervise 2 redo');
    const heard = await notices(o.id);
    expect(heard).toContain('ZHZF supervised  unit_leader+unit_receiver+command_room');
    expect(heard).toContain('HOTLINE supervised  supervisor');
    // The second round goes the road again, to another unit.
    const again = await w.db
      .selectFrom('assignment')
      .select('id')
      .where('order_id', '=', o.id)
      .where('round', '=', 2)
      .executeTakeFirstOrThrow();
    s.must(await s.onAssignment('zhzf', again.id, 'sign'));
    const reply = { truth: 'true', finding: '已查', measures: '已修', solved: 'solved', contactMade: false, publicVersion: '已修好' }; // prettier-ignore
    s.must(await (await w.as('zhzf.handler')).put(`/api/assignments/${again.id}/reply`, reply));
    s.must(await s.onAssignment('zhzf.leader', again.id, 'submit_reply'));
    s.must(await s.act('auditor', o.id, 'audit_pass', { checklist: ['finding'] }));
    await w.settle();
    await redo(o, { leadId: await w.unit('WATER') });
    const all = await supervisionsOf(o.id);
    expect(all).toHaveLength(2);
    expect(all[1]).toMatchObject({
      level: 3,
      cause: 'problem_order',
      organization_id: await w.unit('WATER'),
    });
    expect(await notices(o.id)).toContain('HOTLINE supervised  center_admin+supervisor');
  });

  it('the event again changes nothing', async () => {
    await begin();
    const o = await s.evaluated({ lead: UNIT });
    await redo(o);
    const { rows } = await sql<{ id: string }>`select id from domain_event
      where type = 'work_order.redone' and order_id = ${o.id}`.execute(w.db);
    await w.db
      .insertInto('outbox')
      .values({ id: newId(), event_id: rows[0]!.id, consumer: 'supervision.redone' })
      .execute();
    await w.settle();
    expect(await supervisionsOf(o.id)).toHaveLength(1);
  });
});

describe('quiet hours', () => {
  /** 22:00 in the city; the morning after ends the quiet at 08:30. */
  const NIGHT = '2026-11-02T14:00:00Z';
  const MORNING = '2026-11-03T00:30:00.000Z';
  const dispatch = async (urgency: 'U1' | 'U4') => {
    const o = await s.dispatched({ lead: UNIT, urgency });
    await w.settle();
    return o;
  };
  const urge = async (o: { id: string }) => {
    s.must(await (await w.as('dispatcher')).post(`/api/orders/${o.id}/urges`, { level: 1 }));
    await w.settle();
  };
  const to = (o: { orderNo: string }) =>
    sent.filter((m) => m.text.includes(orderNoText(o.orderNo)));

  it('an urge at night waits for the morning, and goes then; a new order goes at once', async () => {
    await begin(NIGHT);
    const o = await dispatch('U4');
    expect(to(o).some((m) => m.text.includes('新派工单'))).toBe(true);
    sent = [];
    await urge(o);
    const [held] = await messages(o.id);
    expect(held).toMatchObject({ kind: 'urged', state: 'pending' });
    expect(held!.not_before!.toISOString()).toBe(MORNING);
    expect(to(o)).toEqual([]);
    // The inbox knows at once.
    expect((await notices(o.id)).some((n) => n.includes('urged'))).toBe(true);
    const due = () => dueDeliveries(w.db, 500);
    await w.moveTo('2026-11-03T00:29:50Z');
    expect(await due()).not.toContain(held!.id);
    expect(await send(w.deps, gateway, held!.id)).toBe('skipped');
    await w.moveTo('2026-11-03T00:30:00Z');
    expect(await due()).toContain(held!.id);
    expect(await send(w.deps, gateway, held!.id)).toBe('sent');
    expect(to(o)).toHaveLength(1);
    expect(await due()).not.toContain(held!.id);
  });

  it('where life is in danger nothing waits', async () => {
    await begin(NIGHT);
    const o = await dispatch('U1');
    sent = [];
    await urge(o);
    expect((await messages(o.id))[0]!.not_before).toBeNull();
    expect(to(o)).toHaveLength(1);
  });

  it('the ladder of a U1 order speaks at night; that of a U4 order waits', async () => {
    await begin(NIGHT);
    const one = await inHand({ urgency: 'U1' });
    const four = await s.dispatched({ lead: UNIT, urgency: 'U2' });
    await w.settle();
    sent = [];
    // U2 is to be signed within an hour: 23:00.
    await at('2026-11-02T15:00:01Z');
    expect(
      (await messages(four.id)).map((d) => [d.kind, d.step, d.not_before?.toISOString()]),
    ).toEqual([['reminded', 'due', MORNING]]);
    expect(to(four)).toEqual([]);
    // The final clock of U1 is 24 natural hours: at 22:00 of the next day it is overdue.
    await at('2026-11-03T14:00:10Z');
    const [loud] = await messages(one.id);
    expect(loud).toMatchObject({ kind: 'reminded', step: 'due', not_before: null, state: 'sent' });
    expect(to(one)[0]!.text).toContain('到期');
  });

  it('by day nothing waits', async () => {
    await begin();
    const o = await dispatch('U4');
    await urge(o);
    expect((await messages(o.id))[0]).toMatchObject({ not_before: null, state: 'sent' });
  });
});
