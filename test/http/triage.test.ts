/** What the system does by itself with what comes in, and why it leaves the rest to people. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fireAll } from '../../src/deadline/index.ts';
import { triage } from '../../src/intake/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { addDays } from '../../src/kernel/clock.ts';
import type { StoredEvent } from '../../src/kernel/events.ts';
import type { Proposal, Urgency, WaitReason } from '../../src/kernel/words.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { waitsOf } from '../../src/routing/index.ts';
import type { CitizenActor } from '../../src/kernel/actor.ts';
import type { Hint } from '../../src/understanding/schema.ts';
import { act } from '../../src/workorder/index.ts';
import { matterInput } from '../../src/workorder/schema.ts';
import type { MatterInput } from '../../src/workorder/schema.ts';
import { createWorld, stateOf, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z', triage: true });
  s = steps(w);
});
afterAll(() => w.close());

/** Streets, so that no two orders of this file lie at one place. */
let street = 0;
const lamp = () => `第${++street}弄口的路灯不亮了，已经三个晚上，请来修一修。`;

/** Raised on the citizen's page: nobody's hand but the citizen's. */
async function raised(matter: Partial<MatterInput> = {}, phone = '13900000321'): Promise<string> {
  const made = await w.intake.register({
    actor: { kind: 'citizen', orderId: null, how: 'submission' },
    key: randomUUID(),
    channel: 'web',
    requester: { kind: 'natural', name: '周先生', phone },
    matter: matterInput.parse({ content: lamp(), ...matter }),
  });
  return made.orderId;
}

interface Said {
  type: string | null;
  category_code: string | null;
  urgency: Urgency | null;
  area_code: string | null;
  subject_kind: string | null;
  proposal: Proposal;
  score: number;
}
const PLAIN: Said = {
  type: 'help',
  category_code: '0205',
  urgency: 'U4',
  area_code: '339901001',
  subject_kind: null,
  proposal: 'dispatch',
  score: 1,
};
/** Plants what was understood: how well the lexicon judges is shown elsewhere. */
const understood = (orderId: string, said: Partial<Said> = {}) =>
  w.db
    .updateTable('classification')
    .set({ ...PLAIN, ...said })
    .where('order_id', '=', orderId)
    .execute();

async function plain(said: Partial<Said> = {}, matter: Partial<MatterInput> = {}) {
  const id = await raised(matter);
  await understood(id, said);
  return id;
}
/** Plants what the words hinted at and did not say. */
const hinted = (orderId: string, hints: readonly Hint[]) =>
  w.db
    .updateTable('classification')
    .set({ detail: JSON.stringify({ because: {}, ground: null, missing: [], hints }) as never })
    .where('order_id', '=', orderId)
    .execute();
const waits = async (id: string): Promise<WaitReason[] | undefined> =>
  (await waitsOf(w.db, [id])).get(id)?.reasons.toSorted();
const actsOf = (orderId: string) =>
  w.db
    .selectFrom('act')
    .select(['act', 'to_state', 'party', 'actor_id'])
    .where('order_id', '=', orderId)
    .orderBy('order_version')
    .execute();
const leadOf = async (orderId: string) =>
  (
    await w.db
      .selectFrom('assignment')
      .innerJoin('organization', 'organization.id', 'assignment.organization_id')
      .select('organization.code')
      .where('order_id', '=', orderId)
      .where('assignment.kind', '=', 'lead')
      .execute()
  ).map((r) => r.code);
const waitingEvents = async (orderId: string) =>
  (
    await w.db
      .selectFrom('domain_event')
      .select('id')
      .where('order_id', '=', orderId)
      .where('type', '=', 'routing.waits')
      .execute()
  ).length;
/** The duty, served once more. */
const again = (orderId: string) =>
  inTransaction(w.deps, SYSTEM, (tx) =>
    triage(w.deps, tx, { type: 'work_order.registered', orderId } as StoredEvent),
  );
const flag = (id: string, change: object, login = 'dispatcher') =>
  s.act(login, id, 'set_flags', { ...change, reason: '电话核实' });

