/** Carries duties from the outbox to the queues, and nudges to the sockets. */
import type { Db } from '../src/platform/db.ts';
import type { Logger } from '../src/platform/log.ts';
import { deleteDuties, markQueued, takeDuties } from '../src/platform/outbox.ts';
import type { Duty } from '../src/platform/outbox.ts';
import type { QueueFactory, QueueName } from '../src/platform/queues.ts';
import type { Publisher } from '../src/platform/realtime-bus.ts';
import { messageFor } from '../src/realtime/index.ts';

/** Ids one job carries; a message has a job of its own, so that one that hangs holds no other. */
const IDS_PER_JOB: Record<QueueName, number> = { events: 50, deliveries: 1, schedule: 1 };
/** Waiting times between looks, in milliseconds: after work, and at most when there is none. */
const BUSY_MS = 5;
const IDLE_MS = 200;
/** How often the queued ones are looked at, in milliseconds. */
const STALE_EVERY_MS = 1_000;

export interface RelayDeps {
  db: Db;
  queues: QueueFactory;
  publisher: Publisher;
  log: Logger;
  requeueSeconds: number;
}

const queueOf = (consumer: string): QueueName =>
  consumer === 'notification.send' ? 'deliveries' : 'events';

const chunks = <T>(list: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );

async function enqueue(queues: QueueFactory, duties: Duty[]): Promise<void> {
  const byConsumer = new Map<string, Duty[]>();
  for (const d of duties) byConsumer.set(d.consumer, [...(byConsumer.get(d.consumer) ?? []), d]);
  for (const [consumer, list] of byConsumer) {
    const queue = queueOf(consumer);
    const jobs = chunks(list, IDS_PER_JOB[queue]).map((part) => ({
      name: consumer,
      data: { ids: part.map((d) => d.id) },
    }));
    await queues.queue(queue).addBulk(jobs);
  }
}

/**
 * One round: nudges are published and done; other duties are enqueued and marked. Enqueueing comes
 * before the commit: a duty may be queued twice, never forgotten.
 * @returns how many rows were served.
 */
export async function relayOnce(deps: RelayDeps, which: 'new' | 'stale'): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const duties = await takeDuties(tx, which, deps.requeueSeconds);
    if (duties.length === 0) return 0;
    const nudges = duties.filter((d) => d.consumer === 'realtime');
    const others = duties.filter((d) => d.consumer !== 'realtime');
    await deleteDuties(
      tx,
      nudges.map((d) => d.id),
    );
    const messages = nudges.flatMap((d) => messageFor(d) ?? []);
    if (messages.length > 0) await deps.publisher.publish(messages);
    if (others.length > 0) await enqueue(deps.queues, others);
    await markQueued(
      tx,
      others.map((d) => d.id),
    );
    return duties.length;
  });
}

/** Runs the relay until stopped; errors (database or queue away) are logged and waited out. */
export function startRelay(deps: RelayDeps): { stop(): Promise<void> } {
  let stopping = false;
  let wait = IDLE_MS;
  let staleAt = 0;
  let wake = () => {};
  const loop = async () => {
    while (!stopping) {
      try {
        const served = await relayOnce(deps, 'new');
        if (performance.now() - staleAt > STALE_EVERY_MS) {
          staleAt = performance.now();
          await relayOnce(deps, 'stale');
        }
        wait = served > 0 ? BUSY_MS : Math.min(wait * 2, IDLE_MS);
      } catch (error) {
        deps.log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'relay');
        wait = 1_000;
      }
      await new Promise<void>((done) => {
        const timer = setTimeout(done, wait);
        wake = () => (clearTimeout(timer), done());
      });
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping = true;
      wake();
      await running;
    },
  };
}
