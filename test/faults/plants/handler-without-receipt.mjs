// A planted bug: a duty is taken off the outbox in a transaction of its own, before its effect.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const BETWEEN_MS = 60;
const { query } = pg.Client.prototype;
let aside;

pg.Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  if (!/with given as .*delete from outbox/s.test(text ?? '') || this.aside)
    return query.apply(this, args);
  aside ??= new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
  return (async () => {
    const client = await aside.connect();
    client.aside = true;
    const taken = await client.query(...args).finally(() => client.release());
    await sleep(BETWEEN_MS);
    return taken;
  })();
};
