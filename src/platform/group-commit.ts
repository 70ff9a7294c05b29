/** Many callers, few round trips: requests that arrive together are served together. */
import { apart } from './shares.ts';

/** Most items in one batch; measured best between 100 and 200 (stack facts). */
const BATCH_MAX = 200;
/** Batches under way at once; more only queue inside PostgreSQL. */
const IN_FLIGHT_MAX = 2;
/** Most items that may wait before new ones are refused, so that answers stay prompt. */
const WAITING_MAX = 5_000;

interface Waiting<I, O> {
  item: I;
  resolve: (answer: O) => void;
  reject: (error: unknown) => void;
}

export type Settled<O> = { ok: true; value: O } | { ok: false; error: unknown };

/**
 * Collects items and serves them in batches, each answered after its commit.
 * @param serve answers each item of a batch, in order; throwing means that none was stored.
 * @param onFull makes the error for an item that finds the queue full.
 * @param poisoned whether an error may come from one item; then each is tried alone, so that a bad
 *   one fails only itself. Otherwise (the database is gone) all fail at once.
 * @param inFlightMax batches under way at once.
 */
export function groupCommit<I, O>(
  serve: (items: I[]) => Promise<Settled<O>[]>,
  onFull: () => Error,
  poisoned: (error: unknown) => boolean,
  inFlightMax = IN_FLIGHT_MAX,
): (item: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = [];
  let inFlight = 0;

  const settle = (w: Waiting<I, O>, s: Settled<O> | undefined) => {
    if (s?.ok) w.resolve(s.value);
    else w.reject(s ? s.error : new Error('batch answered too few items'));
  };
  /** Tries each alone; an error that is nobody's own ends it for the rest at once. */
  const oneByOne = async (batch: Waiting<I, O>[]) => {
    for (const [i, w] of batch.entries()) {
      try {
        settle(w, (await serve([w.item]))[0]);
      } catch (error) {
        if (poisoned(error)) w.reject(error);
        else return batch.slice(i).forEach((rest) => rest.reject(error));
      }
    }
  };
  const run = async (batch: Waiting<I, O>[]) => {
    try {
      const answers = await serve(batch.map((w) => w.item));
      batch.forEach((w, i) => settle(w, answers[i]));
    } catch (error) {
      if (batch.length === 1 || !poisoned(error)) for (const w of batch) w.reject(error);
      else await oneByOne(batch);
    }
  };
  const pump = () => {
    while (inFlight < inFlightMax && waiting.length > 0) {
      inFlight += 1;
      const batch = waiting.splice(0, BATCH_MAX);
      void apart(() => run(batch)).finally(() => {
        inFlight -= 1;
        pump();
      });
    }
  };
  return (item) =>
    new Promise<O>((resolve, reject) => {
      if (waiting.length >= WAITING_MAX) {
        reject(onFull());
        return;
      }
      waiting.push({ item, resolve, reject });
      queueMicrotask(pump);
    });
}
