import type { Db } from '../platform/db.ts';
import { REMEMBERED_DAYS } from './rules.ts';
import * as store from './store.ts';

/** Forgets messages that were done long ago; dead ones stay until somebody decides. */
export const sweepMessages = (db: Db): Promise<void> => store.forgetMessages(db, REMEMBERED_DAYS);
