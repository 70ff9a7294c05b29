/**
 * The supervisor and the embedded PostgreSQL as real processes. The api, the workers and the
 * database commands are small stand-ins here: what they do is other suites' matter, how they live
 * and end is this one's.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/main.ts';
import { startEmbedded, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { isRunning, processInfo, waitUntil } from '../../src/platform/lifetime.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const LIMIT_MS = 30_000;
const isRoot = process.getuid?.() === 0;
/** Settings of a server that may lose everything. */
const SMALL = { fsync: 'off', shared_buffers: '16MB' };
const isLinux = process.platform === 'linux';

const STAND_INS: Record<string, string> = {
  server: `
    import { createServer } from 'node:http';
    import pg from 'pg';
    import { onShutdown, tellParent, untilParentEnds } from './src/platform/lifetime.ts';
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
    pool.on('error', () => {});
    const server = createServer(async (request, response) => {
      try {
        const { rows } = await pool.query('select count(*)::int as starts, current_user from start');
        response.end(JSON.stringify({ ...rows[0], owner: process.env.MIGRATE_DATABASE_URL }));
      } catch (error) {
        response.writeHead(503).end(String(error));
      }
    });
    onShutdown('http', () => new Promise((done) => server.close(done)));
    onShutdown('database', () => pool.end());
    server.listen(Number(process.env.PORT), '127.0.0.1', () => {
      tellParent({ type: 'ready', url: 'http://127.0.0.1:' + process.env.PORT });
    });
    void untilParentEnds();`,
  workers: `
    import { tellParent, untilParentEnds } from './src/platform/lifetime.ts';
    setInterval(() => {}, 1000);
    tellParent({ type: 'ready' });
    void untilParentEnds();`,
  db: `
    import pg from 'pg';
    import { tellParent } from './src/platform/lifetime.ts';
    const client = new pg.Client({ connectionString: process.env.MIGRATE_DATABASE_URL });
    await client.connect();
    if (process.argv[2] === 'migrate') {
      await client.query('create table if not exists start (at timestamptz default now())');
      await client.query('grant select on start to hotline_app');
    } else {
      await client.query('insert into start default values');
      const password = 'demo';
      tellParent({ type: 'accounts', accounts: [
        { login: 'zhang', password, name: '张伟', role: '受理员' },
        { login: 'ouyang', password, name: '欧阳晓静', role: '派单员' },
      ] });
    }
    await client.end();`,
};

let dist: string;
/** A cluster that nobody used yet, made once: to make one takes longer than all else at a start. */
let unused: string;
const temporary: string[] = [];

/** A directory that the user PostgreSQL drops to can enter. */
function temporaryDir(): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hotline-flow-')));
  fs.chmodSync(dir, 0o755);
  temporary.push(dir);
  return dir;
}

beforeAll(async () => {
  dist = path.join(temporaryDir(), 'dist');
  const shared = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  } as const;
  await build({ ...shared, entryPoints: [path.join(root, 'src/main.ts')], outdir: dist });
  for (const [name, contents] of Object.entries(STAND_INS)) {
    const stdin = { contents, resolveDir: root, loader: 'ts' } as const;
    await build({ ...shared, stdin, outfile: path.join(dist, `${name}.js`) });
  }
  unused = path.join(temporaryDir(), 'postgres');
  await (await startEmbedded({ dataDir: unused, settings: SMALL })).stop();
});

afterAll(() => {
  for (const dir of temporary) fs.rmSync(dir, { recursive: true, force: true });
});

/** Puts a copy of that cluster with its passwords there, its owner and modes kept. */
function putCluster(dataDir: string): string {
  fs.mkdirSync(path.dirname(dataDir), { recursive: true, mode: 0o711 });
  execFileSync('cp', ['-pR', unused, dataDir]);
  execFileSync('cp', ['-p', `${unused}.secrets.json`, `${dataDir}.secrets.json`]);
  return dataDir;
}

