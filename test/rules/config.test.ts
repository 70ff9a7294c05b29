import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  DRAIN_SECONDS_MAX,
  loadConfig,
  requireServing,
} from '../../src/platform/config.ts';
import { END_LIMIT_MS } from '../../src/platform/lifetime.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');

/** The faults of an environment; fails when it has none. */
function faultsOf(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error(`accepted: ${Object.keys(env).join(' ')}`);
}
/** Variables named by the faults, each once; `WORKERS.1` is the second word of WORKERS. */
const named = (error: ConfigError) =>
  [...new Set(error.faults.map((f) => /^([A-Z_]+)(?:\.\d+)?: \S/.exec(f)?.[1] ?? `? ${f}`))].sort();

describe('loadConfig', () => {
  it('needs nothing: one machine, loopback, no demo', () => {
    expect(loadConfig({})).toEqual({
      host: '127.0.0.1',
      port: 12345,
      publicUrl: 'http://localhost:12345',
      dataDir: path.resolve('.data'),
      storageDir: path.resolve('.data/storage'),
      logLevel: 'info',
      databasePoolMax: 10,
      trustProxy: 0,
      metricsHost: '127.0.0.1',
      drainSeconds: 5,
      shedLagMs: 500,
      shedWaiting: 50,
      shedWaitMs: 1_000,
      outboxRequeueSeconds: 60,
      outboxSweepSeconds: 30,
      timersRearmSeconds: 30,
      demo: false,
      demoDays: 14,
      demoSeed: 12345,
      chatOrigins: [],
      recordingOrigins: [],
      workers: ['relay', 'schedule', 'handlers', 'timers', 'sweeper'],
    });
  });

  it('reads every variable', () => {
    const config = loadConfig({
      HOST: '0.0.0.0',
      PORT: '8080',
      PUBLIC_URL: 'https://12345.example.gov.cn/',
      DATABASE_URL: 'postgres://app@db/city',
      MIGRATE_DATABASE_URL: 'postgresql://owner@db/city',
      REDIS_URL: 'rediss://cache:6380',
      DATA_DIR: '/srv/data',
      STORAGE_DIR: '/srv/files',
      SECRET_KEY: KEY,
      SMS_GATEWAY_URL: 'https://sms.example.cn/send',
      SMS_GATEWAY_TOKEN: 'token',
      SMS_PROVIDER_FILE: '/etc/hotline/sms.json',
      LOG_LEVEL: 'warn',
      DATABASE_POOL_MAX: '20',
      TRUST_PROXY: '1',
      METRICS_PORT: '9464',
      METRICS_HOST: '10.0.0.5',
      DRAIN_SECONDS: '20',
      SHED_LAG_MS: '250',
      SHED_WAITING: '30',
      SHED_WAIT_MS: '200',
      HOTLINE_DEMO: '1',
      DEMO_DAYS: '0',
      DEMO_SEED: '7',
      DEMO_TOKEN: 't'.repeat(20),
      CHAT_ORIGINS: 'https://www.example.gov.cn, https://news.example.cn',
      RECORDING_ORIGINS: 'https://records.example.cn',
      WORKERS: 'relay, handlers',
    });
    expect(config).toEqual({
      host: '0.0.0.0',
      port: 8080,
      // Compared with the Origin header, which has no slash at its end.
      publicUrl: 'https://12345.example.gov.cn',
      databaseUrl: 'postgres://app@db/city',
      migrateDatabaseUrl: 'postgresql://owner@db/city',
      redisUrl: 'rediss://cache:6380',
      dataDir: '/srv/data',
      storageDir: '/srv/files',
      secretKey: KEY,
      smsGatewayUrl: 'https://sms.example.cn/send',
      smsGatewayToken: 'token',
      smsProviderFile: '/etc/hotline/sms.json',
      logLevel: 'warn',
      databasePoolMax: 20,
      trustProxy: 1,
      metricsPort: 9464,
      metricsHost: '10.0.0.5',
      drainSeconds: 20,
      shedLagMs: 250,
      shedWaiting: 30,
      shedWaitMs: 200,
      outboxRequeueSeconds: 60,
      outboxSweepSeconds: 30,
      timersRearmSeconds: 30,
      demo: true,
      demoDays: 0,
      demoSeed: 7,
      demoToken: 't'.repeat(20),
      chatOrigins: ['https://www.example.gov.cn', 'https://news.example.cn'],
      recordingOrigins: ['https://records.example.cn'],
      workers: ['relay', 'handlers'],
    });
  });

  it('takes an empty variable for one that is not set, and ignores those of others', () => {
    const config = loadConfig({ PORT: '', DATABASE_URL: '', LANG: 'C', PATH: '/bin' });
    expect(config.port).toBe(12345);
    expect(config.databaseUrl).toBeUndefined();
  });

  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['false', false],
  ])('HOTLINE_DEMO=%s', (value, demo) => {
    expect(loadConfig({ HOTLINE_DEMO: value }).demo).toBe(demo);
  });

  /** One wrong value for every variable that can be wrong; each holds a word that must not be told. */
  const SECRET = 'hunter2';
  const WRONG: Record<string, string> = {
    PORT: `1${SECRET}`,
    PUBLIC_URL: `ftp://${SECRET}`,
    DATABASE_URL: `mysql://app:${SECRET}@db/city`,
    MIGRATE_DATABASE_URL: `owner:${SECRET}@db`,
    REDIS_URL: `http://:${SECRET}@cache`,
    SECRET_KEY: Buffer.from(`${SECRET}${SECRET}`).toString('base64'),
    SMS_GATEWAY_URL: `file:///${SECRET}`,
    LOG_LEVEL: SECRET,
    DATABASE_POOL_MAX: `${SECRET}`,
    TRUST_PROXY: `-${SECRET}`,
    METRICS_PORT: SECRET,
    DRAIN_SECONDS: SECRET,
    SHED_LAG_MS: SECRET,
    SHED_WAITING: SECRET,
    SHED_WAIT_MS: SECRET,
    OUTBOX_SWEEP_SECONDS: SECRET,
    TIMERS_REARM_SECONDS: SECRET,
    HOTLINE_DEMO: `yes ${SECRET}`,
    DEMO_DAYS: SECRET,
    DEMO_SEED: SECRET,
    DEMO_TOKEN: SECRET,
    WORKERS: `relay,${SECRET}`,
  };

  it('names every fault at once', () => {
    expect(named(faultsOf(WRONG))).toEqual(Object.keys(WRONG).sort());
  });

  it.each(Object.keys(WRONG))('names %s alone when it alone is wrong', (name) => {
    expect(named(faultsOf({ [name]: WRONG[name]! }))).toEqual([name]);
  });

  it('never tells a value: neither in the message, nor in the faults, nor in the stack', () => {
    const error = faultsOf({ ...WRONG, SMS_GATEWAY_TOKEN: SECRET });
    const shown = [
      error.message,
      ...error.faults,
      error.stack,
      JSON.stringify(error),
      String(error),
    ];
    for (const text of shown) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(WRONG.SECRET_KEY);
    }
    expect(error.cause).toBeUndefined();
  });

  it.each([
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['DATABASE_POOL_MAX', '1'],
    ['DATABASE_POOL_MAX', '101'],
    ['TRUST_PROXY', '6'],
    ['OUTBOX_SWEEP_SECONDS', '-1'],
    ['TIMERS_REARM_SECONDS', '0'],
    ['DEMO_DAYS', '61'],
    ['DEMO_DAYS', '-1'],
    ['DEMO_SEED', '1.5'],
    ['DEMO_TOKEN', 't'.repeat(19)],
    ['WORKERS', ','],
    ['SECRET_KEY', Buffer.alloc(31).toString('base64')],
    ['DATABASE_URL', 'db/city'],
  ])('refuses %s=%s', (name, value) => {
    expect(named(faultsOf({ [name]: value }))).toEqual([name]);
  });
});

it('compose.yaml kills nobody who ends in order, however long that may take', () => {
  const compose = readFileSync(new URL('../../compose.yaml', import.meta.url), 'utf8');
  const app = /x-app: &app\n([^]*?)\n\n/.exec(compose)?.[1] ?? '';
  const graceMs = Number(/stop_grace_period: (\d+)s/.exec(app)?.[1]) * 1_000;
  expect(faultsOf({ DRAIN_SECONDS: String(DRAIN_SECONDS_MAX + 1) }).faults.length).toBe(1);
  expect(graceMs).toBeGreaterThan(DRAIN_SECONDS_MAX * 1_000 + END_LIMIT_MS);
  expect(compose).toContain('DRAIN_SECONDS: ${DRAIN_SECONDS:-5}');
});

describe('requireServing', () => {
  it('names both missing settings at once', () => {
    expect(() => requireServing(loadConfig({}))).toThrow(
      expect.objectContaining({ faults: ['DATABASE_URL: missing', 'SECRET_KEY: missing'] }),
    );
  });

  it('passes what is complete', () => {
    const config = loadConfig({ DATABASE_URL: 'postgres://db/city', SECRET_KEY: KEY });
    expect(requireServing(config)).toBe(config);
  });
});
