/** Clocks that should run and do not, or that stand on a calendar or policy of before. */
import { catchUp } from '../src/deadline/index.ts';
import { adoptLink } from '../src/followup/index.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import { adoptClocks } from '../src/workorder/index.ts';

/** How often they are looked for, in milliseconds. */
export const MEND_EVERY_MS = 60_000;

/**
 * Orders older than the clocks get theirs; clocks that a change of calendar or policy could not see,
 * as somebody held them, follow it. Needs no queue. @returns how many were mended.
 */
export async function mendClocks(deps: Deps): Promise<number> {
  return (await adoptClocks(deps, adoptLink)) + (await catchUp(deps));
}
