/**
 * The one-machine supervisor behind `npm start`: embedded PostgreSQL (unless DATABASE_URL is set),
 * migrations, demo data, the api and the workers. It restarts what crashes and, when asked to end
 * or killed, leaves no process behind.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs, { createWriteStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { demoHouse, forgetFiles } from './demo-house.ts';
import type { DemoHouse } from './demo-house.ts';
import type { Config } from './platform/config.ts';
import {
  reachableDataDir,
  startEmbedded,
  type EmbeddedPostgres,
} from './platform/embedded-postgres.ts';
import * as lifetime from './platform/lifetime.ts';
import type { DemoAccount, Service } from './platform/lifetime.ts';
import { welcome } from './platform/welcome.ts';
import {
  databaseFault,
  faultMessage,
  portFault,
  readConfig,
  reason,
  redisFault,
} from './platform/preflight.ts';

const distDir = path.dirname(fileURLToPath(import.meta.url));
const CHILD_STOP_MS = 10_000;
const CHILD_READY_MS = 60_000;
/** npm repeats the terminal's Ctrl-C; only one that comes later than this is a second one. */
const SECOND_SIGNAL_MS = 700;
const POSTGRES_RESTARTS_MAX = 6;
const FORCED_EXIT_CODE = 130;

/** What runs at the moment; the end stops whatever of it is there. */
interface Running {
  dataDir?: string;
  postgres?: Promise<EmbeddedPostgres>;
  command?: ChildProcess;
  api?: Service;
  workers?: Service;
  demo?: DemoHouse;
  /** What `run.json` tells demo, bench and wipe. */
  record: Partial<RunRecord>;
  ending: AbortController;
}

/** The content of `run.json` in the data directory while the platform runs. */
export interface RunRecord {
  pid: number;
  url: string;
  databaseUrl: string;
  ownerDatabaseUrl: string;
  postgresPid: number;
  apiPid: number;
  workersPid: number;
  startedAt: string;
}

const running: Running = { record: {}, ending: new AbortController() };

const say = (text: string) => {
  const seconds = (performance.now() / 1000).toFixed(1).padStart(5);
  process.stdout.write(`[${seconds}s] ${text}\n`);
};

/** Why the platform cannot start: every fault at once. */
class CannotStart extends Error {}

async function start(): Promise<void> {
  const config = await checkedConfig();
  const dataDir = reachableDataDir(config.dataDir);
  running.record = { pid: process.pid, startedAt: new Date().toISOString() };
  const env = await databaseEnv(config, dataDir);
  if (process.argv[2] === 'wipe') return wipeOnly(env);
  const { accounts, empty } = await prepareDatabase(config, env);
  const url = (await startServices(env)) ?? config.publicUrl;
  note({ url });
  say('已就绪 ready');
  welcome(url, accounts);
  if (env.HOTLINE_DEMO === '1' || config.demo) startDemo(config, env, dataDir, empty);
}

/** @returns the address that the api serves. */
async function startServices(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  say('启动服务 starting api and workers …');
  const childEnv = {
    // Nobody stands in front of one machine; and who types at its terminal reads no log of requests.
    DRAIN_SECONDS: '0',
    LOG_LEVEL: 'warn',
    ...env,
    MIGRATE_DATABASE_URL: undefined,
    // Two processes cannot share a port: theirs are for real servers.
    METRICS_PORT: undefined,
  };
  running.api = service('api', 'server.js', childEnv, 'apiPid');
  running.workers = service('workers', 'workers.js', childEnv, 'workersPid');
  const [ready] = await Promise.all([running.api.ready, running.workers.ready]);
  return ready.url;
}

// ---------------------------------------------------------------- the demo

