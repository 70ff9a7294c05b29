import * as m0001 from './0001_house.ts';
import * as m0002 from './0002_clocks.ts';

/** Every migration in order. One that was released is never changed again. */
export const MIGRATIONS: readonly { name: string; sql: string }[] = [m0001, m0002];
