import { resolve } from 'node:path';
import { z } from 'zod';

const url = (protocols: string[]) =>
  z
    .url()
    .refine(
      (u) => protocols.some((p) => u.startsWith(p)),
      `must start with ${protocols.join(' or ')}`,
    );

const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform((v) => v === '1' || v === 'true')
  .default(false);

/** A site as browsers name it: scheme, host and port, nothing behind. */
const origin = z
  .url()
  .refine((u) => /^https?:/.test(u) && new URL(u).origin === u, 'must be an origin');

const WORKER_GROUPS = ['relay', 'schedule', 'handlers', 'timers', 'sweeper'] as const;
/** A group of workers that one process may run; `WORKERS=relay,handlers` picks some. */
export type WorkerGroup = (typeof WORKER_GROUPS)[number];

/** Longest time that a process says that it ends before it takes no more requests. */
export const DRAIN_SECONDS_MAX = 60;

const schema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(12345),
  PUBLIC_URL: url(['http://', 'https://']).optional(),
  DATABASE_URL: url(['postgres://', 'postgresql://']).optional(),
  MIGRATE_DATABASE_URL: url(['postgres://', 'postgresql://']).optional(),
  REDIS_URL: url(['redis://', 'rediss://']).optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  STORAGE_DIR: z.string().min(1).optional(),
  SECRET_KEY: z
    .string()
    .refine((v) => Buffer.from(v, 'base64').length >= 32, 'must be at least 32 bytes in base64')
    .optional(),
  SMS_GATEWAY_URL: url(['http://', 'https://']).optional(),
  SMS_GATEWAY_TOKEN: z.string().optional(),
  SMS_PROVIDER_FILE: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(100).default(10),
  TRUST_PROXY: z.coerce.number().int().min(0).max(5).default(0),
  METRICS_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(DRAIN_SECONDS_MAX).default(5),
  SHED_LAG_MS: z.coerce.number().int().min(10).max(60_000).default(500),
  SHED_WAITING: z.coerce.number().int().min(1).max(10_000).default(50),
  SHED_WAIT_MS: z.coerce.number().int().min(10).max(60_000).default(1_000),
  OUTBOX_REQUEUE_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  OUTBOX_SWEEP_SECONDS: z.coerce.number().int().min(0).max(3600).default(30),
  TIMERS_REARM_SECONDS: z.coerce.number().int().min(1).max(300).default(30),
  CHAT_ORIGINS: z
    .string()
    .default('')
    .transform((v) => v.split(',').flatMap((o) => o.trim() || []))
    .pipe(z.array(origin)),
  CTI_COMMAND_URL: url(['http://', 'https://']).optional(),
  RECORDING_ORIGINS: z
    .string()
    .default('')
    .transform((v) => v.split(',').flatMap((o) => o.trim() || []))
    .pipe(z.array(origin)),
  HOTLINE_DEMO: flag,
  DEMO_DAYS: z.coerce.number().int().min(0).max(60).default(14),
  DEMO_SEED: z.coerce.number().int().min(0).max(999_999_999).default(12345),
  DEMO_TOKEN: z.string().min(20).optional(),
  WORKERS: z
    .string()
    .default(WORKER_GROUPS.join(','))
    .transform((v) => v.split(',').map((g) => g.trim()))
    .pipe(z.array(z.enum(WORKER_GROUPS)).min(1)),
});

