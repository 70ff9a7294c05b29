/** Empties a demo database: everything in it is dropped, and made again by the next migration. */
import pg from 'pg';
import { QUEUE_SCHEMA } from '../migrate.ts';

/** Somebody who reads a table holds it only briefly; who holds it longer is named. */
const LOCK_LIMIT = '20s';

/** @throws when the database is not marked as a demo: nothing else may ever be emptied. */
export async function wipe(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'hotline-wipe' });
  await client.connect();
  try {
    const known = await client.query("select to_regclass('public.deployment') is not null as made");
    if (known.rows[0].made) {
      const { rows } = await client.query('select kind from deployment');
      if (rows[0]?.kind !== 'demo') {
        throw new Error('这不是演示库，不清空 this database is no demo: it is not emptied');
      }
    } else {
      const { rows } = await client.query(
        "select 1 from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace limit 1",
      );
      if (rows.length > 0)
        throw new Error('这不是演示库，不清空 this database is no demo: it is not emptied');
    }
    await client.query(`set lock_timeout = '${LOCK_LIMIT}'`);
    await client.query(`begin;
      drop schema if exists ${QUEUE_SCHEMA} cascade;
      drop schema public cascade;
      create schema public;
      commit`);
  } finally {
    await client.end();
  }
}
