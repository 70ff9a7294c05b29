/** What only a demo has: other roles at one press, the clock, the telephone that rings, the player's door. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccounts, demoLogins } from '../../db/seed.ts';
import { demoPages, mendPlay } from '../../src/demo/index.ts';
import type { CallView, DemoState, PlayAnswer } from '../../src/demo/schema.ts';
import { newId } from '../../src/kernel/ids.ts';
import { appNow, moveClock } from '../../src/platform/db.ts';
import { messageFor } from '../../src/realtime/index.ts';
import { createWorld, routesOf, steps } from '../world.ts';
import type { World } from '../world.ts';

const TOKEN = 'a-token-of-the-player-of-the-fortnight';
/** A Friday afternoon in the city. */
const FRIDAY = '2026-09-18T07:00:00Z';
let w: World;
const owner = async (sql: string, values: unknown[] = []) => {
  const client = new pg.Client({ connectionString: w.database.ownerUrl });
  await client.connect();
  await client.query(sql, values);
  await client.end();
};
const mark = (kind: string) => owner('update deployment set kind = $1', [kind]);

beforeAll(async () => {
  w = await createWorld({
    at: FRIDAY,
    demo: (deps) =>
      demoPages(deps, {
        accounts: () => demoAccounts(deps.db),
        logins: demoLogins(),
        token: TOKEN,
      }),
  });
  await mark('demo');
});
afterAll(async () => {
  await mark('test');
  await w.close();
});

