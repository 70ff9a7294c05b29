/** Seconds that a message may be old, or ahead: clocks of two houses differ. */
export const SIGNATURE_WINDOW_SECONDS = 300;

/** Most bytes of one message. */
export const MESSAGE_MAX = 64 * 1024;

/** Days that a message which was taken is remembered, so that it is not taken again. */
export const REMEMBERED_DAYS = 30;

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

/** Whether a text may be the sender's id of a message: visible, without blanks. */
export const isMessageId = (id: string): boolean => /^[\x21-\x7e]{1,120}$/.test(id);

/** Whether a source may knock at a door: that of its name, or a part of it (`sms` at `sms_receipt`). */
export const speaksTo = (sourceDoor: string, door: string): boolean =>
  door === sourceDoor || door.startsWith(`${sourceDoor}_`);

/** Messages that one process takes from a source's limit in advance, so that it asks rarely. */
export const leaseOf = (perMinute: number): number => Math.max(1, Math.floor(perMinute / 200));

/** Fields that are named when a message could not be read. */
const NAMED_MAX = 3;

/** Which fields are wrong, as `call.at:invalid_format`: names of ours only, never what was sent. */
export const fieldsOf = (
  issues: readonly { path: readonly PropertyKey[]; code?: string | undefined }[],
): string =>
  issues
    .slice(0, NAMED_MAX)
    .map((i) => `${i.path.filter(isOurs).map(String).join('.')}:${i.code ?? ''}`)
    .join(' ');

/** A name of a field or a place in a list; a key that looks otherwise may be somebody's words. */
const isOurs = (part: PropertyKey): boolean => /^(?:[a-z]\w{0,30}|\d{1,3})$/i.test(String(part));
