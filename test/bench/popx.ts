/**
 * From ringing to the screen: 200 operators at their desks, each with a socket and the reading that the
 * console does, calls at the pace of a full centre over two api processes. Measured from the switch's
 * signed webhook to the nudge at the right desk, to the answer with caller and history, and, for a few
 * calls, to what Chromium shows. Beside it the same way bare: a signed POST, one commit, NOTIFY, a
 * socket, one row read. `npm run bench -- pop`.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Nudge } from '../../src/contract.ts';
import { HEADERS, openSource, signatureOf, signedHeaders } from '../../src/door/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { createCrypto, hashToken, newToken } from '../../src/platform/crypto.ts';
import { connect } from '../../src/platform/db.ts';
import { createLog } from '../../src/platform/log.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import type { DeskView, RouteAnswer } from '../../src/telephony/schema.ts';
import { openStage } from '../browser/stage.ts';
import type { Stage } from '../browser/stage.ts';
import { must, walk } from '../flow/walk.ts';
import { openHouse, SECRET, until } from '../processes.ts';
import type { House } from '../processes.ts';

/** Fewer for a quick look. */
const CALLS = Number(process.env.HOTLINE_BENCH_COUNT ?? 300);
const OPERATORS = 200;
/** Two hundred people who talk three minutes each take a call about every second; this is twice that. */
const EVERY_MS = 500;
const TALKS_MS = 2_000;
const CALLERS = 10;
const OPEN_ORDERS = 2;
const SHOWN = 15;
const BARE = 200;
const AT_ONCE = 4;
const SETUP_MS = 120_000;
/** How long the desks sit there before the first call. */
const SETTLES_MS = 3_000;

/** What a console asks for by itself, and what it asks for once others' news were gathered. */
const POLLS = [
  ['/api/telephony/desk', 10_000],
  ['/api/telephony/queue', 10_000],
  ['/api/telephony/return-calls?state=open&limit=100', 30_000],
  ['/api/session', 60_000],
] as const;
const AFTER_OTHERS = [POLLS[1][0], POLLS[2][0]] as const;
const GATHER_MS = 500;
const SPREAD_MS = 1_500;

const DOOR_SECRET = 'the-switch-of-the-bench-rings-here';
const SOURCE = 'bench-switch';

const mark = (what: string) =>
  process.stderr.write(`MARK ${what} ${Math.round(performance.now())} load ${os.loadavg()[0]}\n`);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
/** Of one clock for this process and the page. */
const now = () => performance.timeOrigin + performance.now();

function spread(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number) => Math.round(sorted[Math.floor((sorted.length - 1) * q)] ?? NaN);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Does something so many times, a few at once; again where a busy machine gave it up. */
async function atOnce(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      await until(`${i} of ${count}`, async () => (await work(i), true), 60_000);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

// ---------------------------------------------------------------- a desk without a screen

interface Desk {
  socket: Socket;
  get<T>(path: string): Promise<T>;
  put(path: string, body: object): Promise<void>;
  close(): void;
}
/** What is measured of one call. */
interface Pop {
  rangAt: number;
  routedAt?: number;
  nudgedAt?: number;
  shownAt?: number;
}
const pops = new Map<string, Pop>();
let requests = 0;

/** Signs somebody in without a password, which costs what it should and is not measured here. */
async function operators(owner: pg.Pool, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, newToken);
  await owner.query(
    `with nth as (select i::int, t as hash, gen_random_uuid() as id from unnest($1::text[]) with ordinality u(t, i)),
      people as (insert into app_user (id, person_id, login, display_name)
        select id, gen_random_uuid(), 'pop' || i, 'pop' || i from nth),
      grants as (insert into role_grant (id, user_id, organization_id, role)
        select gen_random_uuid(), nth.id, g.organization_id, g.role from nth, role_grant g
          join app_user u on u.id = g.user_id where u.login = 'operator' and g.role = 'operator')
      insert into session (token_hash, id, user_id, created_at, seen_at, expires_at)
        select hash, gen_random_uuid(), id, clock_timestamp(), clock_timestamp(),
          clock_timestamp() + interval '12 hours' from nth`,
    [tokens.map(hashToken)],
  );
  return tokens;
}

