/** What a review of November 2026 found, each seen failing first. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { seedLexicon } from '../../db/seed-lexicon.ts';
import { orderNoText } from '../../src/kernel/ids.ts';
import { fireAll } from '../../src/deadline/index.ts';
import type { MatterInput } from '../../src/workorder/schema.ts';
import { matterInput } from '../../src/workorder/schema.ts';
import { doAct } from '../../src/workorder/index.ts';
import { createWorld, stateOf, steps, versionOf } from '../world.ts';
import type { Answer, World, WorldOptions } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
afterEach(() => w?.close());

async function open(options: WorldOptions = {}): Promise<void> {
  w = await createWorld({ at: '2026-09-21T02:24:00Z', ...options });
  s = steps(w);
}
/** As the owner of the database, who may do what the application may not. */
async function owner<T = unknown>(statement: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: w.database.ownerUrl });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
}
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

/** Raised on the citizen's page. */
async function raised(matter: Partial<MatterInput> = {}, phone = '13900000321'): Promise<string> {
  const made = await w.intake.register({
    actor: { kind: 'citizen', orderId: null, how: 'submission' },
    key: randomUUID(),
    channel: 'web',
    requester: { kind: 'natural', name: '周先生', phone },
    matter: matterInput.parse({ content: '弄口的路灯不亮了，请来修一修。', ...matter }),
  });
  return made.orderId;
}
const ask = (id: string, login = 'operator') =>
  s.act(login, id, 'ask_supplement', { missing: ['address'], question: '哪一幢？' });

describe('an order that began under a policy without a ladder for supplements', () => {
  it('does not wait for its supplement for ever', async () => {
    await open();
    await owner(`update deadline_policy set document = jsonb_set(document, '{ladder}', (
      select jsonb_agg(r) from jsonb_array_elements(document->'ladder') r
      where not r->'clocks' ? 'supplement'))`);
    const early = await s.register();
    const late = await s.signed();
    ok(await ask(early.id));
    ok(await ask(late.id, 'water.handler'));
    await w.moveTo('2026-09-24T02:00:00Z');
    await fireAll(w.deps);
    await w.settle();
    expect(await stateOf(w, early.id)).toBe('closed');
    expect(await stateOf(w, late.id)).toBe('in_progress');
  });
});

describe('a mark that protects who spoke, set by hand', () => {
  const flag = (id: string, change: object) =>
    s.act('dispatcher', id, 'set_flags', { ...change, reason: '来电人要求' });

  it('whistleblower keeps the order secret, and nothing less lifts it', async () => {
    await open();
    const { id } = await s.accepted();
    ok(await flag(id, { add: ['whistleblower'] }));
    expect(await rowOf(id)).toMatchObject({ confidential: true });
    ok(await flag(id, { add: ['confidential'] }));
    refused(await flag(id, { remove: ['confidential'] }), 422, 'invalid_input');
    ok(await flag(id, { remove: ['whistleblower'] }));
    expect(await rowOf(id)).toMatchObject({
      confidential: true,
      flags: expect.arrayContaining(['confidential']),
    });
    ok(await flag(id, { remove: ['confidential'] }));
    expect(await rowOf(id)).toMatchObject({ confidential: false });
  });

  it('both go together', async () => {
    await open();
    const { id } = await s.accepted({ confidential: true });
    ok(await flag(id, { add: ['whistleblower'] }));
    ok(await flag(id, { remove: ['whistleblower', 'confidential'] }));
    expect(await rowOf(id)).toMatchObject({
      confidential: false,
      flags: expect.not.arrayContaining(['confidential', 'whistleblower']),
    });
  });
});

describe('without anything that understands', () => {
  const doors = async () => {
    const byPhone = (await s.register()).id;
    const byPage = await raised();
    await w.settle();
    return [byPhone, byPage];
  };
  const unheard = async (ids: string[]) => {
    for (const id of ids) {
      expect(await stateOf(w, id)).toBe('registered');
      expect((await see(id)).classification).toBeNull();
    }
    const [, byPage] = ids;
    expect((await see(byPage!)).waits).toContain('not_understood');
  };

  it('no lexicon: demands come in all the same and wait for a person', async () => {
    await open({ triage: true });
    await owner('delete from lexicon');
    await unheard(await doors());
    const health = await w.anonymous.get('/healthz');
    expect([health.status, health.body]).toEqual([200, { ok: true, understanding: 'none' }]);
    refused(
      await (await w.as('operator')).post('/api/advise', { content: '停水了', channel: 'phone' }),
      503,
      'not_ready',
    );
  });

  it('a lexicon of a later release: the newest that is understood answers', async () => {
    await open({ triage: true });
    await owner(`insert into lexicon (version, document, created_at)
      select 2, document || '{"later": {}}'::jsonb, created_at from lexicon where version = 1`);
    const { id } = await s.register();
    expect((await see(id)).classification).toMatchObject({ version: 1 });
    expect((await w.anonymous.get('/healthz')).body).toEqual({ ok: true, understanding: 'ok' });
  });

  it('a lexicon that nobody understands is like none', async () => {
    await open({ triage: true });
    await owner(`update lexicon set document = '{}'::jsonb`);
    await unheard(await doors());
    await w.db.transaction().execute(seedLexicon);
  });
});

