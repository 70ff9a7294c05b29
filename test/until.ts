/** Waiting for what comes, by looking: never longer than it takes. */
import { setTimeout as sleep } from 'node:timers/promises';

/** How soon one looks again, real ms. */
export const POLL_MS = 20;
/** What does not come soon is asked for less often: a look costs the machine more than it tells. */
const POLL_SOON_MS = 300;
const POLL_MAX_MS = 100;
const LIMIT_MS = 30_000;

/** Looks again and again until there is something. @throws with `what` when there never was. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = LIMIT_MS,
): Promise<Exclude<T, null | undefined | false | 0 | ''>> {
  const begun = performance.now();
  const deadline = begun + limitMs;
  let last: unknown;
  let poll = POLL_MS;
  for (;;) {
    try {
      const found = await look();
      if (found) return found as Exclude<T, null | undefined | false | 0 | ''>;
      last = found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`never in ${limitMs} ms: ${what}`, { cause: last });
    if (performance.now() - begun > POLL_SOON_MS) poll = Math.min(poll * 1.25, POLL_MAX_MS);
    await sleep(poll);
  }
}