function deskAt(base: string, token: string): Desk {
  const headers = { cookie: `session=${token}`, origin: base, 'sec-fetch-site': 'same-origin' };
  const ask = async (path: string, init: RequestInit = {}) => {
    requests++;
    const answer = await fetch(base + path, { ...init, headers: { ...headers, 'content-type': 'application/json' } }); // prettier-ignore
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const quietly = (path: string) => void ask(path).catch(() => {});
  const socket = io(base, { transports: ['websocket'], extraHeaders: headers, forceNew: true, autoConnect: false }); // prettier-ignore
  const timers = new Map<string, NodeJS.Timeout>();
  const poll = (path: string, every: number, first: number): void => {
    const again = () => (quietly(path), poll(path, every, every));
    timers.set(path, setTimeout(again, first));
  };
  let gathering: NodeJS.Timeout | undefined;
  const desk: Desk = {
    socket,
    get: (path) => ask(path) as Promise<never>,
    put: async (path, body) =>
      void (await ask(path, { method: 'PUT', body: JSON.stringify(body) })),
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      clearTimeout(gathering);
      socket.disconnect();
    },
  };
  const others = () => {
    gathering = undefined;
    for (const path of AFTER_OTHERS) quietly(path);
  };
  socket.on('nudge', (nudges: Nudge[]) => {
    const calls = nudges.filter((n) => /^(?:call|seat|return_call)\./.test(n.type));
    if (calls.length === 0) return;
    gathering ??= setTimeout(others, GATHER_MS + Math.random() * SPREAD_MS);
    if (!calls.some((n) => n.room.startsWith('user:'))) return;
    const at = now();
    for (const n of calls) if (n.type === 'call.offered') noted(n.id).nudgedAt ??= at;
    void desk.get<DeskView>('/api/telephony/desk').then(shown, () => {});
  });
  // People opened their desks at different moments.
  socket.once('connect', () => {
    for (const [path, every] of POLLS) poll(path, every, Math.random() * every);
  });
  return desk;
}

/** Marks are kept by our own name of the call until the switch's answer tells which it is. */
const noted = (callId: string): Partial<Pop> => {
  const known = pops.get(callId) ?? ({ rangAt: NaN } as Pop);
  pops.set(callId, known);
  return known;
};

function shown({ calls }: DeskView): void {
  const at = now();
  for (const c of calls)
    if (c.state === 'offered' && c.phone?.length === 11 && c.caller?.open.length === OPEN_ORDERS)
      noted(c.id).shownAt ??= at;
}

// ---------------------------------------------------------------- the switch

function aSwitch(urls: readonly string[], at: () => string) {
  let turn = 0;
  let sent = 0;
  const knock = async <T>(path: string, body: object): Promise<T> => {
    const text = JSON.stringify(body);
    const headers = signedHeaders(DOOR_SECRET, { source: SOURCE, id: `m${sent++}`, body: text, at: new Date() }); // prettier-ignore
    const url = urls[turn++ % urls.length]! + path;
    const answer = await fetch(url, { method: 'POST', headers, body: text });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as T;
  };
  const tell = (event: object) =>
    knock<{ callId: string }>('/cti/v1/events', { ...event, at: at() });
  return {
    tell,
    /** Rings, and asks who takes the call. @returns our name of it, and the telephone. */
    async ring(name: string, from: string, skill?: string) {
      const asked = { from, to: '12345', ...(skill && { skill }) };
      const rangAt = now();
      const { callId } = await tell({ type: 'call.ringing', callId: name, ...asked });
      const question = { callId: name, at: at(), ...asked };
      const answer = await knock<RouteAnswer>('/cti/v1/route', question);
      if (answer.action !== 'offer') throw new Error(`${name}: ${answer.action}`);
      Object.assign(noted(callId), { rangAt, routedAt: now() });
      return { callId, target: answer.target, rangAt };
    },
    answer: (name: string, target: string) =>
      tell({ type: 'call.answered', callId: name, legId: `${name}-1`, target }),
    end: (name: string) => tell({ type: 'call.ended', callId: name, by: 'caller' }),
  };
}

// ---------------------------------------------------------------- the same way, bare

