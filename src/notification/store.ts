import { sql } from 'kysely';
import type { Grant } from '../kernel/actor.ts';
import type { Role } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export interface NewNotification {
  id: string;
  organization_id: string;
  order_id: string;
  assignment_id: string | null;
  kind: string;
  event_id: string;
  at: Date;
  /** For whom there; none = everybody. */
  roles: Role[];
  /** The step of the ladder; empty where none did it. */
  step: string;
}

/** Puts a notice into a unit's inbox; a repeated event changes nothing. */
export async function insertNotification(db: DbTx, row: NewNotification): Promise<void> {
  later(
    db,
    db
      .insertInto('notification')
      .values(row)
      .onConflict((c) => c.doNothing()),
  );
}

/**
 * Notices to the units in reach, newest first: those to everybody there, and those to a role that is
 * held in that very unit.
 */
export async function listNotifications(
  db: Reader,
  reader: { unitIds: readonly string[]; grants: readonly Grant[] },
  cursor: { at: Date; id: string } | null,
  limit: number,
) {
  const { unitIds, grants } = reader;
  if (unitIds.length === 0) return [];
  let q = db
    .selectFrom('notification')
    .select(['id', 'kind', 'order_id', 'at'])
    .where('organization_id', 'in', [...unitIds])
    .where(
      sql<boolean>`(roles = '{}' or exists (
        select 1 from unnest(${grants.map((g) => g.organizationId)}::uuid[],
          ${grants.map((g) => g.role)}::text[]) as held (unit, role)
        where held.unit = organization_id and held.role = any (roles)))`,
    );
  if (cursor) q = q.where(sql<boolean>`(at, id) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)`);
  return q.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}