/** Plays the fortnight into a city in which nothing has happened yet, and serves `npm run demo`. */
function startDemo(config: Config, env: NodeJS.ProcessEnv, dataDir: string, empty: boolean): void {
  const demo = demoHouse({
    dataDir,
    file: path.join(distDir, 'demo.js'),
    env: { ...env, MIGRATE_DATABASE_URL: undefined },
    say,
    wipe: async () => {
      await running.api?.stop(CHILD_STOP_MS);
      await running.workers?.stop(CHILD_STOP_MS);
      try {
        await command('wipe', env);
        forgetFiles(dataDir, env.STORAGE_DIR);
      } finally {
        // Refused or not: the platform serves on.
        await prepareDatabase(config, env);
        await startServices(env);
      }
    },
    mend: async () => void (await command('mend-demo', env)),
  });
  running.demo = demo;
  if (!empty || config.demoDays === 0) return;
  say(
    `播放 ${config.demoDays} 天的云汀，网页已经可以打开 playing ${config.demoDays} days; the pages are open`,
  );
  void demo.play(['--days', String(config.demoDays), '--seed', String(config.demoSeed)]);
}

/** `npm run demo:wipe` where nothing runs: the database alone is started, emptied, and stopped. */
async function wipeOnly(env: NodeJS.ProcessEnv): Promise<void> {
  await command('wipe', env);
  say('演示库已清空 the demo database was emptied');
  await end(0);
}

// ---------------------------------------------------------------- configuration and its faults

/**
 * The settings, after everything that can be wrong with them was looked at, and the data directory
 * locked.
 * @throws CannotStart with all faults.
 */
async function checkedConfig(): Promise<Config> {
  const { config, faults } = readConfig(process.env);
  if (!config) throw new CannotStart(faultMessage(faults));
  const faulty = (name: string) => faults.some((fault) => fault.startsWith(`${name}:`));
  if (!faulty('DATA_DIR')) faults.push(...(await openDataDir(config)));
  if (config.databaseUrl && !config.secretKey && !faulty('SECRET_KEY')) {
    faults.push('SECRET_KEY: 使用 DATABASE_URL 时必填 needed with DATABASE_URL');
  }
  const probes = await Promise.all([
    faulty('PORT') || faulty('HOST') ? undefined : portFault(config),
    databaseFault('DATABASE_URL', config.databaseUrl),
    databaseFault('MIGRATE_DATABASE_URL', config.migrateDatabaseUrl),
    redisFault(config.redisUrl),
  ]);
  faults.push(...probes.filter((fault) => fault !== undefined));
  if (faults.length > 0) throw new CannotStart(faultMessage(faults));
  return config;
}

// ---------------------------------------------------------------- the data directory

/** Makes and locks the directory, and waits for the end of what a killed supervisor left. */
async function openDataDir(config: Config): Promise<string[]> {
  try {
    const dataDir = reachableDataDir(config.dataDir);
    // As root others must be able to pass through to PostgreSQL's own directory in it.
    fs.mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    const holder = takeLock(path.join(dataDir, 'supervisor.lock'));
    if (holder) {
      const where = readRecord(dataDir).url ?? '正在启动 still starting';
      throw new CannotStart(`已在运行 already running: ${where} (pid ${holder}, ${dataDir})`);
    }
    running.dataDir = dataDir;
    await endLeftovers(readRecord(dataDir));
    return [];
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    return [`DATA_DIR: 数据目录不可用 cannot use the data directory (${String(error)})`];
  }
}

