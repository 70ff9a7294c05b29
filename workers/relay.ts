/** Carries duties from the outbox to the queues, and nudges to the sockets. */
import type { Db } from '../src/platform/db.ts';
import type { Logger } from '../src/platform/log.ts';
import {
  anyNew,
  deleteDuties,
  markQueued,
  takeDuties,
  takeNudges,
} from '../src/platform/outbox.ts';
import type { Duty } from '../src/platform/outbox.ts';
import { addJobs, within } from '../src/platform/queues.ts';
import type { NewJob, QueueFactory, QueueName } from '../src/platform/queues.ts';
import type { Publisher } from '../src/platform/realtime-bus.ts';
import { messageFor } from '../src/realtime/index.ts';
import { startLoop } from './loop.ts';

/** Ids one job carries; a message has a job of its own, so that one that hangs holds no other. */
const IDS_PER_JOB: Record<'events' | 'deliveries', number> = { events: 50, deliveries: 1 };
/** Longest waiting time between looks, in milliseconds; somebody waits for a word or a ring. */
const IDLE_MS = 200;
const NUDGES_IDLE_MS = 40;
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

const chunks = <T>(list: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );

async function enqueue(queues: QueueFactory, duties: Duty[]): Promise<void> {
  const byConsumer = new Map<string, Duty[]>();
  for (const d of duties) byConsumer.set(d.consumer, [...(byConsumer.get(d.consumer) ?? []), d]);
  const jobs = { events: [] as NewJob[], deliveries: [] as NewJob[] };
  for (const [consumer, list] of byConsumer) {
    const queue = queueOf(consumer);
    for (const part of chunks(list, IDS_PER_JOB[queue]))
      jobs[queue].push({ name: consumer, data: { ids: part.map((d) => d.id) } });
  }
  await addJobs(queues, 'events', jobs.events);
  await addJobs(queues, 'deliveries', jobs.deliveries);
}

const idsOf = (duties: Duty[]) => duties.map((d) => d.id);

/** Nudges are published and done, whatever the queues do. @returns how many. */
export function publishNudges(deps: Pick<RelayDeps, 'db' | 'publisher'>): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const nudges = await takeNudges(tx);
    await deleteDuties(tx, idsOf(nudges));
    const messages = nudges.flatMap((d) => {
      const message = messageFor(d);
      return message ? { ...message, ...(d.traceId && { traceId: d.traceId }) } : [];
    });
    if (messages.length > 0) await deps.publisher.publish(messages);
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
    await markQueued(tx, idsOf(duties));
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
  const duties = async () => {
    const served = (await anyNew(deps.db, 'duties')) ? await enqueueDuties(deps, 'new') : 0;
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
      // Mostly there is nothing: then no transaction is opened.
      round: async () => ((await anyNew(deps.db, 'nudges')) ? publishNudges(deps) : 0),
    }),
    startLoop({ name: 'relay', log, idleMs: IDLE_MS, hurries: true, round: duties }),
  ];
  return { stop: async () => void (await Promise.all(loops.map((l) => l.stop()))) };
}
