import { SYSTEM } from '../kernel/actor.ts';
import type { Db } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { REMEMBERED_DAYS } from './rules.ts';
import * as store from './store.ts';

/** Forgets messages that were done long ago; dead ones stay until somebody, or their days, decide. */
export const sweepMessages = (db: Db): Promise<void> => store.forgetMessages(db, REMEMBERED_DAYS);

/** Letters that are given up at once. */
const GIVEN_UP_MAX = 500;

/** Gives up dead letters that nobody wanted for so many days: their words are erased. */
export const eraseLetters = (deps: Deps, days: number): Promise<void> =>
  inTransaction(deps, SYSTEM, async (tx) => {
    for (const id of await store.giveUpOld(tx.db, { days, at: tx.at, limit: GIVEN_UP_MAX }))
      tx.record({
        type: 'door.message_given_up',
        subjectType: 'door',
        subjectId: id,
        payload: { messageId: id },
      });
  });
