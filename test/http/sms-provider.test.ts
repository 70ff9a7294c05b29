/** Providers: what they report, in our form and in theirs, and what their faults hold up. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { dueDeliveries, providerGateway, send } from '../../src/notification/index.ts';
import { describeProvider } from '../../src/notification/provider-file.ts';
import type { Provider } from '../../src/notification/provider.ts';
import { createApp } from '../../src/app.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';
import { SOURCE, knock, openSms, write } from './sms.ts';

type Serve = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let serve: Serve = (_q, r) => r.end('{"ok":true}');
const asked: { body: string; url: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (d: Buffer) => (body += d.toString()));
  request.on('end', () => {
    asked.push({ body, url: request.url! });
    serve(request, response, body);
  });
});

let w: World;
let s: ReturnType<typeof steps>;
let provider: Provider;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  provider = describeProvider(
    {
      name: 'test',
      secrets: { token: 'TEST_TOKEN' },
      send: {
        url: `http://127.0.0.1:${port}/send`,
        json: { ref: '{id}', to: '{to}', text: '{text}' },
        timeoutSeconds: 1,
        success: { pointer: '/ok', equals: [true] },
        messageId: '/id',
        errorCode: '/code',
        never: ['NO_SUCH_NUMBER'],
      },
      door: { source: SOURCE },
      receipts: {
        format: 'json',
        items: '/list',
        fields: { providerId: '/id', state: '/state', code: '/code', at: '/at' },
        delivered: ['DELIVRD'],
        signature: { algorithm: 'hmac-sha256', key: '{secret.token}', over: '{body}', given: 'header.X-Sign' }, // prettier-ignore
        answer: { body: '{"code":0}' },
      },
      inbound: {
        format: 'form',
        fields: { messageId: '/id', from: '/mobile', text: '/content', at: '/time' },
        signature: { algorithm: 'plain', over: '{secret.token}', given: 'query.token' },
        answer: { body: 'SUCCESS', contentType: 'text/plain' },
      },
    },
    () => 'the-token',
  );
  w = await createWorld({ at: '2026-09-21T02:00:00Z' });
  s = steps(w);
  await openSms(w);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await w?.close();
});

const delivery = (id: string) => w.db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirstOrThrow(); // prettier-ignore
/** A receipt that waits to be sent. */
async function waiting(phone = '13900000001'): Promise<string> {
  const { id } = await s.register({ phone });
  await w.settle();
  const row = await w.db.selectFrom('delivery').select('id').where('order_id', '=', id).executeTakeFirstOrThrow(); // prettier-ignore
  await w.db
    .updateTable('delivery')
    .set({ state: 'pending', attempts: 0, sent_at: null, next_attempt_at: new Date(0) })
    .where('id', '=', row.id)
    .execute();
  return row.id;
}
async function sentAs(providerId: string): Promise<string> {
  const id = await waiting();
  serve = (_q, r) => void r.end(JSON.stringify({ ok: true, id: providerId }));
  expect(await send(w.deps, providerGateway(provider), id)).toBe('sent');
  expect(await delivery(id)).toMatchObject({ state: 'sent', provider_id: providerId });
  return id;
}

