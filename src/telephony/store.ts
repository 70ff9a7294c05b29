/** Calls, their ledger and legs; the queue. */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import type { CallOutcome, CallSkill, CallState } from './limits.ts';
import { FRESH_SECONDS, GRACE_SECONDS, PACE_ANSWERS } from './rules.ts';
import type { LegFacts } from './rules.ts';

export interface CallRow {
  id: string;
  source: string;
  external_id: string;
  direction: 'in' | 'out';
  phone_ct: Buffer | null;
  phone_hmac: string | null;
  called: string;
  skill: CallSkill;
  priority: number;
  state: CallState;
  outcome: CallOutcome | null;
  entered_at: Date;
  queued_at: Date;
  asked_at: Date;
  offered_at: Date | null;
  answered_at: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  end_reason: string;
  operator_id: string | null;
  contact_id: string | null;
  created_at: Date;
}

/** Makes a call of which nothing was known; somebody else's row of the same name stays. */
export async function insertCall(
  db: DbTx,
  row: Pick<CallRow, 'id' | 'source' | 'external_id' | 'direction'> & { at: Date; now: Date },
): Promise<boolean> {
  const { at, now, ...named } = row;
  const r = await db
    .insertInto('call')
    .values({
      ...named,
      called: '',
      skill: 'general',
      state: 'queued',
      entered_at: at,
      queued_at: now,
      asked_at: now,
      created_at: now,
    })
    .onConflict((c) => c.columns(['source', 'external_id']).doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Reads a call by the switch's name for it and keeps others from changing it. */
export async function lockNamed(
  db: DbTx,
  source: string,
  externalId: string,
): Promise<CallRow | null> {
  const row = await db
    .selectFrom('call')
    .selectAll()
    .where('source', '=', source)
    .where('external_id', '=', externalId)
    .forUpdate()
    .executeTakeFirst();
  return (row as CallRow | undefined) ?? null;
}

export async function lockCall(db: DbTx, id: string): Promise<CallRow | null> {
  const row = await db
    .selectFrom('call')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return (row as CallRow | undefined) ?? null;
}

/** As `lockCall`, but passes over a call that somebody else is working on. */
export async function lockFreeCall(db: DbTx, id: string): Promise<CallRow | null> {
  const row = await db
    .selectFrom('call')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return (row as CallRow | undefined) ?? null;
}

export async function findCall(db: Reader, id: string): Promise<CallRow | null> {
  const row = await db.selectFrom('call').selectAll().where('id', '=', id).executeTakeFirst();
  return (row as CallRow | undefined) ?? null;
}

export async function callsById(db: Reader, ids: readonly string[]): Promise<CallRow[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('call')
    .selectAll()
    .where('id', 'in', [...ids])
    .orderBy('entered_at')
    .execute();
  return rows as CallRow[];
}

/** Calls of a contact, oldest first; a caller who is called back makes a second one. */
export async function callsOfContact(
  db: Reader,
  contactId: string,
  limit: number,
): Promise<CallRow[]> {
  const rows = await db
    .selectFrom('call')
    .selectAll()
    .where('contact_id', '=', contactId)
    .orderBy('entered_at')
    .limit(limit)
    .execute();
  return rows as CallRow[];
}

/** Calls that somebody speaks to. */
export async function speakingCalls(db: Reader, operatorId: string, limit: number) {
  const rows = await db
    .selectFrom('call')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('state', 'in', ['talking', 'held'])
    .orderBy('answered_at')
    .limit(limit)
    .execute();
  return rows as CallRow[];
}

/** What the ledger makes of a call; nothing else of it ever changes. */
export async function updateCall(
  db: DbTx,
  id: string,
  change: Partial<Omit<CallRow, 'id' | 'source' | 'external_id' | 'created_at'>>,
): Promise<void> {
  await db.updateTable('call').set(change).where('id', '=', id).execute();
}

// ---------------------------------------------------------------- ledger

export interface EventRow {
  type: string;
  at: Date;
  fingerprint: string;
  body_ct: Buffer;
  user_id: string | null;
  received_at: Date;
}

/** Adds what was said; false when exactly this was said before. */
export async function insertEvent(
  db: DbTx,
  row: EventRow & { id: string; call_id: string },
): Promise<boolean> {
  const r = await db
    .insertInto('call_event')
    .values(row)
    .onConflict((c) => c.columns(['call_id', 'fingerprint']).doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Everything said of a call. `id` is that of the entry, to which its words are bound. */
export async function eventsOf(
  db: Reader,
  callId: string,
  limit: number,
): Promise<(EventRow & { id: string })[]> {
  return db
    .selectFrom('call_event')
    .select(['id', 'type', 'at', 'fingerprint', 'body_ct', 'user_id', 'received_at'])
    .where('call_id', '=', callId)
    .orderBy('received_at')
    .limit(limit)
    .execute();
}

/** Writes the legs anew; they follow from the ledger. */
export async function replaceLegs(
  db: DbTx,
  callId: string,
  legs: readonly (Omit<LegFacts, 'target'> & { shown: string })[],
): Promise<void> {
  await db.deleteFrom('call_leg').where('call_id', '=', callId).execute();
  if (legs.length === 0) return;
  await db
    .insertInto('call_leg')
    .values(
      legs.map((l, position) => ({
        call_id: callId,
        position,
        leg_id: l.legId,
        kind: l.kind,
        target: l.shown,
        user_id: l.userId,
        mode: l.mode,
        began_at: l.beganAt,
        ended_at: l.endedAt,
      })),
    )
    .execute();
}

export interface LegRow {
  call_id: string;
  leg_id: string;
  kind: LegFacts['kind'];
  target: string;
  user_id: string | null;
  mode: LegFacts['mode'];
  began_at: Date;
  ended_at: Date | null;
}

export async function legsOf(db: Reader, callIds: readonly string[]): Promise<LegRow[]> {
  if (callIds.length === 0) return [];
  const rows = await db
    .selectFrom('call_leg')
    .selectAll()
    .where('call_id', 'in', [...callIds])
    .orderBy('call_id')
    .orderBy('position')
    .execute();
  return rows as LegRow[];
}

// ---------------------------------------------------------------- the queue

/** What a switch that asks again gets in one look. */
export interface Standing {
  call: CallRow;
  now: Date;
  ahead: number;
  offer: { id: string; extension: string; until: Date } | null;
  /**
   * Since when somebody is free who did not fail to answer this very call; the epoch where somebody was
   * never asked, null where nobody is free. And how many are on duty.
   */
  freeSince: Date | null;
  onDuty: number;
  /** Whether something fell due that nobody did yet. */
  late: boolean;
  answers: Date[];
}

/** Counted to here, then said to be that many. */
const AHEAD_MAX = 1_000;

/** Calls before this one: more urgent, or as urgent and earlier; those without a switch do not count. */
const before = (c: { priority: number; queuedAt: Date; id: string }) => sql<boolean>`
  b.state = 'queued' and b.direction = 'in' and b.asked_at > app_now() - make_interval(secs => ${FRESH_SECONDS})
  and b.priority >= ${c.priority}
  and (b.priority > ${c.priority} or (b.queued_at, b.id) < (${c.queuedAt}::timestamptz, ${c.id}::uuid))`;

/** Where a call stands; one statement, by indexes only. */
export async function standingOf(
  db: Reader,
  source: string,
  externalId: string,
): Promise<Standing | null> {
  const r = await sql<
    CallRow & {
      now: Date;
      ahead: string;
      offer: { id: string; extension: string; until: string } | null;
      free_since: Date | null;
      on_duty: string;
      late: boolean;
      answers: string[];
    }
  >`
    select c.*, app_now() as now,
      (select count(*) from (select 1 from call b
        where b.state = 'queued' and b.direction = 'in' and b.asked_at > app_now() - make_interval(secs => ${FRESH_SECONDS})
          and b.priority >= c.priority
          and (b.priority > c.priority or (b.queued_at, b.id) < (c.queued_at, c.id))
        limit ${AHEAD_MAX}) x) as ahead,
      (select json_build_object('id', o.id, 'extension', o.extension, 'until', o.until)
        from call_offer o where o.call_id = c.id and o.result is null) as offer,
      (select min(coalesce((select max(o.ended_at) from call_offer o
          where o.call_id = c.id and o.user_id = s.user_id and o.result <> 'lost'), 'epoch'))
        from seat s where s.state = 'ready'
          or (c.skill = 'emergency' and s.state = 'wrap_up')) as free_since,
      (select count(*) from seat s where s.state not in ('offline','break')) as on_duty,
      (exists (select 1 from call_offer o where o.result is null
          and o.until <= app_now() - make_interval(secs => ${GRACE_SECONDS}))
        or exists (select 1 from seat s where s.until <= app_now())) as late,
      array(select answered_at::text from call where answered_at is not null
        order by answered_at desc limit ${PACE_ANSWERS}) as answers
    from call c where c.source = ${source} and c.external_id = ${externalId}`.execute(db);
  const row = r.rows[0];
  if (!row) return null;
  const { now, ahead, offer, free_since, on_duty, late, answers, ...call } = row;
  return {
    call,
    now,
    ahead: Number(ahead),
    offer: offer && { ...offer, until: new Date(offer.until) },
    freeSince: free_since,
    onDuty: Number(on_duty),
    late,
    answers: answers.map((a) => new Date(a)),
  };
}

/** Notes that the switch still asks about a call. */
export async function touchCall(db: Reader, id: string): Promise<void> {
  await sql`update call set asked_at = app_now() where id = ${id}`.execute(db);
}

export interface WaitingRow {
  id: string;
  skill: CallSkill;
  queued_at: Date;
}

/** The calls before this one, first in line first; at most `limit`. */
export async function callsBefore(
  db: Reader,
  c: { priority: number; queuedAt: Date; id: string },
  limit: number,
): Promise<WaitingRow[]> {
  const r = await sql<WaitingRow>`
    select b.id, b.skill, b.queued_at from call b where ${before(c)}
    order by b.priority desc, b.queued_at, b.id limit ${limit}`.execute(db);
  return r.rows;
}

/** How many wait, counted to `limit`. */
export async function countWaiting(db: Reader, limit: number): Promise<number> {
  const r = await sql<{ n: string }>`
    select count(*) as n from (select 1 from call b where b.state = 'queued' and b.direction = 'in'
      and b.asked_at > app_now() - make_interval(secs => ${FRESH_SECONDS}) limit ${limit}) x`.execute(
    db,
  );
  return Number(r.rows[0]!.n);
}

/** Calls that nobody spoke to and of which the switch said nothing for long; and talks without an end. */
export async function lostCalls(
  db: Reader,
  limits: { lostSeconds: number; talkMinutes: number },
  limit: number,
): Promise<string[]> {
  const r = await sql<{ id: string }>`
    (select id from call where state in ('queued','offered')
      and asked_at <= app_now() - make_interval(secs => ${limits.lostSeconds})
      order by asked_at limit ${limit})
    union all
    (select id from call where state in ('talking','held')
      and answered_at <= app_now() - make_interval(mins => ${limits.talkMinutes}) limit ${limit})`.execute(
    db,
  );
  return r.rows.map((x) => x.id);
}

/** Whether this number was refused since then: then it may be an emergency. */
export async function refusedSince(db: Reader, hmac: string, since: Date, not: string) {
  const row = await db
    .selectFrom('call')
    .select('id')
    .where('phone_hmac', '=', hmac)
    .where('entered_at', '>=', since)
    .where('outcome', '=', 'refused')
    .where('id', '<>', not)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
