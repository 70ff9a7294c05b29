import { bodyLimit } from 'hono/body-limit';
import { fail } from '../../src/kernel/errors.ts';

/** Bytes of the largest form: 4,000 characters of Chinese in percent-encoding, and then some. */
const FORM_BYTES_MAX = 128 * 1024;

/** Refuses a body that no form of ours can have made. */
export const smallBody = bodyLimit({
  maxSize: FORM_BYTES_MAX,
  onError: () => fail('body_too_large'),
});

/** Supplements of one citizen to one order within a window of real time. */
export const NOTE_LIMIT = { windowMinutes: 60, perOrder: 12 } as const;
