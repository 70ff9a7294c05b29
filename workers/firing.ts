/** Deadlines first: while more is due than one batch holds, this process begins no other duty. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FIRE_BATCH, fireAll } from '../src/deadline/index.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';

/** How often a duty looks whether it may begin, and how long it waits at most, in milliseconds. */
const LOOK_MS = 50;
const PATIENCE_MS = 5_000;

/** Firings in this process whose last batch was full. */
let behind = 0;

/** Fires whatever is due. @returns how many steps fired. */
export async function fire(deps: Deps): Promise<number> {
  let full = false;
  const note = (now: boolean) => {
    if (now !== full) behind += now ? 1 : -1;
    full = now;
  };
  try {
    return await fireAll(deps, FIRE_BATCH, (fired) => note(fired >= FIRE_BATCH));
  } finally {
    note(false);
  }
}

/** Waits, within reason, until no batch of due steps is left. */
export async function afterFiring(): Promise<void> {
  for (let waited = 0; behind > 0 && waited < PATIENCE_MS; waited += LOOK_MS) await sleep(LOOK_MS);
}
