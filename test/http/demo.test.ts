/** What only a demo has: other roles at one press, the clock, the telephone that rings, the player's door. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccounts, demoLogins } from '../../db/seed.ts';
import { createSwitch, demoPages, mendPlay, platformAt } from '../../src/demo/index.ts';
import type { DemoSwitch, Platform } from '../../src/demo/index.ts';
import type { DemoState, PlayAnswer } from '../../src/demo/schema.ts';
import { demoDoorSecret, signedHeaders } from '../../src/door/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { advanceClock, appNow, moveClock } from '../../src/platform/db.ts';
import { ACTING } from '../../src/subscriptions.ts';
import type { CallView } from '../../src/telephony/schema.ts';
import { until } from '../until.ts';
import { createWorld, routesOf, steps } from '../world.ts';
import type { World } from '../world.ts';

const TOKEN = 'a-token-of-the-player-of-the-fortnight';
/** A Friday afternoon in the city. */
const FRIDAY = '2026-09-18T07:00:00Z';
let w: World;
let phones: DemoSwitch;
/** The switch knocks at the app itself. */
const platform = () =>
  platformAt(w.deps, 'http://localhost:12345', (url, init) =>
    w.app.request(new URL(url).pathname, init),
  );
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
    demo: (deps) => {
      const knock: Platform['knock'] = (path, id, body) => platform().knock(path, id, body);
      phones = createSwitch(deps, { knock, recordings: 'http://localhost:12345/demo/recordings' });
      return demoPages(deps, {
        accounts: () => demoAccounts(deps.db),
        logins: demoLogins(),
        token: TOKEN,
        phones,
        acting: ACTING,
        settleMaxMs: 300,
      });
    },
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

