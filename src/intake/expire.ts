/** What the citizen was asked for and did not give. */
import { findDeadline } from '../deadline/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import type { FiredPayload, StoredEvent } from '../kernel/events.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { act, lockOrder } from '../workorder/index.ts';

/**
 * The time for a supplement is over: the order goes on, or closes, without it. An answer that came
 * in between wins; so does a due instant that was moved ahead meanwhile.
 */
export async function expireSupplement(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const fired = event.payload as unknown as FiredPayload;
  if (fired.clock !== 'supplement' || !event.orderId) return;
  if (!fired.steps.some((s) => s.step === 'due')) return;
  const order = await lockOrder(tx.db, event.orderId);
  const clock = await findDeadline(tx.db, fired.deadlineId);
  if (order?.state !== 'awaiting_supplement' || clock?.state !== 'running') return;
  if (!clock.due_at || clock.due_at > tx.at) return;
  await act(tx, SYSTEM, order.id, 'expire_supplement', null, {});
}