/** A clone of the project as far as the supervisor can tell; it has to make its cluster only where asked to. */
function makeClone(cluster: 'made' | 'none' = 'made'): string {
  const clone = temporaryDir();
  if (cluster === 'made') putCluster(path.join(clone, '.data/postgres'));
  fs.cpSync(dist, path.join(clone, 'dist'), { recursive: true });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'));
  return clone;
}

interface Supervisor {
  child: ChildProcess;
  output(): string;
  /** The exit code. */
  ended: Promise<number | null>;
}

const supervisors: Supervisor[] = [];

function supervise(clone: string, env: NodeJS.ProcessEnv): Supervisor {
  const child = spawn(process.execPath, [path.join(clone, 'dist/main.js')], {
    cwd: clone,
    // As from a terminal: its own group, in which Ctrl-C reaches everybody.
    detached: true,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const supervisor = { child, output: () => output, ended };
  supervisors.push(supervisor);
  return supervisor;
}

/** Waits for the welcome, or says what was printed instead. */
async function untilReady(supervisor: Supervisor): Promise<Supervisor> {
  const ready = () => supervisor.output().includes('Ctrl-C') || !isRunning(supervisor.child);
  await waitUntil(ready, LIMIT_MS);
  expect(supervisor.output()).toContain('Ctrl-C');
  return supervisor;
}

afterEach(async () => {
  for (const { child, ended } of supervisors.splice(0)) {
    if (isRunning(child)) child.kill('SIGTERM');
    await ended;
  }
});

const record = (clone: string): RunRecord =>
  JSON.parse(fs.readFileSync(path.join(clone, '.data/run.json'), 'utf8'));

/** Every living process that has to do with a directory: by its command or where it stands. */
function processesOf(dir: string): string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = processInfo(Number(pid))?.command;
      if (!command) return [];
      return command.includes(dir) || standsIn(pid).startsWith(dir) ? [`${pid} ${command}`] : [];
    });
}

