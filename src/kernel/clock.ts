/** Milliseconds of the city's zone (Asia/Shanghai, no summer time) ahead of UTC. */
export const CITY_OFFSET_MS = 8 * 3_600_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The calendar day in the city, `yyyy-mm-dd`. */
export const cityDay = (at: Date): string =>
  new Date(at.getTime() + CITY_OFFSET_MS).toISOString().slice(0, 10);

/** When the city's day began that `at` lies in. */
export const cityMidnight = (at: Date): Date => new Date(Date.parse(cityDay(at)) - CITY_OFFSET_MS);

/** `instant` plus whole natural days. */
export const addDays = (instant: Date, days: number): Date =>
  new Date(instant.getTime() + days * DAY_MS);
