/** Vulnerability classes over the routes: who is believed, what is refused, what an answer tells. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { DEMO_PASSWORD, seedDemo } from '../../db/seed.ts';
import { createApp } from '../../src/app.ts';
import { demoPages } from '../../src/demo/index.ts';
import { hashPassword, inviteUser } from '../../src/identity/index.ts';
import { createIntake, proveByCode } from '../../src/intake/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { hashToken } from '../../src/platform/crypto.ts';
import { connect } from '../../src/platform/db.ts';
import { sourceOf } from '../../src/platform/http/auth.ts';
import { forget } from '../../src/platform/throttle.ts';
import { citizenErrorPage, citizenPages } from '../../web/citizen/index.tsx';
import { SCRIPT } from '../../web/citizen/script.ts';
import { newDatabase } from '../database.ts';
import { PUBLIC_URL, createWorld, routesOf, steps } from '../world.ts';
import type { World } from '../world.ts';
import { SECRET_WORDS, ok, refused, wrongFields } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;
const consoleDir = mkdtempSync(path.join(tmpdir(), 'hotline-console-'));
beforeAll(async () => {
  mkdirSync(path.join(consoleDir, 'assets'));
  const page = '<!doctype html><style nonce="__NONCE__"></style><script src="/console/assets/a.js"></script>'; // prettier-ignore
  writeFileSync(path.join(consoleDir, 'index.html'), page);
  writeFileSync(path.join(consoleDir, 'assets/a.js'), '//');
  writeFileSync(path.join(consoleDir, 'secret.json'), '{}');
  w = await createWorld({
    at: '2026-09-21T02:24:00Z',
    consoleDir,
    demo: (deps) => demoPages(deps, { accounts: async () => [] }),
  });
  s = steps(w);
});
afterAll(async () => {
  await w.close();
  rmSync(consoleDir, { recursive: true });
});

const JSON_BODY = { 'content-type': 'application/json' };
/** A request as it comes off the wire; nothing is added but the host. */
const raw = async (
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: string,
) =>
  w.app.request(url, {
    method,
    headers: { host: 'localhost:12345', ...headers },
    ...(body !== undefined && { body }),
  });
/** Doors that ask for a signature, or a token that a page of another site has. */
const NO_COOKIE = /^\/(?:cti|sms|chat)\/v1\//;
const problemOf = async (r: Response) => JSON.parse(await r.text());
const real = (route: string): string =>
  route
    .replace(':id', newId())
    .replace(':token', 'a'.repeat(43))
    .replace(':file{.+}', 'a.js')
    .replace('*', 'x');
const routes = () => routesOf(w.app).map((r) => r.split(' ') as [string, string]);