function standsIn(pid: string): string {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

async function expectNoProcessOf(dir: string): Promise<void> {
  if (!isLinux) return;
  await waitUntil(() => processesOf(dir).length === 0, LIMIT_MS);
  expect(processesOf(dir)).toEqual([]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Asks the stand-in api until it answers: how many starts the database has seen, and as whom. */
async function ask(url: string): Promise<{ starts: number; current_user: string; owner?: string }> {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const response = await fetch(url).catch((error: unknown) => String(error));
    if (typeof response !== 'string' && response.ok) {
      return (await response.json()) as Awaited<ReturnType<typeof ask>>;
    }
    if (performance.now() > limit) throw new Error(`no answer from ${url}: ${String(response)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('npm start', { timeout: 90_000 }, () => {
  it('shows one address and the accounts, and keeps its data for the next start', async () => {
    const clone = makeClone('none');
    const PORT = String(await freePort());
    const first = await untilReady(supervise(clone, { PORT }));
    expect(first.output()).toContain(`  http://127.0.0.1:${PORT}\n`);
    // Columns line up although a Chinese character takes two.
    expect(first.output()).toContain('  zhang       demo           张伟       受理员\n');
    expect(first.output()).toContain('  ouyang      demo           欧阳晓静   派单员\n');
    const answer = await ask(record(clone).url);
    expect(answer).toEqual({ starts: 1, current_user: 'hotline_app' });

    const { mode } = fs.statSync(path.join(clone, '.data/run.json'));
    expect(mode & 0o777).toBe(0o600);
    const key = fs.readFileSync(path.join(clone, '.data/secret-key'), 'utf8');
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(fs.existsSync(path.join(clone, '.data/run.json'))).toBe(false);

    const second = await untilReady(supervise(clone, { PORT }));
    expect(second.output()).toContain('zhang');
    expect((await ask(record(clone).url)).starts).toBe(2);
    expect(fs.readFileSync(path.join(clone, '.data/secret-key'), 'utf8')).toBe(key);
  });

  it('says where it runs already instead of starting twice', async () => {
    const clone = makeClone();
    const PORT = String(await freePort());
    const first = await untilReady(supervise(clone, { PORT }));
    const second = supervise(clone, { PORT });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`already running: http://127.0.0.1:${PORT}`);
    expect(isRunning(first.child)).toBe(true);
    expect((await ask(record(clone).url)).starts).toBe(1);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s to the whole terminal group ends everything in order',
    async (signal) => {
      const clone = makeClone();
      const running = await untilReady(supervise(clone, { PORT: String(await freePort()) }));
      process.kill(-(running.child.pid ?? 0), signal);
      expect(await running.ended).toBe(0);
      expect(running.output()).toContain('stopped');
      await expectNoProcessOf(clone);
      expect(fs.existsSync(path.join(clone, '.data/postgres/postmaster.pid'))).toBe(false);
    },
  );

  it('ends cleanly when asked to in the middle of its first start', async () => {
    const clone = makeClone('none');
    const env = { PORT: String(await freePort()) };
    const starting = supervise(clone, env);
    await waitUntil(() => starting.output().includes('starting PostgreSQL'), LIMIT_MS);
    starting.child.kill('SIGINT');
    expect(await starting.ended).toBe(0);
    await expectNoProcessOf(clone);
    await untilReady(supervise(clone, env));
  });

  it('does not wait for a child that hangs when Ctrl-C comes a second time', async () => {
    const clone = makeClone();
    const hanging = `process.on('SIGTERM', () => {}); process.send({ type: 'ready' });
      setInterval(() => {}, 1000);`;
    fs.writeFileSync(path.join(clone, 'dist/workers.js'), hanging);
    const running = await untilReady(supervise(clone, { PORT: String(await freePort()) }));
    const askAgain = () => !running.child.kill('SIGINT') || running.output().includes('killing');
    expect(await waitUntil(askAgain, LIMIT_MS)).toBe(true);
    expect(await running.ended).toBe(130);
    await expectNoProcessOf(clone);
  });

  it('goes on without its terminal and still ends when told to', async () => {
    const clone = makeClone();
    const running = await untilReady(supervise(clone, { PORT: String(await freePort()) }));
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    const { url, apiPid } = record(clone);
    process.kill(apiPid, 'SIGKILL');
    await waitUntil(() => record(clone).apiPid !== apiPid, LIMIT_MS);
    await ask(url);
    running.child.kill('SIGHUP');
    expect(await running.ended).toBe(0);
    await expectNoProcessOf(clone);
  });

  it.each(['apiPid', 'workersPid', 'postgresPid'] as const)(
    'starts a killed child again: %s',
    async (name) => {
      const clone = makeClone();
      await untilReady(supervise(clone, { PORT: String(await freePort()) }));
      const before = record(clone);
      process.kill(before[name], 'SIGKILL');
      await waitUntil(() => record(clone)[name] !== before[name], LIMIT_MS);
      const after = record(clone);
      expect(after[name]).not.toBe(before[name]);
      expect(after.databaseUrl).toBe(before.databaseUrl);
      expect((await ask(after.url)).starts).toBe(1);
    },
  );

  it('killed itself, leaves no process, and the next start has the data', async () => {
    const clone = makeClone();
    const env = { PORT: String(await freePort()) };
    const first = await untilReady(supervise(clone, env));
    first.child.kill('SIGKILL');
    await first.ended;
    await expectNoProcessOf(clone);
    await untilReady(supervise(clone, env));
    expect((await ask(record(clone).url)).starts).toBe(2);
  });

  it('killed itself, can be started again at once', async () => {
    const clone = makeClone();
    const env = { PORT: String(await freePort()) };
    const first = await untilReady(supervise(clone, env));
    // Without its watchdog PostgreSQL is an orphan then, which the next start must end.
    for (const line of isLinux ? processesOf(clone) : []) {
      if (line.includes('hotline-watchdog')) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    }
    const { postgresPid } = record(clone);
    first.child.kill('SIGKILL');
    await untilReady(supervise(clone, env));
    expect(processInfo(postgresPid)).toBeUndefined();
    expect((await ask(record(clone).url)).starts).toBe(2);
  });

  it('names every fault at once and starts nothing', async () => {
    const clone = makeClone('none');
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = (taken.address() as { port: number }).port;
    const nobody = await freePort();
    const { ended, output } = supervise(clone, {
      PORT: String(port),
      LOG_LEVEL: 'loud',
      DATABASE_URL: `postgres://someone:secret@127.0.0.1:${nobody}/city`,
      REDIS_URL: `redis://:secret@127.0.0.1:${nobody}`,
    });
    expect(await ended).toBe(1);
    await new Promise((resolve) => taken.close(resolve));
    const faults = output().match(/(?<=^ {2}- )\w+(?=:)/gm);
    expect(faults?.sort()).toEqual([
      'DATABASE_URL',
      'LOG_LEVEL',
      'PORT',
      'REDIS_URL',
      'SECRET_KEY',
    ]);
    expect(output()).toContain(`端口 ${port} 已被占用`);
    expect(output()).not.toContain('secret@');
    await expectNoProcessOf(clone);
  });

  it('given a database, migrates it as its owner, and seeds it only for a demo', async () => {
    const dataDir = putCluster(path.join(temporaryDir(), 'cluster'));
    const server = await startEmbedded({ dataDir, settings: SMALL });
    const clone = makeClone('none');
    const env = {
      PORT: String(await freePort()),
      SECRET_KEY: Buffer.alloc(32).toString('base64'),
      DATABASE_URL: server.appUrl,
      MIGRATE_DATABASE_URL: server.ownerUrl,
    };
    try {
      const real = await untilReady(supervise(clone, env));
      expect(real.output()).not.toContain('zhang');
      expect(await ask(record(clone).url)).toEqual({ starts: 0, current_user: 'hotline_app' });
      real.child.kill('SIGTERM');
      expect(await real.ended).toBe(0);
      const demo = await untilReady(supervise(clone, { ...env, HOTLINE_DEMO: '1' }));
      expect(demo.output()).toContain('zhang');
      expect((await ask(record(clone).url)).starts).toBe(1);
      demo.child.kill('SIGTERM');
      expect(await demo.ended).toBe(0);
      expect(fs.existsSync(path.join(clone, '.data/postgres'))).toBe(false);
      expect(fs.existsSync(path.join(clone, '.data/secret-key'))).toBe(false);
    } finally {
      await server.stop();
    }
  });

  it('gives up with a reason when a child cannot start', async () => {
    const clone = makeClone();
    fs.writeFileSync(path.join(clone, 'dist/workers.js'), 'process.exit(7);');
    const { ended, output } = supervise(clone, { PORT: String(await freePort()) });
    expect(await ended).toBe(1);
    expect(output()).toContain('workers: ended before it was ready (code 7)');
    await expectNoProcessOf(clone);
  });

  it.runIf(isRoot && isLinux)(
    'as root keeps the data elsewhere when others cannot enter',
    async () => {
      const clone = makeClone('none');
      fs.chmodSync(clone, 0o700);
      const running = await untilReady(supervise(clone, { PORT: String(await freePort()) }));
      const found = processesOf('/var/lib/hotline-12345-').find((line) => line.includes(' -D '));
      const dir = /-D (\S+)\/postgres /.exec(found ?? '')?.[1] ?? '';
      temporary.push(dir);
      expect(fs.existsSync(path.join(clone, '.data'))).toBe(false);
      expect(fs.existsSync(path.join(dir, 'run.json'))).toBe(true);
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
    },
  );
});

describe('embedded PostgreSQL', { timeout: 60_000 }, () => {
  let server: EmbeddedPostgres | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function valueOf(url: string, sql: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query({ text: sql, rowMode: 'array' });
      return rows[0]?.[0];
    } finally {
      await client.end();
    }
  }

  it('has an owner who is no superuser, an application role, and Chinese trigrams', async () => {
    const dataDir = path.join(temporaryDir(), 'cluster');
    server = await startEmbedded({ dataDir, settings: SMALL });
    expect(await valueOf(server.appUrl, 'select current_user')).toBe('hotline_app');
    expect(await valueOf(server.ownerUrl, 'select current_user')).toBe('hotline_owner');
    const superusers = 'select rolname from pg_roles where rolsuper';
    expect(await valueOf(server.ownerUrl, superusers)).toBe('postgres');
    await expect(valueOf(server.appUrl, 'create table t (a int)')).rejects.toThrow(/permission/);
    await valueOf(server.ownerUrl, 'create extension pg_trgm');
    const trigrams = "select cardinality(show_trgm('小区噪音'))";
    expect(await valueOf(server.appUrl, trigrams)).toBe(5);
    expect(fs.statSync(`${dataDir}.secrets.json`).mode & 0o777).toBe(0o600);
    await expect(startEmbedded({ dataDir, settings: SMALL })).rejects.toThrow(/in use/);
    expect(await valueOf(server.appUrl, 'select 1')).toBe(1);
  });

  it.each([
    ['garbage', 'not a number\n'],
    ['a process that is gone', '4194303\n'],
    ['a stranger that got the number', `${process.pid}\n`],
  ])('is not stopped by a postmaster.pid that names %s', async (_what, content) => {
    const dataDir = putCluster(path.join(temporaryDir(), 'cluster'));
    server = await startEmbedded({ dataDir, settings: SMALL });
    await server.stop();
    fs.writeFileSync(path.join(dataDir, 'postmaster.pid'), content);
    server = await startEmbedded({ dataDir, settings: SMALL });
    expect(await valueOf(server.appUrl, 'select 1')).toBe(1);
  });

  it('begins anew after an interrupted initdb and refuses a directory that is not its own', async () => {
    const parent = temporaryDir();
    const dataDir = path.join(parent, 'cluster');
    fs.mkdirSync(path.join(parent, 'cluster.init-4194303-ab'));
    fs.writeFileSync(path.join(parent, 'cluster.init-4194303-ab/PG_VERSION'), '18\n');
    const aborted = startEmbedded({ dataDir, settings: SMALL, signal: AbortSignal.timeout(1) });
    await expect(aborted).rejects.toThrow();
    server = await startEmbedded({ dataDir, settings: SMALL });
    expect(fs.readdirSync(parent).sort()).toEqual(['cluster', 'cluster.secrets.json']);
    const foreign = temporaryDir();
    fs.writeFileSync(path.join(foreign, 'thesis.txt'), 'irreplaceable');
    await expect(startEmbedded({ dataDir: foreign, settings: SMALL })).rejects.toThrow(/not empty/);
    expect(fs.existsSync(path.join(foreign, 'thesis.txt'))).toBe(true);
  });

  it('tells when it ends unasked, and recovers although a backend is still busy', async () => {
    const dataDir = putCluster(path.join(temporaryDir(), 'cluster'));
    server = await startEmbedded({ dataDir, settings: SMALL });
    const client = new pg.Client({ connectionString: server.adminUrl });
    client.on('error', () => {});
    await client.connect();
    const busy = client.query('do $$ begin loop end loop; end $$').catch(String);
    const running = "select count(*)::int from pg_stat_activity where query like 'do $$%'";
    let seen: unknown = 0;
    for (let i = 0; i < 500 && seen !== 1; i++) seen = await valueOf(server.adminUrl, running);
    expect(seen).toBe(1);
    const ended = new Promise((resolve) => server?.onExit(resolve));
    process.kill(server.pid, 'SIGKILL');
    expect(await ended).toBe('SIGKILL');
    server = await startEmbedded({ dataDir, settings: SMALL, port: server.port });
    expect(await valueOf(server.appUrl, 'select 1')).toBe(1);
    await busy;
  });
});
