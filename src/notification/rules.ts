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