describe('a plain demand of a citizen', () => {
  it('is accepted and dispatched by the system, which says why', async () => {
    const id = await plain();
    await w.settle();
    const system = { party: 'system', actor_id: null };
    expect(await actsOf(id)).toEqual([
      { act: 'register', to_state: 'registered', party: 'citizen', actor_id: null },
      { act: 'accept', to_state: 'pending_dispatch', ...system },
      { act: 'dispatch', to_state: 'dispatched', ...system },
    ]);
    expect(await leadOf(id)).toEqual(['ZHZF']);
    const decision = await w.db
      .selectFrom('routing_decision')
      .selectAll()
      .where('order_id', '=', id)
      .executeTakeFirstOrThrow();
    expect(decision).toMatchObject({ decided_by: null, overruled: false, category_code: '0205' });
    expect(decision.steps).not.toEqual([]);
    expect(decision.catalogue_id).not.toBeNull();
    const order = await w.db
      .selectFrom('work_order')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(order).toMatchObject({ type: 'help', urgency: 'U4', area_code: '339901001' });
    expect(await waits(id)).toBeUndefined();
    const told = (await (await w.as('zhzf')).get('/api/notifications')).body.items;
    expect(told.filter((n: { orderId: string }) => n.orderId === id)).toHaveLength(1);
  });

  it('served again, or by an old event, does nothing more', async () => {
    const id = await plain();
    await w.settle();
    const before = await actsOf(id);
    await again(id);
    await w.settle();
    expect(await actsOf(id)).toEqual(before);
  });

  it('keeps the area and the category that the citizen chose', async () => {
    const id = await plain({}, { categoryCode: '0205', areaCode: '339901002' });
    await w.settle();
    const row = await w.db
      .selectFrom('work_order')
      .select(['state', 'area_code'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ state: 'dispatched', area_code: '339901002' });
  });
});

describe('at the door it waits, with the reason', () => {
  it.each<[string, Partial<Said>, Partial<MatterInput>, WaitReason[]]>([
    ['where nothing is sure', { score: 0.05 }, {}, ['low_score']],
    ['without a category', { category_code: null }, {}, ['not_understood']],
    ['without a type', { type: null }, {}, ['not_understood']],
    ['that asks a question', { proposal: 'direct_answer' }, {}, ['proposal']],
    ['that says too little', { proposal: 'ask_supplement' }, {}, ['proposal']],
    ['of another type than chosen', {}, { type: 'complaint' }, ['differs']],
    ['of another category than chosen', {}, { categoryCode: '0203' }, ['differs']],
  ])('%s', async (_name, said, matter, reasons) => {
    const id = await plain(said, matter);
    await w.settle();
    expect(await stateOf(w, id)).toBe('registered');
    expect(await waits(id)).toEqual(reasons);
    expect(await waitingEvents(id)).toBe(1);
    const queue = (await (await w.as('operator')).get('/api/orders?queue=registered&limit=100'))
      .body;
    const row = queue.items.find((o: { id: string }) => o.id === id);
    expect(row.waits).toEqual(reasons);
    // Looked at again with the same outcome, nobody is called twice.
    await again(id);
    expect(await waitingEvents(id)).toBe(1);
  });
});

describe('what the words hint at', () => {
  it('of danger, is read by a person before it is accepted', async () => {
    const id = await plain();
    await hinted(id, ['emergency']);
    await w.settle();
    expect(await stateOf(w, id)).toBe('registered');
    expect(await waits(id)).toEqual(['peril']);
  });

  it('of fear, is read by a person before a unit sees it', async () => {
    const id = await plain();
    await hinted(id, ['confidential']);
    await w.settle();
    expect(await stateOf(w, id)).toBe('pending_dispatch');
    expect(await waits(id)).toEqual(['wary']);
    expect(await leadOf(id)).toEqual([]);
    // Once it is said to be secret, that is why.
    s.must(await flag(id, { add: ['confidential'] }));
    await w.settle();
    expect(await waits(id)).toEqual(['confidential']);
  });

  it('by a release that knew no hints, is nothing', async () => {
    const id = await plain();
    const detail = JSON.stringify({ because: {}, ground: null, missing: [] }) as never;
    await w.db.updateTable('classification').set({ detail }).where('order_id', '=', id).execute();
    await w.settle();
    expect(await stateOf(w, id)).toBe('dispatched');
  });
});

