/** Who may hold how many connections of a pool at once, and how long whoever wants one has to wait. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { LOAD_CLASSES, sharesOf } from './rules.ts';
import type { LoadClass } from './rules.ts';
import { following } from './trace.ts';

const current = new AsyncLocalStorage<LoadClass>();

/** Serves what can wait: its connections come out of the share of its class. */
export const inClass = <T>(loadClass: LoadClass, serve: () => T): T =>
  current.run(loadClass, serve);

/** Since when each batch is under way; the first that began stands first. */
const batches = new Map<object, number>();

/**
 * Serves many at once: it follows from none of them alone, and waits in the share of none. How long it
 * takes is strain: what is never put off is served like that.
 */
export function apart<T>(serve: () => Promise<T>): Promise<T> {
  const batch = {};
  batches.set(batch, performance.now());
  const done = current.exit(() => following(newId(), serve));
  return done.finally(() => batches.delete(batch));
}

const oldest = (since: ReadonlyMap<object, number>): number => {
  const [first] = since.values();
  return first === undefined ? 0 : performance.now() - first;
};

/** What is measured of those who are not put off. */
export interface Waits {
  /** How many wait for a connection. */
  waiting(): number;
  /** How long the one that waits longest does, for a connection or to be stored with others, in milliseconds. */
  oldestMs(): number;
}

/** Longest time that somebody waits for a place in the share of a class, in milliseconds. */
const PLACE_MS = 2_000;

interface Place {
  take: () => void;
  timer: NodeJS.Timeout;
}

/** A share of the connections: first come, first served. */
class Lane {
  #free: number;
  readonly #loadClass: LoadClass;
  readonly #placeMs: number;
  readonly #waiting = new Set<Place>();

  constructor(loadClass: LoadClass, free: number, placeMs: number) {
    this.#loadClass = loadClass;
    this.#placeMs = placeMs;
    this.#free = free;
  }

  /** @throws AppError `overloaded` when no place was free in time. */
  async enter(): Promise<void> {
    if (this.#free > 0) return void (this.#free -= 1);
    await new Promise<void>((take, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(place);
        reject(new AppError('overloaded', {}, `no connection for ${this.#loadClass}`));
      }, this.#placeMs).unref();
      const place: Place = { take, timer };
      this.#waiting.add(place);
    });
  }

  leave(): void {
    const [next] = this.#waiting;
    if (!next) return void (this.#free += 1);
    this.#waiting.delete(next);
    clearTimeout(next.timer);
    next.take();
  }
}

/** What the pool says when nobody gave a connection back in time. */
const NONE_FREE = 'timeout exceeded when trying to connect';

/** All are in use, which says nothing of the database: whoever asks again may find one. */
const heard = (error: unknown): unknown =>
  error instanceof Error && error.message === NONE_FREE
    ? new AppError('busy', {}, error.message)
    : error;

/**
 * Shares the connections of a pool out: what can wait never holds all of them, so that submissions and
 * acts find one at once.
 * @param placeMs longest time that somebody waits for a place in the share of a class.
 * @returns how those wait who are entitled to the next connection; who waits within a share does not count.
 */
export function shareOut(pool: pg.Pool, placeMs = PLACE_MS): Waits {
  const shares = sharesOf(pool.options.max);
  const lanes = new Map(LOAD_CLASSES.map((c) => [c, new Lane(c, shares[c], placeMs)]));
  const held = new WeakMap<pg.PoolClient, Lane>();
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  /** Since when each waits; whoever came first stands first. */
  const since = new Map<object, number>();
  const take = async (): Promise<pg.PoolClient> => {
    const loadClass = current.getStore();
    const lane = loadClass && lanes.get(loadClass);
    await lane?.enter();
    const wait = {};
    since.set(wait, performance.now());
    try {
      const client = await connect();
      if (lane) held.set(client, lane);
      return client;
    } catch (error) {
      lane?.leave();
      throw heard(error);
    } finally {
      since.delete(wait);
    }
  };
  type Told = (error: Error | undefined, client?: pg.PoolClient, done?: () => void) => void;
  pool.connect = ((told?: Told) =>
    told
      ? void take().then(
          (client) => told(undefined, client, client.release),
          (error: Error) => told(error, undefined, () => {}),
        )
      : take()) as typeof pool.connect;
  pool.on('release', (_, client) => {
    held.get(client)?.leave();
    held.delete(client);
  });
  return {
    waiting: () => pool.waitingCount,
    oldestMs: () => Math.max(oldest(since), oldest(batches)),
  };
}
