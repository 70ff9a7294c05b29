import { AppError } from '../kernel/errors.ts';

/**
 * A number of places for work that takes much memory or time: more wait, in order, and beyond
 * `waitingMax` are refused, so that answers stay prompt.
 * @throws AppError `busy` to who finds the waiting room full.
 */
export function places(max: number, waitingMax: number) {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const leave = () => {
    const next = waiting.shift();
    // The place goes over to who waited longest; nobody slips in between.
    if (next) next();
    else taken -= 1;
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (taken < max) taken += 1;
    else if (waiting.length >= waitingMax) throw new AppError('busy');
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

/**
 * Keeps refusals back for a while: who asks again without pause waits first, and costs nothing meanwhile.
 * @param max kept back at once; whoever comes beyond is answered at once, so that memory stays bounded.
 */
export function keepingBack(ms: number, max: number) {
  let kept = 0;
  return {
    isFull: (): boolean => kept >= max,
    async wait(): Promise<void> {
      if (kept >= max) return;
      kept += 1;
      await new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
      kept -= 1;
    },
  };
}
