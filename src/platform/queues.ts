import { Queue, Worker, createPostgresBackend } from 'bullmq';
import type { Job, JobsOptions, Processor } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from './log.ts';

/** The few queues of the house; a unit has none of its own. */
export const QUEUES = ['events', 'deliveries', 'schedule', 'timers'] as const;
export type QueueName = (typeof QUEUES)[number];

/** PostgreSQL namespace of BullMQ's tables; `db/migrate.ts` makes it. */
const QUEUE_SCHEMA = 'bullmq';
/** Connections of one queue object; each also holds one for LISTEN. */
const POOL_MAX = 3;
/** A link that is cut says nothing: how long a queue waits on PostgreSQL, in milliseconds. */
const SILENT_MS = 20_000;
const CONNECT_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;
/** How long a worker waits before it asks its queue again that did not answer, in milliseconds. */
const AGAIN_MS = 1_000;

/**
 * Finished jobs leave at once: a kept id would swallow the same duty when it is enqueued again.
 * Failed ones too: the outbox row or delivery stays and is the record.
 */
const JOB_DEFAULTS: JobsOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: true,
  removeOnFail: true,
};

export interface QueueFactory {
  backend: 'postgres' | 'redis';
  queue(name: QueueName): Queue;
  worker(name: QueueName, process: Processor, concurrency: number): Worker;
  /** Ends everything this factory made, workers first. */
  close(): Promise<void>;
}

export type { Job };

/**
 * Waits for a queue, but not for ever. What was asked may still happen later.
 * @throws when it took longer than `limitMs` milliseconds.
 */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`queue silent for ${limitMs} ms`)), limitMs);
  });
  work.catch(() => {});
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export interface NewJob {
  name: string;
  data: object;
  opts?: JobsOptions;
}

/**
 * BullMQ's bulk on PostgreSQL makes two temporary tables a call (25 kB of WAL, 2 to 9 ms); up to so
 * many jobs are cheaper one by one.
 */
const SINGLY_MAX = 4;

/** Adds all, in their order; when one fails those before it stand, as whoever adds does it again. */
export async function addJobs(
  queues: Pick<QueueFactory, 'backend' | 'queue'>,
  name: QueueName,
  jobs: readonly NewJob[],
): Promise<void> {
  if (jobs.length === 0) return;
  const queue = queues.queue(name);
  if (queues.backend === 'redis' || jobs.length > SINGLY_MAX) {
    await queue.addBulk([...jobs]);
    return;
  }
  for (const job of jobs) await queue.add(job.name, job.data, job.opts);
}

interface Readying {
  waitUntilReady(): Promise<unknown>;
  readyPromise?: Promise<unknown> | undefined;
}

/**
 * BullMQ (6.7.0) keeps a first connection that failed: such a queue refuses everything, and such a worker
 * does nothing, until the process ends. Here whoever asks next tries again.
 */
const trying: typeof createPostgresBackend = (...given) => {
  const backend = createPostgresBackend(...given);
  const { connection } = backend as unknown as { connection: Readying };
  for (const one of [backend as unknown as Readying, connection]) {
    const wait = one.waitUntilReady.bind(one);
    one.waitUntilReady = () => {
      const asked = wait();
      const kept = one.readyPromise;
      return asked.catch((error: unknown) => {
        if (one.readyPromise === kept) one.readyPromise = undefined;
        throw error;
      });
    };
  }
  return backend;
};

/** One factory for both backends: Redis where `redisUrl` is given, PostgreSQL otherwise. */
export function createQueues(
  config: { databaseUrl: string; redisUrl?: string | undefined },
  log: Logger,
): QueueFactory {
  const { redisUrl } = config;
  const workers: Worker[] = [];
  const queues = new Map<QueueName, Queue>();
  const redis: Redis[] = [];
  const connection = (role: 'producer' | 'worker') => {
    if (!redisUrl) {
      return {
        connectionString: config.databaseUrl,
        schema: QUEUE_SCHEMA,
        max: POOL_MAX,
        skipMigrations: true,
        query_timeout: SILENT_MS,
        connectionTimeoutMillis: CONNECT_MS,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      };
    }
    // A producer fails at once when Redis is away, so that the relay holds no transaction open.
    const client = new Redis(redisUrl, {
      maxRetriesPerRequest: role === 'producer' ? 1 : null,
    });
    client.on('error', (error) => log.warn({ error: error.message }, 'redis connection'));
    redis.push(client);
    return client;
  };
  const backend = redisUrl ? [] : [trying];
  const QueueOf = Queue as unknown as new (
    name: string,
    options: object,
    ...more: unknown[]
  ) => Queue;
  const WorkerOf = Worker as unknown as new (
    name: string,
    p: Processor,
    options: object,
    ...more: unknown[]
  ) => Worker;
  return {
    backend: redisUrl ? 'redis' : 'postgres',
    queue(name) {
      const known = queues.get(name);
      if (known) return known;
      const made = new QueueOf(
        name,
        { connection: connection('producer'), defaultJobOptions: JOB_DEFAULTS },
        ...backend,
      );
      made.on('error', (error) => log.warn({ queue: name, error: error.message }, 'queue'));
      queues.set(name, made);
      return made;
    },
    worker(name, process, concurrency) {
      const options = {
        connection: connection('worker'),
        concurrency,
        lockDuration: 15_000,
        stalledInterval: 5_000,
        maxStalledCount: 10,
        runRetryDelay: AGAIN_MS,
      };
      const made = new WorkerOf(name, process, options, ...backend);
      made.on('error', (error) => log.warn({ queue: name, error: error.message }, 'worker'));
      workers.push(made);
      return made;
    },
    async close() {
      await Promise.allSettled(workers.map((w) => w.close()));
      await Promise.allSettled([...queues.values()].map((q) => q.close()));
      for (const r of redis) r.disconnect();
    },
  };
}