/** A signed POST, one commit with NOTIFY, a socket, one row read: nothing else. Milliseconds of each. */
async function bare(owner: pg.Pool, url: string): Promise<number[]> {
  await owner.query('create table if not exists bench_pop (id uuid primary key)');
  const listener = new pg.Client({ connectionString: url });
  await listener.connect();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (d: Buffer) => (body += d.toString()));
    request.on('end', () => void served(request.url!, request.headers, body).then((a) => response.end(a))); // prettier-ignore
  });
  const head = (headers: NodeJS.Dict<string | string[]>, name: string) => String(headers[name]);
  const served = async (path: string, headers: NodeJS.Dict<string | string[]>, body: string) => {
    if (path !== '/') {
      const { rows } = await owner.query('select * from bench_pop where id = $1', [path.slice(1)]);
      return JSON.stringify(rows);
    }
    const stamp = head(headers, HEADERS.timestamp);
    const good = signatureOf(DOOR_SECRET, stamp, head(headers, HEADERS.id), body);
    if (good !== head(headers, HEADERS.signature)) throw new Error('signature');
    await owner.query(`with made as (insert into bench_pop values ($1) returning id)
      select pg_notify('bench_pop', id::text) from made`, [JSON.parse(body).id]); // prettier-ignore
    return '{}';
  };
  const sockets = new Server(server, { serveClient: false });
  listener.on('notification', (n) => sockets.emit('nudge', n.payload));
  await listener.query('listen bench_pop');
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const socket = io(base, { transports: ['websocket'], forceNew: true });
  await until('bare socket', () => socket.connected);
  const took: number[] = [];
  for (let i = 0; i < BARE; i++) {
    const body = JSON.stringify({ id: randomUUID() });
    const from = now();
    const read = new Promise<void>((done) => {
      socket.once('nudge', (id: string) => void fetch(`${base}/${id}`).then((a) => a.json()).then(() => done())); // prettier-ignore
    });
    const headers = signedHeaders(DOOR_SECRET, { source: SOURCE, id: `b${i}`, body, at: new Date() }); // prettier-ignore
    await fetch(base, { method: 'POST', headers, body });
    await read;
    took.push(now() - from);
  }
  socket.disconnect();
  await sockets.close();
  await listener.end();
  return took;
}

// ---------------------------------------------------------------- the measurement

