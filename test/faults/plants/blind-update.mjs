// A planted bug: an order is read without its lock, and moves whatever version it has by now.
import pg from 'pg';

const { query } = pg.Client.prototype;
const SEEN = /(update "work_order" set .* where "id" = \$\d+) and "version" = (\$\d+)/s;
const LOCKED = /^(select .* from "work_order" .*) for no key update/s;

pg.Client.prototype.query = function (first, ...rest) {
  const blind = (text) => text.replace(SEEN, '$1 and $2::int is not null').replace(LOCKED, '$1');
  if (typeof first === 'string') return query.call(this, blind(first), ...rest);
  if (typeof first?.text === 'string') first.text = blind(first.text);
  return query.call(this, first, ...rest);
};
