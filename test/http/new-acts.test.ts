/**
 * Acts that come before an answer, and the word that it was not true: who may, from where, what is
 * refused, who reads what was written, what is left behind. Their clocks: clocks.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { newId, orderNoText } from '../../src/kernel/ids.ts';
import type { EmergencyTarget, Flag, WaitReason } from '../../src/kernel/words.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { keepWait } from '../../src/routing/index.ts';
import { act, citizenOrder, createMany, doAct } from '../../src/workorder/index.ts';
import { ORDER_STATES, orderActsIn, orderRow } from '../../src/workorder/lifecycle.ts';
import type { OrderAct } from '../../src/workorder/lifecycle.ts';
import { createWorld, stateOf, steps, versionOf } from '../world.ts';
import type { Answer, World } from '../world.ts';

const ROOM = 'TOWN_QINGYU_1_ROOM';
/** A phrase that nobody would write by chance. */
const MARK = '琉璃瓦第七垄';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

const ok = <T = any>(a: Answer<T>): T => {
  expect(a.status, JSON.stringify(a.body)).toBeLessThan(300);
  return a.body;
};
const refused = (a: Answer, status: number, code: string) =>
  expect([a.status, a.body.code], JSON.stringify(a.body)).toEqual([status, code]);
const see = async (id: string, login = 'dispatcher') =>
  ok(await (await w.as(login)).get(`/api/orders/${id}`));
const rowOf = (id: string) =>
  w.db.selectFrom('work_order').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const wordsOf = (id: string) =>
  w.db.selectFrom('order_text').selectAll().where('order_id', '=', id).executeTakeFirstOrThrow();
/** Texts of the last act as this person reads them: kind → body. */
const lastTexts = async (id: string, login: string): Promise<Record<string, string>> => {
  const { timeline } = await see(id, login);
  const texts = timeline.at(-1).texts as { kind: string; body: string }[];
  return Object.fromEntries(texts.map((t) => [t.kind, t.body]));
};
const citizen = (id: string) => ({ kind: 'citizen', orderId: id, how: 'query_code' }) as const;
const seenByCitizen = (id: string) => citizenOrder(w.db, citizen(id), id);
const queue = async (name: string, more = ''): Promise<string[]> =>
  ok(await (await w.as('dispatcher')).get(`/api/orders?queue=${name}&limit=100${more}`)).items.map(
    (o: { id: string }) => o.id,
  );

/** An order whose words call for an emergency line, as intake makes it. */
async function emergency(target: EmergencyTarget = '119', flags: Flag[] = []): Promise<string> {
  const { id: first } = await s.register();
  const { contact_id, requester_id } = await rowOf(first);
  const id = newId();
  const matter = {
    title: '',
    content: '楼下着火了',
    address: '',
    occurred: '',
    subjectName: '',
    confidential: false,
    wishCallback: true,
    wishPublic: false,
  };
  const draft = {
    matter,
    channel: 'web' as const,
    contactId: contact_id,
    requesterId: requester_id,
    anonymous: false,
    flags,
    emergency: target,
  };
  const capacity = { party: 'system' as const, organizationId: null };
  await inTransaction(w.deps, SYSTEM, (tx) =>
    createMany(tx, [{ id, draft, actor: SYSTEM, capacity }]),
  );
  return id;
}

const transfer = (id: string, login = 'operator', more: object = {}) =>
  s.act(login, id, 'transfer_emergency', { target: '119', record: '已三方通话', ...more });
const ask = (id: string, login = 'operator', more: object = {}) =>
  s.act(login, id, 'ask_supplement', { missing: ['address'], question: '哪一幢？', ...more });
const split = async (id: string, input: object, login = 'operator', key: string = randomUUID()) =>
  (await w.as(login)).post(
    `/api/orders/${id}/split`,
    { version: await versionOf(w, id), input },
    { 'idempotency-key': key },
  );

