// A planted bug: whatever was counted before, each hit of a limit is the first.
import pg from 'pg';

const { query } = pg.Client.prototype;
const first = (text) =>
  /insert into throttle/.test(text) ? text.replace('returning hits', 'returning 1 as hits') : text;

pg.Client.prototype.query = function (config, ...rest) {
  if (typeof config === 'string') return query.call(this, first(config), ...rest);
  if (typeof config?.text === 'string') config.text = first(config.text);
  return query.call(this, config, ...rest);
};
