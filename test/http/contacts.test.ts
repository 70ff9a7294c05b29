/** Contacts with no, one or many orders, who sees them; the policy of channels; emergencies and limits. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDoor } from '../../db/door.ts';
import { SUBMIT_LIMIT, endContact, openContact, ordersOfContact, takeContact } from '../../src/intake/index.ts'; // prettier-ignore
import { channelPolicyOf, shipChannelPolicy } from '../../src/intake/index.ts';
import { registerIn, requestersOf } from '../../src/intake/index.ts';
import { channelDoor, fromDraft } from '../../src/intake/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { Deps, Tx } from '../../src/platform/unit-of-work.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { hit } from '../../src/platform/throttle.ts';
import { openIdentity } from '../../src/workorder/index.ts';
import { readJson } from '../../db/tsv.ts';
import { sourceOf } from '../signed.ts';
import { PUBLIC_URL, createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';
import { ok, refused, wrongFields } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

const inTx = <T>(work: (tx: Tx, deps: Deps) => Promise<T>): Promise<T> =>
  inTransaction(w.deps, SYSTEM, (tx) => work(tx, w.deps));
const key = () => ({ 'idempotency-key': randomUUID() });
const idOf = async (login: string) => (await w.as(login)).actor.userId;

const CALLER = { kind: 'natural', name: '', phone: '13805774471' } as const;
const ring = (contactId?: string) =>
  inTx((tx, deps) =>
    openContact(deps, tx, {
      channel: 'phone',
      requester: CALLER,
      operatorId: null,
      ...(contactId && { contactId }),
    }),
  );
const register = async (contactId: string, more: object = {}) =>
  (await w.as('operator')).post('/api/orders', { content: '楼道灯坏了', contactId, ...more }, key()); // prettier-ignore

describe('a contact', () => {
  it('is nobody’s until it is taken, holds several orders, and ends once', async () => {
    const { contactId } = await ring();
    refused(await register(contactId), 404, 'not_found');
    const operator = await idOf('operator');
    await inTx((tx) => takeContact(tx, contactId, operator));
    await inTx((tx) => takeContact(tx, contactId, operator));
    const first = ok(await register(contactId), 201).orderId;
    const second = ok(await register(contactId, { content: '井盖丢了' }), 201).orderId;
    expect(await ordersOfContact(w.db, contactId)).toEqual([first, second]);
    await inTx((tx) => endContact(tx, contactId));
    const admin = await w.as('admin');
    const view = ok(await admin.get(`/api/contacts/${contactId}`));
    expect(view).toMatchObject({ id: contactId, channel: 'phone', outcome: null, unresolved: false }); // prettier-ignore
    expect(view.orders.map((o: any) => o.id)).toEqual([first, second]);
    expect(view.operatorName).toBe((await w.as('operator')).actor.name);
    await w.moveTo(new Date((await w.now()).getTime() + 60_000));
    await inTx((tx) => endContact(tx, contactId));
    expect(ok(await admin.get(`/api/contacts/${contactId}`)).endedAt).toBe(view.endedAt);
    expect(JSON.stringify(view)).not.toContain('13805774471');
  });

  it('that made no order hides none of the number’s orders, however often it rang', async () => {
    const caller = { kind: 'natural', name: '', phone: '13805774499' } as const;
    const { id } = await s.register({ phone: caller.phone });
    await inTx(async (tx, deps) => {
      for (let i = 0; i < 60; i++)
        await openContact(deps, tx, { channel: 'phone', requester: caller, operatorId: null });
    });
    const operator = await w.as('operator');
    const history = ok(await operator.post('/api/callers/lookup', { phone: caller.phone }));
    expect(history.open.map((o: any) => o.id)).toEqual([id]);
    expect(await requestersOf(w.deps, caller.phone)).toHaveLength(1);
  });

  it('opened twice under one id is one', async () => {
    const id = newId();
    expect(await ring(id)).toEqual({ contactId: id });
    expect(await ring(id)).toEqual({ contactId: id });
    const rows = await w.db.selectFrom('contact').select('id').where('id', '=', id).execute();
    expect(rows).toHaveLength(1);
  });

  it('that ends with no order and no outcome is shown as such, until somebody says how', async () => {
    const { contactId } = await ring();
    await inTx(async (tx) => takeContact(tx, contactId, await idOf('operator')));
    const operator = await w.as('operator');
    const unresolved = async () => ok(await operator.get(`/api/contacts/${contactId}`)).unresolved;
    expect(await unresolved()).toBe(false);
    await inTx((tx) => endContact(tx, contactId));
    expect(await unresolved()).toBe(true);
    ok(await operator.post(`/api/contacts/${contactId}/outcome`, { outcome: 'wrong_number' }));
    expect(await unresolved()).toBe(false);
  });

  it('learns its caller from the first order’s form, and keeps the number that called', async () => {
    const { contactId } = await ring();
    await inTx(async (tx) => takeContact(tx, contactId, await idOf('operator')));
    const named = await register(contactId, { requester: { name: '陈女士' } });
    const { orderId } = ok(named, 201);
    // A second demand cannot say otherwise.
    const other = ok(await register(contactId, { requester: { name: '别人' } }), 201).orderId;
    const rows = await w.db
      .selectFrom('work_order')
      .select('requester_id')
      .where('id', 'in', [orderId, other])
      .execute();
    expect(new Set(rows.map((r) => r.requester_id)).size).toBe(1);
    const known = await openIdentity(w.deps, rows[0]!.requester_id!);
    expect(known).toMatchObject({ name: '陈女士', phone: '13805774471' });
  });

  it('two orders of one call at the same instant agree on who called', async () => {
    const { contactId } = await ring();
    await inTx(async (tx) => takeContact(tx, contactId, await idOf('operator')));
    const both = await Promise.all(
      ['李先生', '王先生', '李先生', '王先生'].map((name, i) =>
        register(contactId, { content: `第${i}件事`, requester: { name } }),
      ),
    );
    const ids = both.map((b) => ok(b, 201).orderId as string);
    const rows = await w.db
      .selectFrom('work_order')
      .select('requester_id')
      .where('id', 'in', ids)
      .execute();
    const [agreed, ...others] = new Set(rows.map((r) => r.requester_id));
    expect(others).toEqual([]);
    expect(['李先生', '王先生']).toContain((await openIdentity(w.deps, agreed!))!.name);
  });

  it('is seen by the centre and by units of its orders, who see theirs; 404 for all others', async () => {
    const order = await s.signed();
    const { contact_id: id } = await w.db
      .selectFrom('work_order')
      .select('contact_id')
      .where('id', '=', order.id)
      .executeTakeFirstOrThrow();
    const second = ok(await register(id, { content: '另一件事' }), 201).orderId;
    const path = `/api/contacts/${id}`;
    expect(ok(await (await w.as('dispatcher')).get(path)).orders).toHaveLength(2);
    const own = ok(await (await w.as('water')).get(path));
    expect(own.orders.map((o: any) => o.id)).toEqual([order.id]);
    expect(JSON.stringify(own)).not.toContain(second);
    refused(await (await w.as('zhzf')).get(path), 404, 'not_found');
    refused(await (await w.as('admin')).get(`/api/contacts/${newId()}`), 404, 'not_found');
  });
});

describe('registering where a message is taken', () => {
  it('is one order for one key, and nothing where the message is rolled back', async () => {
    const draft = channelDoor('sms').parse({
      id: 'm',
      from: '13805774472',
      text: '井盖丢了很危险',
    });
    const citizen = { kind: 'citizen', orderId: null, how: 'submission' } as const;
    const arrival = fromDraft(citizen, `sms/${randomUUID()}`, draft);
    const count = async () =>
      Number((await w.db.selectFrom('work_order').select((e) => e.fn.countAll().as('n')).executeTakeFirstOrThrow()).n); // prettier-ignore
    const before = await count();
    const undone = inTx(async (tx, deps) => {
      await registerIn(deps, tx, arrival);
      throw new Error('the message could not be kept');
    });
    await expect(undone).rejects.toThrow('could not be kept');
    expect(await count()).toBe(before);
    const first = await inTx((tx, deps) => registerIn(deps, tx, arrival));
    const again = await inTx((tx, deps) => registerIn(deps, tx, arrival));
    expect(again).toEqual(first);
    expect(await count()).toBe(before + 1);
    const empty = { ...arrival, key: 'sms/x', matter: { ...arrival.matter, categoryCode: '99' } };
    await expect(inTx((tx, deps) => registerIn(deps, tx, empty))).rejects.toMatchObject({ code: 'invalid_input' }); // prettier-ignore
  });
});

describe('the policy of channels', () => {
  const read = async () => ok(await (await w.as('operator')).get('/api/channel-policy'));
  const publish = async (body: object, headers = key(), login = 'admin') =>
    (await w.as(login)).post('/api/channel-policies', body, headers);

  it('is published as a new version of the one that was read, once', async () => {
    const { version, document } = await read();
    document.telephony.ringSeconds = 20;
    const body = { basedOn: version, note: '铃响 20 秒', document };
    const once = key();
    expect(ok(await publish(body, once), 201)).toEqual({ version: version + 1 });
    expect(ok(await publish(body, once), 201)).toEqual({ version: version + 1 });
    const now = await read();
    expect(now).toMatchObject({ version: version + 1, note: '铃响 20 秒', document });
    expect(now.publishedByName).toBe((await w.as('admin')).actor.name);
    expect((await channelPolicyOf(w.db)).document.telephony.ringSeconds).toBe(20);
    refused(await publish(body), 409, 'version_conflict');
    refused(await publish(body, key(), 'supervisor'), 403, 'not_allowed');
    refused(await publish(body, {} as never), 400, 'idempotency_key_missing');
  });

  it('of two who change the same version at once, one does', async () => {
    const { version, document } = await read();
    const told = await Promise.all(
      [1, 2, 3, 4].map((n) => publish({ basedOn: version, note: `第 ${n} 人`, document })),
    );
    expect(told.map((t) => t.status).sort()).toEqual([201, 409, 409, 409]);
  });

  it('names what cannot be', async () => {
    const { version, document } = await read();
    document.telephony.ringSeconds = 0;
    document.chat.hours.from = '25:00';
    delete document.sms.perHour;
    const fields = ['telephony.ringSeconds', 'chat.hours.from', 'sms.perHour'];
    wrongFields(
      await publish({ basedOn: version, note: 'x', document }),
      ...fields.map((f) => `document.${f}`),
    );
  });

  it('of people holds over an upgrade, which adds only what is new', async () => {
    const shipped = readJson('channel-policy.json') as any;
    const before = (await channelPolicyOf(w.db)).version;
    await w.db.transaction().execute((tx) => shipChannelPolicy(tx, shipped));
    expect((await channelPolicyOf(w.db)).version).toBe(before);
    // As if this release had brought a field that their version lacks.
    const { document } = await channelPolicyOf(w.db);
    const old: any = structuredClone(document);
    delete old.chat.cap;
    const row = { version: before + 1, document: JSON.stringify(old), created_at: await w.now(), created_by: await idOf('admin') }; // prettier-ignore
    await w.db.insertInto('channel_policy').values(row).execute();
    await w.db.transaction().execute((tx) => shipChannelPolicy(tx, shipped));
    const now = await channelPolicyOf(w.db);
    expect(now.version).toBe(before + 2);
    expect(now.document).toEqual({
      ...document,
      chat: { ...document.chat, cap: shipped.chat.cap },
    });
    expect(now.document.telephony.ringSeconds).toBe(20);
  });
});

describe('limits and emergencies', () => {
  const send = (content: string) =>
    w.app.request('/submit/next', {
      method: 'POST',
      headers: { host: 'localhost:12345', origin: PUBLIC_URL, 'content-type': 'application/x-www-form-urlencoded' }, // prettier-ignore
      body: new URLSearchParams({ screen: '3', go: 'send', key: randomUUID(), who: 'named', name: '周先生', phone: '13900000321', callback: 'on', content }).toString(), // prettier-ignore
    });
  const DANGER = '我家楼下着火了，楼道里全是浓烟，有人被困在里面！';

  it('a text of danger passes where others of the same house wait, up to a much higher number', async () => {
    const source = w.deps.crypto.mac('throttle', 'unknown');
    const { windowMinutes, perSource, emergencies } = SUBMIT_LIMIT;
    await hit(w.db, `submit:source:${source}`, windowMinutes, perSource);
    expect((await send('路灯不亮，麻烦修一下。')).status).toBe(429);
    const taken = await send(DANGER);
    expect([taken.status, taken.headers.get('location')]).toEqual([303, '/receipt']);
    expect(emergencies).toBeGreaterThanOrEqual(10 * perSource);
    await hit(w.db, `submit:danger:${source}`, windowMinutes, emergencies);
    expect((await send(DANGER)).status).toBe(429);
  });
});

describe('npm run door', () => {
  it('opens a source with a secret that knocks, says so once, and closes it', async () => {
    const said = await runDoor(w.deps, ['--open', 'city-switch', '--door', 'cti']);
    const secret = /secret \(shown once\): (\S+)/.exec(said)![1]!;
    const { knock } = await sourceOf(w, { name: 'other', door: 'cti' });
    const m = () => ({ id: newId(), body: {}, source: 'city-switch', secret });
    const listed = await runDoor(w.deps, ['--list']);
    expect(listed).toMatch(/^city-switch\tcti\topen\t60000\/min\t0 dead\t-$/m);
    expect(listed).not.toContain(secret);
    const status = async () => (await knock('/cti/v1/events', m())).status;
    expect(await status()).not.toBe(401);
    await runDoor(w.deps, ['--close', 'city-switch']);
    expect(await status()).toBe(401);
    await expect(runDoor(w.deps, ['--close', 'city-switch'])).rejects.toThrow('no open source');
    for (const wrong of [['--open', 'x y', '--door', 'cti'], ['--open', 'a1', '--door', 'web'], []])
      await expect(runDoor(w.deps, wrong)).rejects.toThrow('usage');
  });
});
