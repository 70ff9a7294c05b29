// A planted bug: what is due goes by the clock of the host, which is wrong by SHIFT_MS.
import pg from 'pg';

const shift = Number(process.env.SHIFT_MS ?? 0);
const { query } = pg.Client.prototype;

pg.Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  const answer = query.apply(this, args);
  if (text !== 'select app_now() as now' || !(answer instanceof Promise)) return answer;
  return answer.then((told) => {
    told.rows[0].now = new Date(told.rows[0].now.getTime() + shift);
    return told;
  });
};
