/** Messages that leave the house, as jobs name them. */
import { send, sendAll } from '../src/notification/index.ts';
import type { Gateway } from '../src/notification/index.ts';
import { SYSTEM } from '../src/kernel/actor.ts';
import type { DbTx } from '../src/platform/db.ts';
import { receiveDuties } from '../src/platform/outbox.ts';
import { inTransaction } from '../src/platform/unit-of-work.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';

/** Send-duties that stand in the outbox, or deliveries whose duty was taken before. */
export type Sends = { ids: readonly string[] } | { deliveryIds: readonly string[] };

/**
 * Places of messages on their way at once, taken before they are claimed: who is first in the row
 * waits until all of his are free.
 */
export function sendingPlaces(max: number) {
  let free = max;
  const waiting: { count: number; enter: () => void }[] = [];
  const admit = () => {
    while (waiting[0] && waiting[0].count <= free) {
      const { count, enter } = waiting.shift()!;
      free -= count;
      enter();
    }
  };
  return {
    take: (count: number) =>
      new Promise<void>((enter) => {
        waiting.push({ count: Math.min(count, max), enter });
        admit();
      }),
    leave(count: number) {
      free = Math.min(free + count, max);
      admit();
    },
  };
}

/** Takes send-duties off the outbox; from then on the delivery row is the duty. */
const sendsOf = async (deps: Deps, db: DbTx, ids: readonly string[]): Promise<string[]> =>
  (await receiveDuties(db, ids)).map(({ traceId, orderId, payload }) => {
    const deliveryId = String(payload.deliveryId);
    deps.log.info({ traceId, deliveryId, orderId }, 'delivery taken');
    return deliveryId;
  });

/** Takes send-duties in a transaction of their own. @returns the deliveries. */
export async function takeSendDuties(deps: Deps, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  return inTransaction(
    deps,
    SYSTEM,
    async (_, deliveryIds) => deliveryIds,
    undefined,
    (db: DbTx) => sendsOf(deps, db, ids),
  );
}

/** Tries the messages of a job together; where they cannot be made together, each for itself. */
export async function serveSends(
  deps: Deps,
  gateway: Gateway,
  sends: Sends,
  places: ReturnType<typeof sendingPlaces>,
): Promise<void> {
  const known = 'deliveryIds' in sends ? sends.deliveryIds : null;
  const duties = 'ids' in sends ? sends.ids : [];
  let taken = known?.length ?? duties.length;
  await places.take(taken);
  const leave = (count: number) => {
    taken -= count;
    places.leave(count);
  };
  try {
    await sendAll(
      deps,
      gateway,
      async (db) => known ?? sendsOf(deps, db, duties),
      () => leave(1),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200) : 'failed';
    deps.log.info({ deliveries: taken, error: message }, 'messages are sent one by one');
    const ids = known ?? (await takeSendDuties(deps, duties));
    await Promise.all(ids.map((id) => send(deps, gateway, id)));
  } finally {
    leave(taken);
  }
}