describe('what a citizen says later', () => {
  const DANGER = '现在着火了！楼道里都是浓烟，里面还有人，快来救人！';
  const SECRET = '请一定替我保密，不要让他们知道是我反映的。';
  const citizen = (orderId: string) => ({ kind: 'citizen', orderId, how: 'query_code' }) as const;
  const note = async (id: string, text: string) => {
    await doAct(w.deps, citizen(id), id, 'note', null, { text, visibility: 'public' });
    await w.settle();
  };
  const noticesOf = async (id: string) =>
    (await w.db.selectFrom('notification').select('kind').where('order_id', '=', id).execute()).map(
      (n) => n.kind,
    );

  it('raises the emergency while the order is still at the door', async () => {
    await open({ triage: true });
    const id = await raised();
    await owner(`update classification set proposal = 'ask_supplement'`);
    await w.settle();
    await note(id, DANGER);
    expect(await rowOf(id)).toMatchObject({
      state: 'registered',
      emergency: '119',
      flags: expect.arrayContaining(['emergency']),
    });
    expect((await see(id)).waits).toContain('emergency');
  });

  it('is heard in a supplement too, and keeps an accepted order from a quiet dispatch', async () => {
    await open({ triage: true });
    const { id } = await s.accepted();
    ok(await ask(id, 'dispatcher'));
    await doAct(w.deps, citizen(id), id, 'supplement', null, { text: DANGER, address: '' });
    await w.settle();
    expect(await rowOf(id)).toMatchObject({
      state: 'pending_dispatch',
      flags: expect.arrayContaining(['emergency']),
    });
    expect((await see(id)).waits).toContain('emergency');
  });

  it('tells unit and centre where a unit has it already', async () => {
    await open();
    const { id } = await s.signed();
    await note(id, DANGER);
    expect((await rowOf(id)).flags).toContain('emergency');
    expect(await noticesOf(id)).toEqual(expect.arrayContaining(['emergency_heard']));
  });

  it('keeps secret who spoke from then on', async () => {
    await open();
    const { id } = await s.signed();
    await note(id, SECRET);
    expect(await rowOf(id)).toMatchObject({ confidential: true });
    expect((await see(id)).flags).toContain('confidential');
  });

  it('changes nothing where it says nothing new', async () => {
    await open();
    const { id } = await s.signed();
    const before = await versionOf(w, id);
    await note(id, '门口右边那盏。');
    expect(await versionOf(w, id)).toBe(before + 1);
  });
});

describe('a unit that asks the citizen', () => {
  it('asks once a round; after that the dispatcher does', async () => {
    await open();
    const { id } = await s.signed();
    ok(await ask(id, 'water.handler'));
    ok(await s.act('operator', id, 'supplement', { text: '七幢' }));
    expect((await see(id, 'water.handler')).allowed).not.toContain('ask_supplement');
    refused(await ask(id, 'water.handler'), 409, 'supplement_limit');
    expect((await see(id)).allowed).toContain('ask_supplement');
    ok(await ask(id, 'dispatcher'));
  });
});

