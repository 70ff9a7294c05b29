/** Carries duties from the outbox to the queues, and nudges to the sockets. */
import type { Db } from '../src/platform/db.ts';
import type { Logger } from '../src/platform/log.ts';
import { anyNew, takeDuties, takeNudges } from '../src/platform/outbox.ts';
import type { Duty } from '../src/platform/outbox.ts';
import { addJobs, within } from '../src/platform/queues.ts';
import type { NewJob, QueueFactory, QueueName } from '../src/platform/queues.ts';
import type { Publisher } from '../src/platform/realtime-bus.ts';
import { messageFor } from '../src/realtime/index.ts';
import { DUTIES_PER_JOB, SENDS_PER_JOB, chunks, goesTogether } from './groups.ts';
import { startLoop } from './loop.ts';

/** Ids one job carries: a job costs as much as what is done in it. */
const IDS_PER_JOB = { events: DUTIES_PER_JOB, deliveries: SENDS_PER_JOB } as const;
/** Longest waiting time between looks, in milliseconds; somebody waits for a word or a ring. */
const IDLE_MS = 200;
const NUDGES_IDLE_MS = 40;
/** Longest waiting time while there is always more, in milliseconds: a transaction and a job for all of it. */
const GATHER_MS = 100;
const NUDGES_GATHER_MS = 40;
/** How often the queued ones are looked at, in milliseconds. */
const STALE_EVERY_MS = 1_000;
/** A queue that says nothing that long is away: its rows are let go, so that others may serve them. */
const QUEUE_LIMIT_MS = 5_000;

export interface RelayDeps {
  db: Db;
  queues: QueueFactory;
  publisher: Publisher;
  log: Logger;
  requeueSeconds: number;
}

const queueOf = (consumer: string): keyof typeof IDS_PER_JOB & QueueName =>
  consumer === 'notification.send' ? 'deliveries' : 'events';

async function enqueue(queues: QueueFactory, duties: Duty[]): Promise<void> {
  const named = new Map<string, Duty[]>();
  for (const d of duties) {
    const name = goesTogether(d.consumer) ? 'together' : d.consumer;
    named.set(name, [...(named.get(name) ?? []), d]);
  }
  const jobs = { events: [] as NewJob[], deliveries: [] as NewJob[] };
  for (const [name, list] of named) {
    const queue = queueOf(name);
    for (const part of chunks(list, IDS_PER_JOB[queue]))
      jobs[queue].push({ name, data: { ids: part.map((d) => d.id) } });
  }
  await Promise.all([
    addJobs(queues, 'events', jobs.events),
    addJobs(queues, 'deliveries', jobs.deliveries),
  ]);
}

/** Nudges are published and done, whatever the queues do. @returns how many. */
export function publishNudges(deps: Pick<RelayDeps, 'db' | 'publisher'>): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const nudges = await takeNudges(tx);
    const messages = nudges.flatMap((d) => {
      const message = messageFor(d);
      return message ? { ...message, ...(d.traceId && { traceId: d.traceId }) } : [];
    });
    if (messages.length > 0) await deps.publisher.publish(messages, tx);
    return nudges.length;
  });
}

/**
 * Duties are enqueued and marked. Enqueueing comes before the commit: a duty may be queued twice,
 * never forgotten. @returns how many.
 */
export function enqueueDuties(
  deps: Pick<RelayDeps, 'db' | 'queues' | 'requeueSeconds'>,
  which: 'new' | 'stale',
): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const duties = await takeDuties(tx, which, deps.requeueSeconds);
    if (duties.length > 0) await within(QUEUE_LIMIT_MS, enqueue(deps.queues, duties));
    return duties.length;
  });
}

/** One round of both. @returns how many rows were served. */
export async function relayOnce(deps: RelayDeps, which: 'new' | 'stale'): Promise<number> {
  return (await publishNudges(deps)) + (await enqueueDuties(deps, which));
}

/** Runs the relay until stopped, nudges and duties independently of each other. */
export function startRelay(deps: RelayDeps): { stop(): Promise<void> } {
  let staleAt = -Infinity;
  // Mostly there is nothing: then no transaction is opened. Where there was, there is more.
  const looking = (kind: 'nudges' | 'duties', serve: () => Promise<number>) => {
    let busy = false;
    return async () => {
      const found = busy || (await anyNew(deps.db, kind));
      busy = false;
      const served = found ? await serve() : 0;
      busy = served > 0;
      return served;
    };
  };
  const fresh = looking('duties', () => enqueueDuties(deps, 'new'));
  const duties = async () => {
    const served = await fresh();
    if (performance.now() - staleAt < STALE_EVERY_MS) return served;
    staleAt = performance.now();
    await enqueueDuties(deps, 'stale');
    return served;
  };
  const { log } = deps;
  const loops = [
    startLoop({
      name: 'relay nudges',
      log,
      idleMs: NUDGES_IDLE_MS,
      gatherMs: NUDGES_GATHER_MS,
      round: looking('nudges', () => publishNudges(deps)),
    }),
    startLoop({
      name: 'relay',
      log,
      idleMs: IDLE_MS,
      gatherMs: GATHER_MS,
      hurries: true,
      round: duties,
    }),
  ];
  return { stop: async () => void (await Promise.all(loops.map((l) => l.stop()))) };
}
