/** The worker process: relay, schedule, handlers, timers and sweeper, as `WORKERS` picks. */
import { ConfigError, loadConfig, namedSetting, requireServing } from '../src/platform/config.ts';
import type { WorkerGroup } from '../src/platform/config.ts';
import { createCrypto } from '../src/platform/crypto.ts';
import { connect, deploymentKind } from '../src/platform/db.ts';
import { onShutdown, tellParent, untilParentEnds } from '../src/platform/lifetime.ts';
import { createLog } from '../src/platform/log.ts';
import { sharing } from '../src/platform/metrics.ts';
import type { Metrics } from '../src/platform/metrics.ts';
import { backlog } from '../src/platform/outbox.ts';
import { QUEUES, createQueues, within } from '../src/platform/queues.ts';
import type { Job, QueueFactory } from '../src/platform/queues.ts';
import { postgresPublisher, redisPublisher } from '../src/platform/realtime-bus.ts';
import { diskStorage } from '../src/platform/storage.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import { watchProcess } from '../src/platform/watched.ts';
import {
  SEND_TIMEOUT_SECONDS,
  demoGatewayToken,
  httpGateway,
  noGateway,
  providerGateway,
  readProvider,
} from '../src/notification/index.ts';
import type { Gateway } from '../src/notification/index.ts';
import { consumersOf } from '../src/subscriptions.ts';
import { endServing, serveDuties } from './duties.ts';
import { startRelay } from './relay.ts';
import { SCHEDULE, afterMove, ensureSchedule } from './schedule.ts';
import { sendingPlaces, serveSends } from './sends.ts';
import type { Sends } from './sends.ts';
import { startSweeper } from './sweeper.ts';
import { startTimers } from './timers.ts';

/** How often lost repeating jobs are put back, in milliseconds. */
const ENSURE_EVERY_MS = 15_000;
/**
 * Messages on their way to the gateway at once. They wait, they do not work; with few places, some
 * that hang until their time-out would hold all others.
 */
const SENDING_MAX = 256;
/** How long a process that ends waits for the gateway's answers, in milliseconds. */
const SENDING_GRACE_MS = 2_000;
/** Connections that only fire deadlines, so that no number of duties holds these up. */
const FIRING_CONNECTIONS = 4;
/** How long the start waits for a queue that is away, in milliseconds. */
const QUEUE_LIMIT_MS = 3_000;

type Serving = ReturnType<typeof requireServing>;

async function gatewayOf(config: Serving, deps: Deps): Promise<Gateway> {
  if (config.smsProviderFile)
    return providerGateway(readProvider(config.smsProviderFile, namedSetting));
  if (config.smsGatewayUrl)
    return httpGateway(config.smsGatewayUrl, config.smsGatewayToken, SEND_TIMEOUT_SECONDS);
  if ((await deploymentKind(deps.db)) !== 'demo') return noGateway;
  return httpGateway(
    `http://127.0.0.1:${config.port}/demo/sms`,
    demoGatewayToken(deps.crypto),
    SEND_TIMEOUT_SECONDS,
  );
}

/** A gateway that cannot hold up the end of this process; what it left open is tried again later. */
function letGoAtEnd(gateway: Gateway): Gateway {
  const open = new Set<(reason: Error) => void>();
  onShutdown('sending', () => {
    const letGo = () => open.forEach((reject) => reject(new Error('worker ended while sending')));
    setTimeout(letGo, SENDING_GRACE_MS);
  });
  return (sms, about) =>
    new Promise((resolve, reject) => {
      open.add(reject);
      void gateway(sms, about)
        .then(resolve, reject)
        .finally(() => open.delete(reject));
    });
}

function startHandlers(deps: Deps, queues: QueueFactory, gateway: Gateway): void {
  queues.worker('events', async (job: Job) => serveDuties(deps, job.data.ids as string[]), 8);
  const places = sendingPlaces(SENDING_MAX);
  const sends = async (job: Job) => serveSends(deps, gateway, job.data as Sends, places);
  queues.worker('deliveries', sends, SENDING_MAX);
}

async function startSchedule(deps: Deps, queues: QueueFactory): Promise<void> {
  queues.worker('schedule', async (job: Job) => SCHEDULE[job.name]?.run({ deps, queues }), 4);
  const ensure = () =>
    within(QUEUE_LIMIT_MS, ensureSchedule(queues)).catch((error: Error) =>
      deps.log.warn({ error: error.message }, 'schedule'),
    );
  await ensure();
  const timer = setInterval(ensure, ENSURE_EVERY_MS);
  onShutdown('schedule', () => clearInterval(timer));
}

