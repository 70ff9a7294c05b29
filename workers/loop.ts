/** Rounds of work that a process does by itself, without a queue. */
import type { Logger } from '../src/platform/log.ts';

/** Waiting times in milliseconds: after work where nothing else is said, and after an error. */
const BUSY_MS = 5;
const ERROR_MS = 1_000;

/** A clock that is moved again within this time is being played with: then everybody looks this often. */
const AGAIN_MS = 3_000;
const HURRIED_IDLE_MS = 8;
let movedAt = -Infinity;
let movedBefore = -Infinity;

/** The platform's clock was moved. */
export function noteMove(): void {
  movedBefore = movedAt;
  movedAt = performance.now();
}

/** Whether it was moved twice within a short time, and not long ago. */
export const hurrying = (): boolean =>
  movedAt - movedBefore < AGAIN_MS && performance.now() - movedAt < AGAIN_MS;

const idle = (usual: number, hurries: boolean): number =>
  hurries && hurrying() ? Math.min(usual, HURRIED_IDLE_MS) : usual;

export interface LoopOptions {
  name: string;
  log: Logger;
  /** Longest waiting time between looks, in milliseconds. */
  idleMs: number;
  /** Waiting time after a round that did something, in milliseconds. */
  busyMs?: number;
  /**
   * Up to which this waiting time doubles while every round finds something, in milliseconds: what
   * comes one by one is served at once, what goes on coming is gathered.
   */
  gatherMs?: number;
  /** Looks more often while the clock jumps. */
  hurries?: boolean;
  /** One round. @returns how much it did; then the next look is soon. */
  round: () => Promise<number>;
}

export interface Loop {
  /** Ends after the round that runs. */
  stop(): Promise<void>;
}

/** Runs until stopped; errors (database or queue away) are logged and waited out. */
export function startLoop(o: LoopOptions): Loop {
  const { name, log, idleMs, busyMs = BUSY_MS, gatherMs = busyMs, hurries = false } = o;
  let stopping = false;
  let wake = () => {};
  const run = async () => {
    for (let wait = busyMs, gather = busyMs; !stopping;) {
      try {
        const found = (await o.round()) > 0;
        if (found) wait = gather;
        else wait = Math.min(gather > busyMs ? busyMs : wait * 2, idle(idleMs, hurries));
        gather = found ? Math.min(gather * 2, gatherMs) : busyMs;
      } catch (error) {
        log.warn({ error: error instanceof Error ? error.message : 'unknown' }, name);
        wait = ERROR_MS;
      }
      if (stopping) return;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, wait);
        wake = () => (clearTimeout(timer), done());
      });
    }
  };
  const running = run();
  return {
    async stop() {
      stopping = true;
      wake();
      await running;
    },
  };
}
