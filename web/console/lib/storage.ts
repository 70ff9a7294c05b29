/** Browser storage that may be full, blocked or hold nonsense; then the value is simply missing. */
type Kind = 'localStorage' | 'sessionStorage';

export function readStored<T>(kind: Kind, key: string): T | undefined {
  try {
    const raw = window[kind].getItem(key);
    return raw === null ? undefined : (JSON.parse(raw) as T);
  } catch {
    return undefined;
  }
}

/** @returns whether it was kept. */
export function writeStored(kind: Kind, key: string, value: unknown): boolean {
  try {
    if (value === undefined) window[kind].removeItem(key);
    else window[kind].setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