describe('an emergency that nobody has handed over', () => {
  it('stands before everything else, and among what waits for a dispatcher nowhere', async () => {
    await s.register();
    const first = await emergency();
    const second = await emergency('120');
    expect(await queue('emergency')).toEqual(expect.arrayContaining([first, second]));
    const registered = await queue('registered');
    const mine = registered.filter((id) => id === first || id === second);
    expect(mine).toEqual([first, second]);
    const urgent = new Set(await queue('emergency'));
    const border = registered.findIndex((id) => !urgent.has(id));
    expect(registered.slice(border).filter((id) => urgent.has(id))).toEqual([]);
    expect(await queue('triage')).not.toContain(first);
    const view = await see(first);
    expect(view).toMatchObject({ emergency: '119', flags: ['emergency'], state: 'registered' });
  });

  it('goes page by page with the others, none twice and none lost', async () => {
    const all = await queue('registered');
    const paged: string[] = [];
    let cursor = '';
    do {
      const page = ok(
        await (await w.as('dispatcher')).get(`/api/orders?queue=registered&limit=1${cursor}`),
      );
      paged.push(...page.items.map((o: { id: string }) => o.id));
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : '';
    } while (cursor);
    expect(paged).toEqual(all);
  });

  /** A right input for every act that could move it. */
  const INPUT: Partial<Record<OrderAct, object>> = {
    accept: { type: 'help', categoryCode: '0301', urgency: 'U1' },
    direct_answer: { type: 'consultation', answer: '请拨打119' },
    reject: { ground: 'N03', wordsTold: '不属受理范围', guidance: '请拨打119' },
    withdraw: { wish: '不要了', identifiedBy: 'caller_number' },
    ask_supplement: { missing: ['address'], question: '哪一幢？' },
    close_no_substance: { asked: '请问有什么事？' },
  };
  const moving = orderActsIn('registered').filter(
    (a) => orderRow(a).to !== 'same' && a !== 'transfer_emergency',
  );

  it('every act that would move it is tried', () => {
    expect([...moving].sort()).toEqual(Object.keys(INPUT).sort());
  });

  it.each(moving)('%s is refused and not offered', async (name) => {
    const id = await emergency();
    const login = name === 'reject' ? 'dispatcher' : 'operator';
    refused(await s.act(login, id, name, INPUT[name]), 409, 'emergency_open');
    expect((await see(id, login)).allowed).not.toContain(name);
    expect(await rowOf(id)).toMatchObject({ state: 'registered', version: 1, emergency: '119' });
    // What is refused here is allowed where there is no emergency: the guard is what refused.
    const { id: plain } = await s.register();
    ok(await s.act(login, plain, name, INPUT[name]));
  });

  it('the system and the citizen are refused alike', async () => {
    const id = await emergency();
    const accept = { type: 'help', categoryCode: '0301', urgency: 'U1', title: '' } as const;
    await expect(doAct(w.deps, SYSTEM, id, 'accept', null, accept)).rejects.toMatchObject({
      code: 'emergency_open',
      extra: { target: '119' },
    });
    const wish = { wish: '不要了', identifiedBy: 'query_code' } as const;
    await expect(doAct(w.deps, citizen(id), id, 'withdraw', null, wish)).rejects.toMatchObject({
      code: 'emergency_open',
    });
  });

  it.each(ORDER_STATES.filter((state) => state !== 'registered'))(
    'the database does not let it be %s',
    async (state) => {
      const id = await emergency();
      const from = state === 'awaiting_supplement' ? 'registered' : null;
      const moved = sql`update work_order set state = ${state}, supplement_from = ${from},
        closed_at = ${state === 'closed' || state === 'archived' ? new Date() : null},
        closing_type = ${state === 'closed' || state === 'archived' ? 'rejected' : null}
        where id = ${id}`.execute(w.db);
      await expect(moved).rejects.toThrow(/no_emergency_in_ordinary_queues/);
    },
  );

  it('ends when it is handed over; the mark stays', async () => {
    const id = await emergency();
    ok(await transfer(id));
    expect(await rowOf(id)).toMatchObject({
      state: 'transferred',
      emergency: null,
      transfer_target: '119',
      flags: ['emergency'],
    });
    expect(await queue('emergency')).not.toContain(id);
    expect(await queue('transferred')).toContain(id);
  });

  it('ends when a person says with a reason that it is none', async () => {
    const id = await emergency('110', ['threat']);
    const said = { remove: ['emergency'], reason: '是在放烟花' };
    refused(
      await s.act('operator', id, 'set_flags', { ...said, reason: ' ' }),
      422,
      'invalid_input',
    );
    ok(await s.act('operator', id, 'set_flags', said));
    expect(await rowOf(id)).toMatchObject({ emergency: null, flags: ['threat'] });
    expect(await lastTexts(id, 'supervisor')).toEqual({ reason: '是在放烟花' });
    ok(await s.act('operator', id, 'accept', INPUT.accept));
  });

  it('a mark without a line to hand it to is none', async () => {
    const { id } = await s.register();
    const body = await s.act('operator', id, 'set_flags', { add: ['emergency'], reason: '着火' });
    refused(body, 422, 'invalid_input');
    expect(body.body.issues[0]).toMatchObject({ path: 'add', code: 'transfer_emergency' });
  });
});

