/** Seconds that a message may be old, or ahead: clocks of two houses differ. */
export const SIGNATURE_WINDOW_SECONDS = 300;

/** The four headers of a signed message. */
export const HEADERS = {
  source: 'x-hotline-source',
  timestamp: 'x-hotline-timestamp',
  id: 'x-hotline-id',
  signature: 'x-hotline-signature',
} as const;

/** Whether a timestamp lies in the window around `now`; anything but digits does not. */
export function inWindow(timestamp: string, now: Date): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(now.getTime() / 1000 - Number(timestamp)) <= SIGNATURE_WINDOW_SECONDS;
}
