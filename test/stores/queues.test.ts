/** Jobs on the real queues of PostgreSQL: however many at once, all are there, once, in their order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { createLog } from '../../src/platform/log.ts';
import { addJobs, createQueues } from '../../src/platform/queues.ts';
import type { QueueFactory } from '../../src/platform/queues.ts';
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
