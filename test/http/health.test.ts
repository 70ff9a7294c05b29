/** How the house says how it is: alive, ready, counted; what it puts off, and what it says without a database. */
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { citizenErrorPage, citizenPages } from '../../web/citizen/index.tsx';
import { createApp } from '../../src/app.ts';
import { PUT_OFF } from '../../src/load-classes.ts';
import { CALM, watchDatabase, watchStrain } from '../../src/platform/condition.ts';
import type { Condition } from '../../src/platform/condition.ts';
import { connect } from '../../src/platform/db.ts';
import { createMetrics, sharing } from '../../src/platform/metrics.ts';
import { apart, inClass, shareOut } from '../../src/platform/shares.ts';
import { serveStatus } from '../../src/platform/status.ts';
import { createIntake } from '../../src/intake/index.ts';
import { fireAll } from '../../src/deadline/index.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { freePort } from '../processes.ts';
import { until } from '../until.ts';
import { createWorld, routesOf } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:00:00Z' });
});
afterAll(() => w.close());

/** The house in another condition, with what it counts. */
function house(condition: Partial<Condition>, deps: Partial<Deps> = {}) {
  const metrics = createMetrics();
  const all: Deps = { ...w.deps, metrics, ...deps };
  const intake = createIntake(all);
  const app = createApp(all, {
    intake,
    trustProxy: 0,
    citizen: citizenPages(all, intake, { trustProxy: 0, demo: false }),
    errorPage: citizenErrorPage,
    condition: { ...CALM, ...condition },
  });
  const ask = async (path: string, login?: string, init: RequestInit = {}) => {
    const cookie = login ? (await w.as(login)).cookie : '';
    return app.request(path, { ...init, headers: { cookie, ...init.headers } });
  };
  return { app, ask, metrics, text: () => metrics.registry.metrics() };
}

const TEXT = '南塘街道解放路路灯不亮';
const DANGER = '南塘街道解放路一户人家着火了，里面有人';
const NOTHING = '0190c0de-0000-7000-8000-000000000000';
const LOST = '0190c0de-0000-7000-8000-000000000001';

describe('alive and ready', () => {
  it('lives whether or not it is ready; ready says why it is not', async () => {
    const told = async (condition: Partial<Condition>) => {
      const { ask } = house(condition);
      const ready = await ask('/readyz');
      return [(await ask('/healthz')).status, ready.status, await ready.json()];
    };
    expect(await told({})).toEqual([200, 200, { ok: true, reasons: [] }]);
    expect(await told({ draining: () => true })).toEqual([
      200,
      503,
      { ok: false, reasons: ['draining'] },
    ]);
    expect(await told({ databaseAway: () => true })).toEqual([
      200,
      503,
      { ok: false, reasons: ['database'] },
    ]);
  });
});

