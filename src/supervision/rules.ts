/** What supervision orders are called, how far they rise by themselves, and who in a list is where. */
import { CENTER_ROLES } from '../kernel/words.ts';
import type { Role } from '../kernel/words.ts';

/** The highest level that the ladder issues; above it people decide. */
export const LEVEL_MAX = 3;
/** Days ahead at most that a reply may be due. */
export const REPLY_DAYS_MAX = 365;

/** 督〔2026〕0001 */
export const numberOf = (year: number, n: number): string =>
  `督〔${year}〕${String(n).padStart(4, '0')}`;

/** The level that follows on an unanswered supervision order: one above it, or what the step says. */
export const unansweredLevel = (stepLevel: number, own: number): number =>
  Math.max(stepLevel, own + 1);

const center: ReadonlySet<Role> = new Set(CENTER_ROLES);

/** Who of a step's addressees works in the unit, and who in the centre. */
export const whereIs = (roles: readonly Role[]): { unit: Role[]; center: Role[] } => ({
  unit: roles.filter((r) => !center.has(r)),
  center: roles.filter((r) => center.has(r)),
});
