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

const RECEIPTS = 'console.receipt.2.';
/** The receipt that a person has in sight, in this tab. */
export const receiptOf = (userId: string): string => `${RECEIPTS}${userId}`;

/** Forms that another call put away before they were registered, in this tab. */
export const asideOf = (userId: string): string => `${RECEIPTS}aside.${userId}`;

/** Whoever sits down here next sees no number and no code of the last one's; `keep`: but their own. */
export function forgetReceipts(keep?: string): void {
  const own = keep === undefined ? [] : [receiptOf(keep), asideOf(keep)];
  try {
    for (const name of Object.keys(window.sessionStorage))
      if (name.startsWith(RECEIPTS) && !own.includes(name)) window.sessionStorage.removeItem(name);
  } catch {
    // Storage that is blocked kept nothing.
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
