/** The request that is served just now, wherever in its course one looks. */
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** Serves something under this id: an id of nothing else, which says nothing of anybody. */
export const following = <T>(traceId: string, serve: () => T): T => current.run(traceId, serve);

/** The id of the request that is served; undefined where none is. */
export const currentTrace = (): string | undefined => current.getStore();