describe('without a database', () => {
  it('everybody hears 503 and when to come back; a citizen in plain Chinese; and it lives', async () => {
    const gone = connect('postgres://nobody@127.0.0.1:1/none', { max: 1 });
    const { ask } = house({ databaseAway: () => true }, { db: gone.db });
    const staff = await ask('/api/orders', 'supervisor');
    expect([staff.status, staff.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await staff.json()).toMatchObject({ code: 'database_unavailable' });
    for (const [path, fields] of [
      ['/submit/next', { screen: '3', go: 'send', key: NOTHING, who: 'anonymous', content: TEXT }],
      ['/track', { orderNo: '20260921000017', code: 'ABC234' }],
    ] as const) {
      const page = await ask(path, undefined, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { origin: w.deps.publicUrl },
      });
      expect([path, page.status]).toEqual([path, 503]);
      expect(page.headers.get('retry-after')).toMatch(/^\d+$/);
      const text = await page.text();
      // Whether it was stored nobody can say.
      expect(text).toMatch(/可能没有存上|可能已经办成了/);
      expect(text).not.toContain('现在忙不过来');
    }
    // Photos that came with the words do not take them away.
    const brought = new FormData();
    for (const [name, value] of Object.entries({ screen: '1', key: NOTHING, content: TEXT }))
      brought.append(name, value);
    for (const name of ['a.jpg', 'b.jpg']) brought.append('photos', new File(['x'], name));
    const put = await ask('/submit/next', undefined, {
      method: 'POST',
      body: brought,
      headers: { origin: w.deps.publicUrl },
    });
    const again = await put.text();
    expect(put.status).toBe(422);
    for (const words of [TEXT, '“a.jpg”没有存上', '“b.jpg”没有存上'])
      expect(again).toContain(words);
    // A demand comes back as it was typed, and is sent again under its key.
    const fields = { screen: '3', go: 'send', key: NOTHING, who: 'named', phone: '13900004321' };
    const post = (to: typeof ask, body: Record<string, string>) =>
      to('/submit/next', undefined, {
        method: 'POST',
        body: new URLSearchParams(body),
        headers: { origin: w.deps.publicUrl },
      });
    const page = await (await post(ask, { ...fields, content: TEXT })).text();
    for (const kept of [
      'name="screen" value="3"',
      `name="key" value="${NOTHING}"`,
      `name="content" value="${TEXT}"`,
      'name="phone" value="13900004321"',
      'name="go" value="send"',
      '您写的都还在',
    ])
      expect(page).toContain(kept);
    const typed = Object.fromEntries(
      [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map((m) => [
        m[1]!,
        m[2]!,
      ]),
    );
    // The way there shows what was typed too.
    const second = await post(ask, { screen: '1', key: NOTHING, content: TEXT });
    expect([second.status, (await second.text()).includes(TEXT)]).toEqual([200, true]);
    const { ask: well } = house({});
    for (const _ of ['once', 'twice']) {
      const sent = await post(well, { ...typed, go: 'send' });
      expect([sent.status, sent.headers.get('location')]).toEqual([303, '/receipt']);
    }
    const made = await sql<{ n: number }>`select count(*)::int as n from idempotency_key
      where key = ${NOTHING}`.execute(w.db);
    expect(made.rows).toEqual([{ n: 1 }]);
    expect(await (await ask('/healthz')).json()).toEqual({ ok: true, understanding: 'unknown' });
    await gone.close();
  });

  it('what a citizen adds to an order comes back as it was typed, and is sent again', async () => {
    const gone = connect('postgres://nobody@127.0.0.1:1/none', { max: 1 });
    const { ask } = house({ databaseAway: () => true }, { db: gone.db });
    const { ask: well } = house({});
    let cookie = '';
    const to = async (where: typeof ask, path: string, fields?: Record<string, string>) => {
      const answer = await where(path, undefined, {
        headers: { cookie, origin: w.deps.publicUrl },
        ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
      });
      const set = answer.headers.getSetCookie().map((c) => c.split(';')[0]);
      cookie = [cookie, ...set].filter(Boolean).join('; ');
      return { status: answer.status, text: await answer.text() };
    };
    const hidden = (text: string) =>
      Object.fromEntries(
        [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map((m) => [
          m[1]!,
          m[2]!,
        ]),
      );
    const sent = { screen: '3', go: 'send', key: crypto.randomUUID(), who: 'named' };
    await to(well, '/submit/next', { ...sent, phone: '13900004322', content: TEXT });
    await to(well, '/track', hidden((await to(well, '/receipt')).text));
    const form = hidden((await to(well, '/track/note')).text);
    const WORDS = '灯杆也歪了，<请>小心。';
    const page = await to(ask, '/track/note', { ...form, text: WORDS });
    expect(page.status).toBe(503);
    expect(page.text).toContain('action="/track/note"');
    expect(page.text).toMatch(
      /<textarea name="text"[^>]*>灯杆也歪了，&lt;请&gt;小心。<\/textarea>/,
    );
    expect(page.text).not.toContain('照片要重新加');
    const kept = hidden(page.text);
    expect(kept).toMatchObject({ key: form.key });
    const notes = async () =>
      (
        await sql<{ n: number }>`select count(*)::int as n from act
          where act in ('note', 'supplement')`.execute(w.db)
      ).rows[0]!.n;
    const before = await notes();
    for (const _ of ['once', 'twice'])
      expect((await to(well, '/track/note', { ...kept, text: WORDS })).status).toBe(303);
    expect((await notes()) - before).toBe(1);
    // It had arrived after all; what was written into it meanwhile is no second note by itself.
    const more = await to(well, '/track/note', { ...kept, text: `${WORDS}还在滴水。` });
    expect(more.status).toBe(422);
    expect(more.text).toContain('刚才那一次已经收到了');
    expect(more.text).toContain('还在滴水');
    expect((await notes()) - before).toBe(1);
    const { again: _, ...asked } = hidden(more.text);
    expect(asked.key).not.toBe(kept.key);
    expect((await to(well, '/track/note', { ...asked, text: '还在滴水。' })).status).toBe(303);
    expect((await notes()) - before).toBe(2);
    await gone.close();
  });

  it('who waits on a link that was silent a moment ago hears it; a file on its way does not', async () => {
    const { inTime } = await import('../../src/platform/http/house.ts');
    const open: (() => void)[] = [];
    const app = new Hono()
      .use(inTime({ ...CALM, databaseSilent: () => true }) as never)
      .post('/', async (c) => (await new Promise<void>((done) => open.push(done)), c.text('done')))
      .onError((error, c) => c.text((error as { code?: string }).code ?? String(error), 503));
    const post = (type: string) =>
      app.request('/', { method: 'POST', body: 'x', headers: { 'content-type': type } });
    const file = post('multipart/form-data; boundary=x');
    expect(await (await post('application/json')).text()).toBe('database_unavailable');
    for (const done of open) done();
    expect(await (await file).text()).toBe('done');
  });

  /** A road to PostgreSQL that can be made to swallow everything, as a cut cable does. */
  async function cable(): Promise<{ url: string; cut: (all: boolean) => void; close(): void }> {
    const to = new URL(w.database.appUrl);
    const through: { from: Socket; silent: boolean }[] = [];
    let deaf = false;
    const { connect: dial } = await import('node:net');
    const server: Server = createServer((from) => {
      const end = dial(Number(to.port), to.hostname);
      const one = { from, silent: deaf };
      through.push(one);
      from.on('data', (d) => one.silent || end.write(d)).on('error', () => end.destroy());
      end.on('data', (d) => one.silent || from.write(d)).on('error', () => from.destroy());
      from.on('close', () => end.destroy());
      end.on('close', () => one.silent || from.destroy());
    });
    const port = await freePort();
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    const url = new URL(to);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return {
      url: url.toString(),
      cut: (all) => {
        deaf = all;
        for (const one of through) one.silent = true;
      },
      close: () => (through.forEach(({ from }) => from.destroy()), server.close()),
    };
  }

  it('a link that swallows everything: the watch notices, its connections are cut, new ones serve', async () => {
    const road = await cable();
    const own = connect(road.url, { max: 2 });
    const watch = watchDatabase(road.url, w.deps.log, own.distrust);
    const ask = () => sql`select pg_sleep(0.01)`.execute(own.db);
    await Promise.all([ask(), ask()]);
    // What stood is dead, whatever comes is served: the database is not away.
    road.cut(false);
    const begun = performance.now();
    const lost = await Promise.allSettled([ask(), ask(), ask()]);
    expect(lost.filter((l) => l.status === 'rejected').length).toBeLessThanOrEqual(2);
    await ask();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(watch.away()).toBe(false);
    // Nothing comes through any more.
    const { ask: knock } = house({ databaseAway: watch.away }, { db: own.db });
    await w.as('supervisor');
    const post = (fields: Record<string, string>) =>
      knock('/submit/next', undefined, {
        method: 'POST',
        body: new URLSearchParams({ key: LOST, content: DANGER, who: 'anonymous', ...fields }),
        headers: { origin: w.deps.publicUrl },
      });
    // Whoever is understood before is understood without the database.
    expect(await (await post({ screen: '1' })).text()).toContain('href="tel:119"');
    road.cut(true);
    const at = performance.now();
    const sending = post({ screen: '3', go: 'send' });
    const answer = await knock('/api/orders', 'supervisor');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    const form = await sending;
    expect(performance.now() - at).toBeLessThan(5_000);
    expect([form.status, form.headers.get('retry-after')]).toEqual([503, '5']);
    const page = await form.text();
    expect(page).toContain(`name="key" value="${LOST}"`);
    expect(page).toContain('href="tel:119"');
    await until('away', watch.away);
    watch.stop();
    road.close();
    await own.close();
  });
});

describe('under load', () => {
  const paths = Object.entries(PUT_OFF).flatMap(([c, list]) => list.map((p) => [c, p] as const));

  it('what is put off are routes that exist, each once, and only reading', () => {
    const routes = routesOf(w.app);
    const named = paths.map(([, path]) => `GET ${path}`);
    expect(named.filter((route) => !routes.includes(route))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  it('reports first, lists then, never a submission, an act, an order or a door', async () => {
    const code = async (level: number, path: string, init?: RequestInit) => {
      const answer = await house({ level: () => level }).ask(path, 'supervisor', init);
      const { code: why } = answer.status === 503 ? await answer.json() : { code: null };
      return [answer.status, why, answer.headers.get('retry-after')];
    };
    const off = [503, 'overloaded', '5'];
    expect(await code(0, '/api/rates')).toEqual([200, null, null]);
    expect(await code(1, '/api/rates')).toEqual(off);
    expect(await code(1, '/api/orders?queue=all')).toEqual([200, null, null]);
    expect(await code(2, '/api/rates')).toEqual(off);
    expect(await code(2, '/api/orders')).toEqual(off);
    expect(await code(2, '/api/board')).toEqual(off);
    expect(await code(2, `/api/orders/find?q=${encodeURIComponent('停水')}`)).toEqual(off);
    expect(await code(2, '/api/orders/find?q=20260921-0001')).toEqual([200, null, null]);
    const post = (body: object): RequestInit => ({
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', origin: w.deps.publicUrl },
    });
    for (const [path, init] of [
      [`/api/orders/${NOTHING}`],
      ['/api/orders?queue=emergency'],
      ['/api/orders/find?text=1390000'],
      ['/api/orders', post({})],
      [`/api/orders/${NOTHING}/acts`, post({ act: 'urge', version: 1, input: {} })],
      ['/api/handovers', post({})],
      ['/api/callers/lookup', post({ phone: '13900001234' })],
      ['/cti/v1/events', post({})],
      ['/cti/v1/route', post({})],
      ['/api/telephony/desk'],
      ['/api/telephony/queue'],
      ['/api/chat/chats'],
      ['/submit'],
      ['/track'],
    ] as [string, RequestInit?][])
      expect([path, (await code(2, path, init))[0]]).not.toEqual([path, 503]);
  });

  it('says so in the language of the reader, and counts it', async () => {
    const { ask, text } = house({ level: () => 2 });
    const zh = await (await ask('/api/rates', 'supervisor')).json();
    const en = await (
      await ask('/api/inbox', 'supervisor', { headers: { 'accept-language': 'en' } })
    ).json();
    expect([zh.title, en.title]).toEqual([
      '现在来的人太多，先保接件和办件；统计和列表过一会儿再看。',
      'Very busy: receiving and handling go first; figures and lists come back shortly.',
    ]);
    expect(await text()).toContain('hotline_shed_total{class="reports"} 1');
    expect(await text()).toContain('hotline_shed_total{class="lists"} 1');
  });

  it('is measured: those who wait for a connection, and how late the event loop is', async () => {
    let [waiting, oldestMs] = [0, 0];
    const waits = { waiting: () => waiting, oldestMs: () => oldestMs };
    const strain = watchStrain(waits, { lagMs: 10_000, waiting: 5, waitMs: 500 });
    waiting = 8;
    await until('reports go', () => strain.level() === 1);
    waiting = 80;
    await until('lists go', () => strain.level() === 2);
    waiting = 0;
    await until('all is back', () => strain.level() === 0);
    [waiting, oldestMs] = [1, 5_000];
    await until('lists go as one waits long', () => strain.level() === 2);
    oldestMs = 0;
    strain.stop();
    const slow = watchStrain(waits, { lagMs: 40, waiting: 5, waitMs: 500 });
    await until('a late loop', () => {
      const end = performance.now() + 150;
      while (performance.now() < end);
      return slow.level() > 0;
    });
    slow.stop();
  });
});

describe('connections', () => {
  it('lists and reports hold their share, whoever submits finds one at once', async () => {
    const own = connect(w.database.appUrl, { max: 4 });
    const { pool } = own;
    const waits = shareOut(pool, 300);
    const list = () => inClass('lists', () => pool.connect());
    const [one, two] = await Promise.all([list(), list()]);
    const refused = await list().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'overloaded' });
    // Of a share that is all in use nobody waits for a connection: the pool has some.
    expect([waits.waiting(), pool.totalCount]).toEqual([0, 2]);
    const submission = await pool.connect();
    const report = await inClass('reports', () => pool.connect());
    const third = list();
    one.release();
    (await third).release();
    for (const client of [two, submission, report]) client.release();
    // A connection that is given back broken leaves its place too.
    const broken = await Promise.all([list(), list()]);
    for (const client of broken) client.release(new Error('gone'));
    await Promise.all((await Promise.all([list(), list()])).map((client) => client.release()));
    expect((await inClass('lists', () => pool.query('select 7 as n'))).rows).toEqual([{ n: 7 }]);
    await own.close();
  });

  it('whoever finds none in time hears that it is busy, and when to come back', async () => {
    const own = connect(w.database.appUrl, { max: 1 });
    own.pool.options.connectionTimeoutMillis = 400;
    const waits = shareOut(own.pool);
    const held = await own.pool.connect();
    const { ask } = house({}, { db: own.db });
    await w.as('operator');
    const answer = ask('/api/session', 'operator');
    await until('it waits', () => waits.waiting() > 0 && waits.oldestMs() > 50);
    const told = await answer;
    expect([told.status, told.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await told.json()).toMatchObject({ code: 'busy' });
    held.release();
    expect((await ask('/api/session', 'operator')).status).toBe(200);
    expect(waits.oldestMs()).toBe(0);
    // Whoever is never put off does not wait for a connection, but to be stored with others.
    let store = () => {};
    const storing = apart(() => new Promise<void>((done) => (store = done)));
    await until('it is stored', () => waits.oldestMs() > 50);
    expect(waits.waiting()).toBe(0);
    store();
    await storing;
    expect(waits.oldestMs()).toBe(0);
    await own.close();
  });
});

describe('the figures', () => {
  it('one that never comes keeps back none of the others, and is not asked for twice at once', async () => {
    const { metrics, text } = house({});
    let asked = 0;
    const never = sharing(() => new Promise<never>(() => void (asked += 1)));
    metrics.ask({ name: 'count_of_it', help: 'x', look: async () => [['', await never()]] });
    metrics.ask({ name: 'age_of_it', help: 'x', look: async () => [['', await never()]] });
    metrics.ask({ name: 'sound', help: 'x', look: () => [['', 4]] });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      for (const _ of ['a scrape', 'the next one']) {
        const told = text();
        await vi.advanceTimersByTimeAsync(3_000);
        expect(await told).toContain('sound 4');
      }
    } finally {
      vi.useRealTimers();
    }
    expect(asked).toBe(1);
  });

  it('requests by pattern, acts by name, lateness; nothing of anybody in a label', async () => {
    const { ask, text, metrics } = house({});
    const deps: Deps = { ...w.deps, metrics };
    const phone = '13900001234';
    await ask(`/api/orders/find?text=${phone}`, 'operator');
    await ask(`/rate/${'s'.repeat(43)}`);
    await ask(`/nothing/${phone}`);
    await ask('/api/session', undefined, { method: 'PURGE' });
    const body = { channel: 'phone', content: TEXT, requester: { name: '陈女士', phone } };
    const made = await ask('/api/orders', 'operator', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': 'health-test-1',
        origin: w.deps.publicUrl,
      },
    });
    const { orderId } = await made.json();
    expect(made.status).toBe(201);
    // What follows from it is followed by the same trace, though many requests share a transaction.
    const duties = await sql<{ trace: string }>`select distinct o.trace_id as trace
      from outbox o join domain_event e on e.id = o.event_id where e.order_id = ${orderId}`.execute(
      w.db,
    );
    expect(duties.rows).toEqual([{ trace: made.headers.get('x-trace-id') }]);
    await w.moveTo(new Date((await w.now()).getTime() + 40 * 86_400_000));
    expect(await fireAll(deps)).toBeGreaterThan(0);
    metrics.duty('followup.open', 'done', 0.01);
    const all = await text();
    expect(all).toMatch(/request_seconds_count\{[^}]*route="\/rate\/:token"/);
    expect(all).toMatch(/request_seconds_count\{method="GET",route="none",status="404"\} 1/);
    expect(all).toMatch(/request_seconds_count\{method="other",route="none",status="\d+"\} 1/);
    expect(all).toContain('hotline_act_seconds_count{act="work_order.registered"} 1');
    expect(all).toMatch(/hotline_timer_lateness_seconds_count [1-9]/);
    expect(all).toContain('consumer="followup.open",outcome="done"');
    for (const secret of [phone, 'sssss', '陈女士', orderId]) expect(all).not.toContain(secret);
  });

  it('are told on a port of their own, not where the world asks', async () => {
    expect((await w.app.request('/metrics')).status).toBe(404);
    const { metrics } = house({});
    let away = false;
    const port = await freePort();
    const status = await serveStatus({
      host: '127.0.0.1',
      port,
      metrics,
      condition: { ...CALM, databaseAway: () => away },
    });
    metrics.ask({ name: 'broken', help: 'x', look: () => Promise.reject(new Error('away')) });
    metrics.ask({ name: 'whole', help: 'x', label: 'queue', look: async () => [['events', 3]] });
    const get = async (path: string, init?: RequestInit) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
      return [answer.status, await answer.text()] as const;
    };
    expect(await get('/healthz')).toEqual([200, '{"ok":true}']);
    expect((await get('/readyz'))[0]).toBe(200);
    away = true;
    expect(await get('/readyz')).toEqual([503, '{"ok":false,"reasons":["database"]}']);
    const [code, text] = await get('/metrics');
    expect(code).toBe(200);
    // One that cannot be looked up hides none of the others.
    expect(text).toContain('whole{queue="events"} 3');
    expect((await get('/api/orders'))[0]).toBe(404);
    expect((await get('/metrics', { method: 'POST' }))[0]).toBe(404);
    await status.close();
  });
});
