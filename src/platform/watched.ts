/** A process that serves, as seen from outside: its condition, its figures, and where both are asked for. */
import type { Config } from './config.ts';
import { watchDatabase, watchStrain } from './condition.ts';
import type { Condition } from './condition.ts';
import type { Connection } from './db.ts';
import { isEnding } from './lifetime.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { LOAD_CLASSES } from './rules.ts';
import { shareOut } from './shares.ts';
import { serveStatus } from './status.ts';

export interface Watched {
  condition: Condition;
  metrics: Metrics;
  /** Answers /healthz, /readyz and /metrics, where a port was given for that. */
  serve(): Promise<void>;
  /** The last step of an end: until then it is told that this process drains. */
  stop(): Promise<void>;
}

/** Watches this process and its database, until stopped. */
export function watchProcess(
  config: Config & { databaseUrl: string },
  connections: Readonly<Record<string, Connection>>,
  log: Logger,
): Watched {
  const all = Object.entries(connections);
  const database = watchDatabase(config.databaseUrl, log, () => {
    for (const [, connection] of all) connection.distrust();
  });
  const limits = {
    lagMs: config.shedLagMs,
    waiting: config.shedWaiting,
    waitMs: config.shedWaitMs,
  };
  const [waits] = all.map(([, { pool }]) => shareOut(pool));
  const strain = watchStrain(waits!, limits);
  const condition: Condition = {
    draining: isEnding,
    databaseAway: database.away,
    databaseSilent: database.silent,
    level: strain.level,
  };
  const metrics = createMetrics(true);
  const pools = (of: 'totalCount' | 'idleCount' | 'waitingCount') =>
    all.map(([name, { pool }]): [string, number] => [name, pool[of]]);
  for (const [name, of, help] of [
    ['hotline_pool_connections', 'totalCount', 'Connections of a pool.'],
    ['hotline_pool_idle', 'idleCount', 'Those of them that nobody uses.'],
    ['hotline_pool_waiting', 'waitingCount', 'Requests that wait for one.'],
  ] as const)
    metrics.ask({ name, help, label: 'pool', look: () => pools(of) });
  metrics.ask({
    name: 'hotline_pool_trips',
    help: 'How often something was sent to the database so far.',
    label: 'pool',
    look: () => all.map(([name, { trips }]): [string, number] => [name, trips()]),
  });
  metrics.ask({
    name: 'hotline_pool_wait_seconds',
    help: 'How long the oldest wait for a connection, or to be stored, lasts, smoothed over about half a second; decides what is put off.',
    look: () => [['', strain.strain().waitMs / 1_000]],
  });
  metrics.ask({
    name: 'hotline_database_up',
    help: 'Whether the database answers.',
    look: () => [['', database.away() ? 0 : 1]],
  });
  metrics.ask({
    name: 'hotline_event_loop_delay_seconds',
    help: 'How late the event loop is, smoothed over about half a second; decides what is put off.',
    look: () => [['', strain.strain().lagMs / 1_000]],
  });
  metrics.ask({
    name: 'hotline_shed_level',
    help: `How many classes are put off: 0, 1 ${LOAD_CLASSES[0]}, 2 ${LOAD_CLASSES[1]} too.`,
    look: () => [['', strain.level()]],
  });
  let status: { close(): Promise<void> } | undefined;
  return {
    condition,
    metrics,
    async serve() {
      if (config.metricsPort === undefined) return;
      const { metricsHost: host, metricsPort: port } = config;
      status = await serveStatus({ host, port, metrics, condition });
    },
    async stop() {
      database.stop();
      strain.stop();
      await status?.close();
    },
  };
}