describe('the telephone network', () => {
  const CALL = { phone: '139 0000 0001', text: '楼下水管爆了', name: '陈女士' };
  const COMMANDS = '/demo/switch/commands';
  const ring = (body: object = CALL) =>
    json<{ id: string; ready: boolean }>(send('POST', '/api/demo/ring', { body }));
  const sit = async (login: string, extension: string) => {
    const operator = await w.as(login);
    const seat = await operator.put('/api/telephony/seat', { state: 'ready', extension });
    expect(seat.status).toBe(200);
    return operator;
  };
  const line = (id: string) =>
    w.db.selectFrom('demo_call').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  /** What a desk's command becomes: signed by the platform with the switch's own secret. */
  const command = (body: object, secret = demoDoorSecret(w.deps.crypto, 'demo-switch')) => {
    const text = JSON.stringify(body);
    const signed = signedHeaders(secret, {
      source: 'hotline',
      id: newId(),
      body: text,
      at: new Date(),
    });
    return Promise.resolve(
      w.app.request(COMMANDS, { method: 'POST', headers: signed, body: text }),
    );
  };
  const endAll = async () => {
    await owner(`update demo_call set state = 'ended', outbox = '[]'`);
    await owner(`update call set asked_at = asked_at - interval '1 hour'`);
    await owner(
      `update call_offer set until = app_now() - interval '1 second' where result is null`,
    );
  };

  it('waits in the queue while nobody is ready, and says so', async () => {
    const { id, ready } = await ring();
    expect(ready).toBe(false);
    await phones.drive();
    expect((await line(id)).state).toBe('asking');
    const known = await w.db.selectFrom('call').selectAll().executeTakeFirstOrThrow();
    expect(known).toMatchObject({ external_id: id, state: 'queued' });
    const form = { phone: '13900000002', text: '喂', own: '' };
    const page = await send('POST', '/demo/ring', { form });
    expect(page.headers.get('location')).toBe('/demo/phone?said=rang_nobody');
    const bad = await send('POST', '/demo/ring', { form: { ...form, phone: 'x' } });
    expect(bad.headers.get('location')).toBe('/demo/phone?to=ring&said=ring_wrong');
    const rows = await w.db.selectFrom('demo_call').selectAll().execute();
    expect(JSON.stringify(rows.map((r) => r.text_ct.toString('utf8')))).not.toContain('水管');
    await endAll();
  });

  it('rings at who is ready, is answered by command, held, put through and ended', async () => {
    const operator = await sit('operator', '8001');
    const { id: earlier } = await steps(w).register({ phone: '13900000001' });
    const { id } = await ring();
    await until('the offer', async () => {
      await phones.drive();
      return (await line(id)).state === 'offered';
    });
    const [call] = (await operator.get<CallView[]>('/api/telephony/calls')).body;
    expect(call).toMatchObject({ state: 'offered', mine: true, phone: '13900000001' });
    // One answer shows all: the seat, who rings, and what they asked for before.
    expect((await operator.get('/api/telephony/desk')).body).toMatchObject({
      seat: { state: 'ringing', call: { id: call!.id } },
      calls: [{ id: call!.id, caller: { open: [{ id: earlier }], closed: [] } }],
    });
    const said = await operator.get(`/api/demo/calls/${call!.id}`);
    expect(said.body).toEqual({ name: '陈女士', text: '楼下水管爆了' });
    const other = await w.as('operator2');
    expect((await other.get(`/api/demo/calls/${call!.id}`)).status).toBe(404);
    expect((await other.get('/api/telephony/desk')).body.calls).toEqual([]);
    const view = async () =>
      (await operator.get<CallView>(`/api/telephony/calls/${call!.id}`)).body;
    const after = async (body: object) => {
      expect((await command({ callId: id, ...body })).status).toBe(202);
      await phones.drive();
      return view();
    };
    expect(await after({ command: 'answer' })).toMatchObject({ state: 'talking', mine: true });
    expect((await command({ callId: id, command: 'answer' })).status).toBe(409);
    expect((await after({ command: 'hold' })).state).toBe('held');
    expect((await after({ command: 'unhold' })).state).toBe('talking');
    // Who consults a colleague lets the caller wait, held before or not, and takes them back with one key.
    for (const first of [[], ['hold']]) {
      for (const key of first) await after({ command: key });
      expect((await after({ command: 'consult', target: '8002' })).state).toBe('held');
      expect((await after({ command: 'cancel' })).state).toBe('talking');
    }
    const passed = await after({ command: 'transfer', target: '119' });
    expect(passed.legs.at(-1)).toMatchObject({ kind: 'emergency', target: '119' });
    // Three are on the line: who called 119 in asks on.
    expect(passed).toMatchObject({ state: 'talking', mine: true });
    expect((await operator.get('/api/telephony/seat')).body.state).toBe('talking');
    const over = await after({ command: 'hangup' });
    expect(over).toMatchObject({ state: 'ended', outcome: 'answered' });
    expect(over.recordings).toHaveLength(1);
    const wav = await send('GET', `/demo/recordings/${id}.wav`);
    expect(wav.headers.get('content-type')).toBe('audio/wav');
    expect((await wav.arrayBuffer()).byteLength).toBeGreaterThan(8_000);
    expect((await send('GET', `/demo/recordings/${newId()}.wav`)).status).toBe(404);
    const played = await send('GET', '/demo/recordings/played-2.wav');
    expect((await played.arrayBuffer()).byteLength).toBe(44 + 2 * 8_000);
    await operator.put('/api/telephony/seat', { state: 'offline' });
  });

  it('is put down by the citizen while it waits, rings and is talked on; a typed number calls', async () => {
    const operator = await sit('operator', '8001');
    const page = async (query = '') => (await send('GET', `/demo/phone${query}`)).text();
    const hangUp = async (id: string) =>
      (await send('POST', '/demo/hangup', { form: { id } })).headers.get('location');
    const form = { phone: '13900000002', own_phone: '０139-0000 4321', text: '喂', own: '' };
    const bad = await send('POST', '/demo/ring', { form: { ...form, own_phone: '139abc' } });
    expect(bad.headers.get('location')).toBe('/demo/phone?to=ring&said=ring_wrong');
    expect(await page('?to=ring&said=ring_wrong')).toContain('号码要 5 到 15 位数字');
    await send('POST', '/demo/ring', { form });
    const latest = async () =>
      (await w.db.selectFrom('demo_call').select('id').orderBy('rang_at', 'desc').limit(1).executeTakeFirstOrThrow()).id; // prettier-ignore
    const rings = await latest();
    await phones.drive();
    const [offered] = (await operator.get<CallView[]>('/api/telephony/calls')).body;
    expect(offered).toMatchObject({ state: 'offered', phone: '013900004321' });
    // What somebody typed may be a real number, and everybody sees the page.
    expect(await page()).toMatch(/013\*{4}4321[\s\S]*正在振铃[\s\S]*市民挂断/);
    expect(await page()).not.toContain('013900004321');
    expect(await hangUp(rings)).toBe('/demo/phone?said=hung_up');
    await phones.drive();
    expect((await operator.get<CallView>(`/api/telephony/calls/${offered!.id}`)).body).toMatchObject({ state: 'ended', outcome: 'abandoned' }); // prettier-ignore
    expect((await operator.get('/api/telephony/seat')).body.state).toBe('ready');
    const { id } = await ring();
    await phones.drive();
    await command({ callId: id, command: 'answer' });
    await phones.drive();
    expect(await page()).toContain('通话中');
    expect(await hangUp(id)).toBe('/demo/phone?said=hung_up');
    await phones.drive();
    expect((await operator.get('/api/telephony/seat')).body).toMatchObject({ state: 'wrap_up', call: { state: 'ended', outcome: 'answered' } }); // prettier-ignore
    expect(await hangUp(id)).toBe('/demo/phone?said=call_over');
    expect(await hangUp('nobody')).toBe('/demo/phone?said=call_over');
    expect(await page()).not.toContain('市民挂断');
    await w.settle();
    await endAll();
    await operator.put('/api/telephony/seat', { state: 'offline' });
  });

  it('goes on with a call in whichever process looks next, and rings elsewhere when declined', async () => {
    const one = await sit('operator', '8001');
    const { id } = await ring();
    await until('the offer', async () => {
      await phones.drive();
      return (await line(id)).state === 'offered';
    });
    // The process that drove it is gone in the middle of a step; its lease runs out.
    await owner(`update demo_call set driven_until = app_now() + interval '5 seconds'`);
    const heir = createSwitch(w.deps, platform());
    expect((await command({ callId: id, command: 'hangup' })).status).toBe(202);
    await heir.drive();
    expect((await line(id)).tried).toMatchObject({ target: '8001', result: 'declined' });
    await advanceClock(w.db, 6_000);
    const two = await sit('operator2', '8002');
    await one.put('/api/telephony/seat', { state: 'break' });
    await until('the other telephone', async () => {
      await heir.drive();
      return (await line(id)).target === '8002';
    });
    await endAll();
    await two.put('/api/telephony/seat', { state: 'offline' });
    await one.put('/api/telephony/seat', { state: 'offline' });
  });

  it('dials a number once when it is asked to twice, and tells that somebody answered', async () => {
    const operator = await sit('operator', '8001');
    const callId = newId();
    const dial = { command: 'dial', callId, target: '13900000009', extension: '8001' };
    for (const body of [dial, dial]) expect((await command(body)).status).toBe(202);
    expect((await line(callId)).state).toBe('offered');
    await advanceClock(w.db, 3_000);
    await phones.drive();
    expect(await line(callId)).toMatchObject({ state: 'talking', target: '8001', outbox: [] });
    expect((await command({ command: 'hangup', callId })).status).toBe(202);
    await phones.drive();
    expect(await line(callId)).toMatchObject({ state: 'ended', outbox: [] });
    await operator.put('/api/telephony/seat', { state: 'offline' });
  });

  it('takes commands of the platform only', async () => {
    const body = { command: 'answer', callId: newId() };
    expect((await command(body, 'another secret altogether')).status).toBe(401);
    expect((await command({ ...body, command: 'explode' })).status).toBe(422);
    expect((await command(body)).status).toBe(404);
  });

  it('many at one instant: twenty wait, who waited longest gave up, nobody is told to come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => send('POST', '/api/demo/ring', { body: CALL })),
    );
    expect(answers.map((r) => r.status).filter((status) => status >= 300)).toEqual([]);
    const last = await ring();
    const waits = await w.db
      .selectFrom('demo_call')
      .select('id')
      .where('state', '<>', 'ended')
      .execute();
    expect(waits.length).toBeLessThanOrEqual(20);
    expect(waits.map((r) => r.id)).toContain(last.id);
    await endAll();
  });

  it('tells no event, row or list what was said or who called', async () => {
    const events = await w.db.selectFrom('domain_event').selectAll().execute();
    expect(JSON.stringify(events)).not.toMatch(/13900000001|水管|陈女士/);
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
    // What falls due before is not jumped over.
    const beyond = new Date(Date.parse(due.nextDue!) + 1).toISOString();
    const stayed = await play({ op: 'clock', at: beyond, after: 'acts' });
    expect(stayed).toMatchObject({ quiet: true, nextDue: due.nextDue });
    expect(stayed.now < due.nextDue!).toBe(true);
    // Half way there, however near it is by now.
    const at = new Date((Date.parse(stayed.now) + Date.parse(due.nextDue!)) / 2).toISOString();
    expect((await play({ op: 'clock', at, after: 'all' })).now >= at).toBe(true);
    // While something is on its way the clock stays; whom a notice tells of it may not matter.
    await steps(w).register();
    const later = new Date((Date.parse(at) + Date.parse(due.nextDue!)) / 2).toISOString();
    const busy = await play({ op: 'clock', at: later, after: 'acts' });
    expect(busy).toMatchObject({ quiet: false, nextDue: null });
    expect(busy.now < later).toBe(true);
    await w.db
      .deleteFrom('outbox')
      .where('consumer', 'in', [...ACTING])
      .execute();
    expect((await play({ op: 'settle', until: 'all' })).quiet).toBe(false);
    expect((await play({ op: 'clock', at: later, after: 'acts' })).now >= later).toBe(true);
    await w.settle();
  });

  it('tells the player what it signs with as another house', async () => {
    const { secret } = await play({ op: 'source', name: 'demo-sms' });
    expect(secret).toBe(demoDoorSecret(w.deps.crypto, 'demo-sms'));
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
    expect(own.length).toBeGreaterThan(12);
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
