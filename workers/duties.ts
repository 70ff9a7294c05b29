/** Serves the duties that a job names: the delete of the outbox row is the receipt. */
import { sql } from 'kysely';
import { SYSTEM } from '../src/kernel/actor.ts';
import type { EventName, StoredEvent } from '../src/kernel/events.ts';
import type { DbTx } from '../src/platform/db.ts';
import { inTransaction } from '../src/platform/unit-of-work.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import { HANDLERS } from './handlers/index.ts';

/** Takes a duty off the outbox; null when it was done before. */
async function takeDuty(
  db: DbTx,
  outboxId: string,
): Promise<(StoredEvent & { consumer: string }) | null> {
  const r = await sql<{
    consumer: string;
    id: string;
    type: EventName;
    subject_id: string;
    order_id: string | null;
    version: number | null;
    actor_id: string | null;
    payload: Record<string, unknown>;
    at: Date;
  }>`
    with done as (delete from outbox where id = ${outboxId} returning event_id, consumer)
    select done.consumer, e.id, e.type, e.subject_id, e.order_id, e.version, e.actor_id, e.payload, e.at
    from done join domain_event e on e.id = done.event_id`.execute(db);
  const row = r.rows[0];
  if (!row) return null;
  return {
    consumer: row.consumer,
    id: row.id,
    type: row.type,
    subjectId: row.subject_id,
    orderId: row.order_id,
    version: row.version,
    actorId: row.actor_id,
    payload: row.payload,
    at: row.at,
  };
}

async function noteFailure(deps: Deps, outboxId: string, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message.slice(0, 200) : 'failed';
  deps.log.warn({ outboxId, error: message }, 'duty failed');
  await sql`update outbox set failures = failures + 1, last_error = ${message} where id = ${outboxId}`
    .execute(deps.db)
    .catch(() => {});
}

/**
 * Serves each duty in a transaction of its own: one that fails does not hold the others.
 * @throws when some failed, so that the queue tries the job again; those done are skipped then.
 */
export async function serveDuties(deps: Deps, ids: readonly string[]): Promise<void> {
  let failed = 0;
  for (const id of ids) {
    try {
      await inTransaction(deps, SYSTEM, async (tx) => {
        const event = await takeDuty(tx.db, id);
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
      const event = await takeDuty(tx.db, id);
      if (event) deliveries.push(String(event.payload.deliveryId));
    });
  }
  return deliveries;
}
