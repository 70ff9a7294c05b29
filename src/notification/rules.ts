import { CITY_OFFSET_MS, DAY_MS } from '../kernel/clock.ts';
import type { Urgency } from '../kernel/words.ts';

/** When nobody's telephone is disturbed: times of the city's day, `hh:mm`; `from` belongs to it, `to` does not. */
export interface Quiet {
  readonly from: string;
  readonly to: string;
  readonly exceptUrgencies: readonly Urgency[];
}

const MINUTE_MS = 60_000;
const msOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
};

/**
 * Until when a message waits: the end of the quiet time that `at` lies in; null = it may go at once.
 * Quiet time may go over midnight; from and to the same = there is none.
 */
export function notBefore(quiet: Quiet, urgency: Urgency | null, at: Date): Date | null {
  if (urgency && quiet.exceptUrgencies.includes(urgency)) return null;
  const from = msOf(quiet.from);
  const length = (msOf(quiet.to) - from + DAY_MS) % DAY_MS;
  const sinceMidnight = (at.getTime() + CITY_OFFSET_MS) % DAY_MS;
  const sinceFrom = (sinceMidnight - from + DAY_MS) % DAY_MS;
  return sinceFrom < length ? new Date(at.getTime() - sinceFrom + length) : null;
}

/**
 * Tries of one delivery before it is given to people (state `dead`): with the pauses below a day and
 * a half, so that an outage of a day needs nobody (quality.md F9).
 */
export const TRIES_MAX = 150;
/** Seconds that a gateway has to answer. */
export const SEND_TIMEOUT_SECONDS = 8;
/** Seconds after which a try that was never finished may be taken up again. */
export const LEASE_SECONDS = 30;

/** Seconds to wait after the nth failed try: 2, 4, 8 … at most 15 minutes. */
export const backoffSeconds = (attempts: number): number => Math.min(2 ** attempts, 900);
