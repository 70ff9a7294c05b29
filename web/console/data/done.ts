/** What was stored last, until the next act is sent. */
import type { TextKey } from '../../../src/contract.ts';
import { createStore } from '../lib/store.ts';

interface Done {
  key: TextKey;
  values: Record<string, string | number>;
}
export const doneStore = createStore<Done | null>(null);

export const tellDone = (key: TextKey, values: Done['values'] = {}): void =>
  doneStore.set({ key, values });

/** The order in such a line: its last four digits. */
export const tailOf = (order: { orderNo: string }): string => order.orderNo.slice(-4);