describe('before dispatch it waits, with the reason', () => {
  it.each<[string, Partial<Said>, Partial<MatterInput>, WaitReason[]]>([
    ['that is to be kept secret', {}, { confidential: true }, ['confidential']],
    ['that is most urgent', { urgency: 'U1' }, {}, ['most_urgent']],
    [
      'whose unit is that of a place nobody knows',
      { category_code: '0209', subject_kind: '邻里', area_code: null },
      {},
      ['area_unknown'],
    ],
    [
      'whose co-handler is that of a place nobody knows',
      { category_code: '0211', subject_kind: '秸秆', area_code: null },
      {},
      ['area_unknown'],
    ],
    ['about the hotline itself', { category_code: '1606' }, {}, ['answer_directly']],
    [
      'about a unit itself',
      { category_code: '1603', subject_kind: '单位本身' },
      {},
      ['transfer_target'],
    ],
  ])('%s', async (_name, said, matter, reasons) => {
    const id = await plain(said, matter);
    await w.settle();
    expect(await stateOf(w, id)).toBe('pending_dispatch');
    expect(await waits(id)).toEqual(reasons);
    const queue = await (
      await w.as('dispatcher')
    ).get('/api/orders?queue=pending_dispatch&limit=100');
    const row = queue.body.items.find((o: { id: string }) => o.id === id);
    expect(row.waits).toEqual(reasons);
    const leadId = await w.unit('WATER');
    s.must(await s.act('dispatcher', id, 'dispatch', { leadId }));
    const detail = s.must(await (await w.as('dispatcher')).get(`/api/orders/${id}`));
    expect(detail.waits).toEqual([]);
  });

  it.each(['group', 'media', 'bouncing', 'false_completion', 'threat', 'safety'])(
    'that is marked %s',
    async (mark) => {
      const id = await plain();
      s.must(await flag(id, { add: [mark] }));
      await w.settle();
      expect(await stateOf(w, id)).toBe('pending_dispatch');
      expect(await waits(id)).toEqual(['flagged']);
    },
  );

  it('that a person unmarks, it goes on by itself', async () => {
    const id = await plain();
    s.must(await flag(id, { add: ['media'] }));
    await w.settle();
    s.must(await flag(id, { remove: ['media'] }));
    await w.settle();
    expect(await stateOf(w, id)).toBe('dispatched');
  });

  it('for whose unit nobody can sign', async () => {
    const stop = (active: boolean) =>
      w.db.updateTable('app_user').set({ active }).where('login', '=', 'tele').execute();
    await stop(false);
    const id = await plain({ category_code: '0305' });
    await w.settle();
    await stop(true);
    expect(await waits(id)).toEqual(['unit_unable']);
    expect(await stateOf(w, id)).toBe('pending_dispatch');
  });

  it('that the citizen added to after a question, whoever asked', async () => {
    const id = await plain({ urgency: 'U1' });
    await w.settle();
    const input = { missing: ['address'], question: '请问是哪条弄堂？' };
    s.must(await s.act('dispatcher', id, 'ask_supplement', input));
    await w.settle();
    expect(await stateOf(w, id)).toBe('awaiting_supplement');
    await answer(id);
    await w.settle();
    expect(await stateOf(w, id)).toBe('pending_dispatch');
    expect(await waits(id)).toEqual(['most_urgent', 'supplemented']);
  });

  it('that says what an open order of the same place says', async () => {
    const content = '江畔新村北门口的路灯不亮了，晚上黑得看不见台阶，请尽快来修。';
    const place = { content, address: '江畔新村', areaCode: '339901001' };
    const first = await plain({}, place);
    await w.settle();
    const second = await plain({}, { ...place, content: `${content}谢谢！` });
    const elsewhere = await plain({}, { ...place, address: '观潮公园', content: lamp() });
    await w.settle();
    expect(await stateOf(w, first)).toBe('dispatched');
    expect(await waits(second)).toEqual(['possible_duplicate']);
    expect(await stateOf(w, second)).toBe('pending_dispatch');
    expect(await stateOf(w, elsewhere)).toBe('dispatched');
  });

  it('of two that come at once only the later one waits for the other', async () => {
    const content = '望江名邸西侧的路灯整排不亮，骑车回家什么也看不见。';
    const place = { content, address: '望江名邸', areaCode: '339901001' };
    const ids = [await plain({}, place), await plain({}, place)];
    await w.settle();
    const states = await Promise.all(ids.map((id) => stateOf(w, id)));
    expect(states.toSorted()).toEqual(['dispatched', 'pending_dispatch']);
  });
});

