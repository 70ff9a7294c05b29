/** Migrating a database again that has been worked on: every start does it. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUE_SCHEMA, migrate } from '../../db/migrate.ts';
import { newDatabase } from '../database.ts';
import type { TestDatabase } from '../database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

describe('migrating again', () => {
  it('does nothing, also where the application has made sequences of its queues', async () => {
    const app = new pg.Client({ connectionString: database.appUrl });
    await app.connect();
    await app.query(`create sequence ${QUEUE_SCHEMA}.bullmq_jid_test`);
    const again = () => migrate(database.ownerUrl, { kind: 'test', appUrl: database.appUrl });
    expect(await again()).toEqual([]);
    expect((await app.query(`select nextval('${QUEUE_SCHEMA}.bullmq_jid_test') as n`)).rows[0].n).toBe('1'); // prettier-ignore
    await app.end();
  });
});
