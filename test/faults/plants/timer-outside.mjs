// A planted bug: the steps of a clock are written a moment after the transaction that started it.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const LATER_MS = 150;
/** The steps stand in the statement of their clocks, as one parameter. */
const STEPS = /steps as \((\s*insert into deadline_step.*?json_to_recordset\()\$(\d+)(::json\).*?\))\)\s*insert into clock_entry/s; // prettier-ignore
const { query } = pg.Client.prototype;
let aside;

async function writeLater(text, steps) {
  await sleep(LATER_MS);
  aside ??= new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
  await aside.query(text, [steps]);
}

pg.Client.prototype.query = function (first, ...rest) {
  const found = STEPS.exec(first?.text ?? '');
  if (!found) return query.call(this, first, ...rest);
  const [, head, place, tail] = found;
  const values = [...first.values];
  const steps = values[place - 1];
  values[place - 1] = '[]';
  if (steps !== '[]') void writeLater(`${head}$1${tail}`, steps).catch(() => {});
  return query.call(this, { ...first, values }, ...rest);
};