describe('transfer_emergency and receipt', () => {
  it.each(['register', 'accepted', 'dispatched', 'signed'] as const)('%s', async (state) => {
    const o = await s[state]({ co: [ROOM] });
    ok(await transfer(o.id, 'dispatcher', { target: '122' }));
    expect(await see(o.id)).toMatchObject({ state: 'transferred', transferTarget: '122' });
    const open = await w.db
      .selectFrom('assignment')
      .select('id')
      .where('order_id', '=', o.id)
      .where('state', '<>', 'cancelled')
      .execute();
    expect(open).toEqual([]);
    expect((await seenByCitizen(o.id)).transferTarget).toBe('122');
    ok(await s.act('operator', o.id, 'receipt', { receiptNo: '122-8', note: '已出警' }));
    expect(await rowOf(o.id)).toMatchObject({ state: 'closed', closing_type: 'transferred' });
    expect(await lastTexts(o.id, 'operator')).toEqual({
      receipt_no: '122-8',
      receipt_note: '已出警',
    });
    // Nobody is asked how satisfied they are, and the receipt is not the citizen's.
    await w.settle();
    const tasks = w.db.selectFrom('callback_task').selectAll().where('order_id', '=', o.id);
    expect(await tasks.execute()).toEqual([]);
    expect((await seenByCitizen(o.id)).steps.map((x) => x.act)).not.toContain('receipt');
  });

  it('an open supervision order is not waited for any more', async () => {
    const o = await s.signed();
    const input = { level: 2, demand: '说明原因' };
    ok(await (await w.as('supervisor')).post(`/api/orders/${o.id}/supervisions`, input));
    ok(await transfer(o.id));
    await w.settle();
    const running = await w.db
      .selectFrom('deadline')
      .select('clock')
      .where('order_id', '=', o.id)
      .where('clock', '=', 'supervision_reply')
      .where('state', '<>', 'stopped')
      .execute();
    expect(running).toEqual([]);
  });

  it('says to whom and how', async () => {
    const { id } = await s.register();
    refused(await transfer(id, 'operator', { record: '' }), 422, 'invalid_input');
    refused(await transfer(id, 'operator', { target: '12345' }), 422, 'invalid_input');
    // The record of a call leg is intake's: from outside nobody can claim one.
    const claimed = { target: '119', handoverId: newId(), record: '' };
    refused(await s.act('operator', id, 'transfer_emergency', claimed), 422, 'invalid_input');
    refused(await s.act('operator', id, 'receipt', { receiptNo: '1' }), 409, 'state_conflict');
    expect(await stateOf(w, id)).toBe('registered');
  });

  it('not once there is a reply; two at once: one hands over', async () => {
    const late = await s.replied();
    refused(await transfer(late.id), 409, 'state_conflict');
    const { id } = await s.signed();
    const both = await Promise.all([transfer(id, 'operator'), transfer(id, 'dispatcher')]);
    expect(both.map((a) => a.status).sort()).toEqual([200, 409]);
  });
});