/** @returns the process that holds the lock already; undefined: it is ours now. */
function takeLock(file: string): number | undefined {
  const own = `${file}.${process.pid}`;
  const { started } = lifetime.processInfo(process.pid) ?? {};
  fs.writeFileSync(own, JSON.stringify({ pid: process.pid, started }), { mode: 0o600 });
  try {
    for (;;) {
      try {
        fs.linkSync(own, file);
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = lockHolder(file);
      if (holder) return holder;
      const stale = `${own}.stale`;
      fs.renameSync(file, stale);
      // Another start may have been quicker and this be its fresh lock: give it back.
      if (lockHolder(stale)) fs.linkSync(stale, file);
      fs.rmSync(stale);
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
}

function lockHolder(file: string): number | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8'));
    return lifetime.processInfo(pid)?.started === started ? pid : undefined;
  } catch {
    return undefined;
  }
}

function readRecord(dataDir: string): Partial<RunRecord> {
  try {
    return JSON.parse(readFileSync(path.join(dataDir, 'run.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** Children of a killed supervisor end by themselves; one that hangs is killed. */
async function endLeftovers({ apiPid, workersPid }: Partial<RunRecord>): Promise<void> {
  for (const pid of [apiPid, workersPid]) {
    const alive = () =>
      pid !== undefined && (lifetime.processInfo(pid)?.command.includes(distDir) ?? false);
    if (!alive()) continue;
    say(`等待上次的进程结束 waiting for process ${pid} of the last run …`);
    if (pid && !(await lifetime.waitUntil(() => !alive(), CHILD_STOP_MS))) {
      process.kill(pid, 'SIGKILL');
    }
  }
}

/** Changes `run.json`; whole or not at all, readable by its owner only. */
function note(change: Partial<RunRecord>): void {
  Object.assign(running.record, change);
  if (!running.dataDir || running.ending.signal.aborted) return;
  const file = path.join(running.dataDir, 'run.json');
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(running.record, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

/** The key made at the first start; losing it loses what it encrypted. */
function secretKey(dataDir: string): string {
  const file = path.join(dataDir, 'secret-key');
  if (!existsSync(file)) {
    fs.writeFileSync(`${file}.new`, randomBytes(32).toString('base64'), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8');
}

// ---------------------------------------------------------------- the database

/** Starts the embedded server where none is given. @returns the environment of the commands. */
async function databaseEnv(config: Config, dataDir: string): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DEMO_TOKEN: config.demoToken ?? randomBytes(24).toString('base64url'),
    DATA_DIR: dataDir,
    STORAGE_DIR: process.env.STORAGE_DIR ? config.storageDir : path.join(dataDir, 'storage'),
  };
  if (config.databaseUrl) {
    const owner = config.migrateDatabaseUrl ?? config.databaseUrl;
    note({ databaseUrl: config.databaseUrl, ownerDatabaseUrl: owner });
    return { ...env, MIGRATE_DATABASE_URL: owner };
  }
  if (dataDir !== config.dataDir) say(`数据目录 data directory: ${dataDir}`);
  say('启动数据库 starting PostgreSQL …');
  const { appUrl, ownerUrl } = await startPostgres(dataDir);
  note({ databaseUrl: appUrl, ownerDatabaseUrl: ownerUrl });
  return {
    ...env,
    DATABASE_URL: appUrl,
    MIGRATE_DATABASE_URL: ownerUrl,
    SECRET_KEY: config.secretKey ?? secretKey(dataDir),
    HOTLINE_DEMO: '1',
  };
}

function startPostgres(dataDir: string, port?: number): Promise<EmbeddedPostgres> {
  const logFile = createWriteStream(path.join(dataDir, 'postgres.log'), {
    flags: port ? 'a' : 'w',
    mode: 0o600,
  });
  running.postgres = startEmbedded({
    dataDir: path.join(dataDir, 'postgres'),
    port,
    // Its backends may still speak after the server itself has ended.
    log: (text) => void (logFile.writable && logFile.write(text)),
    signal: running.ending.signal,
  }).then((postgres) => {
    note({ postgresPid: postgres.pid });
    postgres.onExit((how) => {
      logFile.end();
      void restartPostgres(dataDir, postgres.port, how);
    });
    return postgres;
  });
  return running.postgres;
}

/** The port stays, so that the children, who know it from their environment, find it again. */
async function restartPostgres(dataDir: string, port: number, how: string): Promise<void> {
  for (let attempt = 1; !running.ending.signal.aborted; attempt++) {
    say(`数据库意外退出，正在重启 PostgreSQL ended (${how}), restarting …`);
    try {
      await startPostgres(dataDir, port);
      return say('数据库已恢复 PostgreSQL is back');
    } catch (error) {
      if (attempt === POSTGRES_RESTARTS_MAX) return end(1, `启动失败 failed: ${reason(error)}`);
      await sleep(lifetime.backOffMs(attempt));
    }
  }
}

/** Migrates and, for a demo, seeds. @returns who can log in to the demo. */
async function prepareDatabase(config: Config, env: NodeJS.ProcessEnv): Promise<Prepared> {
  say('更新数据库结构 migrating the database …');
  await command('migrate', env);
  if (config.databaseUrl && !config.demo) return { accounts: [], empty: false };
  say('准备演示数据 preparing the demo city …');
  return command('seed-demo', env);
}

/** Who can log in to a demo, and whether nothing has happened in it yet. */
interface Prepared {
  accounts: DemoAccount[];
  empty: boolean;
}

function command(name: string, env: NodeJS.ProcessEnv): Promise<Prepared> {
  running.ending.signal.throwIfAborted();
  let prepared: Prepared = { accounts: [], empty: false };
  const child = lifetime.startChild({
    name,
    file: path.join(distDir, 'db.js'),
    args: [name],
    env,
    output: (text) => process.stdout.write(text),
    onMessage: (message) => {
      if (message.type === 'accounts') prepared = message;
    },
  });
  running.command = child;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(prepared);
      else reject(new Error(`db ${name}: ${lifetime.howEnded(code, signal)}`));
    });
  });
}

// ---------------------------------------------------------------- the children

function service(
  name: string,
  file: string,
  env: NodeJS.ProcessEnv,
  pidName: 'apiPid' | 'workersPid',
): Service {
  running.ending.signal.throwIfAborted();
  return lifetime.keepRunning({
    name,
    file: path.join(distDir, file),
    env,
    readyLimitMs: CHILD_READY_MS,
    output: (text) => process.stdout.write(text),
    onStart: (pid) => pid && note({ [pidName]: pid }),
    onCrash: (how, ms) =>
      say(`${name} 意外退出 ended (${how})，${ms / 1000} 秒后重启 restarting in ${ms / 1000} s`),
  });
}

// ---------------------------------------------------------------- the end

let askedAt: number | undefined;
let forced = false;

function onSignal(): void {
  if (askedAt === undefined) {
    askedAt = performance.now();
    void end(0);
  } else if (performance.now() - askedAt > SECOND_SIGNAL_MS) {
    void force();
  }
}

/** Ends everything in order and exits. The first call decides the exit code. */
async function end(code: number, message?: string): Promise<void> {
  if (running.ending.signal.aborted) return;
  if (message) process.stderr.write(`${message}\n`);
  const started = running.postgres ?? running.command ?? running.api;
  if (started) say('正在停止 stopping …');
  running.ending.abort();
  await stopAll(CHILD_STOP_MS, undefined);
  release();
  if (started) say('已停止 stopped');
  process.exit(forced ? FORCED_EXIT_CODE : code);
}

async function stopAll(childLimitMs: number, postgresLimitMs: number | undefined): Promise<void> {
  await running.demo?.stop();
  if (running.command) await lifetime.stopChild(running.command, childLimitMs);
  await running.api?.stop(childLimitMs);
  await running.workers?.stop(childLimitMs);
  const postgres = await running.postgres?.catch(() => undefined);
  await postgres?.stop(postgresLimitMs);
}

async function force(): Promise<void> {
  if (forced) return;
  forced = true;
  say('强制停止 killing');
  await Promise.race([stopAll(0, 0), sleep(6_000)]);
  release();
  process.exit(FORCED_EXIT_CODE);
}

function release(): void {
  if (!running.dataDir) return;
  for (const name of ['run.json', 'supervisor.lock']) {
    fs.rmSync(path.join(running.dataDir, name), { force: true });
  }
}

function fail(error: unknown): void {
  if (running.ending.signal.aborted) return;
  const known = error instanceof CannotStart;
  void end(1, known ? error.message : `启动失败 could not start: ${reason(error)}`);
}

process.chdir(path.dirname(distDir));
lifetime.ignoreBrokenOutput();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
await start().catch(fail);