const answer = (id: string) => {
  const citizen: CitizenActor = { kind: 'citizen', orderId: id, how: 'query_code' };
  const input = { text: '就是菜场后面那条弄堂。', address: '' };
  return inTransaction(w.deps, citizen, (tx) => act(tx, citizen, id, 'supplement', null, input));
};

describe('what an operator takes in', () => {
  const ACCEPT = { type: 'help', categoryCode: '0205', urgency: 'U4' };

  it('is the operator’s until they accept it; then it goes on as it was understood', async () => {
    const o = await s.register({ content: lamp(), areaCode: '339901001' });
    await understood(o.id);
    await w.settle();
    expect(await stateOf(w, o.id)).toBe('registered');
    expect(await waits(o.id)).toBeUndefined();
    s.must(await s.act('operator', o.id, 'accept', ACCEPT));
    await w.settle();
    expect(await stateOf(w, o.id)).toBe('dispatched');
    expect(await leadOf(o.id)).toEqual(['ZHZF']);
  });

  it('waits where their category is not the one understood', async () => {
    const o = await s.register({ content: lamp(), areaCode: '339901001' });
    await understood(o.id);
    s.must(await s.act('operator', o.id, 'accept', { ...ACCEPT, categoryCode: '0302' }));
    await w.settle();
    expect(await stateOf(w, o.id)).toBe('pending_dispatch');
    expect(await waits(o.id)).toEqual(['differs']);
  });

  it('waits where it sounds more urgent than they say', async () => {
    const o = await s.register({ content: lamp(), areaCode: '339901001' });
    await understood(o.id, { urgency: 'U1' });
    s.must(await s.act('operator', o.id, 'accept', ACCEPT));
    await w.settle();
    expect(await waits(o.id)).toEqual(['most_urgent']);
  });
});

describe('an emergency typed on the page', () => {
  const FIRE = '快点快点！隔壁楼三楼冒黑烟，看到火了，里面好像还有小孩！';

  it('goes nowhere but to who hands it over', async () => {
    const id = await raised({ content: FIRE });
    await w.settle();
    expect(await stateOf(w, id)).toBe('registered');
    expect(await waits(id)).toContain('emergency');
    const input = { type: 'help', categoryCode: '1005', urgency: 'U1' };
    expect(await s.act('operator', id, 'accept', input)).toMatchObject({
      status: 409,
      body: { code: 'emergency_open' },
    });
    // Whatever else was understood of it.
    await understood(id);
    await again(id);
    expect(await stateOf(w, id)).toBe('registered');
    expect(await waits(id)).toEqual(['emergency']);
    const handed = { target: '119', record: '已电话转接119' };
    s.must(await s.act('operator', id, 'transfer_emergency', handed));
    await w.settle();
    expect(await stateOf(w, id)).toBe('transferred');
  });

  it('that a person says is none is looked at again', async () => {
    const id = await raised({ content: FIRE });
    await w.settle();
    s.must(await flag(id, { remove: ['emergency'] }, 'operator'));
    await w.settle();
    const after = await waits(id);
    expect(after).not.toContain('emergency');
    expect(after).toContain('proposal');
    await understood(id);
    s.must(await flag(id, { add: ['vulnerable'] }, 'operator'));
    await w.settle();
    expect(await stateOf(w, id)).toBe('dispatched');
  });
});

