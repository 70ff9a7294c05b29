/** The platform's clock: the browser's, moved by what the server said last. */
import { useEffect, useState } from 'react';

let offsetMs = 0;

export function setServerNow(iso: string): void {
  offsetMs = Date.parse(iso) - Date.now();
}

export const serverNow = (): number => Date.now() + offsetMs;

/** The server's time, refreshed at every full step. */
export function useNow(stepMs = 15_000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      setNow(serverNow());
      timer = setTimeout(tick, stepMs - (serverNow() % stepMs));
    };
    tick();
    return () => clearTimeout(timer);
  }, [stepMs]);
  return now;
}
