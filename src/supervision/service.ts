import type { Actor } from '../kernel/actor.ts';
import { cityDay } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { sqlState } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps } from '../platform/unit-of-work.ts';
import { act, publicResult } from '../workorder/index.ts';
import type { ActResult } from '../workorder/schema.ts';
import type { UrgeInput } from './schema.ts';
import { insertUrge } from './store.ts';

/**
 * Urges the units of an order; a citizen at most once a city day.
 * @throws AppError `urge_daily_limit` and what the act refuses.
 */
export async function urge(
  deps: Deps,
  actor: Actor,
  orderId: string,
  input: UrgeInput,
  call?: Call,
): Promise<ActResult> {
  try {
    return await inTransaction(
      deps,
      actor,
      async (tx) => {
        const done = await act(tx, actor, orderId, 'urge', null, input);
        await insertUrge(tx.db, {
          id: newId(),
          order_id: orderId,
          act_id: done.actId,
          level: input.level,
          party: actor.kind,
          city_day: cityDay(tx.at),
          at: tx.at,
        });
        return publicResult(done);
      },
      call,
    );
  } catch (error) {
    // The unique index of citizen urges is the rule; everything is rolled back with it.
    if (sqlState(error) === '23505') throw new AppError('urge_daily_limit');
    throw error;
  }
}