describe('requests that another site makes a browser send', () => {
  const foreign: [string, Record<string, string>][] = [
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['the Origin of another port', { origin: 'http://localhost:9999' }],
    ['the Origin of another scheme', { origin: 'https://localhost:12345' }],
    ['a name that only begins like ours', { origin: 'http://localhost.evil.example:12345' }],
    ['Origin null', { origin: 'null' }],
    ['an empty Origin', { origin: '' }],
    ['cross-site without Origin', { 'sec-fetch-site': 'cross-site' }],
    ['same-site without Origin', { 'sec-fetch-site': 'same-site' }],
    ['a foreign Origin that calls itself same-origin', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }], // prettier-ignore
  ];
  for (const [what, headers] of foreign) {
    it(`are refused on every route that changes something: ${what}`, async () => {
      const { cookie } = await w.session('dispatcher');
      for (const [method, route] of routes()) {
        // Where nothing rides on a cookie there is nothing to forge.
        if (method === 'GET' || NO_COOKIE.test(route)) continue;
        const r = await raw(method, real(route), { cookie, ...headers, ...JSON_BODY }, '{}');
        expect([method, route, r.status]).toEqual([method, route, 403]);
        expect(await r.text()).toContain('foreign_origin');
      }
    });
  }
  it('are refused before anything is read of them', async () => {
    const r = await raw('POST', '/api/session', { origin: 'https://evil.example', ...JSON_BODY }, '{'); // prettier-ignore
    expect(r.status).toBe(403);
    const unknown = await raw('POST', '/api/nothing', { origin: 'https://evil.example' }, '');
    expect(unknown.status).toBe(403);
  });
  it('our own page, and scripts without a browser, come through', async () => {
    for (const headers of [
      { origin: PUBLIC_URL },
      { origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' },
      { origin: 'http://127.0.0.1:12345', host: '127.0.0.1:12345' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      {},
    ]) {
      const r = await raw('POST', '/api/session', { ...JSON_BODY, ...headers }, '{}');
      expect([headers, r.status]).toEqual([headers, 422]);
    }
  });
  it('reading routes change nothing: no GET leaves an event behind', async () => {
    const o = await s.signed();
    await w.settle();
    const count = async () =>
      (await sql<{ n: string }>`select count(*) n from domain_event`.execute(w.db)).rows[0]!.n;
    const before = await count();
    const { cookie } = await w.as('dispatcher');
    for (const [method, route] of routes()) {
      if (method === 'GET')
        await raw('GET', real(route).replace(/[0-9a-f-]{36}/, o.id), { cookie });
    }
    expect(await count()).toBe(before);
  });
});

describe('bodies', () => {
  const big = JSON.stringify({ content: 'x'.repeat(300 * 1024) });
  it('413 above the limit, on every route that takes one, said or not said how long', async () => {
    const { cookie } = await w.as('operator');
    for (const [method, route] of routes()) {
      if (method !== 'POST' && method !== 'PUT') continue;
      const headers = { cookie, origin: PUBLIC_URL, ...JSON_BODY };
      // Doors of files have larger limits, of their own.
      const length = /\/(?:attachments|photos|images)$/.test(route) ? 64 * 1024 * 1024 : big.length;
      const said = { ...headers, 'content-length': String(length) };
      const r = await raw(method, real(route), said, big);
      expect([method, route, r.status]).toEqual([method, route, 413]);
    }
    const stream = new ReadableStream({
      start(c) {
        c.enqueue(new TextEncoder().encode(big));
        c.close();
      },
    });
    const r = await w.app.request('/api/orders', {
      method: 'POST',
      headers: { cookie, origin: PUBLIC_URL, ...JSON_BODY },
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(r.status).toBe(413);
    expect(await problemOf(r)).toMatchObject({ code: 'body_too_large', status: 413 });
  });
  it('400 for broken JSON, without a word of it', async () => {
    const { cookie } = await w.as('operator');
    for (const body of [`{"content":"${SECRET_WORDS}`, SECRET_WORDS, '', '{"a":1}}']) {
      const r = await raw('POST', '/api/callers/lookup', { cookie, ...JSON_BODY }, body);
      const text = await r.text();
      expect([body, r.status]).toEqual([body, 400]);
      expect(text).toContain('"invalid_json"');
      expect(text).not.toContain(SECRET_WORDS);
    }
  });
  it('422 for JSON of another shape', async () => {
    const { cookie } = await w.as('operator');
    for (const body of ['null', '[]', '7', '"x"', 'true', '[{"phone":"1"}]']) {
      const r = await raw('POST', '/api/callers/lookup', { cookie, ...JSON_BODY }, body);
      expect([body, r.status]).toEqual([body, 422]);
    }
  });
  it('415 for a body that is no JSON, instead of taking it for an empty one', async () => {
    const { cookie } = await w.as('operator');
    const o = await s.signed();
    const form = 'application/x-www-form-urlencoded';
    for (const type of [
      'text/plain',
      form,
      'multipart/form-data; boundary=x',
      'application/xml',
      '',
    ]) {
      // prettier-ignore
      const headers = { cookie, 'idempotency-key': randomUUID(), ...(type && { 'content-type': type }) }; // prettier-ignore
      for (const url of ['/api/contacts', `/api/orders/${o.id}/urges`]) {
        const r = await raw('POST', url, headers, '{"level":0}');
        expect([type, url, r.status]).toEqual([type, url, 415]);
        expect((await problemOf(r)).code).toBe('unsupported_media_type');
      }
    }
    const fine = { cookie, 'content-type': 'application/json; charset=utf-8' };
    expect((await raw('POST', `/api/orders/${o.id}/urges`, fine, '{}')).status).toBe(200);
  });
  it('no prototype is polluted and no field is invented', async () => {
    const { cookie } = await w.as('operator');
    const body = '{"__proto__":{"level":0},"constructor":{"prototype":{"polluted":1}},"phone":"13805774471"}'; // prettier-ignore
    const r = await raw('POST', '/api/callers/lookup', { cookie, ...JSON_BODY }, body);
    expect(r.status).toBe(200);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('headers', () => {
  const pages: [string, number][] = [
    ['/api/session', 401],
    ['/api/orders/x', 401],
    ['/api/nothing', 401],
    ['/nothing', 404],
    ['/healthz', 200],
    ['/console', 200],
    ['/console/', 200],
    ['/console/orders/1', 200],
    ['/console/assets/a.js', 200],
    ['/console/assets/none.js', 404],
    ['/', 200],
    ['/submit', 200],
    ['/track', 200],
    ['/track/view', 303],
    [`/rate/${'a'.repeat(43)}`, 404],
    ['/demo/phone', 404],
  ];
  for (const [url, status] of pages) {
    it(`${url} (${status}): nobody frames, sniffs, or learns where from; no inline script`, async () => {
      const r = await raw('GET', url);
      expect(r.status).toBe(status);
      const csp = r.headers.get('content-security-policy') ?? '';
      const directive = (name: string) =>
        csp.split(';').map((d) => d.trim()).find((d) => d.startsWith(`${name} `)); // prettier-ignore
      expect(directive('frame-ancestors')).toBe("frame-ancestors 'none'");
      expect(directive('default-src')).toBe("default-src 'none'");
      expect(directive('base-uri')).toBe("base-uri 'none'");
      const script = directive('script-src') ?? "script-src 'none'";
      expect(script).not.toMatch(/unsafe|\*|data:|https?:/);
      expect(r.headers.get('x-content-type-options')).toBe('nosniff');
      expect(r.headers.get('x-frame-options')).toBe('DENY');
      expect(r.headers.get('referrer-policy')).toMatch(/^(same-origin|no-referrer)$/);
      expect(r.headers.get('x-powered-by')).toBeNull();
      expect(r.headers.get('strict-transport-security')).toBeNull();
      expect(r.headers.get('access-control-allow-origin')).toBeNull();
      expect(r.headers.get('x-trace-id')).toMatch(/^[0-9a-f-]{36}$/);
    });
  }
  it('the console: its own scripts only, a fresh nonce for styles each time', async () => {
    const [a, b] = [await raw('GET', '/console'), await raw('GET', '/console')];
    const nonce = (r: Response) => /'nonce-([^']+)'/.exec(r.headers.get('content-security-policy')!)![1]; // prettier-ignore
    expect(nonce(a)).not.toBe(nonce(b));
    expect(a.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(await a.text()).toContain(`nonce="${nonce(a)}"`);
    expect(a.headers.get('cache-control')).toBe('no-store');
  });
  it('files outside the folder of assets are not served', async () => {
    for (const file of [
      '../index.html',
      '..%2findex.html',
      '..%2fsecret.json',
      '%2e%2e/secret.json',
      'a/..%2f..%2fsecret.json',
      '/etc/passwd',
      'x.js%00',
      '..%5csecret.json',
      'a.ts',
      '%E0%A4%A',
    ]) {
      // prettier-ignore
      const r = await raw('GET', `/console/assets/${file}`);
      const text = await r.text();
      expect([file, text.includes('root:'), text === '{}']).toEqual([file, false, false]);
      expect(r.status === 404 || text.startsWith('<!doctype')).toBe(true);
    }
  });
  const SCRIPTED = /<script|\son\w+=|javascript:/i;
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  /** Cookie of a citizen who looks at an order. */
  async function citizenPass(): Promise<string> {
    const { orderNo, queryCode } = await s.register();
    const r = await raw('POST', '/track', FORM, new URLSearchParams({ orderNo, code: queryCode }).toString()); // prettier-ignore
    return r.headers.getSetCookie().find((c) => c.startsWith('track='))!.split(';')[0]!; // prettier-ignore
  }
  it('citizen pages carry no script at all, but for those that offer photos', async () => {
    const cookie = await citizenPass();
    const rest = ['/', '/track', '/track/view', '/track/withdraw', '/rate/thanks', '/nothing', `/rate/${'b'.repeat(43)}`]; // prettier-ignore
    const pages = await Promise.all(rest.map((url) => raw('GET', url, { cookie })));
    // The second screen and the third, in which nothing is added any more.
    for (const screen of ['1', '2'])
      pages.push(await raw('POST', '/submit/next', FORM, `screen=${screen}&content=${encodeURIComponent('路灯不亮')}&who=anonymous`)); // prettier-ignore
    for (const [i, r] of pages.entries()) {
      const text = await r.text();
      expect([i, r.status]).not.toEqual([i, 303]);
      expect(text).toContain('<!doctype html>');
      expect(text).not.toMatch(SCRIPTED);
      expect(r.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(r.headers.get('content-security-policy')).not.toMatch(/script-src|connect-src/);
    }
  });
  it('pages that offer photos run one file of ours, named by its content, and nothing inline', async () => {
    const cookie = await citizenPass();
    const nonces = new Set<string>();
    for (const url of ['/submit', '/track/note', '/submit', '/track/note']) {
      const r = await raw('GET', url, { cookie });
      const text = await r.text();
      const csp = r.headers.get('content-security-policy')!.split('; ');
      const nonce = /'nonce-([^']+)'/.exec(csp.find((d) => d.startsWith('script-src '))!)![1]!;
      nonces.add(nonce);
      expect(csp).toContain(`script-src 'nonce-${nonce}'`);
      expect(csp).toContain("connect-src 'self'");
      const tag = `<script src="${SCRIPT.path}" nonce="${nonce}" defer=""></script>`;
      expect(text.split(tag)).toHaveLength(2);
      expect(text.replace(tag, '')).not.toMatch(SCRIPTED);
    }
    expect(nonces.size).toBe(4);
    const file = await raw('GET', SCRIPT.path);
    expect(file.status).toBe(200);
    expect(file.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(file.headers.get('cache-control')).toContain('immutable');
    const content = createHash('sha256').update(await file.text()).digest('hex'); // prettier-ignore
    expect(SCRIPT.path).toBe(`/script/${content.slice(0, 16)}.js`);
    for (const other of ['/script/x.js', `${SCRIPT.path}x`, '/script/..%2findex.html'])
      expect((await raw('GET', other)).status).toBe(404);
  });
  it('answers with data are kept nowhere', async () => {
    const o = await s.signed();
    for (const url of [
      '/api/session',
      '/api/orders',
      `/api/orders/${o.id}`,
      '/api/inbox',
      '/api/callbacks',
      '/api/deliveries',
      '/api/nothing',
    ]) {
      // prettier-ignore
      const a = await (await w.as('supervisor')).get(url);
      expect([url, a.headers.get('cache-control')]).toEqual([url, 'no-store']);
    }
  });
  it('over https: transport is pinned', async () => {
    const safe = await createWorld({ publicUrl: 'https://12345.example.cn' });
    try {
      const r = await safe.app.request('/healthz');
      expect(r.headers.get('strict-transport-security')).toMatch(/^max-age=31536000/);
    } finally {
      await safe.close();
    }
  });
});

describe('errors', () => {
  it('are problem details with code, status, trace id and a sentence, in the language asked for', async () => {
    const zh = refused(await (await w.as('operator')).get(`/api/orders/${newId()}`), 404, 'not_found'); // prettier-ignore
    expect(zh.body).toEqual({
      type: 'urn:hotline:error:not_found',
      title: '没有找到。',
      status: 404,
      code: 'not_found',
      traceId: zh.headers.get('x-trace-id'),
    });
    const { cookie } = await w.as('operator');
    const en = await raw('GET', `/api/orders/${newId()}`, { cookie, 'accept-language': 'en-GB,zh;q=0.5' }); // prettier-ignore
    expect((await problemOf(en)).title).toBe('Not found.');
    const odd = await raw('GET', '/api/nothing', { cookie, 'accept-language': '../../etc, *;q=x' });
    expect((await problemOf(odd)).title).toBe('没有找到。');
  });
  it('never show SQL, a stack or what was sent, also when something breaks', async () => {
    const broken = await createWorld();
    await sql`alter table order_text rename to gone`.execute(
      connect(broken.database.ownerUrl, { max: 1 }).db,
    );
    try {
      const client = await broken.as('operator');
      const body = { content: SECRET_WORDS, requester: { name: SECRET_WORDS } };
      const a = await client.post('/api/orders', body, { 'idempotency-key': randomUUID() });
      refused(a, 500, 'internal');
      const b = await client.get('/api/orders');
      refused(b, 500, 'internal');
      for (const x of [a, b]) {
        expect(Object.keys(x.body).sort()).toEqual(['code', 'status', 'title', 'traceId', 'type']);
        expect(JSON.stringify(x.body)).not.toMatch(/order_text|select|insert|at \w+ \(|\.ts:/i);
      }
    } finally {
      await broken.close();
    }
  });
  it('503 with Retry-After when the database is gone, in words for staff and for citizens', async () => {
    const nowhere = connect('postgres://nobody@127.0.0.1:1/none', { max: 1 });
    const deps = { ...w.deps, db: nowhere.db };
    const intake = createIntake(deps);
    const citizen = citizenPages(deps, intake, { trustProxy: 0, demo: false });
    const app = createApp(deps, { intake, citizen, trustProxy: 0, errorPage: citizenErrorPage });
    const cookie = 'session=something';
    const r = await app.request('/api/orders', { headers: { cookie } });
    expect(r.status).toBe(503);
    expect(r.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(Object.keys(await problemOf(r)).sort()).toEqual(['code', 'status', 'title', 'traceId', 'type']); // prettier-ignore
    // The process is well; whether it should be asked is another question (/readyz).
    expect((await app.request('/healthz')).status).toBe(200);
    for (const url of [`/rate/${'a'.repeat(43)}`]) {
      const page = await app.request(url);
      expect([url, page.status]).toEqual([url, 503]);
      expect(page.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await page.text()).not.toMatch(/ECONN|127\.0\.0\.1|postgres|\.ts:/i);
    }
    await nowhere.close();
  });
  const UNKNOWN = [newId(), newId().toUpperCase(), '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']; // prettier-ignore
  const GARBAGE = ['x', '0', '-1', '%00', '%27%20or%201=1--', `${newId()}x`, '%F0%9F%98%80', '%E0%A4%A']; // prettier-ignore
  it.each([
    ['unknown', UNKNOWN],
    ['garbage', GARBAGE],
  ])('404, never 500, for ids that are %s, on every route with an id', async (_, ids) => {
    const people = ['operator', 'dispatcher', 'followup', 'supervisor', 'admin', 'water', 'water.handler']; // prettier-ignore
    const bodies: Record<string, unknown> = {
      acts: { act: 'note', input: { text: 'x' } },
      urges: {},
      attempts: { result: 'busy' },
      evaluation: { satisfaction: 3 },
      redo: { version: 1, reason: 'x' },
      close: { version: 1, closingType: 'solved' },
      reveal: { reason: 'x' },
      supervisions: { level: 2, demand: 'x' },
      verdict: { version: 1, verdict: 'accepted' },
      'send-back': { replyVersion: 1, reason: 'x' },
      outcome: { outcome: 'wrong_number' },
      commands: { command: 'hold' },
      lift: { reason: 'xx' },
      'restriction-proposals': { reason: 'xx' },
      decision: { decision: 'restrict' },
      messages: { id: newId(), text: 'x' },
      notes: { id: newId(), text: 'x' },
      seen: { seq: 1 },
      transfer: { to: 'queue' },
      ':id': { version: 1, shortcut: 'x', zh: 'x' },
      split: { version: 1, input: { kept: { content: 'x' }, parts: [{ content: 'x' }] } },
      reply: { version: 1, text: 'x',  truth: 'true', finding: 'x', measures: 'x', solved: 'solved', contactMade: false, publicVersion: 'x' }, // prettier-ignore
    };
    for (const [method, route] of routes().filter(
      ([, r]) => r.startsWith('/api/') && r.includes(':id'),
    )) {
      // prettier-ignore
      const body = route.startsWith('/api/assignments') && route.endsWith('acts')
        ? { act: 'sign', version: 1, input: {} }
        : bodies[route.split('/').at(-1)!]; // prettier-ignore
      for (const id of ids) {
        const answers = await Promise.all(
          people.map(async (login) => {
            const { cookie } = await w.as(login);
            const headers = { cookie, origin: PUBLIC_URL, 'idempotency-key': randomUUID(), ...(method !== 'GET' && JSON_BODY) }; // prettier-ignore
            const sent = method === 'GET' ? undefined : JSON.stringify(body ?? {});
            return (await raw(method, route.replace(':id', id), headers, sent)).status;
          }),
        );
        const best = Math.max(...answers.filter((a) => a !== 403));
        expect([method, route, id, best]).toEqual([method, route, id, 404]);
      }
    }
  });
  it('422, never 500, for cursors that are none', async () => {
    const enc = (t: string) => Buffer.from(t).toString('base64url');
    const cursors = ['x', '%00', enc('nonsense'), enc('2026-01-01T00:00:00Z x'), enc(`not-a-date ${newId()}`), enc(`2026-13-45T00:00:00Z ${newId()}`), '%F0%9F%98%80']; // prettier-ignore
    const lists: [string, string][] = [['operator', '/api/orders'], ['water', '/api/inbox'], ['followup', '/api/callbacks'], ['water', '/api/notifications'], ['admin', '/api/deliveries']]; // prettier-ignore
    for (const [login, list] of lists) {
      for (const cursor of cursors) {
        const a = await (await w.as(login)).get(`${list}?cursor=${cursor}`);
        expect([list, cursor, a.status]).toEqual([list, cursor, 422]);
        expect(a.body.code).toBe('invalid_input');
      }
      const long = await (await w.as(login)).get(`${list}?cursor=${'a'.repeat(300)}`);
      wrongFields(long, 'cursor');
    }
  });
  it('422, not 500, for a cursor in the right shape with impossible parts', async () => {
    const enc = (t: string) => Buffer.from(t).toString('base64url');
    const found: string[] = [];
    for (const text of [
      `2026-01-01T00:00:00Z ${'-'.repeat(36)}`,
      `2026-01-01T00:00:00Z ${'a'.repeat(36)}`,
      `-271821-04-20T00:00:00.000Z ${newId()}`,
      `+275760-09-13T00:00:00.000Z ${newId()}`,
    ]) {
      // prettier-ignore
      const a = await (await w.as('operator')).get(`/api/orders?cursor=${enc(text)}`);
      if (a.status >= 500) found.push(`${text}: ${a.status}`);
    }
    expect(found).toEqual([]);
  });
  it('422 for limits below 1, above 100 or no number, and for queues that are none', async () => {
    const lists: [string, string][] = [['operator', '/api/orders'], ['water', '/api/inbox'], ['followup', '/api/callbacks'], ['water', '/api/notifications'], ['admin', '/api/deliveries']]; // prettier-ignore
    for (const [login, list] of lists) {
      for (const limit of ['0', '-1', '101', '1e9', 'x', '1.5', 'NaN'])
        wrongFields(await (await w.as(login)).get(`${list}?limit=${limit}`), 'limit');
      for (const limit of ['1', '100']) ok(await (await w.as(login)).get(`${list}?limit=${limit}`));
    }
    for (const [login, url, field] of [
      ['operator', '/api/orders?queue=x', 'queue'],
      ['water', '/api/inbox?facet=x', 'facet'],
      ['followup', '/api/callbacks?queue=all', 'queue'],
      ['admin', '/api/deliveries?state=x', 'state'],
      ['admin', '/api/deliveries?orderId=x', 'orderId'],
      ['operator', '/api/orders/find?q=1', 'q'],
    ] as const)
      wrongFields(await (await w.as(login)).get(url), field);
  });
  it('422, not 500, for a zero byte in a field that goes to the database as it is', async () => {
    const operator = await w.as('operator');
    const key = () => ({ 'idempotency-key': randomUUID() });
    const nul = 'a\u0000b';
    const found: string[] = [];
    const say = (what: string, status: number) => status >= 500 && found.push(`${what}: ${status}`);
    say('orders areaCode', (await operator.post('/api/orders', { content: 'x', areaCode: nul }, key())).status); // prettier-ignore
    say('orders subjectKind', (await operator.post('/api/orders', { content: 'x', subjectKind: nul }, key())).status); // prettier-ignore
    say('routing areaCode', (await operator.post('/api/routing/suggest', { categoryCode: '0301', areaCode: nul })).status); // prettier-ignore
    say('sign-in login', (await w.anonymous.post('/api/session', { login: nul, password: 'x' })).status); // prettier-ignore
    const o = await s.register();
    const accept = { type: 'help', categoryCode: '0301', urgency: 'U2', subjectKind: nul };
    say('accept subjectKind', (await s.act('operator', o.id, 'accept', accept)).status);
    expect(found).toEqual([]);
  });
  it('401 for nobody, whatever was sent: who is not signed in learns nothing of the forms', async () => {
    const DEMO_ONLY = new Set(['session', 'clock', 'ring', 'play'].map((r) => `/api/demo/${r}`));
    const found: string[] = [];
    const closed: unknown[][] = [];
    for (const [method, route] of routes()) {
      if (method === 'GET' || !route.startsWith('/api/')) continue;
      if (route === '/api/session' || route === '/api/activation') continue;
      const r = await raw(method, real(route), JSON_BODY, '{"nonsense":1}');
      if (DEMO_ONLY.has(route))
        closed.push([route, r.status, Object.keys(await problemOf(r)).sort()]); // prettier-ignore
      else if (r.status !== 401) found.push(`${method} ${route}: ${r.status}`);
    }
    expect(found).toEqual([]);
    // These ask nobody who they are; outside of a demo there is nothing to learn of them.
    const nothing = [404, ['code', 'status', 'title', 'traceId', 'type']];
    expect(closed.sort()).toEqual([...DEMO_ONLY].sort().map((route) => [route, ...nothing]));
  });
});

/** Runs again when a throttle's window ended in the middle of it. */
async function inOneWindow(minutes: number, work: () => Promise<void>): Promise<void> {
  const window = () => Math.floor(Date.now() / (minutes * 60_000));
  const before = window();
  try {
    await work();
  } catch (error) {
    if (window() === before) throw error;
    await w.db.deleteFrom('throttle').execute();
    await work();
  }
}

const signIn = (login: string, password: string, headers: Record<string, string> = {}) =>
  w.anonymous.post('/api/session', { login, password }, headers);

describe('signing in', () => {
  it('sets a cookie that scripts and other sites cannot use', async () => {
    const a = await signIn(' OPERATOR ', DEMO_PASSWORD);
    ok(a);
    const cookie = a.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^session=[\w-]{43}; /);
    const parts = cookie.split('; ').slice(1).map((p) => p.toLowerCase()); // prettier-ignore
    expect(parts).toEqual(expect.arrayContaining(['path=/', 'httponly', 'samesite=lax']));
    expect(parts.some((p) => p.startsWith('domain'))).toBe(false);
    expect(parts).not.toContain('secure');
    expect(parts).toContain(`max-age=${12 * 3600}`);
  });
  it('over https: __Host- and Secure, and no other name is believed', async () => {
    const safe = await createWorld({ publicUrl: 'https://12345.example.cn' });
    try {
      const post = (body: unknown) =>
        safe.app.request('/api/session', {
          method: 'POST',
          headers: { origin: 'https://12345.example.cn', ...JSON_BODY },
          body: JSON.stringify(body),
        });
      const r = await post({ login: 'operator', password: DEMO_PASSWORD });
      const cookie = r.headers.get('set-cookie')!;
      expect(cookie).toMatch(/^__Host-session=/);
      expect(cookie).toMatch(/; Secure/);
      expect(cookie).toMatch(/; HttpOnly/);
      expect(cookie).not.toMatch(/domain/i);
      const token = cookie.split(';')[0]!.split('=')[1]!;
      const as = (name: string) =>
        safe.app.request('/api/session', { headers: { cookie: `${name}=${token}` } });
      expect((await as('__Host-session')).status).toBe(200);
      // A sibling host could plant a cookie without the prefix.
      expect((await as('session')).status).toBe(401);
    } finally {
      await safe.close();
    }
  });
  it('stores only a hash of the token, and neither password nor login in the log', async () => {
    const a = await signIn('operator', DEMO_PASSWORD);
    const token = /session=([\w-]+)/.exec(a.headers.get('set-cookie')!)![1]!;
    const rows = JSON.stringify(await w.db.selectFrom('session').selectAll().execute());
    expect(rows).not.toContain(token);
    expect(rows).toContain(hashToken(token));
    const log = JSON.stringify(await w.db.selectFrom('audit_log').selectAll().where('action', 'like', 'user.%').execute()); // prettier-ignore
    expect(log).not.toContain(DEMO_PASSWORD);
    expect(log).not.toContain(token);
    expect(JSON.stringify(a.body)).not.toMatch(/hash|argon2/);
  });
  it('a new token on each sign-in; a token that was brought along is not taken over', async () => {
    const fixed = 'f'.repeat(43);
    const a = await signIn('operator', DEMO_PASSWORD, { cookie: `session=${fixed}` });
    const b = await signIn('operator', DEMO_PASSWORD, { cookie: `session=${fixed}` });
    const of = (x: typeof a) => /session=([\w-]+)/.exec(x.headers.get('set-cookie')!)![1];
    expect(new Set([of(a), of(b), fixed]).size).toBe(3);
    const r = await raw('GET', '/api/session', { cookie: `session=${fixed}` });
    expect(r.status).toBe(401);
  });
  it('after five wrong tries refuses the right password too', async () => {
    await inOneWindow(15, async () => {
      for (let i = 0; i < 5; i++)
        refused(await signIn('auditor', `wrong ${i}`), 401, 'wrong_credentials');
      refused(await signIn('auditor', DEMO_PASSWORD), 429, 'too_many_attempts');
      refused(await signIn(' Auditor', DEMO_PASSWORD), 429, 'too_many_attempts');
      // Others are not locked out with them.
      ok(await signIn('arbiter', DEMO_PASSWORD));
    });
  });
  it('a success clears the count', async () => {
    await inOneWindow(15, async () => {
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 4; i++) refused(await signIn('supervisor', 'no'), 401, 'wrong_credentials'); // prettier-ignore
        ok(await signIn('supervisor', DEMO_PASSWORD));
      }
    });
  });
  it('parallel guesses do not slip through together', async () => {
    await inOneWindow(15, async () => {
      const all = await Promise.all(Array.from({ length: 20 }, (_, i) => signIn('dispatcher2', `g${i}`))); // prettier-ignore
      expect(all.filter((a) => a.status === 401)).toHaveLength(5);
      expect(all.filter((a) => a.status === 429)).toHaveLength(15);
    });
  });
  it('answers the same for unknown, inactive, never activated and known logins, with the same work', async () => {
    await w.person({ login: 'invited', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    const gone = await w.person({ login: 'gone', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    await w.db
      .updateTable('app_user')
      .set({ active: false, password_hash: await hashPassword('the right one') })
      .where('id', '=', gone)
      .execute();
    await inOneWindow(15, async () => {
      const spent: Record<string, number> = {};
      const cases: [string, string][] = [['operator2', 'wrong'], ['no-such-person', 'wrong'], ['invited', 'wrong'], ['gone', 'the right one']]; // prettier-ignore
      for (const [login, password] of cases) {
        const start = process.cpuUsage();
        const a = await signIn(login, password);
        spent[login] = process.cpuUsage(start).user;
        refused(a, 401, 'wrong_credentials');
        const { traceId: _, ...body } = a.body;
        expect(body).toEqual({
          type: 'urn:hotline:error:wrong_credentials',
          title: '账号或密码不对。',
          status: 401,
          code: 'wrong_credentials',
        });
        expect(a.headers.get('set-cookie')).toBeNull();
      }
      // The same argon2 for all, in time of the processor; without it an answer takes a tenth.
      expect(spent['no-such-person']!).toBeGreaterThan(spent.operator2! / 4);
      expect(spent.gone!).toBeGreaterThan(spent.operator2! / 4);
      for (let i = 0; i < 4; i++) await signIn('no-such-person', 'x');
      refused(await signIn('no-such-person', 'x'), 429, 'too_many_attempts');
    });
  });
  it('throttles a source over many logins, and the source cannot be forged without a proxy', async () => {
    await inOneWindow(15, async () => {
      await w.db.deleteFrom('throttle').execute();
      refused(await signIn('nobody-1', 'x', { 'x-forwarded-for': '1.2.3.4' }), 401, 'wrong_credentials'); // prettier-ignore
      const bucket = await w.db
        .selectFrom('throttle')
        .selectAll()
        .where('bucket', 'like', 'sign_in:source:%')
        .executeTakeFirstOrThrow();
      await w.db.updateTable('throttle').set({ hits: 100 }).where('bucket', '=', bucket.bucket).execute(); // prettier-ignore
      const forged = await signIn('nobody-2', 'x', { 'x-forwarded-for': '9.9.9.9' });
      refused(forged, 429, 'too_many_attempts');
      await forget(w.db, bucket.bucket);
    });
  });
  it('behind proxies the address is the one our own proxy saw', () => {
    const c = (forwarded?: string) =>
      ({ req: { header: () => forwarded }, env: {} }) as unknown as Parameters<typeof sourceOf>[0];
    expect(sourceOf(c('6.6.6.6, 1.1.1.1'), 1)).toBe('1.1.1.1');
    expect(sourceOf(c('6.6.6.6, 1.1.1.1, 2.2.2.2'), 2)).toBe('1.1.1.1');
    expect(sourceOf(c('6.6.6.6'), 0)).toBe('unknown');
  });
});

describe('a session', () => {
  const alive = async (cookie: string) => (await raw('GET', '/api/session', { cookie })).status;
  const fresh = async () => (await w.session('operator2')).cookie;
  const shift = (cookie: string, column: 'seen_at' | 'expires_at', to: string) =>
    sql`update session set ${sql.ref(column)} = clock_timestamp() + ${to}::interval
      where token_hash = ${hashToken(cookie.split('=')[1]!)}`.execute(w.db);
  it('ends on sign-out, at once and only itself', async () => {
    const [mine, other] = [await fresh(), await fresh()];
    const out = await raw('DELETE', '/api/session', { cookie: mine, origin: PUBLIC_URL });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^session=; .*Max-Age=0/);
    expect([await alive(mine), await alive(other)]).toEqual([401, 200]);
  });
  it('ends after eight hours without a request, and after twelve whatever happens', async () => {
    const cookie = await fresh();
    await shift(cookie, 'seen_at', '-7 hours -59 minutes');
    expect(await alive(cookie)).toBe(200);
    // That request was seen: the idle time begins anew.
    await shift(cookie, 'seen_at', '-8 hours -1 minute');
    expect(await alive(cookie)).toBe(401);
    const busy = await fresh();
    await shift(busy, 'expires_at', '-1 second');
    expect(await alive(busy)).toBe(401);
  });
  it('is not made longer by moving the clock of the platform, nor ended by it', async () => {
    const cookie = await fresh();
    await w.moveTo('2026-12-01T00:00:00Z');
    expect(await alive(cookie)).toBe(200);
    await w.moveTo('2026-09-21T02:24:00Z');
  });
  it('sees at once that the person was deactivated or lost the role', async () => {
    const id = await w.person({ login: 'leaver', grants: [{ role: 'auditor', unit: 'HOTLINE' }] });
    const { cookie } = await w.as('leaver');
    expect((await raw('GET', '/api/orders', { cookie })).status).toBe(200);
    await w.db.updateTable('role_grant').set({ valid_to: new Date('2026-09-20T00:00:00Z') }).where('user_id', '=', id).execute(); // prettier-ignore
    expect((await raw('GET', '/api/orders', { cookie })).status).toBe(403);
    await w.db.updateTable('app_user').set({ active: false }).where('id', '=', id).execute();
    expect(await alive(cookie)).toBe(401);
  });
  it('is nothing but the token: other cookies, long, empty and broken ones are nobody', async () => {
    for (const cookie of [
      'session=',
      'session=x',
      `session=${'a'.repeat(5000)}`,
      'session=%00',
      "session=' or 1=1--",
      `session=${hashToken('x')}`,
      'Session=x; session',
    ]) {
      // prettier-ignore
      expect([cookie, await alive(cookie)]).toEqual([cookie, 401]);
    }
  });
});

describe('POST /api/activation', () => {
  const invite = async (login: string) =>
    inviteUser(w.deps, {
      login,
      name: '新同事',
      organizationId: await w.unit('HOTLINE'),
      role: 'auditor',
    });
  const activate = (token: string, password = 'a long enough one') =>
    w.anonymous.post('/api/activation', { token, password });
  it('works once, also when tried twice at once', async () => {
    const token = await invite('new-one');
    const all = await Promise.all([activate(token), activate(token), activate(token, 'thief thief thief')]); // prettier-ignore
    expect(all.map((a) => a.status).sort()).toEqual([204, 404, 404]);
    refused(await activate(token), 404, 'link_invalid');
  });
  it('lets the person in with the password that was set, and with no other', async () => {
    const token = await invite('new-two');
    refused(await signIn('new-two', ''), 422, 'invalid_input');
    refused(await signIn('new-two', token), 401, 'wrong_credentials');
    ok(await activate(token), 204);
    ok(await signIn('new-two', 'a long enough one'));
  });
  it('is over after a day, and ends sessions that were open', async () => {
    const token = await invite('new-three');
    const { cookie } = await w.as('new-three');
    await sql`update activation set expires_at = clock_timestamp() - interval '1 second'
      where token_hash = ${hashToken(token)}`.execute(w.db);
    refused(await activate(token), 404, 'link_invalid');
    await sql`update activation set expires_at = clock_timestamp() + interval '1 minute'
      where token_hash = ${hashToken(token)}`.execute(w.db);
    ok(await activate(token), 204);
    expect((await raw('GET', '/api/session', { cookie })).status).toBe(401);
  });
  it('refuses short passwords and unknown tokens', async () => {
    const token = await invite('new-four');
    wrongFields(await activate(token, 'short'), 'password');
    refused(await activate('x'.repeat(43)), 404, 'link_invalid');
    wrongFields(await activate('x'), 'token');
    ok(await activate(token), 204);
  });
});

describe('default credentials', () => {
  it('exist in a marked database only: a production one refuses the demo seed and its clock', async () => {
    const database = await newDatabase('empty');
    await migrate(database.ownerUrl, { kind: 'production', appUrl: database.appUrl, queues: true });
    const owner = connect(database.ownerUrl, { max: 2 });
    const application = connect(database.appUrl, { max: 1 });
    try {
      await expect(seedDemo(owner.db)).rejects.toThrow('not a demo database');
      const users = await owner.db.selectFrom('app_user').select('id').execute();
      expect(users).toEqual([]);
      for (const c of [owner, application]) {
        await expect(sql`update app_clock set offset_ms = 1`.execute(c.db)).rejects.toMatchObject({
          code: '42501',
        });
      }
      await expect(
        sql`update deployment set kind = 'demo'`.execute(application.db),
      ).rejects.toMatchObject({ code: '42501' });
    } finally {
      await owner.close();
      await application.close();
      await database.drop();
    }
  });
});

describe('following an order with number and code', () => {
  const prove = (orderNo: string, code: string, source = randomUUID()) =>
    proveByCode(w.deps, { orderNo, code, source });
  const outcome = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'ok',
      (e: { code: string }) => e.code,
    );
  it('forgives how it is typed, nothing else', async () => {
    const o = await s.register();
    const spaced = `${o.queryCode.slice(0, 3).toLowerCase()} ${o.queryCode.slice(3)}`;
    expect(await prove(o.orderNo.replace(/(\d{8})/, '$1-'), spaced)).toMatchObject({
      kind: 'citizen',
      orderId: o.id,
    });
    const other = await s.register();
    expect(await outcome(prove(other.orderNo, o.queryCode))).toBe('wrong_credentials');
    expect(await outcome(prove(o.orderNo, ''))).toBe('wrong_credentials');
  });
  it('a wrong number answers like a wrong code, on the page too', async () => {
    const o = await s.register();
    const page = async (orderNo: string) => {
      const r = await w.app.request('/track', {
        method: 'POST',
        headers: { origin: PUBLIC_URL, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ orderNo, code: 'AAAAAA' }).toString(),
      });
      const text = await r.text();
      return [r.status, text.replaceAll(orderNo, '').replace(/nonce="[^"]*"/g, '')];
    };
    expect(await page('20260921999994')).toEqual(await page(o.orderNo));
    await w.db.deleteFrom('throttle').execute();
  });
  it('after ten wrong codes the right one is refused for a while, from wherever it comes', async () => {
    const o = await s.register();
    await inOneWindow(10, async () => {
      for (let i = 0; i < 10; i++) expect(await outcome(prove(o.orderNo, 'AAAAAA'))).toBe('wrong_credentials'); // prettier-ignore
      expect(await outcome(prove(o.orderNo, o.queryCode))).toBe('too_many_attempts');
    });
  });
  it('guessing numbers from one place ends after sixty', async () => {
    const o = await s.register();
    await inOneWindow(10, async () => {
      const source = randomUUID();
      for (let i = 0; i < 60; i++) {
        const guess = `202609219${String(i).padStart(5, '0')}`;
        expect(await outcome(prove(guess, 'AAAAAA', source))).toBe('wrong_credentials');
      }
      expect(await outcome(prove(o.orderNo, o.queryCode, source))).toBe('too_many_attempts');
      expect(await outcome(prove(o.orderNo, o.queryCode))).toBe('ok');
    });
  });
  it('parallel guesses must not slip through together', async () => {
    const o = await s.register();
    await inOneWindow(10, async () => {
      const all = await Promise.all(Array.from({ length: 40 }, () => outcome(prove(o.orderNo, 'AAAAAA')))); // prettier-ignore
      expect(all.filter((a) => a === 'wrong_credentials').length).toBeLessThanOrEqual(10);
    });
  });
  it('codes are no part of lists, events or logs, and stored hashed', async () => {
    const o = await s.register();
    await w.settle();
    const dump = JSON.stringify(
      await Promise.all([
        w.db.selectFrom('order_access').selectAll().execute(),
        w.db.selectFrom('delivery').selectAll().execute(),
        w.db.selectFrom('idempotency_key').selectAll().execute(),
        w.db.selectFrom('domain_event').selectAll().execute(),
      ]),
    );
    expect(dump).not.toContain(o.queryCode);
    const { cookie } = await w.as('dispatcher');
    expect(await (await raw('GET', `/api/orders/${o.id}`, { cookie })).text()).not.toContain(o.queryCode); // prettier-ignore
  });
});

describe('a repeated submission', () => {
  const send = async (key: string, body: unknown, login = 'operator') =>
    (await w.as(login)).post('/api/orders', body, { 'idempotency-key': key });
  const BODY = { content: '路灯不亮', requester: { name: '陈女士', phone: '13805774471' } };
  const orders = async () =>
    (await sql<{ n: string }>`select count(*) n from work_order`.execute(w.db)).rows[0]!.n;
  it('gets the same receipt, code included, and makes no second order', async () => {
    const key = randomUUID();
    const a = ok(await send(key, BODY), 201);
    const before = await orders();
    expect(ok(await send(key, BODY), 201)).toEqual(a);
    expect(await orders()).toBe(before);
  });
  it('with other content is refused, whichever field differs', async () => {
    const key = randomUUID();
    ok(await send(key, BODY), 201);
    for (const other of [
      { ...BODY, content: '井盖坏了' },
      { ...BODY, requester: { ...BODY.requester, phone: '13805774472' } },
      { ...BODY, requester: { ...BODY.requester, name: '王先生' } },
      { ...BODY, channel: 'visit' },
      { ...BODY, confidential: true },
    ])
      refused(await send(key, other), 422, 'idempotency_key_reused');
  });
  it('of another user with the same key is a matter of its own', async () => {
    const key = randomUUID();
    const a = ok(await send(key, BODY), 201);
    const b = ok(await send(key, BODY, 'operator2'), 201);
    expect(b.orderId).not.toBe(a.orderId);
    expect(b.queryCode).not.toBe(a.queryCode);
  });
  it('twelve times at once makes one order', async () => {
    const key = randomUUID();
    const before = Number(await orders());
    const all = await Promise.all(Array.from({ length: 12 }, () => send(key, BODY)));
    expect(new Set(all.map((a) => JSON.stringify(ok(a, 201)))).size).toBe(1);
    expect(Number(await orders())).toBe(before + 1);
  });
  it('at once with different content: one order, the others are refused', async () => {
    const key = randomUUID();
    const before = Number(await orders());
    const all = await Promise.all(Array.from({ length: 6 }, (_, i) => send(key, { ...BODY, content: `第${i}件` }))); // prettier-ignore
    expect(all.map((a) => a.status).sort()).toEqual([201, 422, 422, 422, 422, 422]);
    expect(Number(await orders())).toBe(before + 1);
  });
});
