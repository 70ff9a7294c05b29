/**
 * The house as it runs: real api and worker processes on a database of their own, a Redis of their
 * own where asked for, a fake SMS gateway, people at browsers, and sockets.
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { DEMO_PASSWORD } from '../db/demo-password.ts';
import type { Nudge } from '../src/contract.ts';
import { isRunning } from '../src/platform/lifetime.ts';
import { newDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { POLL_MS, until } from './until.ts';

export { until };

export const SECRET = Buffer.alloc(32, 9).toString('base64');
export const BACKENDS = ['postgres', 'redis'] as const;
export type Backend = (typeof BACKENDS)[number];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

// ---------------------------------------------------------------- the bundle

let bundled: string | undefined;

const BUILD_MS = 120_000;
const nap = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/**
 * What is built, and for whom. Vitest says `test` to its children, of which React makes what developers
 * get: it checks more and complains of more, and a key pressed costs three times as much.
 */
const BUILDS = {
  server: { only: '--server-only', NODE_ENV: 'production' },
  console: { only: '--console-only', NODE_ENV: 'production' },
  'strict console': { only: '--console-only', NODE_ENV: 'development' },
} as const;

/** Builds a part of the platform once for the whole run; whoever comes meanwhile waits for it. */
function built(part: keyof typeof BUILDS): string {
  const out = path.join(inject('builds'), part.replace(' ', '-'));
  const [begun, done] = [`${out}.begun`, `${out}.done`];
  try {
    fs.mkdirSync(begun);
  } catch {
    for (let waited = 0; !fs.existsSync(done); waited += POLL_MS, nap(POLL_MS))
      if (waited > BUILD_MS || !fs.existsSync(begun))
        throw new Error(`the ${part} build of another test file failed`);
    return out;
  }
  const build = path.join(root, 'src/build.mjs');
  const { only, NODE_ENV } = BUILDS[part];
  const { status, stderr } = spawnSync(process.execPath, [build, only, '--out', out], {
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV },
  });
  if (status !== 0) {
    fs.rmdirSync(begun);
    throw new Error(`${part} build failed: ${stderr}`);
  }
  fs.mkdirSync(done);
  return out;
}

/**
 * The server's bundle in a directory that looks like a clone, one for each test file: `dist/` beside
 * `node_modules` and the seeds.
 */
export function bundle(): string {
  if (bundled) return bundled;
  const clone = temporaryDir('bundle');
  fs.cpSync(built('server'), path.join(clone, 'dist'), { recursive: true });
  for (const name of ['node_modules', 'db'])
    fs.symlinkSync(path.join(root, name), path.join(clone, name));
  fs.writeFileSync(path.join(clone, 'package.json'), '{"type":"module"}');
  bundled = clone;
  return clone;
}

/** The staff's pages beside it; `strict` ones complain of more. */
export const bundleConsole = (strict = false): void =>
  fs.cpSync(built(strict ? 'strict console' : 'console'), path.join(bundle(), 'dist'), {
    recursive: true,
  });

const temporary: string[] = [];
const started: Proc[] = [];
// Registered before the file's own hooks, thus run after them: whatever a failed test left.
afterAll(async () => {
  await Promise.all(started.map((p) => p.kill9()));
  for (const dir of temporary.splice(0)) fs.rmSync(dir, { recursive: true, force: true });
  bundled = undefined;
});

/** A directory that the user PostgreSQL drops to can enter; removed when the file's tests end. */
export function temporaryDir(name: string): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `hotline-${name}-`)));
  fs.chmodSync(dir, 0o755);
  temporary.push(dir);
  return dir;
}

// ---------------------------------------------------------------- processes

/** One process of ours; everything it prints is kept. */
export interface Proc {
  child: ChildProcess;
  output(): string;
  /** Ends it like a power cut. */
  kill9(): Promise<void>;
  /** Ends it in order. @returns its exit code. */
  stop(): Promise<number | null>;
}

function procOf(child: ChildProcess): Proc {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (d: string) => (output += d));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const end = async (signal: NodeJS.Signals) => {
    if (isRunning(child)) child.kill(signal);
    return ended;
  };
  const proc: Proc = {
    child,
    output: () => output,
    kill9: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
  started.push(proc);
  return proc;
}

