/** A number that another part of the page asks the search at the top for. */
import { createStore } from './store.ts';

export const findStore = createStore<{ typed: string } | null>(null);
