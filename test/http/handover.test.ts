/** Transfer first, record after; and contacts that make no order. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, stateOf, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
  await w.person({ login: 'operator.two', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
});
afterAll(() => w.close());

const FIRE = '快点快点！隔壁楼三楼冒黑烟，看到火了，里面好像还有小孩！';
const post = async (path: string, body: unknown, key = randomUUID(), login = 'operator') =>
  (await w.as(login)).post(path, body, { 'idempotency-key': key });
const handOver = (body: object = {}, key = randomUUID(), login = 'operator') =>
  post(
    '/api/handovers',
    { target: '119', requester: { phone: '13900008119' }, ...body },
    key,
    login,
  );
const record = (body: object, key = randomUUID(), login = 'operator') =>
  post('/api/orders', { content: FIRE, requester: {}, ...body }, key, login);
const open = async (login = 'operator') =>
  ((await (await w.as(login)).get('/api/handovers')).body as { id: string }[]).map((h) => h.id);
const actsOf = (orderId: string) =>
  w.db
    .selectFrom('act')
    .innerJoin('app_user', 'app_user.id', 'act.actor_id')
    .select(['act', 'to_state', 'party', 'detail', 'app_user.login'])
    .where('order_id', '=', orderId)
    .orderBy('order_version')
    .execute();
const count = async (table: 'work_order' | 'handover' | 'contact') =>
  Number(
    (
      await w.db
        .selectFrom(table)
        .select((e) => e.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );

describe('a hand-over before there is an order', () => {
  it('stands at once, with its contact and nothing else, and waits for its order', async () => {
    const orders = await count('work_order');
    const made = await handOver({ callLeg: 'leg-7' });
    expect(made).toMatchObject({ status: 201, body: { target: '119' } });
    expect(await open()).toContain(made.body.id);
    expect(await open('operator.two')).not.toContain(made.body.id);
    expect(await count('work_order')).toBe(orders);
    const event = await w.db
      .selectFrom('domain_event')
      .selectAll()
      .where('type', '=', 'handover.made')
      .where('subject_id', '=', made.body.contactId)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({
      subject_type: 'contact',
      order_id: null,
      payload: { handoverId: made.body.id, target: '119' },
    });
    const contact = await w.db
      .selectFrom('contact')
      .select(['operator_id', 'channel', 'requester_id'])
      .where('id', '=', made.body.contactId)
      .executeTakeFirstOrThrow();
    expect(contact).toMatchObject({ operator_id: (await w.as('operator')).actor.userId });
    expect(contact.requester_id).not.toBeNull();
  });

  it('sent again with its key is one hand-over; without a key it is none', async () => {
    const key = randomUUID();
    const before = await count('handover');
    const first = await handOver({}, key);
    expect(await handOver({}, key)).toMatchObject({ status: 201, body: first.body });
    expect(await count('handover')).toBe(before + 1);
    const bare = await (await w.as('operator')).post('/api/handovers', { target: '119' });
    expect(bare).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing' } });
  });

  it('joins the call that rang, only if it is one’s own', async () => {
    const call = s.must(await post('/api/contacts', { requester: {} }));
    const made = s.must(await handOver({ contactId: call.contactId, requester: {} }));
    expect(made.contactId).toBe(call.contactId);
    const foreign = await handOver({ contactId: call.contactId }, randomUUID(), 'operator.two');
    expect(foreign).toMatchObject({ status: 404 });
  });
});

describe('the order that records it', () => {
  it('is registered and handed over in one step, by the hand that did it', async () => {
    const h = s.must(await handOver());
    const made = s.must(await record({ handoverId: h.id }));
    expect(made).toMatchObject({ contactId: h.contactId, version: 2 });
    expect(await stateOf(w, made.orderId)).toBe('transferred');
    expect(await actsOf(made.orderId)).toMatchObject([
      { act: 'register', to_state: 'registered', party: 'operator', login: 'operator' },
      {
        act: 'transfer_emergency',
        to_state: 'transferred',
        party: 'operator',
        login: 'operator',
        detail: { target: '119', handoverId: h.id },
      },
    ]);
    const event = await w.db
      .selectFrom('domain_event')
      .select(['actor_id', 'version'])
      .where('order_id', '=', made.orderId)
      .where('type', '=', 'work_order.emergency_transferred')
      .executeTakeFirstOrThrow();
    expect(event).toEqual({ actor_id: (await w.as('operator')).actor.userId, version: 2 });
    expect(await open()).not.toContain(h.id);
    const seen = s.must(await (await w.as('dispatcher')).get(`/api/orders/${made.orderId}`));
    expect(seen).toMatchObject({ state: 'transferred', emergency: null, transferTarget: '119' });
  });

  it('is of the first urgency unless a person says otherwise, also one that stood before', async () => {
    const urgencyOf = async (id: string) =>
      s.must(await (await w.as('dispatcher')).get(`/api/orders/${id}`)).urgency;
    const h = s.must(await handOver());
    const made = s.must(await record({ handoverId: h.id }));
    expect(await urgencyOf(made.orderId)).toBe('U1');
    const calm = s.must(await handOver());
    const said = s.must(await record({ handoverId: calm.id, urgency: 'U3' }));
    expect(await urgencyOf(said.orderId)).toBe('U3');
    const written = await s.register({ content: FIRE });
    expect(await urgencyOf(written.id)).toBeNull();
    s.must(await handOver({ orderId: written.id, requester: {} }));
    expect(await urgencyOf(written.id)).toBe('U1');
  });

  it('takes the caller’s name and number until it is stored, and keeps what was known', async () => {
    const ofPhone = async (phone: string): Promise<string[]> =>
      s.must(await post('/api/callers/lookup', { phone })).open.map((o: { id: string }) => o.id);
    const requesterOf = async (id: string) =>
      s.must(await (await w.as('dispatcher')).get(`/api/orders/${id}`)).requester;
    const h = s.must(await handOver({ requester: {} }));
    const told = { kind: 'natural', name: '章小满', phone: '13900008120' };
    const made = s.must(
      await record({ handoverId: h.id, contactId: h.contactId, requester: told }),
    );
    expect(await requesterOf(made.orderId)).toMatchObject({ name: '章**', phone: '139****8120' });
    expect(await ofPhone('13900008120')).toEqual([made.orderId]);
    // The second matter of the contact is the same caller's, whatever is sent with it.
    const second = s.must(
      await record({
        content: '路灯不亮了。',
        contactId: h.contactId,
        requester: { name: '别人', phone: '13900008121' },
      }),
    );
    expect(await requesterOf(second.orderId)).toMatchObject({ phone: '139****8120' });
    // Also where that one is handed over: the contact has its caller.
    const again = s.must(await handOver({ contactId: h.contactId, requester: {} }));
    const third = s.must(
      await record({ handoverId: again.id, requester: { name: '别人', phone: '13900008121' } }),
    );
    expect(await requesterOf(third.orderId)).toMatchObject({ phone: '139****8120' });
    // A name alone leaves the number that rang.
    const rang = s.must(await handOver({ requester: { phone: '13900008122' } }));
    const named = s.must(await record({ handoverId: rang.id, requester: { name: '沈三' } }));
    expect(await requesterOf(named.orderId)).toMatchObject({ name: '沈**', phone: '139****8122' });
    expect(await ofPhone('13900008122')).toEqual([named.orderId]);
    const unnamed = s.must(await handOver({ requester: { name: '丁四' } }));
    const hidden = s.must(
      await record({ handoverId: unnamed.id, requester: { kind: 'anonymous' } }),
    );
    expect((await requesterOf(hidden.orderId)).kind).toBe('anonymous');
  });

  it('is one order for one key, and one for one hand-over', async () => {
    const h = s.must(await handOver());
    const key = randomUUID();
    const [a, b] = await Promise.all([
      record({ handoverId: h.id }, key),
      record({ handoverId: h.id }, key),
    ]);
    expect(a).toMatchObject({ status: 201, body: b.body });
    expect(await record({ handoverId: h.id }, key)).toMatchObject({ status: 201, body: a.body });
    expect(await record({ handoverId: h.id })).toMatchObject({
      status: 409,
      body: { code: 'already_done' },
    });
    const rows = await w.db
      .selectFrom('handover')
      .select('order_id')
      .where('id', '=', h.id)
      .execute();
    expect(rows).toEqual([{ order_id: a.body.orderId }]);
  });

  it('of two at once with different keys only one is recorded', async () => {
    const h = s.must(await handOver());
    const before = await count('work_order');
    const both = await Promise.all([record({ handoverId: h.id }), record({ handoverId: h.id })]);
    expect(both.map((r) => r.status).toSorted()).toEqual([201, 409]);
    expect(await count('work_order')).toBe(before + 1);
  });

  it('is refused for a hand-over of somebody else, of another call, of nobody', async () => {
    const h = s.must(await handOver());
    const before = await count('work_order');
    const other = s.must(await post('/api/contacts', { requester: {} }));
    expect(await record({ handoverId: h.id }, randomUUID(), 'operator.two')).toMatchObject({
      status: 404,
    });
    expect(await record({ handoverId: h.id, contactId: other.contactId })).toMatchObject({
      status: 422,
      body: { code: 'invalid_input' },
    });
    expect(await record({ handoverId: randomUUID() })).toMatchObject({ status: 404 });
    expect(await count('work_order')).toBe(before);
    expect(await open()).toContain(h.id);
  });

  it('keeps its caller and does not fail its neighbours in the same batch', async () => {
    const h = s.must(await handOver());
    const [bad, good, recorded] = await Promise.all([
      record({ handoverId: randomUUID() }),
      record({ content: '路灯不亮了，麻烦来修一下。' }),
      record({ handoverId: h.id }),
    ]);
    expect([bad.status, good.status, recorded.status]).toEqual([404, 201, 201]);
    expect(await stateOf(w, good.body.orderId)).toBe('registered');
  });
});

describe('a hand-over of an order that exists', () => {
  it('is the act on the order, in one step', async () => {
    const o = await s.register({ content: FIRE });
    const key = randomUUID();
    const made = await handOver({ orderId: o.id, requester: {} }, key);
    expect(made.status).toBe(201);
    expect(await handOver({ orderId: o.id, requester: {} }, key)).toMatchObject({
      status: 201,
      body: made.body,
    });
    expect(await stateOf(w, o.id)).toBe('transferred');
    expect(await open()).not.toContain(made.body.id);
    expect((await actsOf(o.id)).map((a) => a.act)).toEqual(['register', 'transfer_emergency']);
  });

  it('stands without its order where that cannot be handed over any more, once', async () => {
    const o = await s.replied();
    const before = await count('handover');
    for (let i = 0; i < 2; i++)
      expect(await handOver({ orderId: o.id, requester: {} })).toMatchObject({
        status: 409,
        body: { code: 'state_conflict', state: 'pending_audit' },
      });
    expect(await handOver({ orderId: randomUUID() })).toMatchObject({ status: 404 });
    expect(await count('handover')).toBe(before + 1);
  });
});

describe('a contact that made no order', () => {
  const end = async (id: string, body: object, login = 'operator') =>
    (await w.as(login)).post(`/api/contacts/${id}/outcome`, body);
  const start = async () => s.must(await post('/api/contacts', { requester: {} })).contactId;

  it('ends once; the same again does no harm, another ending is refused', async () => {
    const o = await s.register();
    const id = await start();
    const said = { outcome: 'progress_answered', orderId: o.id };
    expect(await end(id, said)).toMatchObject({ status: 200, body: { contactId: id } });
    expect(await end(id, said)).toMatchObject({ status: 200 });
    for (const other of [{ ...said, outcome: 'urged' }, { outcome: 'progress_answered' }])
      expect(await end(id, other)).toMatchObject({ status: 409, body: { code: 'already_done' } });
    const row = await w.db
      .selectFrom('contact')
      .select(['outcome', 'outcome_order_id'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ outcome: 'progress_answered', outcome_order_id: o.id });
  });

  it('is ended by who answered it, about an order that exists, in a word that is known', async () => {
    const id = await start();
    expect(await end(id, { outcome: 'abuse_ended' }, 'operator.two')).toMatchObject({
      status: 404,
    });
    expect(await end(id, { outcome: 'urged', orderId: randomUUID() })).toMatchObject({
      status: 404,
    });
    expect(await end(id, { outcome: 'whatever' })).toMatchObject({ status: 422 });
    expect(await end(randomUUID(), { outcome: 'urged' })).toMatchObject({ status: 404 });
    expect(await end(id, { outcome: 'abuse_ended' })).toMatchObject({ status: 200 });
  });
});