describe('a person and the system at once', () => {
  it('one dispatches; the other finds it done', async () => {
    const leadId = await w.unit('WATER');
    for (let i = 0; i < 5; i++) {
      const id = await plain();
      s.must(await flag(id, { add: ['media'] }));
      await w.settle();
      // The duty of this one is served below, while the dispatcher presses the button.
      s.must(await flag(id, { remove: ['media'] }));
      const [person] = await Promise.all([
        s.act('dispatcher', id, 'dispatch', { leadId }),
        again(id),
      ]);
      await w.settle();
      const dispatches = (await actsOf(id)).filter((a) => a.act === 'dispatch');
      expect(dispatches).toHaveLength(1);
      expect(dispatches[0]!.party).toBe(person.status === 200 ? 'dispatcher' : 'system');
      if (person.status !== 200)
        expect(person).toMatchObject({ status: 409, body: { state: 'dispatched' } });
      expect(await stateOf(w, id)).toBe('dispatched');
    }
  });
});

describe('what the citizen was asked for', () => {
  const ask = { missing: ['address'], question: '请问是哪条弄堂？' };
  async function asked(phone: string): Promise<string> {
    const id = await raised({}, phone);
    await understood(id, { score: 0.1 });
    await w.settle();
    s.must(await s.act('operator', id, 'ask_supplement', ask));
    await w.settle();
    return id;
  }
  const fire = async () => {
    await fireAll(w.deps);
    await w.settle();
  };
  const dueOf = async (id: string) =>
    (
      await w.db
        .selectFrom('deadline')
        .select('due_at')
        .where('order_id', '=', id)
        .where('clock', '=', 'supplement')
        .executeTakeFirstOrThrow()
    ).due_at!;
  const instantOf = async (id: string, step: string) =>
    (
      await w.db
        .selectFrom('deadline_step as s')
        .innerJoin('deadline as d', 'd.id', 's.deadline_id')
        .select('s.fire_at')
        .where('d.order_id', '=', id)
        .where('d.clock', '=', 'supplement')
        .where('s.step', '=', step)
        .executeTakeFirstOrThrow()
    ).fire_at;
  const messages = (phone: string) => w.sent.filter((m) => m.to === phone).map((m) => m.text);

  it('is reminded of twice and then closes without it, as unanswered', async () => {
    const phone = '13900000322';
    const id = await asked(phone);
    const reminded = () => messages(phone).filter((t) => t.includes('还在等您补充')).length;
    for (const [n, step] of ['half', 'eighty'].entries()) {
      expect(reminded()).toBe(n);
      await w.moveTo(await instantOf(id, step));
      await fire();
      expect(reminded()).toBe(n + 1);
    }
    expect(await stateOf(w, id)).toBe('awaiting_supplement');
    await w.moveTo(await dueOf(id));
    await fire();
    const order = await w.db
      .selectFrom('work_order')
      .select(['state', 'closing_type'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(order).toEqual({ state: 'closed', closing_type: 'insufficient' });
    expect((await actsOf(id)).at(-1)).toMatchObject({ act: 'expire_supplement', party: 'system' });
    expect(reminded()).toBe(2);
    await fire();
    expect((await actsOf(id)).filter((a) => a.act === 'expire_supplement')).toHaveLength(1);
  });

  it('that came before the duty was served is not thrown away', async () => {
    const id = await asked('13900000323');
    await w.moveTo(addDays(await dueOf(id), 1));
    await fireAll(w.deps);
    await answer(id);
    await w.settle();
    expect(await stateOf(w, id)).toBe('registered');
    expect(await waits(id)).toContain('supplemented');
  });

  it('of a unit, the order goes on there without it', async () => {
    const o = await s.signed({ phone: '13900000324' });
    s.must(await s.act('water.handler', o.id, 'ask_supplement', ask));
    await w.settle();
    await w.moveTo(addDays(await dueOf(o.id), 1));
    await fire();
    expect(await stateOf(w, o.id)).toBe('in_progress');
  });
});
