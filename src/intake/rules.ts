/** Characters of a query code: no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V — people read it over the telephone. */
const CODE_ALPHABET = '34679ACDEFGHJKMNPQRTWXY';
export const CODE_LENGTH = 6;

/**
 * A query code from 256 bits of keyed hash: 23^6 ≈ 1.5 × 10^8 codes, guessed only through a
 * throttle. Derived, not drawn, so that a repeated submission is answered with the same code.
 */
export function codeFrom(mac: string): string {
  let n = BigInt(`0x${Buffer.from(mac, 'base64url').toString('hex')}`);
  let code = '';
  for (let i = 0; i < CODE_LENGTH; i++) {
    code += CODE_ALPHABET[Number(n % 23n)];
    n /= 23n;
  }
  return code;
}

/** As typed by people: lower case, spaces and dashes are forgiven. */
export const normalizeCode = (typed: string): string => typed.toUpperCase().replace(/[\s\-·]/g, '');

/** Query codes tried wrongly, per order and per source, in a window of real time. */
export const CODE_LIMIT = { windowMinutes: 10, perOrder: 10, perSource: 60 } as const;
/** Submissions of one source over the citizen's page in an hour. */
export const SUBMIT_LIMIT = { windowMinutes: 60, perSource: 120 } as const;