/** Timers and sweeper: the two that fire deadlines, each sufficient alone. */
function startFiring(
  config: Serving,
  firing: Deps,
  shared: Deps,
  queues: QueueFactory,
  gateway: Gateway,
): void {
  if (config.workers.includes('sweeper')) {
    const ageSeconds = config.outboxSweepSeconds;
    const sweeper = startSweeper({ firing, deps: shared, gateway, ageSeconds });
    onShutdown('sweeper', () => sweeper.stop());
  }
  if (config.workers.includes('timers')) {
    const rearmMs = config.timersRearmSeconds * 1_000;
    const onMoved = () => afterMove({ deps: shared, queues });
    const timers = startTimers({ deps: firing, queues, rearmMs, onMoved });
    onShutdown('timers', () => timers.stop());
  }
}

/** How much waits, for whoever asks: in the outbox, and in each queue. */
function askBacklog(metrics: Metrics, { db }: Deps, queues: QueueFactory): void {
  const waiting = sharing(() => backlog(db));
  metrics.ask({
    name: 'hotline_outbox_duties',
    help: 'Duties that are not done yet, of all processes together.',
    look: async () => [['', (await waiting()).count]],
  });
  metrics.ask({
    name: 'hotline_outbox_oldest_seconds',
    help: 'Age of the oldest of them.',
    look: async () => [['', (await waiting()).oldestSeconds]],
  });
  for (const [name, delayed, help] of [
    ['hotline_queue_jobs', false, 'Jobs that wait or are served, by queue.'],
    ['hotline_queue_delayed', true, 'Jobs whose instant lies ahead, by queue.'],
  ] as const)
    metrics.ask({ name, help, label: 'queue', look: sharing(() => depths(queues, delayed)) });
}

const depths = (queues: QueueFactory, delayed: boolean): Promise<[string, number][]> =>
  Promise.all(
    QUEUES.map(async (name): Promise<[string, number]> => {
      const kinds = delayed ? (['delayed'] as const) : (['wait', 'prioritized', 'active'] as const);
      return [name, await queues.queue(name).getJobCountByTypes(...kinds)];
    }),
  );

/** Connections that end when nothing runs any more. */
const lastOfAll: (() => Promise<void>)[] = [];

async function main(): Promise<void> {
  const config = requireServing(loadConfig());
  const runs = (...groups: WorkerGroup[]) => groups.some((g) => config.workers.includes(g));
  const log = createLog('workers', config.logLevel);
  const connection = connect(config.databaseUrl, {
    max: config.databasePoolMax,
    name: 'hotline-workers',
  });
  const firing = runs('timers', 'sweeper')
    ? connect(config.databaseUrl, { max: FIRING_CONNECTIONS, name: 'hotline-firing' })
    : undefined;
  const pools = { workers: connection, ...(firing && { firing }) };
  const watched = watchProcess(config, pools, log);
  const deps: Deps = {
    db: connection.db,
    crypto: createCrypto(config.secretKey),
    log,
    consumersOf,
    publicUrl: config.publicUrl,
    storage: diskStorage(config.storageDir),
    metrics: watched.metrics,
  };
  const queues = createQueues(config, log);
  askBacklog(watched.metrics, deps, queues);
  const publisher = config.redisUrl ? redisPublisher(config.redisUrl, log) : postgresPublisher();
  lastOfAll.push(
    () => publisher.close(),
    () => connection.close(),
    // After the queues, whose last jobs still fire.
    async () => firing?.close(),
    () => watched.stop(),
  );
  const gateway = runs('handlers', 'sweeper')
    ? letGoAtEnd(await gatewayOf(config, deps))
    : noGateway;
  onShutdown('serving', endServing);
  if (firing) startFiring(config, { ...deps, db: firing.db }, deps, queues, gateway);
  if (runs('relay')) {
    const requeueSeconds = config.outboxRequeueSeconds;
    const relay = startRelay({ db: deps.db, queues, publisher, log, requeueSeconds });
    onShutdown('relay', () => relay.stop());
  }
  if (runs('handlers')) startHandlers(deps, queues, gateway);
  if (runs('schedule')) await startSchedule(deps, queues);
  onShutdown('queues', () => queues.close());
  onShutdown('connections', () => Promise.all(lastOfAll.map((end) => end())));
  await watched.serve();
  tellParent({ type: 'ready' });
  log.info({ groups: config.workers, backend: queues.backend }, 'workers ready');
  await untilParentEnds();
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError
      ? error.message
      : error instanceof Error
        ? error.stack
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