describe('split', () => {
  const parts = [
    { content: `路灯三个月不亮，${MARK}`, type: 'complaint', categoryCode: '0204' },
    { content: '楼道堆满纸箱', address: '9幢', areaCode: '339902002' },
  ];
  const kept = { content: '小区停水' };

  it('each matter is an order of its own, the rest stays, nothing said is lost', async () => {
    const whole = await s.register({ content: `停水了，路灯不亮，楼道堆物，${MARK}` });
    const before = await wordsOf(whole.id);
    const done = ok(await split(whole.id, { kept, parts }));
    expect(done).toMatchObject({ orderId: whole.id, state: 'registered', version: 2 });
    expect(done.parts).toHaveLength(2);
    expect(await wordsOf(whole.id)).toMatchObject({ content: '小区停水', title: '小区停水' });
    const [lamp, hall] = await Promise.all(done.parts.map((p: any) => rowOf(p.orderId)));
    const mother = await rowOf(whole.id);
    for (const part of [lamp, hall])
      expect(part).toMatchObject({
        state: 'registered',
        contact_id: mother.contact_id,
        requester_id: mother.requester_id,
        channel: 'phone',
        split_from: whole.id,
      });
    expect(lamp).toMatchObject({ type: 'complaint', category_code: '0204', area_code: mother.area_code }); // prettier-ignore
    expect(hall).toMatchObject({ area_code: '339902002' });
    expect(await wordsOf(done.parts[1].orderId)).toMatchObject({ address: '9幢' });
    // Whoever reads in the centre finds the words as they came.
    expect(await lastTexts(whole.id, 'auditor')).toEqual({
      original_words: before.content,
      original_title: before.title,
    });
    expect((await see(whole.id)).splitInto.map((p: any) => p.orderNo)).toEqual(
      done.parts.map((p: any) => p.orderNo),
    );
    expect((await see(done.parts[0].orderId)).splitFrom).toMatchObject({ orderNo: whole.orderNo });
  });

  it('units read neither the words that were taken out nor where they went', async () => {
    const o = await s.accepted({ content: `停水，${MARK}` });
    ok(await split(o.id, { kept, parts: [parts[0]] }));
    ok(await s.act('dispatcher', o.id, 'dispatch', { leadId: await w.unit('WATER') }));
    const view = await see(o.id, 'water');
    expect(JSON.stringify(view)).not.toContain(MARK);
    expect(view).toMatchObject({ splitInto: [], content: '小区停水' });
    expect(JSON.stringify(await seenByCitizen(o.id))).not.toContain('original');
  });

  it('the citizen gets a receipt for each, and opens each with its code', async () => {
    const o = await s.register({ phone: '13612340001' });
    const done = ok(await split(o.id, { kept, parts }));
    await w.settle();
    const texts = w.sent.filter((m) => m.to === '13612340001').map((m) => m.text);
    for (const p of done.parts) {
      expect(
        texts.filter((t) => t.includes(orderNoText(p.orderNo)) && t.includes(p.queryCode)),
      ).toHaveLength(1);
      const form = new URLSearchParams({ orderNo: p.orderNo, code: p.queryCode });
      const opened = await w.app.request('/track', {
        method: 'POST',
        headers: { host: 'localhost:12345', origin: 'http://localhost:12345' },
        body: form,
      });
      expect([opened.status, opened.headers.get('location')]).not.toContain(422);
      expect(opened.headers.get('set-cookie') ?? '').not.toBe('');
    }
  });

  it('what is to be kept secret of the whole is kept secret of each part', async () => {
    const o = await s.register({ confidential: true });
    const done = ok(await split(o.id, { kept, parts }));
    for (const p of done.parts)
      expect(await rowOf(p.orderId)).toMatchObject({ confidential: true });
    const open = await s.register();
    const one = ok(await split(open.id, { kept, parts: [{ content: '厂里偷排，请替我保密' }] }));
    expect(await rowOf(one.parts[0].orderId)).toMatchObject({ confidential: true });
    expect(await rowOf(open.id)).toMatchObject({ confidential: false });
  });

  it('a part that is an emergency is held back like any other', async () => {
    const o = await s.accepted();
    const done = ok(await split(o.id, { kept, parts: [{ content: '隔壁楼里着火了，火很大' }] }));
    expect(await rowOf(done.parts[0].orderId)).toMatchObject({ emergency: '119' });
    expect(await rowOf(o.id)).toMatchObject({ state: 'pending_dispatch', emergency: null });
  });

  it('sent again it does nothing and answers alike', async () => {
    const o = await s.register();
    const body = { version: 1, input: { kept, parts } };
    const operator = await w.as('operator');
    const key = randomUUID();
    const send = () => operator.post(`/api/orders/${o.id}/split`, body, { 'idempotency-key': key });
    const first = ok(await send());
    expect(ok(await send())).toEqual(first);
    expect((await see(o.id)).splitInto).toHaveLength(2);
    expect(first.parts[0].queryCode).toMatch(/^\w{6}$/);
  });

  it('two at once: one splits, the other is told to look again', async () => {
    const o = await s.register();
    const body = { version: 1, input: { kept, parts } };
    const both = await Promise.all(
      ['operator', 'dispatcher'].map(async (login) =>
        (await w.as(login)).post(`/api/orders/${o.id}/split`, body),
      ),
    );
    expect(both.map((a) => a.status).sort()).toEqual([200, 409]);
    expect((await see(o.id)).splitInto).toHaveLength(2);
  });

  it('wrong input, a wrong state and the wrong door are refused, and make nothing', async () => {
    const o = await s.register();
    const bad = async (input: object) => {
      const a = await split(o.id, input);
      refused(a, 422, 'invalid_input');
      return a.body.issues.map((i: { path: string }) => i.path);
    };
    expect(await bad({ kept, parts: [parts[1], { content: '甲', categoryCode: '9999' }] })).toEqual(['parts.1.categoryCode']); // prettier-ignore
    expect(await bad({ kept, parts: [] })).toHaveLength(1);
    await bad({ kept: { content: ' ' }, parts });
    await bad({ kept, parts: Array.from({ length: 5 }, () => parts[0]) });
    refused(await s.act('operator', o.id, 'split', { kept, parts }), 422, 'invalid_input');
    const late = await s.dispatched();
    refused(await split(late.id, { kept, parts }), 409, 'state_conflict');
    refused(await split(o.id, { kept, parts }, 'water'), 404, 'not_found');
    refused(await split(o.id, { kept, parts }, 'auditor'), 403, 'not_allowed');
    expect((await see(o.id)).splitInto).toEqual([]);
    expect(await rowOf(o.id)).toMatchObject({ version: 1 });
  });
});

