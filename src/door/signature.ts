import { createHmac } from 'node:crypto';
import { HEADERS } from './rules.ts';

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

/**
 * The headers of a message that we, or a player of somebody else's part, send.
 * @param at Real time, not the platform's clock: another house knows no other.
 */
export function signedHeaders(
  secret: string,
  m: { source: string; id: string; body: string; at: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(m.at.getTime() / 1000));
  return {
    'content-type': 'application/json',
    [HEADERS.source]: m.source,
    [HEADERS.timestamp]: timestamp,
    [HEADERS.id]: m.id,
    [HEADERS.signature]: signatureOf(secret, timestamp, m.id, m.body),
  };
}
