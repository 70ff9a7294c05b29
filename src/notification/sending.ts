/** One try of one message: what it says, whether it still holds, and what became of it. */
import { SYSTEM } from '../kernel/actor.ts';
import { appNow } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { compose, stillTrue } from './compose.ts';
import type { Message } from './compose.ts';
import type { Gateway } from './gateway.ts';
import { Refused } from './provider.ts';
import { LEASE_SECONDS, TRIES_MAX, backoffSeconds, goesInSpiteOfStop } from './rules.ts';
import * as deliveryStore from './delivery.store.ts';
import * as smsStore from './sms.store.ts';
import type { DeliveryRow } from './delivery.store.ts';

/** Why a message was not sent to who wants none. */
export const OPTED_OUT = 'opted out';

/** The real instant, as clocks outside tell it. */
export const realInstant = (deps: Deps): Promise<Date> => deliveryStore.realNow(deps.db);

/** Whether who it is for wants no such messages, at the moment of sending. */
const unwanted = async (deps: Deps, d: DeliveryRow, m: Message): Promise<boolean> =>
  !goesInSpiteOfStop(d.kind) &&
  (await smsStore.openOptOut(deps.db, deps.crypto.mac('phone', m.to))) !== null;

/**
 * One try of one delivery. Nothing else waits for it; a failure is kept with the time of the next
 * try, and after the last one it is left to people.
 */
export async function send(
  deps: Deps,
  gateway: Gateway,
  deliveryId: string,
): Promise<'sent' | 'failed' | 'skipped'> {
  const d = await deliveryStore.claimDelivery(deps.db, deliveryId, LEASE_SECONDS);
  if (!d) return 'skipped';
  try {
    if (!(await stillTrue(deps, d))) {
      await deliveryStore.markObsolete(deps.db, d.id, null);
      return 'skipped';
    }
    const m = await compose(deps, d);
    if (await unwanted(deps, d, m)) {
      await deliveryStore.markObsolete(deps.db, d.id, OPTED_OUT);
      return 'skipped';
    }
    const { kind, values } = m;
    const sms = { id: d.id, to: m.to, text: m.text };
    const taken = await gateway(sms, { kind, values, at: d.claimed_at });
    const providerId = taken?.providerId ?? null;
    await deliveryStore.markSent(deps.db, d.id, { at: await appNow(deps.db), providerId });
    return 'sent';
  } catch (error) {
    await noteFailure(deps, d, error);
    return 'failed';
  }
}

async function noteFailure(deps: Deps, d: DeliveryRow, thrown: unknown): Promise<void> {
  const error = thrown instanceof Error ? thrown.message : 'failed';
  const dead = d.attempts >= TRIES_MAX || thrown instanceof Refused;
  await inTransaction(deps, SYSTEM, async (tx) => {
    await deliveryStore.markFailed(tx.db, d.id, {
      error: error.slice(0, 200),
      dead,
      waitSeconds: backoffSeconds(d.attempts),
    });
    tx.record({
      type: 'delivery.failed',
      subjectType: 'delivery',
      subjectId: d.id,
      ...(d.order_id && { orderId: d.order_id }),
      payload: { deliveryId: d.id, attempts: d.attempts, dead },
    });
  });
  deps.log.warn(
    { deliveryId: d.id, kind: d.kind, attempts: d.attempts, dead, error },
    'delivery failed',
  );
}
