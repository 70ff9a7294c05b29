/** Messages that came in, and who wants none. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { SmsInboundTable } from '../../db/schema.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export type InboundRow = Selectable<SmsInboundTable>;

/** Locks a number until the transaction ends: its messages are understood one after the other. */
export async function lockNumber(db: DbTx, hmac: string, at: Date): Promise<void> {
  later(
    db,
    db
      .insertInto('sms_number')
      .values({ phone_hmac: hmac, seen_at: at })
      .onConflict((c) => c.column('phone_hmac').doUpdateSet({ seen_at: at })),
  );
}

export async function inboundBy(
  db: Reader,
  sourceId: string,
  messageId: string,
): Promise<InboundRow | null> {
  const row = await db
    .selectFrom('sms_inbound')
    .selectAll()
    .where('source_id', '=', sourceId)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
  return row ?? null;
}

export async function findInbound(db: Reader, id: string): Promise<InboundRow | null> {
  const row = await db
    .selectFrom('sms_inbound')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

export async function insertInbound(db: DbTx, row: InboundRow): Promise<void> {
  later(db, db.insertInto('sms_inbound').values(row));
}

/** Says what became of a message. */
export async function settleInbound(
  db: DbTx,
  id: string,
  done: Pick<InboundRow, 'understood' | 'result' | 'order_id'>,
): Promise<void> {
  later(db, db.updateTable('sms_inbound').set(done).where('id', '=', id));
}

export async function setContact(db: DbTx, id: string, contactId: string): Promise<void> {
  later(db, db.updateTable('sms_inbound').set({ contact_id: contactId }).where('id', '=', id));
}

/** Messages of a number since an instant, up to `limit`. */
export async function countSince(
  db: Reader,
  hmac: string,
  since: Date,
  limit: number,
): Promise<number> {
  const rows = await db
    .selectFrom('sms_inbound')
    .select('id')
    .where('from_hmac', '=', hmac)
    .where('received_at', '>', since)
    .limit(limit)
    .execute();
  return rows.length;
}

/** The order that the same words of the same number made, or were added to, since an instant. */
export async function sameBefore(
  db: Reader,
  q: { hmac: string; textHmac: string; since: Date; understood: readonly string[] },
): Promise<string | null> {
  const row = await db
    .selectFrom('sms_inbound')
    .select('order_id')
    .where('from_hmac', '=', q.hmac)
    .where('text_hmac', '=', q.textHmac)
    .where('received_at', '>', q.since)
    .where('understood', 'in', [...q.understood])
    .where('order_id', 'is not', null)
    .orderBy('received_at', 'desc')
    .executeTakeFirst();
  return row?.order_id ?? null;
}

/** The contact of a number's messages since an instant. */
export async function contactSince(db: Reader, hmac: string, since: Date): Promise<string | null> {
  const row = await db
    .selectFrom('sms_inbound')
    .select('contact_id')
    .where('from_hmac', '=', hmac)
    .where('received_at', '>=', since)
    .where('contact_id', 'is not', null)
    .orderBy('received_at', 'desc')
    .executeTakeFirst();
  return row?.contact_id ?? null;
}

/** Since when a number wants no messages; null: it does. */
export async function openOptOut(db: Reader, hmac: string): Promise<Date | null> {
  const row = await db
    .selectFrom('sms_opt_out')
    .select('since')
    .where('phone_hmac', '=', hmac)
    .where('until', 'is', null)
    .executeTakeFirst();
  return row?.since ?? null;
}

/** Said twice, the first time counts. */
export async function optOut(
  db: DbTx,
  row: { id: string; phone_hmac: string; since: Date; stop_id: string },
): Promise<void> {
  later(
    db,
    db
      .insertInto('sms_opt_out')
      .values({ ...row, until: null, start_id: null })
      .onConflict((c) => c.column('phone_hmac').where('until', 'is', null).doNothing()),
  );
}

export async function endOptOut(
  db: DbTx,
  hmac: string,
  end: { until: Date; start_id: string },
): Promise<void> {
  later(
    db,
    db
      .updateTable('sms_opt_out')
      // Never before it began, whatever the platform's clock did meanwhile.
      .set({ until: sql<Date>`greatest(since, ${end.until}::timestamptz)`, start_id: end.start_id })
      .where('phone_hmac', '=', hmac)
      .where('until', 'is', null),
  );
}

/** Messages that are erased at once. */
const ERASED_MAX = 1_000;

/**
 * Erases words and numbers of messages that came so many days ago. Those that concern no order go as a
 * whole, with what was answered to them; who wants no messages is still known by the one that said so.
 */
export async function eraseWords(db: Reader, days: number): Promise<void> {
  while ((await eraseSome(db, days)) === ERASED_MAX);
  while ((await dropSome(db, days)) === ERASED_MAX);
}

async function eraseSome(db: Reader, days: number): Promise<number> {
  const r = await sql`update sms_inbound set text_ct = null, from_ct = null where id in (
    select id from sms_inbound where (text_ct is not null or from_ct is not null)
      and received_at < app_now() - make_interval(days => ${days})
    order by received_at limit ${ERASED_MAX} for update skip locked)`.execute(db);
  return Number(r.numAffectedRows ?? 0n);
}

async function dropSome(db: Reader, days: number): Promise<number> {
  const r = await sql`
    with old as materialized (select id from sms_inbound i
      where order_id is null and received_at < app_now() - make_interval(days => ${days})
        and not exists (select 1 from sms_opt_out o where i.id in (o.stop_id, o.start_id))
        and not exists (select 1 from delivery d where d.inbound_id = i.id
          and (d.state = 'pending' or d.order_id is not null))
      order by received_at limit ${ERASED_MAX} for update skip locked),
    answers as (delete from delivery where inbound_id in (select id from old))
    delete from sms_inbound where id in (select id from old)`.execute(db);
  return Number(r.numAffectedRows ?? 0n);
}

/** The newest messages of a source, for the demo's telephone. */
export async function newestInbound(db: Reader, limit: number): Promise<InboundRow[]> {
  return db
    .selectFrom('sms_inbound')
    .selectAll()
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
