/** Serves the duties that a job names: the delete of the outbox row is the receipt. */
import { SYSTEM } from '../src/kernel/actor.ts';
import { noteDutyFailure, receiveDuty } from '../src/platform/outbox.ts';
import { inTransaction } from '../src/platform/unit-of-work.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import { afterFiring } from './firing.ts';
import { HANDLERS } from './handlers/index.ts';

async function noteFailure(deps: Deps, outboxId: string, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message.slice(0, 200) : 'failed';
  deps.log.warn({ outboxId, error: message }, 'duty failed');
  await noteDutyFailure(deps.db, outboxId, message).catch(() => {});
}

let ending = false;
/** This process ends: duties that were not begun are left to others. */
export const endServing = (): void => void (ending = true);

/**
 * Serves each duty in a transaction of its own: one that fails does not hold the others.
 * @throws when some failed or were left, so that the queue gives the job out again; those done are
 *   skipped then.
 */
export async function serveDuties(deps: Deps, ids: readonly string[]): Promise<void> {
  let failed = 0;
  for (const id of ids) {
    await afterFiring();
    if (ending) throw new Error('this process ends');
    try {
      await inTransaction(deps, SYSTEM, async (tx) => {
        const event = await receiveDuty(tx.db, id);
        if (event) await HANDLERS[event.consumer as keyof typeof HANDLERS](deps, tx, event);
      });
    } catch (error) {
      failed += 1;
      await noteFailure(deps, id, error);
    }
  }
  if (failed > 0) throw new Error(`${failed} of ${ids.length} duties failed`);
}

/** Takes send-duties off the outbox; from then on the delivery row is the duty. */
export async function takeSendDuties(deps: Deps, ids: readonly string[]): Promise<string[]> {
  const deliveries: string[] = [];
  for (const id of ids) {
    await inTransaction(deps, SYSTEM, async (tx) => {
      const event = await receiveDuty(tx.db, id);
      if (event) deliveries.push(String(event.payload.deliveryId));
    });
  }
  return deliveries;
}