describe('a try', () => {
  it.each<[string, Serve, string]>([
    ['says 500', (_q, r) => void r.writeHead(500).end('{"code":"E5"}'), 'gateway answered 500 E5'],
    ['refuses', (_q, r) => void r.end('{"ok":false,"code":"LIMIT"}'), 'gateway refused LIMIT'],
    ['says nonsense', (_q, r) => void r.end('<html>'), 'gateway answered nonsense'],
    ['points elsewhere', (_q, r) => void r.writeHead(307, { location: '/other' }).end(), 'gateway answered 307'], // prettier-ignore
    ['never ends', (_q, r) => void r.write('{'), 'gateway timeout'],
    ['says too much', (_q, r) => void r.end('x'.repeat(100_000)), 'gateway answered too much'],
    ['hangs up', (_q, r) => void r.destroy(), 'gateway unreachable'],
  ])('whose provider %s is kept for the next one', async (_, how, error) => {
    const id = await waiting();
    serve = how;
    expect(await send(w.deps, providerGateway(provider), id)).toBe('failed');
    expect(await delivery(id)).toMatchObject({ state: 'pending', attempts: 1, last_error: error });
    expect(asked.at(-1)!.url).toBe('/send');
    expect(JSON.parse(asked.at(-1)!.body)).toMatchObject({ ref: id });
  });

  it('to a number that does not exist is the last', async () => {
    const id = await waiting();
    serve = (_q, r) => void r.writeHead(400).end('{"code":"NO_SUCH_NUMBER"}');
    await send(w.deps, providerGateway(provider), id);
    expect(await delivery(id)).toMatchObject({ state: 'dead', attempts: 1 });
  });

  it('of a kind that only a later release knows waits for it', async () => {
    const id = await waiting();
    const become = (kind: string) =>
      w.db.updateTable('delivery').set({ kind }).where('id', '=', id).execute();
    await become('of_tomorrow');
    expect(await send(w.deps, providerGateway(provider), id)).toBe('skipped');
    expect(await dueDeliveries(w.db, 200)).not.toContain(id);
    expect(await delivery(id)).toMatchObject({ state: 'pending', attempts: 0, last_error: null });
    await become('receipt');
    expect(await dueDeliveries(w.db, 200)).toContain(id);
    serve = (_q, r) => void r.end('{"ok":true,"id":"later"}');
    expect(await send(w.deps, providerGateway(provider), id)).toBe('sent');
  });

  it('that hangs holds up no other message and no duty', async () => {
    const [hung, other] = [await waiting(), await waiting()];
    serve = (_q, r, body) => void (body.includes(hung) || r.end('{"ok":true,"id":"x1"}'));
    const gateway = providerGateway(provider);
    const slow = send(w.deps, gateway, hung);
    const from = performance.now();
    expect(await send(w.deps, gateway, other)).toBe('sent');
    const order = await s.dispatched({ phone: '13900000002' });
    await w.settle();
    expect(await w.db.selectFrom('notification').select('id').where('order_id', '=', order.id).execute()).not.toEqual([]); // prettier-ignore
    const took = performance.now() - from;
    expect(await slow).toBe('failed');
    expect(performance.now() - from).toBeGreaterThan(took);
    expect((await delivery(hung)).last_error).toBe('gateway timeout');
  });
});

