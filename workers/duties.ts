/** Serves the duties that a job names: the delete of the outbox row is the receipt. */
import { SYSTEM } from '../src/kernel/actor.ts';
import { newId } from '../src/kernel/ids.ts';
import { noteDutyFailure, receiveDuty } from '../src/platform/outbox.ts';
import { inTransaction } from '../src/platform/unit-of-work.ts';
import type { Call, Deps } from '../src/platform/unit-of-work.ts';
import { afterFiring } from './firing.ts';
import { HANDLERS } from './handlers/index.ts';

/** A duty as the log names it; the rest is known once it was taken. */
interface Followed {
  outboxId: string;
  traceId?: string;
  consumer?: string;
  event?: string;
  orderId?: string | null;
}

async function noteFailure(deps: Deps, duty: Followed, error: unknown): Promise<void> {
  const { outboxId } = duty;
  const message = error instanceof Error ? error.message.slice(0, 200) : 'failed';
  deps.log.warn({ ...duty, error: message }, 'duty failed');
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
    const duty: Followed = { outboxId: id };
    const begun = performance.now();
    const note = (outcome: 'done' | 'gone' | 'failed') =>
      deps.metrics?.duty(duty.consumer ?? 'none', outcome, (performance.now() - begun) / 1_000);
    try {
      await serveDuty(deps, duty);
      note(duty.consumer ? 'done' : 'gone');
    } catch (error) {
      failed += 1;
      note('failed');
      await noteFailure(deps, duty, error);
    }
  }
  if (failed > 0) throw new Error(`${failed} of ${ids.length} duties failed`);
}

/** What follows from a duty is told under the trace of the request from which it follows itself. */
async function serveDuty(deps: Deps, duty: Followed): Promise<void> {
  const call: Call = { traceId: newId() };
  await inTransaction(
    deps,
    SYSTEM,
    async (tx) => {
      const event = await receiveDuty(tx.db, duty.outboxId);
      if (!event) return;
      call.traceId = event.traceId ?? call.traceId;
      Object.assign(duty, {
        traceId: call.traceId,
        consumer: event.consumer,
        event: event.type,
        orderId: event.orderId,
      });
      await HANDLERS[event.consumer as keyof typeof HANDLERS](deps, tx, event);
    },
    call,
  );
  if (duty.consumer) deps.log.info(duty, 'duty done');
}

/** Takes send-duties off the outbox; from then on the delivery row is the duty. */
export async function takeSendDuties(deps: Deps, ids: readonly string[]): Promise<string[]> {
  const deliveries: string[] = [];
  for (const id of ids) {
    await inTransaction(deps, SYSTEM, async (tx) => {
      const event = await receiveDuty(tx.db, id);
      if (!event) return;
      const deliveryId = String(event.payload.deliveryId);
      deliveries.push(deliveryId);
      const { traceId, orderId } = event;
      deps.log.info({ traceId, deliveryId, orderId }, 'delivery taken');
    });
  }
  return deliveries;
}
