/** Whoever is asked to come back later does, and not at one instant with everybody else. */
import { Problem } from './problem.ts';

/** Longest time that an answer can make a page wait, in milliseconds. */
const LONGEST_MS = 120_000;
/** How often a reading that failed otherwise is tried again, and the first pause between, in milliseconds. */
const RETRIES_MAX = 2;
const PAUSE_MS = 1_000;

/** What was asked for, and up to as much again by chance. */
const pauseMs = (retryAfterMs: number): number =>
  Math.min(retryAfterMs, LONGEST_MS) * (1 + Math.random());

/** Until when each address was put off; whatever reads it meanwhile, a retry or news, waits for that. */
const putOff = new Map<string, number>();

/** @throws the reason of the signal, once nobody wants the answer any more. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resume, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resume();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Reads an address, not before the time for which it was put off. @throws Problem as `ask` does. */
export async function patiently<T>(
  path: string,
  ask: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const wait = (putOff.get(path) ?? 0) - performance.now();
  if (wait > 0) await pause(wait, signal);
  signal?.throwIfAborted();
  try {
    const answer = await ask();
    putOff.delete(path);
    return answer;
  } catch (error) {
    if (isPutOff(error)) putOff.set(path, performance.now() + pauseMs(error.retryAfterMs));
    throw error;
  }
}

const isPutOff = (error: unknown): error is Problem & { retryAfterMs: number } =>
  error instanceof Problem && error.status === 503 && error.retryAfterMs !== undefined;

/** What was put off is read again until it is there: what stood on the page stays there meanwhile. */
export const retry = (failures: number, error: unknown): boolean => {
  if (!(error instanceof Problem)) return false;
  if (error.code === 'overloaded') return true;
  return failures < RETRIES_MAX && (error.status === 0 || error.status === 503);
};

/** Reading waits by itself for what was put off. */
export const retryDelay = (failures: number, error: unknown): number =>
  isPutOff(error) ? 0 : PAUSE_MS * 2 ** failures;
