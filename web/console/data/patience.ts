/** Whoever is asked to come back later does, and not at one instant with everybody else. */
import { Problem } from './problem.ts';

/** Longest time that an answer can make a page wait, in milliseconds. */
const LONGEST_MS = 30_000;
/** How often a reading that failed otherwise is tried again, and the first pause between, in milliseconds. */
const RETRIES_MAX = 2;
const PAUSE_MS = 1_000;

/** What was asked for, and up to as much again by chance. */
const pauseMs = (retryAfterMs: number): number =>
  Math.min(retryAfterMs, LONGEST_MS / 2) * (1 + Math.random());

interface PutOff {
  until: number;
  problem: Problem;
}
/** Until when each address was put off; whatever reads it meanwhile, a retry or news, waits for that. */
const putOff = new Map<string, PutOff>();
/** Readings that heard why; each has a signal of its own, and its retries have the same. */
const told = new WeakSet<AbortSignal>();

/** @throws Problem at once where a reading comes new to what waits: its page says so meanwhile. */
function tellFirst({ problem }: PutOff, signal: AbortSignal | undefined): void {
  if (!signal || told.has(signal) || problem.code !== 'overloaded') return;
  told.add(signal);
  throw problem;
}

function keepOff(address: string, problem: Problem & { retryAfterMs: number }): void {
  const now = performance.now();
  for (const [other, { until }] of putOff) if (until <= now) putOff.delete(other);
  putOff.set(address, { until: now + pauseMs(problem.retryAfterMs), problem });
}

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
  address: string,
  ask: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const off = putOff.get(address);
  const wait = (off?.until ?? 0) - performance.now();
  if (off && wait > 0) {
    tellFirst(off, signal);
    await pause(wait, signal);
  }
  try {
    const answer = await ask();
    putOff.delete(address);
    return answer;
  } catch (error) {
    if (isPutOff(error)) keepOff(address, error);
    if (signal) told.add(signal);
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
