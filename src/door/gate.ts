/** Who knocks: signature, window and limit, before anybody reads what was brought. */
import { fail } from '../kernel/errors.ts';
import { newToken, sameText } from '../platform/crypto.ts';
import { hit } from '../platform/throttle.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { inWindow, isMessageId, leaseOf, speaksTo } from './rules.ts';
import { signatureOf } from './signature.ts';
import * as store from './store.ts';

/** What came over the wire. */
export interface Knock {
  source: string;
  timestamp: string;
  id: string;
  signature: string;
  body: string;
}

/** Who it was, beyond doubt. */
export interface Known {
  sourceId: string;
  source: string;
  perMinute: number;
  /** Real time. */
  now: Date;
}

/**
 * Lets in who signed with the secret of an open source of this door.
 * @throws AppError `signature_refused` for every fault alike, so that nobody learns which names exist.
 */
export function gate(deps: Pick<Deps, 'db' | 'crypto' | 'log'>, door: string) {
  // Opened for a name that nobody has: an unknown source costs what a known one does.
  const decoy = deps.crypto.seal(newToken(), 'decoy');
  const worthSaying = onceAMinute();
  return async (k: Knock): Promise<Known> => {
    const { now, row } = await store.sourceNamed(deps.db, k.source);
    const secret = row
      ? deps.crypto.open(row.secret_ct, `${row.id}/secret`)
      : deps.crypto.open(decoy, 'decoy');
    const signed = sameText(signatureOf(secret, k.timestamp, k.id, k.body), k.signature);
    const fresh = inWindow(k.timestamp, now);
    if (row && signed && fresh && row.active && speaksTo(row.door, door) && isMessageId(k.id))
      return { sourceId: row.id, source: row.name, perMinute: row.per_minute, now };
    // Whoever keeps the source finds here what its keeper is not told.
    if (row && worthSaying(row.name, now))
      deps.log.warn({ door, source: row.name, signed, fresh }, 'knock refused');
    return fail('signature_refused');
  };
}

const MINUTE_MS = 60_000;

/** Whether a name was not heard in this minute yet; for logs that nobody shall fill from outside. */
function onceAMinute() {
  const heard = new Map<string, number>();
  return (name: string, now: Date): boolean => {
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    if (heard.get(name) === minute) return false;
    heard.set(name, minute);
    return true;
  };
}

/**
 * Counts messages of a source in a minute of real time, for all processes together. A process takes a
 * few in advance: never more than the limit pass, and one row is not everybody's bottleneck.
 */
export function limiter(deps: Pick<Deps, 'db' | 'crypto'>) {
  const leases = new Map<string, { minute: number; left: number }>();
  return async (from: Known): Promise<boolean> => {
    const minute = Math.floor(from.now.getTime() / MINUTE_MS);
    const lease = leases.get(from.sourceId);
    if (lease?.minute === minute && lease.left > 0) {
      lease.left -= 1;
      return true;
    }
    const count = leaseOf(from.perMinute);
    const bucket = deps.crypto.mac('throttle', `door/${from.sourceId}`);
    const over = Math.max(0, (await hit(deps.db, bucket, 1, count)) - from.perMinute);
    const granted = count - over;
    if (granted <= 0) return false;
    const now = leases.get(from.sourceId);
    const more = granted - 1 + (now?.minute === minute ? now.left : 0);
    leases.set(from.sourceId, { minute, left: more });
    return true;
  };
}

/** Seconds until the next minute of real time, when a source may send again. */
export const secondsToWait = (now: Date): number =>
  Math.ceil((MINUTE_MS - (now.getTime() % MINUTE_MS)) / 1000);
