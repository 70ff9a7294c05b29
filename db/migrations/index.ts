import * as m0001 from './0001_house.ts';

/** Every migration in order. One that was released is never changed again. */
export const MIGRATIONS: readonly { name: string; sql: string }[] = [m0001];