describe('ask_supplement and supplement', () => {
  it.each(['register', 'accepted', 'signed'] as const)('%s: there and back', async (state) => {
    const o = await s[state]();
    const before = await stateOf(w, o.id);
    ok(await ask(o.id, 'dispatcher', { missing: ['address', 'occurred', 'address'] }));
    const view = await see(o.id);
    expect(view).toMatchObject({
      state: 'awaiting_supplement',
      supplement: { missing: ['address', 'occurred'], question: '哪一幢？' },
    });
    expect(Date.parse(view.supplement.dueAt)).toBeGreaterThan(Date.parse(view.supplement.askedAt));
    const told = await seenByCitizen(o.id);
    expect(told.supplement).toMatchObject({ missing: ['address', 'occurred'], question: '哪一幢？' }); // prettier-ignore
    expect(await queue('awaiting_supplement')).toContain(o.id);
    ok(await s.act('operator', o.id, 'supplement', { text: '七幢二单元' }));
    expect(await see(o.id)).toMatchObject({ state: before, supplement: null });
    expect((await rowOf(o.id)).supplement_from).toBeNull();
    const steps = (await seenByCitizen(o.id)).steps.filter((x) => x.act.includes('supplement'));
    expect(steps.map((x) => x.texts.map((t) => t.body))).toEqual([['哪一幢？'], ['七幢二单元']]);
  });

  it('the citizen is told by message what is missing and where to add it, once', async () => {
    const o = await s.register({ phone: '13612340002' });
    ok(await ask(o.id, 'operator', { missing: ['address', 'evidence'], question: MARK }));
    await w.settle();
    const texts = w.sent.filter((m) => m.to === '13612340002').map((m) => m.text);
    const asked = texts.filter((t) => t.includes('地址、照片或凭据'));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(orderNoText(o.orderNo));
    expect(asked[0]).toContain(o.queryCode);
    expect(asked[0]).toContain('/track');
    expect(asked[0]).not.toContain(MARK);
  });

  it('who answered before the message left is not asked', async () => {
    const o = await s.register({ phone: '13612340003' });
    ok(await ask(o.id));
    ok(await s.act('operator', o.id, 'supplement', { text: '七幢' }));
    await w.settle();
    const texts = w.sent.filter((m) => m.to === '13612340003').map((m) => m.text);
    expect(texts.filter((t) => t.includes('还差'))).toEqual([]);
  });

  it('of a unit only who leads asks, while it works', async () => {
    const o = await s.signed({ co: [ROOM] });
    await w.person({ login: `co.${o.id}`, grants: [{ role: 'handler', unit: ROOM }] });
    refused(await ask(o.id, `co.${o.id}`), 403, 'not_allowed');
    expect((await see(o.id, `co.${o.id}`)).allowed).not.toContain('ask_supplement');
    expect((await see(o.id, 'water.handler')).allowed).toContain('ask_supplement');
    refused(await ask(o.id, 'zhzf.handler'), 404, 'not_found');
    ok(await ask(o.id, 'water.handler'));
    // A unit that asked has handled, and cannot do so for the centre.
    const hands = await sql<{ hand: string }>`
      select hand from act where order_id = ${o.id} and act = 'ask_supplement'`.execute(w.db);
    expect(hands.rows).toEqual([{ hand: 'handled' }]);
    const early = await s.dispatched();
    refused(await ask(early.id, 'water.handler'), 409, 'state_conflict');
  });

  it('who took the order does not ask for the unit', async () => {
    await w.person({
      login: 'both',
      grants: [{ role: 'handler', unit: 'WATER' }],
      like: 'operator',
    });
    const o = await s.signed();
    refused(await ask(o.id, 'both'), 403, 'separation_of_duties');
    expect((await see(o.id, 'both')).allowed).not.toContain('ask_supplement');
  });

  it('while it waits no unit acts and nothing else is asked', async () => {
    const o = await s.signed();
    ok(await ask(o.id));
    refused(await ask(o.id), 409, 'state_conflict');
    const progress = await s.onAssignment('water.handler', o.lead, 'progress', { text: '在修' });
    refused(progress, 409, 'state_conflict');
  });

  it('fills in what was unknown and keeps what it replaces', async () => {
    const o = await s.register();
    await w.db.updateTable('work_order').set({ area_code: null }).where('id', '=', o.id).execute();
    const add = async (more: object) => {
      ok(await ask(o.id));
      return s.act('operator', o.id, 'supplement', { text: '补充如下', ...more });
    };
    ok(await add({ address: '菜场后面', areaCode: '339902002' }));
    expect(await rowOf(o.id)).toMatchObject({ area_code: '339902002' });
    ok(await add({ address: '南塘路7号', areaCode: '339902001' }));
    // What was known stays; an address that is said better is the address now.
    expect(await rowOf(o.id)).toMatchObject({ area_code: '339902002' });
    expect(await wordsOf(o.id)).toMatchObject({ address: '南塘路7号' });
    expect(await lastTexts(o.id, 'operator')).toEqual({
      supplement: '补充如下',
      original_address: '菜场后面',
    });
    refused(await add({ areaCode: '999' }), 422, 'invalid_input');
    expect(await stateOf(w, o.id)).toBe('awaiting_supplement');
  });

  it('the citizen adds it too, only to the own order', async () => {
    const o = await s.register();
    const other = await s.register();
    ok(await ask(o.id));
    const add = (whose: string) =>
      inTransaction(w.deps, citizen(whose), (tx) =>
        act(tx, citizen(whose), o.id, 'supplement', null, { text: '七幢', address: '' }),
      );
    await expect(add(other.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await add(o.id)).toMatchObject({ state: 'registered' });
    await expect(add(o.id)).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('nothing, too much and unknown things cannot be asked for', async () => {
    const { id } = await s.register();
    refused(await ask(id, 'operator', { missing: [] }), 422, 'invalid_input');
    refused(await ask(id, 'operator', { missing: ['money'] }), 422, 'invalid_input');
    refused(await ask(id, 'operator', { question: ' ' }), 422, 'invalid_input');
    refused(await s.act('operator', id, 'supplement', { text: '甲' }), 409, 'state_conflict');
  });

  it('the database knows no waiting without where it came from', async () => {
    const { id } = await s.register();
    const wrong = sql`update work_order set state = 'awaiting_supplement' where id = ${id}`;
    await expect(wrong.execute(w.db)).rejects.toThrow(/supplement_origin/);
    ok(await ask(id));
    ok(await s.act('operator', id, 'withdraw', { wish: '算了', identifiedBy: 'caller_number' }));
    expect(await rowOf(id)).toMatchObject({ state: 'closed', supplement_from: null });
  });
});

describe('expire_supplement', () => {
  it('closes what no unit had yet, and lets a unit go on', async () => {
    for (const [state, after] of [
      ['register', 'closed'],
      ['accepted', 'closed'],
      ['signed', 'in_progress'],
    ] as const) {
      const o = await s[state]();
      ok(await ask(o.id));
      await doAct(w.deps, SYSTEM, o.id, 'expire_supplement', null, {});
      const row = await rowOf(o.id);
      expect([row.state, row.closing_type]).toEqual([
        after,
        after === 'closed' ? 'insufficient' : null,
      ]);
      const again = doAct(w.deps, SYSTEM, o.id, 'expire_supplement', null, {});
      await expect(again).rejects.toMatchObject({ code: 'state_conflict' });
    }
  });

  it('the answer and the end of waiting at once: one of them', async () => {
    const o = await s.register();
    ok(await ask(o.id));
    const both = await Promise.allSettled([
      doAct(w.deps, SYSTEM, o.id, 'expire_supplement', null, {}),
      s.act('operator', o.id, 'supplement', { text: '七幢' }).then(ok),
    ]);
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is nobody’s act but the system’s', async () => {
    const o = await s.register();
    ok(await ask(o.id));
    refused(await s.act('operator', o.id, 'expire_supplement', {}), 422, 'invalid_input');
    expect((await see(o.id, 'operator')).allowed).not.toContain('expire_supplement');
  });
});

describe('close_no_substance', () => {
  it('only after having asked, only as registered, only by an operator', async () => {
    const o = await s.register();
    refused(await s.act('operator', o.id, 'close_no_substance', {}), 422, 'invalid_input');
    const input = { asked: '请问有什么事？', answer: '打错了' };
    refused(await s.act('dispatcher', o.id, 'close_no_substance', input), 403, 'not_allowed');
    ok(await s.act('operator', o.id, 'close_no_substance', input));
    expect(await rowOf(o.id)).toMatchObject({ state: 'closed', closing_type: 'no_substance' });
    expect(await lastTexts(o.id, 'auditor')).toEqual({
      asked: '请问有什么事？',
      caller_answer: '打错了',
    });
    const late = await s.accepted();
    refused(await s.act('operator', late.id, 'close_no_substance', input), 409, 'state_conflict');
  });
});

describe('set_flags', () => {
  const set = (id: string, input: object) =>
    s.act('operator', id, 'set_flags', { reason: '来电人说的', ...input });

  it('the wish for secrecy goes on and off with its mark', async () => {
    // A text that brings no mark of its own.
    const o = await s.signed({ content: '路灯不亮' });
    expect((await see(o.id, 'water')).requester.name).not.toBeNull();
    ok(await set(o.id, { add: ['confidential', 'media'] }));
    expect(await rowOf(o.id)).toMatchObject({
      confidential: true,
      flags: ['confidential', 'media'],
    });
    expect((await see(o.id, 'water')).requester).toMatchObject({ name: null, hidden: true });
    ok(await set(o.id, { remove: ['confidential'] }));
    expect(await rowOf(o.id)).toMatchObject({ confidential: false, flags: ['media'] });
    // Other marks leave it alone.
    ok(await set(o.id, { add: ['group'], remove: ['media'] }));
    expect(await rowOf(o.id)).toMatchObject({ confidential: false, flags: ['group'] });
  });

  it('a demand that came as confidential carries the mark', async () => {
    const o = await s.register({ confidential: true });
    expect((await rowOf(o.id)).flags).toContain('confidential');
  });

  it('says what changed, and nothing where nothing did', async () => {
    const { id } = await s.register({ content: '路灯不亮' });
    ok(await set(id, { add: ['group', 'group'], remove: ['minor'] }));
    const { timeline } = await see(id);
    expect(timeline.at(-1).detail).toEqual({ add: ['group'], remove: [] });
    refused(await set(id, { add: ['group'] }), 409, 'already_done');
    refused(await set(id, {}), 409, 'already_done');
    refused(await set(id, { add: ['media'], remove: ['media'] }), 422, 'invalid_input');
    refused(await set(id, { add: ['nice'] }), 422, 'invalid_input');
    const late = await s.replied();
    refused(await set(late.id, { add: ['group'] }), 409, 'state_conflict');
  });
});

describe('correct_classification', () => {
  const correct = (id: string, input: object, login = 'operator') =>
    s.act(login, id, 'correct_classification', { reason: '听错了', ...input });

  it('replaces what is given and says what it was', async () => {
    const o = await s.accepted({ type: 'help', categoryCode: '0301', urgency: 'U3' });
    const { title } = await wordsOf(o.id);
    ok(await correct(o.id, { categoryCode: '0302', urgency: 'U2', title: '停电', type: 'help' }));
    expect(await rowOf(o.id)).toMatchObject({
      state: 'pending_dispatch',
      type: 'help',
      category_code: '0302',
      urgency: 'U2',
    });
    expect((await see(o.id)).timeline.at(-1).detail).toEqual({
      changed: [
        { field: 'categoryCode', from: '0301', to: '0302' },
        { field: 'urgency', from: 'U3', to: 'U2' },
      ],
      title: true,
    });
    expect(await lastTexts(o.id, 'dispatcher')).toEqual({
      reason: '听错了',
      original_title: title,
    });
  });

  it('leaves the clocks that run as they were started', async () => {
    const o = await s.accepted({ urgency: 'U4' });
    const due = async () => (await see(o.id)).clock.dueAt;
    const before = await due();
    ok(await correct(o.id, { urgency: 'U1' }));
    expect(await due()).toBe(before);
  });

  it('the urgency only until a unit has it', async () => {
    const o = await s.signed({ urgency: 'U3' });
    refused(await correct(o.id, { urgency: 'U1' }), 409, 'not_urgent_after_dispatch');
    ok(await ask(o.id));
    refused(await correct(o.id, { urgency: 'U1' }), 409, 'not_urgent_after_dispatch');
    // The same as stands is no change; another code may still be set right.
    ok(await correct(o.id, { urgency: 'U3', categoryCode: '0302' }));
    const early = await s.register();
    ok(await ask(early.id));
    ok(await correct(early.id, { urgency: 'U1' }));
  });

  it('unknown codes, nothing at all, and what is over are refused', async () => {
    const { id } = await s.accepted();
    refused(await correct(id, { categoryCode: '9999' }), 422, 'invalid_input');
    refused(await correct(id, { areaCode: 'nowhere' }), 422, 'invalid_input');
    refused(await correct(id, {}), 409, 'already_done');
    refused(await correct(id, { categoryCode: '0302' }, 'auditor'), 403, 'not_allowed');
    const late = await s.replied();
    refused(await correct(late.id, { categoryCode: '0302' }), 409, 'state_conflict');
  });
});

describe('propose_redo', () => {
  const propose = (id: string, login = 'operator') =>
    s.act(login, id, 'propose_redo', { reason: '来电说根本没修' });
  const waiting = async () =>
    ok(
      await (await w.as('supervisor')).get('/api/callbacks?queue=redo_proposed&limit=100'),
    ).items.map((i: { order: { id: string } }) => i.order.id);
  const closed = async () => {
    const o = await s.evaluated();
    await w.settle();
    expect(await stateOf(w, o.id)).toBe('closed');
    return o;
  };

  it('a closed order stands before the supervisor, who redoes it', async () => {
    const o = await closed();
    const counted = async () =>
      ok(await (await w.as('supervisor')).get('/api/callbacks/counts')).redo_proposed;
    const before = await counted();
    ok(await propose(o.id));
    expect(await counted()).toBe(before + 1);
    expect(await waiting()).toContain(o.id);
    refused(await propose(o.id), 409, 'already_done');
    expect((await see(o.id, 'operator')).allowed).not.toContain('propose_redo');
    const version = await versionOf(w, o.id);
    ok(await (await w.as('supervisor')).post(`/api/orders/${o.id}/redo`, { version, reason: '再办' })); // prettier-ignore
    expect(await rowOf(o.id)).toMatchObject({
      state: 'dispatched',
      round: 2,
      redo_proposed: false,
    });
    expect(await waiting()).not.toContain(o.id);
  });

  it('or keeps closed, with a reason; then it may be proposed again', async () => {
    const o = await closed();
    const decline = (login: string) =>
      s.act(login, o.id, 'decline_redo', { reason: '现场核实已修好' });
    refused(await decline('supervisor'), 409, 'already_done');
    ok(await propose(o.id));
    refused(await decline('operator'), 403, 'not_allowed');
    expect((await see(o.id, 'supervisor')).allowed).toContain('decline_redo');
    ok(await decline('supervisor'));
    expect(await rowOf(o.id)).toMatchObject({ state: 'closed', redo_proposed: false });
    expect(await waiting()).not.toContain(o.id);
    ok(await propose(o.id));
  });

  it('before the follow-up: a good rating does not outvote it, and nothing closes by itself', async () => {
    const o = await s.audited();
    ok(await propose(o.id));
    expect(await waiting()).toContain(o.id);
    const rating = { contacted: true, solved: 'solved', satisfaction: 5 };
    const task = await s.taskOf(o.id);
    ok(await (await w.as('followup')).post(`/api/callbacks/${task}/evaluation`, rating));
    await w.settle();
    expect(await rowOf(o.id)).toMatchObject({ state: 'pending_close', redo_proposed: true });
  });

  it('not of what had no answer, not too late, not a third time', async () => {
    const rejected = await s.register();
    const input = { ground: 'N03', wordsTold: '不属受理范围', guidance: '请向法院提出' };
    ok(await s.act('dispatcher', rejected.id, 'reject', input));
    refused(await propose(rejected.id), 409, 'state_conflict');
    const thrice = await closed();
    await w.db.updateTable('work_order').set({ round: 3 }).where('id', '=', thrice.id).execute();
    refused(await propose(thrice.id), 409, 'redo_limit');
    const old = await closed();
    const forgotten = await closed();
    ok(await propose(forgotten.id));
    const now = await w.now();
    await w.moveTo(new Date(now.getTime() + 31 * 86_400_000));
    refused(await propose(old.id), 409, 'window_over');
    // What nobody decided in time can no longer be decided.
    expect(await waiting()).not.toContain(forgotten.id);
  });

  it('what the caller said is the centre’s to read', async () => {
    const o = await closed();
    ok(await propose(o.id));
    expect(await lastTexts(o.id, 'supervisor')).toEqual({ redo_proposal: '来电说根本没修' });
    expect(await lastTexts(o.id, 'water')).toEqual({});
  });
});

describe('lists', () => {
  it('triage is what waits for a dispatcher, by reason', async () => {
    const [plain, low, both] = [await s.register(), await s.accepted(), await s.accepted()];
    const wait = (id: string, reasons: WaitReason[]) =>
      inTransaction(w.deps, SYSTEM, (tx) =>
        keepWait(tx.db, { orderId: id, round: 1, reasons, at: tx.at }),
      );
    const counts = async () => ok(await (await w.as('dispatcher')).get('/api/orders/counts'));
    const before = await counts();
    await wait(low.id, ['low_score']);
    await wait(both.id, ['low_score', 'flagged']);
    const { waits } = await counts();
    expect(waits.low_score).toBe(before.waits.low_score + 2);
    expect(waits.flagged).toBe(before.waits.flagged + 1);
    expect(waits.no_row).toBe(before.waits.no_row);
    const triage = await queue('triage');
    expect(triage).toEqual(expect.arrayContaining([plain.id, low.id, both.id]));
    const flagged = await queue('triage', '&wait=flagged');
    expect(flagged).toContain(both.id);
    expect(flagged).not.toContain(low.id);
    expect(await see(both.id)).toMatchObject({ waits: ['low_score', 'flagged'] });
    // Dispatched, it waits for nobody.
    ok(await s.act('dispatcher', both.id, 'dispatch', { leadId: await w.unit('WATER') }));
    expect(await see(both.id)).toMatchObject({ waits: [] });
    expect((await counts()).waits.flagged).toBe(before.waits.flagged);
  });

  it('a reason is asked for only where there are reasons', async () => {
    const dispatcher = await w.as('dispatcher');
    refused(await dispatcher.get('/api/orders?queue=open&wait=flagged'), 422, 'invalid_input');
    refused(await dispatcher.get('/api/orders?queue=triage&wait=bored'), 422, 'invalid_input');
  });
});

describe('what was written', () => {
  it('stands in rows of its own and in no act, event, audit, key, duty or message', async () => {
    const at = async (act: string, input: object, o: { id: string }, login = 'operator') =>
      ok(await s.act(login, o.id, act, input));
    const a = await s.register({ content: `停水，${MARK}` });
    await at('set_flags', { add: ['media'], reason: MARK }, a);
    await at('correct_classification', { title: MARK, categoryCode: '0302', reason: MARK }, a);
    await at('ask_supplement', { missing: ['address'], question: MARK }, a);
    await at('supplement', { text: MARK, address: MARK }, a);
    ok(await split(a.id, { kept: { content: MARK }, parts: [{ content: MARK, title: MARK }] }));
    await at('transfer_emergency', { target: '110', record: MARK }, a);
    await at('receipt', { receiptNo: MARK, note: MARK }, a);
    const b = await s.register();
    await at('close_no_substance', { asked: MARK, answer: MARK }, b);
    const c = await s.evaluated();
    await w.settle();
    await at('propose_redo', { reason: MARK }, c);
    await at('decline_redo', { reason: MARK }, c, 'supervisor');
    const written = await w.db.selectFrom('act_text').select('id').where('body', '=', MARK).execute(); // prettier-ignore
    // 2 reasons, question, supplement, kept title twice, words, record, 2 of the receipt, 2 asked, 2 of redo.
    expect(written.length).toBeGreaterThanOrEqual(12);
    const elsewhere = 'act domain_event audit_log idempotency_key outbox delivery notification work_order classification correction deadline clock_entry routing_wait'; // prettier-ignore
    const found = async () => {
      const hits: string[] = [];
      for (const table of elsewhere.split(' ')) {
        const { rows } = await sql<{ n: string }>`select count(*) as n from ${sql.table(table)} t
          where t::text like ${`%${MARK}%`}`.execute(w.db);
        if (rows[0]!.n !== '0') hits.push(table);
      }
      return hits;
    };
    expect(await found()).toEqual([]);
    await w.settle();
    expect(await found()).toEqual([]);
    expect(w.sent.filter((m) => m.text.includes(MARK))).toEqual([]);
  });
});
