/** What is looked at before anything starts, so that every fault is named at once. */
import { createServer } from 'node:net';
import pg from 'pg';
import { ConfigError, loadConfig, type Config } from './config.ts';

/** How long a probe waits for an answer. */
const PROBE_LIMIT_MS = 5_000;

/** With faulty variables: the settings without them, so that the rest can be looked at as well. */
export function readConfig(env: NodeJS.ProcessEnv): { config?: Config; faults: string[] } {
  try {
    return { config: loadConfig(env), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const names = error.faults.map((fault) => fault.split(':')[0]);
    const rest = Object.entries(env).filter(([name]) => !names.includes(name));
    try {
      return { config: loadConfig(Object.fromEntries(rest)), faults: error.faults };
    } catch {
      return { faults: error.faults };
    }
  }
}

/** One message with every fault. */
export const faultMessage = (faults: string[]) =>
  ['无法启动，请先改正 cannot start, please correct:', ...faults.map((f) => `  - ${f}`)].join('\n');

/** Why the port cannot be listened on, if so. */
export function portFault({ host, port }: Config): Promise<string | undefined> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(
        code === 'EADDRINUSE'
          ? `PORT: 端口 ${port} 已被占用 is taken; set another, e.g. PORT=${port + 1}`
          : `PORT: 不能监听 cannot listen on ${host}:${port} (${code})`,
      ),
    );
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}

/** Why a database cannot be reached, without its password. */
export async function databaseFault(
  name: string,
  url: string | undefined,
): Promise<string | undefined> {
  if (!url) return undefined;
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_LIMIT_MS,
    query_timeout: PROBE_LIMIT_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    return `${name}: 数据库连不上 cannot reach ${withoutSecrets(url)} (${reason(error)})`;
  } finally {
    void client.end().catch(() => {});
  }
}

/** Why Redis cannot be reached, without its password. */
export async function redisFault(url: string | undefined): Promise<string | undefined> {
  if (!url) return undefined;
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PROBE_LIMIT_MS,
    commandTimeout: PROBE_LIMIT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let cause: unknown;
  client.on('error', (error) => (cause = error));
  try {
    await client.connect();
    await client.ping();
    return undefined;
  } catch (error) {
    return `REDIS_URL: Redis 连不上 cannot reach ${withoutSecrets(url)} (${reason(cause ?? error)})`;
  } finally {
    client.disconnect();
  }
}

const withoutSecrets = (url: string) => {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
};

/** What an error says of itself, in a word. */
export const reason = (error: unknown) => {
  const { code, message } = error as NodeJS.ErrnoException;
  return message || code || String(error);
};