interface Sent {
  cookie?: string;
  token?: string;
  body?: unknown;
  form?: Record<string, string>;
}
const send = (method: string, path: string, { cookie, token, body, form }: Sent = {}) =>
  Promise.resolve(
    w.app.request(path, {
      method,
      headers: {
        host: 'localhost:12345',
        ...(cookie && { cookie }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(form && { body: new URLSearchParams(form).toString() }),
    }),
  );
const json = async <T>(r: Response | Promise<Response>): Promise<T> =>
  (await (await r).json()) as T;
const play = (body: unknown) =>
  json<PlayAnswer>(send('POST', '/api/demo/play', { token: TOKEN, body }));
const state = () => json<DemoState>(send('GET', '/api/demo/state'));

describe('changing roles', () => {
  it('signs in as any account of the demo, without a password', async () => {
    const r = await send('POST', '/api/demo/session', { body: { login: 'water.leader' } });
    expect(r.status).toBe(200);
    const cookie = r.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(/HttpOnly/i);
    const me = await json<{ login: string; demo: boolean }>(
      send('GET', '/api/session', { cookie: cookie.split(';')[0]! }),
    );
    expect(me).toMatchObject({ login: 'water.leader', demo: true });
  });
  it('knows nobody else', async () => {
    const r = await send('POST', '/api/demo/session', { body: { login: 'nobody-at-all' } });
    expect(r.status).toBe(404);
  });
  it('enters nobody without a password whom people added to the city', async () => {
    const { password_hash } = await w.db
      .selectFrom('app_user')
      .select('password_hash')
      .where('login', '=', 'operator')
      .executeTakeFirstOrThrow();
    await w.db
      .insertInto('app_user')
      .values({
        id: newId(),
        person_id: newId(),
        login: 'somebody.real',
        display_name: '真人',
        password_hash,
      })
      .execute();
    const real = await send('POST', '/api/demo/session', { body: { login: 'somebody.real' } });
    expect(real.status).toBe(404);
    expect(real.headers.getSetCookie()).toEqual([]);
    // The player works at every desk, also at those that are not offered.
    const unit = await send('POST', '/api/demo/session', { body: { login: 'zhzf.handler' } });
    expect(unit.status).toBe(200);
  });
  it('shows accounts without their passwords', async () => {
    const { accounts } = await state();
    expect(accounts.length).toBeGreaterThan(10);
    expect(JSON.stringify(accounts)).not.toContain('password');
  });
});

describe('the clock', () => {
  it('goes ahead by an hour, and to the same time of the next working day', async () => {
    await moveClock(w.db, new Date(FRIDAY));
    await send('POST', '/api/demo/clock', { body: { step: 'hour' } });
    const after = (await appNow(w.db)).getTime();
    expect(after - Date.parse(FRIDAY)).toBeGreaterThanOrEqual(3_600_000);
    expect(after - Date.parse(FRIDAY)).toBeLessThan(3_660_000);
    const { now } = await json<{ now: string }>(
      send('POST', '/api/demo/clock', { body: { step: 'working_day' } }),
    );
    // Sunday, 20 September 2026, is a working day in place of one of the National Day holidays.
    expect(now.slice(0, 15)).toBe('2026-09-20T08:0');
  });
  it('is not put back, and knows no other steps', async () => {
    const before = await appNow(w.db);
    const r = await send('POST', '/api/demo/clock', { body: { step: 'reset' } });
    expect(r.status).toBe(422);
    expect((await appNow(w.db)).getTime()).toBeGreaterThanOrEqual(before.getTime());
  });
});

describe('the telephone rings', () => {
  const CALL = { phone: '139 0000 0001', text: '楼下水管爆了', name: '陈女士', login: 'operator' };
  const events = async () =>
    w.db
      .selectFrom('domain_event')
      .select(['type', 'payload', 'subject_id', 'order_id', 'version'])
      .where('type', 'like', 'call.%')
      .orderBy('id')
      .execute();

  it('at the desk of the operator who was named, in ids only', async () => {
    const { id } = await json<{ id: string }>(send('POST', '/api/demo/ring', { body: CALL }));
    const operator = await w.as('operator');
    const found = await json<CallView[]>(
      send('GET', '/api/demo/calls', { cookie: operator.cookie }),
    );
    expect(found[0]).toMatchObject({ id, state: 'ringing', phone: '13900000001', name: '陈女士' });
    const [event] = (await events()).filter((e) => e.subject_id === id);
    const message = messageFor({
      type: 'call.rang',
      orderId: null,
      version: null,
      payload: event!.payload as Record<string, unknown>,
    });
    expect(message).toEqual({
      rooms: [`user:${operator.actor.userId}`],
      nudge: { type: 'call.rang', id, version: 0 },
    });
    expect(JSON.stringify(await events())).not.toMatch(/13900000001|水管|陈/);
    const rows = await w.db.selectFrom('demo_call').selectAll().execute();
    expect(JSON.stringify(rows.map((r) => r.text_ct.toString('utf8')))).not.toContain('水管');
  });

  it('is answered once, and ends for everybody', async () => {
    const one = await w.as('operator');
    const two = await w.as('operator2');
    const { login: _, ...anybody } = CALL;
    const { id } = await json<{ id: string }>(send('POST', '/api/demo/ring', { body: anybody }));
    const at = (what: string) => `/api/demo/calls/${id}${what}`;
    const answered = await json<CallView>(send('POST', at('/answer'), { cookie: one.cookie }));
    expect(answered).toMatchObject({ state: 'answered', mine: true, text: CALL.text });
    expect((await send('POST', at('/answer'), { cookie: two.cookie })).status).toBe(409);
    // Said again by who has it, it is no fault.
    expect((await send('POST', at('/answer'), { cookie: one.cookie })).status).toBe(200);
    const left = await json<CallView[]>(send('GET', '/api/demo/calls', { cookie: two.cookie }));
    expect(left.map((c) => c.id)).not.toContain(id);
    expect((await send('POST', at('/end'), { cookie: one.cookie })).status).toBe(204);
    expect((await send('POST', at('/end'), { cookie: one.cookie })).status).toBe(204);
    expect((await send('POST', at('/answer'), { cookie: one.cookie })).status).toBe(409);
  });

  it('at nobody who is no operator', async () => {
    const bad = { ...CALL, login: 'dispatcher' };
    expect((await send('POST', '/api/demo/ring', { body: bad })).status).toBe(404);
    const dispatcher = await w.as('dispatcher');
    expect(await json(send('GET', '/api/demo/calls', { cookie: dispatcher.cookie }))).toEqual([]);
  });

  it('many at one instant, and nobody is told to come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => send('POST', '/api/demo/ring', { body: CALL })),
    );
    expect(answers.map((r) => r.status).filter((status) => status >= 300)).toEqual([]);
  });

  it('twenty times at once and no more: who rang longest gives up', async () => {
    const rung: string[] = [];
    for (let i = 0; i < 22; i++) {
      rung.push((await json<{ id: string }>(send('POST', '/api/demo/ring', { body: CALL }))).id);
    }
    const ringing = await w.db
      .selectFrom('demo_call')
      .select('id')
      .where('state', '=', 'ringing')
      .execute();
    expect(ringing.map((r) => r.id).toSorted()).toEqual(rung.slice(2).toSorted());
    const ended = (await events()).filter((e) => e.type === 'call.ended').map((e) => e.subject_id);
    expect(ended).toEqual(expect.arrayContaining(rung.slice(0, 2)));
  });

  it('from the page, too, and a bad number is told', async () => {
    const good = await send('POST', '/demo/ring', {
      form: { phone: '13900000002', text: '喂', own: '' },
    });
    expect(good.headers.get('location')).toBe('/demo/phone?said=rang');
    const bad = await send('POST', '/demo/ring', { form: { phone: 'x', text: '喂', own: '' } });
    expect(bad.headers.get('location')).toBe('/demo/phone?said=ring_wrong');
  });
});