/** The settings of one process, read once from the environment. */
export interface Config {
  host: string;
  port: number;
  /** The address people type; its origin is the only one that may change data. */
  publicUrl: string;
  databaseUrl?: string;
  migrateDatabaseUrl?: string;
  redisUrl?: string;
  dataDir: string;
  storageDir: string;
  /** Base64 of at least 32 random bytes; every key of the platform is derived from it. */
  secretKey?: string;
  smsGatewayUrl?: string;
  smsGatewayToken?: string;
  /** A file that describes the SMS provider; wins over the plain gateway. */
  smsProviderFile?: string;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  databasePoolMax: number;
  /** Number of proxies in front whose `X-Forwarded-For` is believed. */
  trustProxy: number;
  /** Where metrics and readiness are told, apart from what the world may ask; unset: nowhere. */
  metricsPort?: number;
  metricsHost: string;
  /** Seconds between saying that this process ends and taking no more requests. */
  drainSeconds: number;
  /** Event-loop delay in milliseconds, sustained, from which reports are put off; lists from twice it. */
  shedLagMs: number;
  /** Requests that wait for a connection, sustained, from which reports are put off; lists from twice it. */
  shedWaiting: number;
  /** Milliseconds, sustained, that the oldest request waits for a connection or to be stored, from which reports are put off; lists from twice it. */
  shedWaitMs: number;
  /** Seconds after which a duty that was queued and not done is queued again. */
  outboxRequeueSeconds: number;
  /** Seconds after which a duty that no queue brought to anybody is served without a queue. */
  outboxSweepSeconds: number;
  /** Seconds after which timers are put into the queue again, which may have lost them. */
  timersRearmSeconds: number;
  /** Sites besides our own that may carry the chat widget. */
  chatOrigins: string[];
  /** Where the switch takes commands of the desk; without it they are done at the telephone set. */
  ctiCommandUrl?: string;
  /** Where recordings may lie; they are fetched from nowhere else. */
  recordingOrigins: string[];
  demo: boolean;
  /** Days that are played at the first start into a fresh demo database; 0 = none. */
  demoDays: number;
  demoSeed: number;
  /** What the player of the fortnight shows to the api; made by the supervisor at each start. */
  demoToken?: string;
  workers: WorkerGroup[];
}

/** All faults of the environment at once, one line each: `NAME: what is wrong`. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

const defined = <T extends object>(o: T) =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as T;

/**
 * Reads every setting; an empty variable counts as unset.
 * @throws ConfigError naming every faulty variable, never its value (it may be a secret).
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, v]) => v !== undefined && v !== ''),
  );
  const parsed = schema.safeParse(set);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`));
  }
  const e = parsed.data;
  const dataDir = resolve(e.DATA_DIR);
  return defined({
    host: e.HOST,
    port: e.PORT,
    publicUrl: (e.PUBLIC_URL ?? `http://localhost:${e.PORT}`).replace(/\/$/, ''),
    databaseUrl: e.DATABASE_URL,
    migrateDatabaseUrl: e.MIGRATE_DATABASE_URL,
    redisUrl: e.REDIS_URL,
    dataDir,
    storageDir: e.STORAGE_DIR ? resolve(e.STORAGE_DIR) : resolve(dataDir, 'storage'),
    secretKey: e.SECRET_KEY,
    smsGatewayUrl: e.SMS_GATEWAY_URL,
    smsGatewayToken: e.SMS_GATEWAY_TOKEN,
    smsProviderFile: e.SMS_PROVIDER_FILE && resolve(e.SMS_PROVIDER_FILE),
    logLevel: e.LOG_LEVEL,
    databasePoolMax: e.DATABASE_POOL_MAX,
    trustProxy: e.TRUST_PROXY,
    metricsPort: e.METRICS_PORT,
    metricsHost: e.METRICS_HOST,
    drainSeconds: e.DRAIN_SECONDS,
    shedLagMs: e.SHED_LAG_MS,
    shedWaiting: e.SHED_WAITING,
    shedWaitMs: e.SHED_WAIT_MS,
    outboxRequeueSeconds: e.OUTBOX_REQUEUE_SECONDS,
    outboxSweepSeconds: e.OUTBOX_SWEEP_SECONDS,
    timersRearmSeconds: e.TIMERS_REARM_SECONDS,
    chatOrigins: e.CHAT_ORIGINS,
    ctiCommandUrl: e.CTI_COMMAND_URL,
    recordingOrigins: e.RECORDING_ORIGINS,
    demo: e.HOTLINE_DEMO,
    demoDays: e.DEMO_DAYS,
    demoSeed: e.DEMO_SEED,
    demoToken: e.DEMO_TOKEN,
    workers: e.WORKERS,
  }) as Config;
}

/**
 * The settings a serving process cannot do without.
 * @throws ConfigError when DATABASE_URL or SECRET_KEY is missing.
 */
export function requireServing(c: Config): Config & { databaseUrl: string; secretKey: string } {
  const faults = [];
  if (!c.databaseUrl) faults.push('DATABASE_URL: missing');
  if (!c.secretKey) faults.push('SECRET_KEY: missing');
  if (faults.length) throw new ConfigError(faults);
  return c as Config & { databaseUrl: string; secretKey: string };
}

/** A setting that a file names: secrets stay in the environment. Empty counts as unset. */
export const namedSetting = (
  name: string,
  env: Record<string, string | undefined> = process.env,
): string | undefined => env[name] || undefined;
