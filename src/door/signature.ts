import { createHmac } from 'node:crypto';

/** The words that a signature covers: nobody can move a body to another instant or another id. */
const signed = (timestamp: string, id: string, body: string): string =>
  `${timestamp}.${id}.${body}`;

/**
 * Signature of a message between two houses.
 * @param timestamp Seconds since 1970, in digits.
 * @param id The sender's id of this message, the same on every try.
 * @returns `v1=` and 64 hexadecimal digits (HMAC-SHA256).
 */
export const signatureOf = (secret: string, timestamp: string, id: string, body: string): string =>
  `v1=${createHmac('sha256', secret)
    .update(signed(timestamp, id, body))
    .digest('hex')}`;