describe('the player’s door', () => {
  it('is shut without the token, also where there is none', async () => {
    const body = { op: 'settle' };
    expect((await send('POST', '/api/demo/play', { body })).status).toBe(403);
    const wrong = `${TOKEN}x`;
    expect((await send('POST', '/api/demo/play', { token: wrong, body })).status).toBe(403);
    const shut = demoPages(w.deps, { accounts: async () => [] });
    shut.onError((error) => new Response((error as { code?: string }).code, { status: 403 }));
    const headers = { authorization: 'Bearer undefined', 'content-type': 'application/json' };
    const r = await shut.request('/api/demo/play', {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(await r.text()).toBe('not_allowed');
  });

  it('moves the clock, tells what is on its way and what falls due next', async () => {
    const endAt = '2026-09-21T02:00:00.000Z';
    await play({ op: 'begin', seed: 3, days: 2, endAt, total: 9 });
    const moved = await play({ op: 'clock', at: '2026-09-19T02:00:00.000Z', done: 1 });
    expect(moved.now.slice(0, 17)).toBe('2026-09-19T02:00:');
    expect((await state()).play).toMatchObject({
      state: 'playing',
      seed: 3,
      days: 2,
      done: 1,
      total: 9,
    });
    const refused = await send('POST', '/api/demo/clock', { body: { step: 'hour' } });
    expect(refused.status).toBe(409);
    await w.settle();
    const { quiet } = await play({ op: 'settle' });
    expect(quiet).toBe(true);
    await steps(w).register();
    await w.settle();
    const due = await play({ op: 'settle' });
    expect(Date.parse(due.nextDue!)).toBeGreaterThan(Date.parse(due.now));
  });

  it('gives a day its next number, and never one that was given', async () => {
    await play({ op: 'number', day: '2026-09-19', next: 883 });
    const s = steps(w);
    const a = await s.register();
    expect(a.orderNo.slice(8, 13)).toBe('00883');
    await play({ op: 'number', day: '2026-09-19', next: 5 });
    expect((await s.register()).orderNo.slice(8, 13)).toBe('00884');
  });

  it('a play that nobody goes on with is put right: real time, and everything works', async () => {
    expect(await mendPlay(w.db)).toEqual({ state: 'interrupted', mended: true });
    expect(Math.abs((await appNow(w.db)).getTime() - Date.now())).toBeLessThan(60_000);
    expect((await state()).play.state).toBe('interrupted');
    expect(await mendPlay(w.db)).toEqual({ state: 'interrupted', mended: false });
  });
});

describe('the telephone as a page', () => {
  it('shows messages by number, with links, and may load nothing', async () => {
    const id = '01990000-0000-7000-8000-000000000001';
    await w.db
      .insertInto('demo_sms')
      .values({
        id,
        to_ct: w.deps.crypto.seal('13900000001', `${id}/to`),
        text_ct: w.deps.crypto.seal('请评一评：http://localhost:12345/rate/abc <b>', `${id}/text`),
        at: new Date(),
      })
      .execute();
    const r = await send('GET', '/demo/phone?to=13900000001');
    const page = await r.text();
    expect(r.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'nonce-/,
    );
    expect(page).toContain('<a href="http://localhost:12345/rate/abc">');
    expect(page).toContain('&lt;b&gt;');
    expect(page).toContain('139 0000 0001');
    const after = await json<unknown[]>(send('GET', `/api/demo/messages?after=${id}`));
    expect(after).toEqual([]);
  });
  it('names the unit whose duty telephone a number is', async () => {
    const unit = await w.db
      .selectFrom('organization')
      .select(['name', 'duty_phone'])
      .where('duty_phone', 'is not', null)
      .executeTakeFirstOrThrow();
    const id = newId();
    await w.db
      .insertInto('demo_sms')
      .values({
        id,
        to_ct: w.deps.crypto.seal(unit.duty_phone!, `${id}/to`),
        text_ct: w.deps.crypto.seal('有一件新的工单', `${id}/text`),
        at: new Date(),
      })
      .execute();
    const page = await (await send('GET', `/demo/phone?to=${unit.duty_phone}`)).text();
    expect(page.split(unit.name).length - 1).toBeGreaterThanOrEqual(2);
  });
  it('leads from a call that rings to the desk where it is answered', async () => {
    const page = await (await send('GET', '/demo/phone?said=rang')).text();
    expect(page).toContain('href="/console/operator"');
    const still = await (await send('GET', '/demo/phone')).text();
    expect(still).not.toContain('href="/console/operator"');
  });
  it('has a form for calling that does not go away by itself', async () => {
    const page = await (await send('GET', '/demo/phone?to=ring')).text();
    expect(page).not.toContain('http-equiv="refresh"');
    expect(page).toContain('action="/demo/ring"');
  });
});

describe('outside of a demo', () => {
  it('every one of these answers demo_only', async () => {
    await mark('test');
    const operator = await w.as('operator');
    const own = routesOf(w.app).filter((r) => /^\w+ (?:\/api)?\/demo\//.test(r));
    expect(own.length).toBeGreaterThan(14);
    for (const route of own) {
      const [method = '', path = ''] = route.split(' ');
      const r = await send(method, path.replace(':id', '01990000-0000-7000-8000-000000000001'), {
        cookie: operator.cookie,
        token: TOKEN,
        // Well formed for the one that looks at what it is given before anything else.
        ...(path === '/demo/sms' && {
          body: { id: '01990000-0000-7000-8000-000000000001', to: '1', text: 'x' },
        }),
      });
      expect([route, r.status, (await json<{ code: string }>(r)).code]).toEqual([
        route,
        404,
        'demo_only',
      ]);
    }
    await mark('demo');
  });
});
