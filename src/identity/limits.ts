export { DESKS } from './rules.ts';

/** Shortest password, in characters. */
export const PASSWORD_MIN = 12;