describe('the pop', () => {
  let stage: Stage | null = null;
  let h: House;
  let second: Awaited<ReturnType<House['startApi']>>;
  let desks: Desk[] = [];
  let phones: ReturnType<typeof aSwitch>;
  const caller = (i: number) => `1390000${1000 + (i % CALLERS)}`;

  beforeAll(async () => {
    stage = inject('chromium') ? await openStage() : null;
    h = stage?.house ?? (await openHouse('postgres'));
    mark('house');
    second = await h.startApi();
    mark('second');
    const { db, close } = connect(h.database.appUrl, { max: 1, name: 'bench' });
    const deps = { db, crypto: createCrypto(SECRET), log: createLog('bench', 'silent') } as Deps;
    const source = { name: SOURCE, door: 'cti', secret: DOOR_SECRET, perMinute: 100_000 };
    await inTransaction({ ...deps, consumersOf: () => [] }, SYSTEM, (tx) => openSource(tx, deps, source)); // prettier-ignore
    await close();
    const road = walk(h.as);
    await atOnce(CALLERS * OPEN_ORDERS, (i) =>
      road.register({ phone: caller(i), name: '陈女士' }, `pop-order-${i}`),
    );
    await h.quiet(SETUP_MS);
    mark('quiet');
    const ahead = (await h.owner.query('select app_now() as now')).rows[0].now - Date.now();
    phones = aSwitch([h.url, second.url], () => new Date(Date.now() + ahead).toISOString());
    const tokens = await operators(h.owner, OPERATORS);
    desks = tokens.map((token, i) => deskAt(i % 2 === 0 ? h.url : second.url, token));
    // Nobody listens yet: the beginning of a shift is another measurement.
    await atOnce(OPERATORS, (i) =>
      desks[i]!.put('/api/telephony/seat', { state: 'ready', extension: String(8100 + i) }),
    );
    mark('seats');
    await h.quiet(SETUP_MS);
    mark('quiet2');
    await atOnce(OPERATORS, async (i) => {
      desks[i]!.socket.connect();
      await until('socket', () => desks[i]!.socket.connected);
    });
    mark('sockets');
    await sleep(SETTLES_MS);
  });
  afterAll(async () => {
    for (const desk of desks) desk.close();
    desks = [];
    await second?.proc.stop();
    await (stage ? stage.close() : h?.close());
  });

  it('with 200 operators at their desks', async () => {
    const bareMs = spread(await bare(h.owner, h.database.ownerUrl));
    requests = 0;
    const began = now();
    const one = async (i: number) => {
      const { callId, target } = await phones.ring(`pop-${i}`, caller(i));
      const pop = pops.get(callId)!;
      await until(`call ${i} on a desk`, () => pop.shownAt);
      await phones.answer(`pop-${i}`, target);
      await sleep(TALKS_MS);
      await phones.end(`pop-${i}`);
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < CALLS; i++) {
      await sleep(Math.max(0, began + i * EVERY_MS - now()));
      all.push(one(i));
    }
    await Promise.all(all);
    const took = (now() - began) / 1_000;
    const measured = [...pops.values()].filter((p) => !Number.isNaN(p.rangAt));
    const of = (mark: 'routedAt' | 'nudgedAt' | 'shownAt') =>
      spread(measured.map((p) => p[mark]! - p.rangAt));
    const pop = of('shownAt');
    say({
      bench: 'pop',
      what: 'webhook → desk',
      operators: OPERATORS,
      apis: 2,
      calls: CALLS,
      callsPerSecond: 1_000 / EVERY_MS,
      requestsPerSecond: Math.round(requests / took),
      routedMs: of('routedAt'),
      nudgeMs: of('nudgedAt'),
      popMs: pop,
      bareMs,
      popPerBare: +(pop.p50 / bareMs.p50).toFixed(1),
      load: os.loadavg()[0],
    });
    expect(measured).toHaveLength(CALLS);
  });

  it.skipIf(inject('chromium') === null)('in Chromium, among them', async () => {
    const page = await stage!.enter('operator', '/console/operator');
    await page.getByRole('textbox', { name: '诉求原文' }).waitFor();
    const own = await h.as('operator');
    const ready = async () =>
      must(await own.put('/api/telephony/seat', { state: 'ready', extension: '7999', skills: ['dialect'] })); // prettier-ignore
    const [ms, formMs]: [number[], number[]] = [[], []];
    for (let i = 0; i < SHOWN; i++) {
      await ready();
      await page.locator('.seat.ready').waitFor();
      const name = `screen-${i}`;
      const rings = seen(page, { bar: '.call.ringing', tail: caller(i).slice(-4), mine: OPEN_ORDERS }); // prettier-ignore
      const { target, rangAt } = await phones.ring(name, caller(i), 'dialect');
      ms.push((await rings) - rangAt);
      const talks = seen(page, { bar: '.call:not(.ringing) .call-time', tail: '', mine: OPEN_ORDERS }); // prettier-ignore
      const took = now();
      await phones.answer(name, target);
      formMs.push((await talks) - took);
      await phones.end(name);
      await page.locator('.seat.wrap_up').waitFor();
      await page.keyboard.press('F2');
    }
    say({
      bench: 'pop',
      what: 'webhook → Chromium',
      operators: OPERATORS + 1,
      calls: SHOWN,
      screenMs: spread(ms),
      answeredToFormMs: spread(formMs),
      load: os.loadavg()[0],
    });
    await stage!.shoot(page, 'pop');
  });
});

/** When the page showed the bar, the end of the number in it, and so many open orders. */
const seen = (page: Page, o: { bar: string; tail: string; mine: number }): Promise<number> =>
  page.evaluate(
    ({ bar, tail, mine }) =>
      new Promise<number>((done) => {
        const look = () => {
          const found = document.querySelector(bar);
          const there = found?.textContent?.includes(tail);
          if (there && document.querySelectorAll('.mine').length >= mine)
            done(performance.timeOrigin + performance.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
    o,
  );