describe('receipts', () => {
  const receipt = (message: object, k?: Parameters<typeof knock>[3]) =>
    knock(w, '/sms/v1/receipts', message, k);

  it('say how far a message got; shown to staff', async () => {
    const id = await sentAs('p-1');
    const at = '2026-09-21T02:00:09.000Z';
    expect(await receipt({ providerId: 'p-1', state: 'delivered', code: 'DELIVRD', at })).toMatchObject({ status: 200, body: { state: 'done', receipt: 'delivered' } }); // prettier-ignore
    const { order_id: orderId } = await delivery(id);
    const listed = s.must(await (await w.as('supervisor')).get(`/api/deliveries?orderId=${orderId}`)); // prettier-ignore
    expect(listed.items).toMatchObject([{ id, state: 'sent', receipt: 'delivered', receiptCode: 'DELIVRD', receiptAt: at }]); // prettier-ignore
  });

  it('come in any order: delivered is the last word, the same twice is one', async () => {
    const id = await sentAs('p-2');
    for (const state of [
      'submitted',
      'undelivered',
      'undelivered',
      'delivered',
      'undelivered',
      'submitted',
    ])
      // prettier-ignore
      expect((await receipt({ id, state, code: state })).body.state).toBe('done');
    expect(await delivery(id)).toMatchObject({ receipt: 'delivered', receipt_code: 'delivered' });
    const events = await w.db.selectFrom('domain_event').select('payload').where('type', '=', 'delivery.receipted').where('subject_id', '=', id).execute(); // prettier-ignore
    expect(events).toHaveLength(2);
  });

  it('of a hundred at once make one effect', async () => {
    const id = await sentAs('p-3');
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => receipt({ providerId: 'p-3', state: i % 2 ? 'delivered' : 'undelivered' })), // prettier-ignore
    );
    expect(new Set(answers.map((a) => `${a.status} ${a.body.state}`))).toEqual(new Set(['200 done'])); // prettier-ignore
    expect((await delivery(id)).receipt).toBe('delivered');
  });

  it('are stronger than a time-out of ours: nothing is sent again', async () => {
    const id = await waiting();
    serve = () => {};
    const slow = send(w.deps, providerGateway(provider), id);
    await expect.poll(async () => (await delivery(id)).attempts).toBe(1);
    await receipt({ id, providerId: 'p-4', state: 'delivered' });
    expect(await slow).toBe('failed');
    expect(await delivery(id)).toMatchObject({ state: 'sent', receipt: 'delivered', provider_id: 'p-4' }); // prettier-ignore
    expect(await send(w.deps, providerGateway(provider), id)).toBe('skipped');
  });

  it('quicker than the answer that names the message come again', async () => {
    const id = await waiting();
    // On the second try as on the first.
    serve = (_q, r) => void r.writeHead(500).end();
    expect(await send(w.deps, providerGateway(provider), id)).toBe('failed');
    await w.db.updateTable('delivery').set({ next_attempt_at: new Date(0) }).where('id', '=', id).execute(); // prettier-ignore
    let answer = (): void => {};
    serve = (_q, r) => void (answer = () => void r.end('{"ok":true,"id":"p-quick"}'));
    const calls = asked.length;
    const sending = send(w.deps, providerGateway(provider), id);
    await expect.poll(() => asked.length).toBe(calls + 1);
    const at = new Date().toISOString();
    const quick = { providerId: 'p-quick', state: 'delivered' };
    expect((await receipt(quick)).status).toBe(503);
    expect((await receipt({ ...quick, at }, { id: 'quick' })).status).toBe(503);
    const old = new Date(Date.now() - 61_000).toISOString();
    expect((await receipt({ ...quick, providerId: 'p-none', at: old })).body.state).toBe('dead');
    answer();
    expect(await sending).toBe('sent');
    expect((await receipt({ ...quick, at }, { id: 'quick' })).body).toMatchObject({ state: 'done', receipt: 'delivered' }); // prettier-ignore
    expect(await delivery(id)).toMatchObject({ state: 'sent', receipt: 'delivered' });
  });

  it('that name no instant speak of when they came, whenever they are sent in again', async () => {
    const early = await receipt({ providerId: 'p-early', state: 'delivered' });
    expect(early.body.state).toBe('dead');
    const came = await w.now();
    const id = await sentAs('p-early');
    await w.moveTo(new Date(came.getTime() + 3 * 3_600_000));
    s.must(await (await w.as('admin')).post(`/api/door/messages/${early.body.id}/redrive`, {}, { 'idempotency-key': randomUUID() })); // prettier-ignore
    const { receipt: got, receipt_at: at } = await delivery(id);
    expect(got).toBe('delivered');
    expect(Math.abs(at!.getTime() - came.getTime())).toBeLessThan(60_000);
  });

  it('of unknown messages, and of those never tried, lie dead', async () => {
    const never = await waiting();
    for (const message of [
      { providerId: 'nobody', state: 'delivered' },
      { id: never, state: 'delivered' },
      { state: 'delivered' },
      { providerId: 'p-1', state: 'eaten' },
    ])
      expect((await receipt(message)).body.state).toBe('dead');
    expect(await delivery(never)).toMatchObject({ state: 'pending', receipt: null });
    expect((await receipt({ providerId: 'p-1', state: 'delivered' }, { secret: 'wrong-secret-of-16' })).status).toBe(401); // prettier-ignore
  });
});