/** Starts one script of the bundle and waits until it says that it is ready. */
async function start(script: string, env: NodeJS.ProcessEnv): Promise<Proc> {
  const child = fork(path.join(bundle(), 'dist', script), [], {
    // No proxy stands in front of a test that has none.
    env: { PATH: process.env.PATH, TZ: 'UTC', DRAIN_SECONDS: '0', ...env },
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const proc = procOf(child);
  let ready = false;
  child.on('message', () => (ready = true));
  await until(`${script} ready`, () => {
    if (!isRunning(child)) throw new Error(`${script} ended: ${proc.output()}`);
    return ready;
  });
  return proc;
}

/** The one-machine supervisor with PostgreSQL, api and workers as its children, ready. */
export async function supervise(env: NodeJS.ProcessEnv): Promise<Proc> {
  const clone = bundle();
  const proc = procOf(
    spawn(process.execPath, [path.join(clone, 'dist/main.js')], {
      cwd: clone,
      detached: true,
      // A city is played only where a test is about that.
      env: { PATH: process.env.PATH, TZ: 'UTC', DEMO_DAYS: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const welcome = () => proc.output().includes('Ctrl-C');
  await until('the welcome', () => welcome() || !isRunning(proc.child), 60_000);
  if (!welcome()) throw new Error(proc.output());
  return proc;
}

export interface RedisServer {
  url: string;
  client: Redis;
  /** Its process, to be struck. */
  proc: Proc;
  stop(): Promise<void>;
}

/** A Redis of one's own, that may be flushed and listened to; `at`: where one was before. */
export async function startRedis(at?: number): Promise<RedisServer> {
  const port = at ?? (await freePort());
  const settings = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const proc = procOf(
    spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...settings], {
      cwd: temporaryDir('redis'),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  await until('redis', () => proc.output().includes('Ready to accept connections'));
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url);
  client.on('error', () => {});
  return { url, client, proc, stop: async () => (client.disconnect(), proc.kill9()) };
}

// ---------------------------------------------------------------- the fake SMS gateway

export interface Sms {
  id: string;
  to: string;
  text: string;
}

/** What the gateway does with a try: takes it, takes it and answers late, refuses, or says nothing. */
export type Behaviour = 'take' | 'refuse' | 'hang' | { takeAndAnswerAfter: Promise<unknown> };

export interface FakeGateway {
  url: string;
  /** Every request, in order. */
  tries: (Sms & { key: string; at: number })[];
  /** Messages that were taken, by id; a repeated id is one message, as with a real provider. */
  taken: Map<string, Sms>;
  /** Decides on each try; `nth` counts the tries of this id from 1. */
  behave(rule: (sms: Sms, nth: number) => Behaviour): void;
  to(phone: string): Sms[];
  /** Hanging requests are cut off. */
  close(): Promise<void>;
}

export async function startGateway(): Promise<FakeGateway> {
  let rule: (sms: Sms, nth: number) => Behaviour = () => 'take';
  const tries: FakeGateway['tries'] = [];
  const taken = new Map<string, Sms>();
  const serve = (sms: Sms, key: string, response: ServerResponse) => {
    tries.push({ ...sms, key, at: performance.now() });
    const what = rule(sms, tries.filter((t) => t.id === sms.id).length);
    if (what === 'hang') return;
    if (what === 'refuse') return void response.writeHead(500).end();
    taken.set(sms.id, sms);
    if (what === 'take') return void response.writeHead(200).end();
    void what.takeAndAnswerAfter.then(() => response.writeHead(200).end());
  };
  const server = createHttpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (d: string) => (body += d));
    request.on('end', () =>
      serve(JSON.parse(body) as Sms, String(request.headers['idempotency-key']), response),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/sms`,
    tries,
    taken,
    behave: (r) => void (rule = r),
    to: (phone) => [...taken.values()].filter((m) => m.to === phone),
    close: () =>
      new Promise<void>((done) => (server.close(() => done()), server.closeAllConnections())),
  };
}

// ---------------------------------------------------------------- people

export interface Answer<T = any> {
  status: number;
  body: T;
  headers: Headers;
}

/** Somebody with a browser: sends what a browser sends and keeps its cookies. */
export interface Browser {
  cookies: Map<string, string>;
  get<T = any>(path: string): Promise<Answer<T>>;
  post<T = any>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  put<T = any>(path: string, body?: unknown): Promise<Answer<T>>;
  /** A form, sent as a browser without JavaScript sends it; redirects are followed. */
  form(path: string, fields: Record<string, string>): Promise<Answer<string>>;
}

export function browser(base: string): Browser {
  const cookies = new Map<string, string>();
  async function call(
    method: string,
    where: string,
    body?: string | URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(new URL(where, base), {
      method,
      redirect: 'manual',
      headers: {
        ...(method !== 'GET' && { origin: base, 'sec-fetch-site': 'same-origin' }),
        ...(cookies.size > 0 && { cookie: [...cookies].map((c) => c.join('=')).join('; ') }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    const to = response.headers.get('location');
    if (to && response.status === 303) return call('GET', new URL(to, response.url).pathname);
    const json = /json/.test(response.headers.get('content-type') ?? '');
    const { status } = response;
    return { status, body: json && text ? JSON.parse(text) : text, headers: response.headers };
  }
  const json = (method: string, where: string, body: unknown, headers = {}) =>
    call(method, where, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  return {
    cookies,
    get: (where) => call('GET', where),
    post: (where, body = {}, headers) => json('POST', where, body, headers),
    put: (where, body = {}) => json('PUT', where, body),
    form: (where, fields) => call('POST', where, new URLSearchParams(fields)),
  };
}

/** A member of staff, signed in over the real route. */
export async function signIn(base: string, login: string): Promise<Browser> {
  const b = browser(base);
  const answer = await b.post('/api/session', { login, password: DEMO_PASSWORD });
  if (answer.status !== 200) throw new Error(`${login}: ${JSON.stringify(answer.body)}`);
  return b;
}

/** A screen that listens. */
export interface Screen {
  socket: Socket;
  /** Everything that ever came, whatever its name. */
  heard: { event: string; data: unknown[] }[];
  nudges(): Nudge[];
  /** Asks to follow an order. */
  watch(orderId: string): Promise<boolean>;
}

export async function openScreen(base: string, who: Browser): Promise<Screen> {
  const cookie = [...who.cookies].map((c) => c.join('=')).join('; ');
  const socket = io(base, {
    transports: ['websocket'],
    extraHeaders: { cookie, origin: base },
    reconnectionDelay: 100,
    reconnectionDelayMax: 200,
    forceNew: true,
  });
  const heard: Screen['heard'] = [];
  socket.onAny((event: string, ...data: unknown[]) => void heard.push({ event, data }));
  await until('socket', () => socket.connected);
  return {
    socket,
    heard,
    nudges: () => heard.flatMap((h) => (h.event === 'nudge' ? (h.data[0] as Nudge[]) : [])),
    watch: (orderId) => socket.timeout(5_000).emitWithAck('watch', orderId) as Promise<boolean>,
  };
}

// ---------------------------------------------------------------- the house

export interface House {
  url: string;
  database: TestDatabase;
  /** The owner's connection: sees every table. */
  owner: pg.Pool;
  gateway: FakeGateway;
  redis: RedisServer | null;
  api: Proc;
  workers: Proc[];
  startWorkers(env?: NodeJS.ProcessEnv): Promise<Proc>;
  /** Some worker processes with some groups each, e.g. `relay,sweeper`; all groups where none is named. */
  startGroups(groups: string, processes?: number, env?: NodeJS.ProcessEnv): Promise<Proc[]>;
  /** Ends every worker process in order. */
  stopWorkers(): Promise<void>;
  restartApi(): Promise<void>;
  /** One more api process; `where`: at the port it had before. */
  startApi(where?: number, env?: NodeJS.ProcessEnv): Promise<{ url: string; proc: Proc }>;
  as(login: string): Promise<Browser>;
  screen(login: string): Promise<Screen>;
  /** Waits until no duty and no message is left to do. */
  quiet(limitMs?: number): Promise<void>;
  /** Jobs of any kind that the queues hold. */
  queued(): Promise<number>;
  /** Empties every queue, repeating jobs and all. */
  loseQueues(): Promise<void>;
  close(): Promise<void>;
}

/** A city that has every order accepted and dispatched by hand: nothing is ever sure enough. */
const BY_HAND = `insert into lexicon (version, document, created_at, created_by)
  select version + 1, document || jsonb_build_object('thresholds',
    document->'thresholds' || '{"accept": 1, "dispatch": 1}'), created_at, null
  from lexicon order by version desc limit 1`;

/**
 * One api and one worker process with everything they need; `workers: 'later'` starts none yet. `at`
 * sets the platform's clock, for what must not depend on the hour at which a test runs. Orders stay
 * where a test puts them, unless it asks for `triage`.
 */
export async function openHouse(
  backend: Backend,
  env: NodeJS.ProcessEnv = {},
  options: {
    workers?: 'now' | 'later';
    at?: string;
    triage?: boolean;
    /** Another one than a new one of its own; it is dropped at the end like that. */
    database?: TestDatabase;
  } = {},
): Promise<House> {
  const at = options.at ?? MORNING;
  bundle();
  const [database, gateway, port] = await Promise.all([
    options.database ?? newDatabase(),
    startGateway(),
    freePort(),
  ]);
  const redis = backend === 'redis' ? await startRedis() : null;
  const url = `http://localhost:${port}`;
  const settings: NodeJS.ProcessEnv = {
    PORT: String(port),
    DATABASE_URL: database.appUrl,
    SECRET_KEY: SECRET,
    SMS_GATEWAY_URL: gateway.url,
    STORAGE_DIR: temporaryDir('storage'),
    ...(redis && { REDIS_URL: redis.url }),
    ...env,
  };
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 3 });
  owner.on('error', () => {});
  await owner.query(
    `update app_clock set offset_ms =
        round(extract(epoch from ($1::timestamptz - clock_timestamp())) * 1000)`,
    [at],
  );
  if (!options.triage) await owner.query(BY_HAND);
  const people = new Map<string, Promise<Browser>>();
  const screens: Screen[] = [];
  const house: House = {
    url,
    database,
    owner,
    gateway,
    redis,
    api: undefined as never,
    workers: [],
    async startWorkers(more = {}) {
      const proc = await start('workers.js', { ...settings, ...more });
      house.workers.push(proc);
      return proc;
    },
    startGroups: (groups, processes = 1, more = {}) =>
      Promise.all(
        Array.from({ length: processes }, () => house.startWorkers({ ...more, WORKERS: groups })),
      ),
    async stopWorkers() {
      await Promise.all(house.workers.splice(0).map((p) => p.stop()));
    },
    async startApi(where, more = {}) {
      const other = where ?? (await freePort());
      const proc = await start('server.js', { ...settings, ...more, PORT: String(other) });
      return { url: `http://localhost:${other}`, proc };
    },
    async restartApi() {
      await house.api.kill9();
      house.api = await start('server.js', settings);
    },
    as(login) {
      const known = people.get(login) ?? signIn(url, login);
      people.set(login, known);
      return known;
    },
    async screen(login) {
      const opened = await openScreen(url, await house.as(login));
      screens.push(opened);
      return opened;
    },
    quiet: (limitMs) => quiet(owner, limitMs),
    async queued() {
      if (!redis) return (await owner.query('select count(*)::int n from bullmq.job')).rows[0].n;
      return (await redis.client.keys('bull:*:[0-9]*')).length;
    },
    async loseQueues() {
      if (redis) return void (await redis.client.flushall());
      const { rows } = await owner.query(`select string_agg('bullmq.' || relname, ', ') as tables
        from pg_class where relnamespace = 'bullmq'::regnamespace and relkind = 'r'
          and relname <> 'migration'`);
      // Workers at work may hold these tables in another order.
      await until('empty queues', () => owner.query(`truncate ${rows[0].tables} cascade`));
    },
    async close() {
      for (const s of screens) s.socket.disconnect();
      await Promise.all([...house.workers, house.api].map((p) => p.stop()));
      await Promise.all([owner.end(), gateway.close(), redis?.stop()]);
      await database.drop();
    },
  };
  await Promise.all([
    start('server.js', settings).then((api) => (house.api = api)),
    options.workers !== 'later' && house.startWorkers(),
  ]);
  return house;
}

/** Waits until no duty and no message is left to do. */
export async function quiet(owner: pg.Pool, limitMs?: number): Promise<void> {
  const left = `select (select count(*) from outbox) + (select count(*) from delivery
    where state = 'pending') = 0 as none`;
  await until('quiet', async () => (await owner.query(left)).rows[0].none as boolean, limitMs);
}

/** A Monday morning: a working hour, and nobody's quiet hours. */
export const MORNING = '2026-09-21T02:00:00Z';

export const newKey = (): string => randomUUID();
