/** Jobs on the real queues of PostgreSQL: however many at once, all are there, once, in their order. */
import { connect as connectTo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { createLog } from '../../src/platform/log.ts';
import type { Logger } from '../../src/platform/log.ts';
import { addJobs, createQueues } from '../../src/platform/queues.ts';
import type { QueueFactory } from '../../src/platform/queues.ts';
import { until } from '../until.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let queues: QueueFactory;
let owner: pg.Pool;
beforeAll(async () => {
  w = await createWorld();
  queues = createQueues({ databaseUrl: w.database.appUrl }, createLog('test', 'silent'));
  owner = new pg.Pool({ connectionString: w.database.ownerUrl, max: 1 });
});
afterAll(async () => {
  await queues?.close();
  await owner?.end();
  await w?.close();
});

const named = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ name: `j${from + i}`, data: { n: from + i } }));
const waiting = async (): Promise<string[]> => {
  const jobs = await queues.queue('events').getJobs(['waiting'], 0, 999, true);
  return jobs.map((job) => job.name);
};

describe('jobs added together', () => {
  it.each([0, 1, 4, 5, 30])('are all there, in order: %i', async (count) => {
    await queues.queue('events').drain();
    const jobs = named(count);
    await addJobs(queues, 'events', jobs);
    expect(await waiting()).toEqual(jobs.map((job) => job.name));
  });

  it('are one where one id is given twice, and may be added again', async () => {
    await queues.queue('events').drain();
    const one = { name: 'one', data: {}, opts: { jobId: 'the-same' } };
    await addJobs(queues, 'events', [one, one]);
    await addJobs(queues, 'events', [one, ...named(1)]);
    expect((await waiting()).toSorted()).toEqual(['j0', 'one']);
  });

  it('make no temporary tables where they are few', async () => {
    const pages = async () =>
      Number(
        (await owner.query("select pg_relation_size('pg_catalog.pg_attribute') as n")).rows[0].n,
      );
    await addJobs(queues, 'events', named(1));
    const before = await pages();
    for (let i = 0; i < 60; i++) await addJobs(queues, 'events', named(2, i));
    expect(await pages()).toBe(before);
  });
});

it('a queue and a worker whose first connection failed work with the next one', async () => {
  const [to, url] = [new URL(w.database.appUrl), new URL(w.database.appUrl)];
  let deaf = true;
  const road = createServer((near) => {
    if (deaf) return void near.destroy();
    const far = connectTo(Number(to.port), to.hostname);
    near.pipe(far).pipe(near);
    for (const end of [near, far]) end.on('error', () => (near.destroy(), far.destroy()));
  });
  await new Promise<void>((done) => road.listen(0, '127.0.0.1', done));
  url.host = `127.0.0.1:${(road.address() as { port: number }).port}`;
  const failures: string[] = [];
  const log = { warn: (_: object, what: string) => void failures.push(what) } as unknown as Logger;
  const late = createQueues({ databaseUrl: url.href }, log);
  const done: string[] = [];
  try {
    await expect(addJobs(late, 'deliveries', named(1))).rejects.toThrow();
    late.worker('deliveries', async (job) => void done.push(job.name), 1);
    await until('the failure of both', () => failures.includes('worker'));
    deaf = false;
    await until('a queue', () => addJobs(late, 'deliveries', named(1, 7)).then(() => true, () => false)); // prettier-ignore
    await until('a worker', () => done.includes('j7'), 30_000);
  } finally {
    await late.close();
    road.close();
  }
});