describe('a provider that speaks its own language', () => {
  let app: ReturnType<typeof createApp>;
  beforeAll(() => {
    app = createApp(w.deps, { intake: w.intake, trustProxy: 0, smsProvider: provider });
  });
  const push = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await app.request(path, { method: 'POST', body, headers });
    return { status: response.status, text: await response.text() };
  };
  const signed = async (body: string) => {
    const { createHmac } = await import('node:crypto');
    return { 'x-sign': createHmac('sha256', 'the-token').update(body).digest('hex') };
  };

  it('reports several at once; again, it is answered the same and nothing changes', async () => {
    const [a, b] = [await sentAs('q-1'), await sentAs('q-2')];
    const body = JSON.stringify({ list: [
      { id: 'q-1', state: 'DELIVRD', code: 'DELIVRD', at: '2026-09-21 10:00:09' },
      { id: 'q-2', state: 'MK:0013', code: 'MK:0013', at: '' },
      { id: 'q-unknown', state: 'DELIVRD', code: '', at: '' },
    ] }); // prettier-ignore
    for (let i = 0; i < 2; i++)
      expect(await push('/sms/v1/provider/receipts', body, await signed(body))).toEqual({ status: 200, text: '{"code":0}' }); // prettier-ignore
    expect(await delivery(a)).toMatchObject({ receipt: 'delivered', receipt_at: new Date('2026-09-21T02:00:09Z') }); // prettier-ignore
    expect(await delivery(b)).toMatchObject({ receipt: 'undelivered', receipt_code: 'MK:0013' });
    const letters = await w.db.selectFrom('door_message').select('id').where('state', '=', 'dead').where('error', 'like', 'not_found%').execute(); // prettier-ignore
    const again = letters.length;
    await push('/sms/v1/provider/receipts', body, await signed(body));
    expect(await w.db.selectFrom('door_message').select('id').where('state', '=', 'dead').where('error', 'like', 'not_found%').execute()).toHaveLength(again); // prettier-ignore
    expect((await push('/sms/v1/provider/receipts', `${body} `, await signed(body))).status).toBe(401); // prettier-ignore
    expect((await push('/sms/v1/provider/receipts', 'x'.repeat(300_000))).status).toBe(413);
  });

  it('hands over messages, which are understood like any', async () => {
    const order = await s.dispatched({ phone: '13900000077' });
    await w.settle();
    const body =
      'id=u1&mobile=%2B8613900000077&content=%E5%82%AC%E5%8A%9E&time=2026-09-21+10%3A00%3A00';
    expect((await push('/sms/v1/provider/inbound', body)).status).toBe(401);
    for (let i = 0; i < 2; i++)
      expect(await push('/sms/v1/provider/inbound?token=the-token', body)).toEqual({ status: 200, text: 'SUCCESS' }); // prettier-ignore
    const urges = await w.db.selectFrom('urge').select('party').where('order_id', '=', order.id).execute(); // prettier-ignore
    expect(urges).toEqual([{ party: 'citizen' }]);
  });

  it('is heard to the end: beyond the limit nothing holds up who is in danger', async () => {
    await write(w, '13900000081', '翠竹苑3幢的路灯坏了一个星期');
    const inbound = { ...provider.description.inbound!, format: 'json' as const, items: '/list' };
    const lists = { ...provider, description: { ...provider.description, inbound } };
    const listening = createApp(w.deps, { intake: w.intake, trustProxy: 0, smsProvider: lists });
    const time = '2026-09-21 10:00:00';
    const body = JSON.stringify({ list: [
      { id: 'v1', mobile: '13900000082', content: '翠竹苑4幢的电梯坏了，请来修。', time },
      { id: 'v2', mobile: '13900000083', content: '救命，翠竹苑5幢着火了，有老人困在里面', time },
    ] }); // prettier-ignore
    const pushed = async () => (await listening.request('/sms/v1/provider/inbound?token=the-token', { method: 'POST', body })).status; // prettier-ignore
    const source = await w.db.selectFrom('door_source').select('id').where('name', '=', SOURCE).executeTakeFirstOrThrow(); // prettier-ignore
    const spent = (hits: number) =>
      sql`insert into throttle (bucket, window_start, hits)
        select ${w.deps.crypto.mac('throttle', `door/${source.id}`)}, date_bin('1 minute', clock_timestamp(), '2000-01-01') + m * interval '1 minute', ${hits}::int
        from generate_series(0, 1) m on conflict (bucket, window_start) do update set hits = excluded.hits`.execute(w.db); // prettier-ignore
    const taken = async () => (await w.db.selectFrom('sms_inbound').select('message_id').where('message_id', 'in', ['v1', 'v2']).orderBy('message_id').execute()).map((r) => r.message_id); // prettier-ignore
    await spent(100_000);
    expect(await pushed()).toBe(429);
    expect(await taken()).toEqual(['v2']);
    // The next minute takes the rest; after that, all of it is known.
    await spent(99_500);
    expect(await pushed()).toBe(200);
    expect(await taken()).toEqual(['v1', 'v2']);
    await spent(100_000);
    expect(await pushed()).toBe(200);
  });

  it('is nowhere to be found without a description', async () => {
    expect((await write(w, '13900000078', '你好')).status).toBe(200);
    const response = await w.app.request('/sms/v1/provider/inbound?token=the-token', { method: 'POST', body: '' }); // prettier-ignore
    expect(response.status).toBe(404);
  });
});
