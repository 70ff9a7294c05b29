import * as m0001 from './0001_house.ts';
import * as m0002 from './0002_clocks.ts';
import * as m0003 from './0003_living_city.ts';
import * as m0004 from './0004_attachments.ts';
import * as m0005 from './0005_rates.ts';
import * as m0006 from './0006_demo.ts';

/** Every migration in order. One that was released is never changed again. */
export const MIGRATIONS: readonly { name: string; sql: string }[] = [
  m0001,
  m0002,
  m0003,
  m0004,
  m0005,
  m0006,
];
