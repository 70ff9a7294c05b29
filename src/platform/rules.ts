/** What is put off under load, and when: pure. */

/** What can wait, the first to be put off first. Everything else is never put off. */
export const LOAD_CLASSES = ['reports', 'lists'] as const;
export type LoadClass = (typeof LOAD_CLASSES)[number];

/**
 * What is measured: how late the event loop is in milliseconds, how many requests wait for a connection,
 * and how long the one that waits longest does, for a connection or to be stored.
 */
export interface Strain {
  lagMs: number;
  waiting: number;
  waitMs: number;
}

/** Which part of the connections of a pool a class may hold at once; the rest is left to what never waits. */
const SHARE: Readonly<Record<LoadClass, number>> = { reports: 0.2, lists: 0.5 };

/** How many connections of a pool each class may hold at once. */
export const sharesOf = (connections: number): Record<LoadClass, number> => {
  const shareOf = (c: LoadClass) => Math.max(1, Math.floor(connections * SHARE[c]));
  return { reports: shareOf('reports'), lists: shareOf('lists') };
};

/** How much of a new measurement counts: what lasts half a second is told from what passes. */
const NEW_SHARE = 0.2;

/** The measurement, smoothed: one long breath of the garbage collector is no overload. */
export const smoothed = (before: Strain, now: Strain): Strain => ({
  lagMs: before.lagMs + NEW_SHARE * (now.lagMs - before.lagMs),
  waiting: before.waiting + NEW_SHARE * (now.waiting - before.waiting),
  waitMs: before.waitMs + NEW_SHARE * (now.waitMs - before.waitMs),
});

/** Each class goes at twice the strain of the one before it. */
const STEP = 2;
/** A class comes back at this part of the strain at which it went, so that it does not flicker. */
const BACK = 0.5;

/**
 * How many classes are put off, from the first on.
 * @param limits the strain at which the first class goes.
 */
export function levelAfter(before: number, now: Strain, limits: Strain): number {
  const strain = Math.max(
    now.lagMs / limits.lagMs,
    now.waiting / limits.waiting,
    now.waitMs / limits.waitMs,
  );
  return LOAD_CLASSES.findLastIndex((_, i) => strain >= STEP ** i * (i < before ? BACK : 1)) + 1;
}

/** Whether a class is put off at this level. */
export const isPutOff = (loadClass: LoadClass, level: number): boolean =>
  LOAD_CLASSES.indexOf(loadClass) < level;
