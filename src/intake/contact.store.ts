/** Who was in touch so long ago that nothing needs their name and number any more. */
import { sql } from 'kysely';
import type { DbTx } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export interface PastRequester {
  id: string;
  /** As the database writes it, to the microsecond: where the next page begins. */
  createdAt: string;
  contactIds: string[];
  /** Put through to an emergency number: who it was is kept. */
  handedOver: boolean;
}

/**
 * Requesters not settled yet whose last contact was over so many days ago, the oldest first; nobody
 * raises an order for them until the transaction ends. A message is over when it is there; a contact
 * of which nobody said that it ended counts from its beginning.
 */
export async function lockPastRequesters(
  db: DbTx,
  days: { calls: number; messages: number },
  page: { after: Pick<PastRequester, 'id' | 'createdAt'> | null; limit: number },
): Promise<PastRequester[]> {
  const after = page.after
    ? sql`and (r.created_at, r.id) > (${page.after.createdAt}::timestamptz, ${page.after.id}::uuid)`
    : sql``;
  const r = await sql<PastRequester>`
    select r.id, r.created_at::text as "createdAt",
      array(select c.id::text from contact c where c.requester_id = r.id) as "contactIds",
      exists (select 1 from contact c join handover h on h.contact_id = c.id
        where c.requester_id = r.id) as "handedOver"
    from requester r
    where r.settled_at is null
      and r.created_at < app_now() - make_interval(days => ${Math.min(days.calls, days.messages)})
      and not exists (select 1 from contact c where c.requester_id = r.id
        and coalesce(c.ended_at, c.started_at) >= app_now() - make_interval(
          days => case c.channel when 'sms' then ${days.messages}::int else ${days.calls}::int end))
      ${after}
    order by r.created_at, r.id limit ${page.limit} for update of r skip locked`.execute(db);
  return r.rows;
}

/** They need not be looked at again: erased, or kept for what they raised. */
export async function settleRequesters(db: DbTx, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  later(
    db,
    db
      .updateTable('requester')
      .set({ settled_at: at })
      .where('id', 'in', [...ids]),
  );
}