describe('a hand-over', () => {
  const handOver = async (login: string, body: object = {}) =>
    (await w.as(login)).post(
      '/api/handovers',
      { target: '119', requester: { phone: '13900008119' }, ...body },
      { 'idempotency-key': randomUUID() },
    );
  const opened = async (login: string): Promise<string[]> =>
    ok(await (await w.as(login)).get('/api/handovers')).map((h: { id: string }) => h.id);
  const record = async (login: string, handoverId: string) =>
    (await w.as(login)).post(
      '/api/orders',
      { content: '隔壁楼着火了', requester: {}, handoverId },
      { 'idempotency-key': randomUUID() },
    );

  it('that nobody recorded is seen by all after ten minutes, and recorded by another', async () => {
    await open();
    await w.person({ login: 'operator.two', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    const h = ok(await handOver('operator'));
    expect(await opened('operator.two')).toEqual([]);
    refused(await record('operator.two', h.id), 404, 'not_found');
    await w.moveTo('2026-09-21T02:35:00Z');
    for (const login of ['operator', 'operator.two', 'supervisor'])
      expect(await opened(login)).toEqual([h.id]);
    const made = ok(await record('operator.two', h.id));
    expect(made).toMatchObject({ contactId: h.contactId });
    expect(await stateOf(w, made.orderId)).toBe('transferred');
    expect(await opened('supervisor')).toEqual([]);
  });

  it('names no contact but the order’s', async () => {
    await open();
    const { id } = await s.register();
    const other = ok(
      await (
        await w.as('operator')
      ).post('/api/contacts', { requester: {} }, { 'idempotency-key': randomUUID() }),
    );
    refused(
      await handOver('operator', { orderId: id, contactId: other.contactId }),
      422,
      'invalid_input',
    );
  });

  it('that came too late for its order stands all the same', async () => {
    await open();
    const { id } = await s.replied();
    refused(await handOver('operator', { orderId: id }), 409, 'state_conflict');
    const rows = await w.db.selectFrom('handover').select(['id', 'order_id']).execute();
    expect(rows).toEqual([{ id: expect.any(String), order_id: null }]);
    expect(await opened('operator')).toEqual([rows[0]!.id]);
    expect(await stateOf(w, id)).toBe('pending_audit');
  });
});

describe('an order that was split', () => {
  it('is understood as what is left of it; units learn of no part', async () => {
    await open({ triage: true });
    const { id } = await s.register();
    const was = (await see(id)).classification;
    const kept = '翠竹苑门口的路灯坏了，请来修一修。';
    const part = { content: '南塘街道翠竹苑从昨晚停水到现在。' };
    const done = await (
      await w.as('operator')
    ).post(
      `/api/orders/${id}/split`,
      { version: await versionOf(w, id), input: { kept: { content: kept }, parts: [part] } },
      { 'idempotency-key': randomUUID() },
    );
    const partId = ok(done).parts[0].orderId;
    const is = (await see(id)).classification;
    expect([was.categoryCode.slice(0, 2), is.categoryCode.slice(0, 2)]).toEqual(['03', '02']);
    const accept = { type: 'help', categoryCode: '0205', urgency: 'U4' };
    ok(await s.act('operator', id, 'accept', accept));
    const leadId = await w.unit('WATER');
    if ((await stateOf(w, id)) === 'pending_dispatch')
      ok(await s.act('dispatcher', id, 'dispatch', { leadId, coIds: [] }));
    expect(JSON.stringify((await see(id)).timeline)).toContain(partId);
    expect(JSON.stringify((await see(id, 'water')).timeline)).not.toContain(partId);
    const learnt = await w.db
      .selectFrom('correction')
      .select(['suggested', 'chosen'])
      .where('order_id', '=', id)
      .where('field', '=', 'lead')
      .execute();
    expect(learnt).toEqual([{ suggested: 'ZHZF', chosen: 'WATER' }]);
  });
});

describe('an order that ends without an answer', () => {
  it('is told to the citizen', async () => {
    await open();
    const asked = await s.register();
    ok(await ask(asked.id));
    const empty = await s.register({ phone: '13900000777' });
    ok(await s.act('operator', empty.id, 'close_no_substance', { asked: '请问有什么事？' }));
    await w.moveTo('2026-09-24T02:00:00Z');
    await fireAll(w.deps);
    await w.settle();
    const told = (o: { orderNo: string }) =>
      w.sent
        .map((m) => m.text)
        .filter((t) => t.includes(orderNoText(o.orderNo)) && t.includes('已经办结'));
    expect(told(asked)).toHaveLength(1);
    expect(told(empty)).toHaveLength(1);
  });
});

describe('what the application may not change', () => {
  it('versions of the lexicon, corrections, and hand-overs but for their order', async () => {
    await open();
    for (const statement of [
      'delete from lexicon',
      'update lexicon set version = 9',
      'delete from correction',
      'update correction set chosen = null',
      'delete from handover',
      "update handover set target = '110'",
    ])
      await expect(sql.raw(statement).execute(w.db)).rejects.toMatchObject({ code: '42501' });
    await sql`update handover set order_id = null where false`.execute(w.db);
    await expect(owner("update contact set outcome = 'gone'")).resolves.toEqual([]);
    const { id } = await s.register();
    const { contact_id } = await rowOf(id);
    await expect(
      owner("update contact set outcome = 'gone' where id = $1", [contact_id]),
    ).rejects.toMatchObject({ code: '23514' });
  });

  it('a caller’s twenty latest orders are found behind confidential ones', async () => {
    await open();
    const open1 = await s.register();
    for (let i = 0; i < 20; i++) await s.register({ confidential: true });
    const found = ok(
      await (await w.as('operator')).post('/api/callers/lookup', { phone: '13805774471' }),
    );
    expect(found.open.map((o: { id: string }) => o.id)).toEqual([open1.id]);
  });
});
