// A planted bug: whoever waits for a commit is told of it before it happened.
import pg from 'pg';

const LATE_SECONDS = 0.15;
const { query } = pg.Client.prototype;

pg.Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  if (text?.trim().toLowerCase() !== 'commit') return query.apply(this, args);
  // Both wait in the connection's own queue; whatever comes next waits behind them.
  query.call(this, `select pg_sleep(${LATE_SECONDS})`).catch(() => {});
  query.call(this, 'commit').catch(() => {});
  return Promise.resolve({ command: 'COMMIT', rowCount: null, rows: [], fields: [] });
};
