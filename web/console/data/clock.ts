/** The platform's clock: the browser's, moved by what the server said last. */
import { useEffect, useState, useSyncExternalStore } from 'react';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 2_000;

let offsetMs = 0;

/** From here the clock was moved; less is the way of the answer. */
const JUMP_MS = 2_000;
/** Clocks that tick by themselves; each looks at once when the time jumps. */
const ticking = new Set<() => void>();

export function setServerNow(iso: string): void {
  const before = offsetMs;
  offsetMs = Date.parse(iso) - Date.now();
  look();
  if (Math.abs(offsetMs - before) >= JUMP_MS) for (const tick of Array.from(ticking)) tick();
}

export const serverNow = (): number => Date.now() + offsetMs;

/** The server's time, refreshed at every full step. */
export function useNow(stepMs = 15_000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = () => {
      clearTimeout(timer);
      setNow(serverNow());
      timer = setTimeout(tick, stepMs - (serverNow() % stepMs));
    };
    tick();
    ticking.add(tick);
    return () => {
      ticking.delete(tick);
      clearTimeout(timer);
    };
  }, [stepMs]);
  return now;
}

const minuteNow = () => {
  // Read once: between two readings a millisecond may pass.
  const now = serverNow();
  return now - (now % MINUTE_MS);
};
const listeners = new Set<() => void>();
let shownMinute = minuteNow();
let looking: ReturnType<typeof setInterval> | undefined;

/** One look at the clock for all that shows it; it also follows a clock that was moved. */
function look(): void {
  const minute = minuteNow();
  if (minute === shownMinute) return;
  shownMinute = minute;
  for (const listener of Array.from(listeners)) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  look();
  looking ??= setInterval(look, LOOK_EVERY_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  };
}

/** While nobody shows it nobody looks: the first who asks gets the present minute. */
function minuteShown(): number {
  if (looking === undefined) shownMinute = minuteNow();
  return shownMinute;
}

/** The server's full minute, one for the whole page. */
export const useClockNow = (): number => useSyncExternalStore(subscribe, minuteShown);
