import { setTimeout as sleep } from 'node:timers/promises';
import { SYSTEM } from '../kernel/actor.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { anyDue, claimDue } from './fire.store.ts';
import type { Claimed } from './fire.store.ts';
import { group } from './again.ts';

/** Clocks that fire in one transaction. */
export const FIRE_BATCH = 500;
/** Waiting times in milliseconds for a clock that an act holds just now; then the next wake-up has it. */
const HELD_MS = [50, 100, 200, 400];

/**
 * Fires what is due of one batch: claims and events in one transaction. All steps of one clock that
 * are due together travel in one event, in their order, so that nobody overtakes another.
 * @returns the steps that fired.
 */
export async function fireDue(tx: Tx, limit = FIRE_BATCH): Promise<Claimed[]> {
  const claimed = await claimDue(tx.db, tx.at, limit);
  for (const steps of group(claimed, (c) => c.deadlineId).values()) {
    const first = steps[0]!;
    tx.record({
      type: 'deadline.fired',
      subjectType: 'deadline',
      subjectId: first.deadlineId,
      orderId: first.orderId,
      payload: {
        deadlineId: first.deadlineId,
        subjectId: first.subjectId,
        clock: first.clock,
        organizationIds: first.organizationId ? [first.organizationId] : [],
        steps: steps.map(({ step, epoch, level, action }) => ({ step, epoch, level, action })),
      },
    });
  }
  return claimed;
}

/**
 * Fires batch after batch until nothing is due. `onBatch` hears of each how many steps it fired.
 * @returns how many steps fired.
 */
export async function fireAll(
  deps: Deps,
  limit = FIRE_BATCH,
  onBatch: (fired: number) => void = () => {},
): Promise<number> {
  let total = 0;
  for (let held = 0; ;) {
    const { at, fired } = await inTransaction(deps, SYSTEM, async (tx) => ({
      at: tx.at,
      fired: await fireDue(tx, limit),
    }));
    for (const { fireAt } of fired) deps.metrics?.fired((at.getTime() - fireAt.getTime()) / 1_000);
    total += fired.length;
    onBatch(fired.length);
    if (fired.length >= limit) continue;
    const wait = HELD_MS[held++];
    if (wait === undefined || !(await anyDue(deps.db))) return total;
    await sleep(wait);
  }
}
