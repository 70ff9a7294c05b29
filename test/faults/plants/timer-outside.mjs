// A planted bug: the steps of a clock are written a moment after the transaction that started it.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const LATER_MS = 150;
const { query } = pg.Client.prototype;
let aside;

pg.Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  if (!text?.startsWith('insert into "deadline_step"') || this.aside)
    return query.apply(this, args);
  aside ??= new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
  void (async () => {
    await sleep(LATER_MS);
    const client = await aside.connect();
    client.aside = true;
    await client.query(...args).finally(() => client.release());
  })().catch(() => {});
  return Promise.resolve({ command: 'INSERT', rowCount: 0, rows: [], fields: [] });
};
