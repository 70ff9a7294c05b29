import { sql } from 'kysely';
import type { Actor } from '../kernel/actor.ts';
import { userIdOf } from '../kernel/actor.ts';
import type { EventName, NewEvent } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type { Party } from '../kernel/words.ts';
import type { Crypto } from './crypto.ts';
import { translateDbError } from './db.ts';
import type { Db, DbTx } from './db.ts';
import type { Logger } from './log.ts';

/** What use cases need of the outside; nothing is hidden behind a container. */
export interface Deps {
  db: Db;
  crypto: Crypto;
  log: Logger;
  /** Consumers of an event: `consumersOf` of `src/subscriptions.ts`. */
  consumersOf: (type: EventName) => readonly string[];
  publicUrl: string;
}

/** An open transaction: one instant, one actor, and the only way to emit. */
export interface Tx {
  readonly db: DbTx;
  /** `app_now()`, read once. */
  readonly at: Date;
  readonly actor: Actor;
  /** Collects an event; it is written with its outbox and audit rows before the commit. */
  record<N extends EventName>(event: NewEvent<N>, as?: Capacity): void;
}

/** In which role and for which unit the actor acted. */
export interface Capacity {
  party: Party;
  organizationId: string | null;
  /** Where several people share one transaction (group commit), whose event this is. */
  actorId?: string | null;
}

interface Recorded {
  event: NewEvent;
  as: Capacity | undefined;
}

/**
 * The only opener of transactions: runs `work`, writes its events, outbox and audit rows, commits.
 * @throws AppError `database_unavailable`, `busy` or `separation_of_duties` for such SQL errors.
 */
export async function inTransaction<T>(
  deps: Deps,
  actor: Actor,
  work: (tx: Tx) => Promise<T>,
  traceId?: string,
): Promise<T> {
  try {
    return await deps.db.transaction().execute(async (db) => {
      const now = await sql<{ now: Date }>`select app_now() as now`.execute(db);
      const recorded: Recorded[] = [];
      const tx: Tx = {
        db,
        at: now.rows[0]!.now,
        actor,
        record: (event, as) => void recorded.push({ event: event as NewEvent, as }),
      };
      const result = await work(tx);
      if (recorded.length > 0) await writeEvents(deps, tx, recorded, traceId);
      return result;
    });
  } catch (error) {
    throw translateDbError(error);
  }
}

async function writeEvents(deps: Deps, tx: Tx, recorded: Recorded[], traceId?: string) {
  const actorId = userIdOf(tx.actor);
  const rows = recorded.map(({ event, as }) => ({ id: newId(), event, as }));
  await tx.db
    .insertInto('domain_event')
    .values(
      rows.map(({ id, event, as }) => ({
        id,
        type: event.type,
        subject_type: event.subjectType,
        subject_id: event.subjectId,
        order_id: event.orderId ?? null,
        version: event.version ?? null,
        actor_id: as?.actorId === undefined ? actorId : as.actorId,
        payload: JSON.stringify(event.payload),
        at: tx.at,
      })),
    )
    .execute();
  const duties = rows.flatMap(({ id, event }) =>
    deps.consumersOf(event.type).map((consumer) => ({ id: newId(), event_id: id, consumer })),
  );
  if (duties.length > 0) await tx.db.insertInto('outbox').values(duties).execute();
  await tx.db
    .insertInto('audit_log')
    .values(
      rows.map(({ event, as }) => ({
        id: newId(),
        at: tx.at,
        actor_id: as?.actorId === undefined ? actorId : as.actorId,
        acting_role: as?.party ?? tx.actor.kind,
        organization_id: as?.organizationId ?? null,
        action: event.type,
        subject_type: event.subjectType,
        subject_id: event.subjectId,
        detail: JSON.stringify(event.payload),
        trace_id: traceId ?? null,
      })),
    )
    .execute();
}
