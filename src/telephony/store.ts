/** Calls, their ledger and legs; the queue. */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import type { CallOutcome, CallSkill, CallState, OfferResult } from './limits.ts';
import { FRESH_SECONDS, GRACE_SECONDS, PACE_ANSWERS } from './rules.ts';
import type { FreeSeat, LegFacts } from './rules.ts';

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
  /** When its number and ledger were erased. */
  erased_at: Date | null;
}

/** Makes a call of which nothing was known; null where somebody else made it meanwhile. */
export async function insertCall(
  db: DbTx,
  row: Pick<CallRow, 'id' | 'source' | 'external_id' | 'direction'> & { at: Date; now: Date },
): Promise<CallRow | null> {
  const { at, now, ...named } = row;
  const made = await db
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
    .returningAll()
    .executeTakeFirst();
  return (made as CallRow | undefined) ?? null;
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

/**
 * Calls that somebody's telephone speaks to: the last leg is theirs. Who passed a call on to where
 * nobody of ours sits was the last of us who had it, and has it no more.
 */
export async function speakingCalls(
  db: Reader,
  operatorId: string,
  limit: number,
): Promise<CallRow[]> {
  const r = await sql<CallRow>`
    select c.* from call c
    where c.operator_id = ${operatorId} and c.state in ('talking', 'held')
      and (select l.user_id from call_leg l
        where l.call_id = c.id and not (l.kind = 'emergency' and l.mode = 'consult')
        order by l.position desc limit 1) = ${operatorId}
    order by c.answered_at limit ${limit}`.execute(db);
  return r.rows;
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
  /** To which its words are bound. */
  id: string;
  type: string;
  at: Date;
  fingerprint: string;
  body_ct: Buffer;
  user_id: string | null;
  received_at: Date;
}

/** What stood around a call before something was said of it. */
export interface Around {
  /** Earlier entries of its ledger. */
  events: EventRow[];
  /** The offer that is open. */
  offer: { id: string; user_id: string } | null;
  /** Whose seats it holds. */
  holders: string[];
}

/**
 * Adds what was said, and reads what stood there before; one statement. Null when exactly this was
 * said before.
 */
export async function addEvent(
  db: DbTx,
  callId: string,
  row: EventRow,
  limit: number,
): Promise<Around | null> {
  type Json<T> = Omit<T, 'at' | 'received_at' | 'body_ct'> & Record<'at' | 'received_at' | 'words', string>; // prettier-ignore
  const r = await sql<Omit<Around, 'events'> & { isNew: boolean; events: Json<EventRow>[] }>`
    with said as (
      insert into call_event (id, call_id, type, at, fingerprint, body_ct, user_id, received_at)
      values (${row.id}, ${callId}, ${row.type}, ${row.at}, ${row.fingerprint}, ${row.body_ct},
        ${row.user_id}, ${row.received_at})
      on conflict (call_id, fingerprint) do nothing returning id)
    select exists (select 1 from said) as "isNew",
      coalesce((select json_agg(e) from (
        select id, type, at, fingerprint, encode(body_ct, 'base64') as words, user_id, received_at
        from call_event where call_id = ${callId} order by received_at limit ${limit}) e), '[]') as events,
      (select json_build_object('id', o.id, 'user_id', o.user_id) from call_offer o
        where o.call_id = ${callId} and o.result is null) as offer,
      array(select user_id::text from seat where call_id = ${callId} order by user_id) as holders`.execute(
    db,
  );
  const { isNew, events, offer, holders } = r.rows[0]!;
  if (!isNew) return null;
  return {
    offer,
    holders,
    events: events.map(({ words, at, received_at, ...e }) => ({
      ...e,
      at: new Date(at),
      received_at: new Date(received_at),
      body_ct: Buffer.from(words, 'base64'),
    })),
  };
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

/** Free seats and calls in front that one look takes in. */
const LOOK_MAX = 200;
/** Counted to here, then said to be that many. */
const AHEAD_MAX = 1_000;
/** Longer than any policy leaves somebody alone with a call they were offered. */
const RETRY_SECONDS_MAX = 300;
/** Offers of one call that are looked at, newest first. */
const OFFERS_MAX = 100;

/** Everything that decides what becomes of a call that is asked about. */
export interface Look {
  call: CallRow;
  now: Date;
  /** Only its ringing is known: nobody asked who takes it. */
  unasked: boolean;
  /** Calls before this one, and how many wait at all, counted to what was asked for. */
  ahead: number;
  waiting: number;
  offer: { id: string; userId: string; extension: string; until: Date } | null;
  /** Whether its number is restricted now. */
  restricted: boolean;
  /** Whether something fell due that nobody did yet. */
  late: boolean;
  onDuty: number;
  answers: Date[];
  /** Longest idle first; for an emergency those who write up their last call come after. */
  free: (FreeSeat & { state: 'ready' | 'wrap_up' })[];
  /** First in line first; read only where somebody is free. */
  before: { id: string; skill: CallSkill; queuedAt: Date }[];
  /** Of this call, newest first: to whom it was offered, and when that came to nothing. */
  offers: { userId: string; result: OfferResult | null; endedAt: Date | null }[];
  /** The same of the calls before it, as far as somebody may be left alone with them still. */
  resting: { callId: string; userId: string; endedAt: Date }[];
}

/** As JSON carries it: instants are texts. */
type Carried<T> = T extends Date
  ? string
  : T extends readonly (infer R)[]
    ? Carried<R>[]
    : T extends object
      ? { [K in keyof T]: Carried<T[K]> }
      : T;

interface LookRow {
  now: Date;
  unasked: boolean;
  restricted: boolean;
  late: boolean;
  ahead: string;
  waiting: string;
  on_duty: string;
  offer: Carried<Look['offer']>;
  answers: string[];
  free: Look['free'];
  before: Carried<Look['before']>;
  offers: Carried<Look['offers']>;
  resting: Carried<Look['resting']>;
}

/** Waits, and its switch asked about it lately; calls without a switch do not count. */
const waits = (b: string) =>
  sql.raw(`${b}.state = 'queued' and ${b}.direction = 'in'
    and ${b}.asked_at > (select now from t) - make_interval(secs => ${FRESH_SECONDS})`);

/**
 * Where a call stands and who is free; one statement, by indexes only.
 * @param countTo how many of those who wait are counted at most.
 */
export async function lookAt(
  db: Reader,
  named: { source: string; externalId: string },
  countTo = 0,
): Promise<Look | null> {
  const r = await sql<CallRow & LookRow>`
    with t as materialized (select app_now() as now),
    c as materialized (select * from call
      where source = ${named.source} and external_id = ${named.externalId}),
    free as materialized (
      select user_id, skills, state, row_number() over (order by state, idle_since, user_id) as n
      from seat where state = 'ready' or (state = 'wrap_up' and (select skill from c) = 'emergency')
      order by n limit ${LOOK_MAX}),
    ahead as materialized (
      select b.id, b.skill, b.queued_at, b.priority from call b where ${waits('b')}
        and b.priority >= (select priority from c)
        and (b.priority > (select priority from c)
          or (b.queued_at, b.id) < ((select queued_at from c), (select id from c)))
      order by b.priority desc, b.queued_at, b.id limit ${AHEAD_MAX}),
    before as materialized (
      select * from ahead where exists (select 1 from free)
      order by priority desc, queued_at, id limit ${LOOK_MAX})
    select c.*, t.now,
      c.asked_at = c.created_at and not exists (select 1 from call_event e
        where e.call_id = c.id and e.type = 'own.asked') as unasked,
      exists (select 1 from restricted_caller r where r.phone_hmac = c.phone_hmac
        and r.lifted_at is null and r.until > t.now) as restricted,
      (exists (select 1 from call_offer o where o.result is null
          and o.until <= t.now - make_interval(secs => ${GRACE_SECONDS}))
        or exists (select 1 from seat s where s.until <= t.now)) as late,
      (select count(*) from ahead) as ahead,
      (select count(*) from (select 1 from call w where ${waits('w')} limit ${countTo}) w) as waiting,
      (select count(*) from seat s where s.state not in ('offline','break')) as on_duty,
      (select json_build_object('id', o.id, 'userId', o.user_id, 'extension', o.extension,
        'until', o.until) from call_offer o where o.call_id = c.id and o.result is null) as offer,
      array(select answered_at::text from call where answered_at is not null
        order by call.answered_at desc limit ${PACE_ANSWERS}) as answers,
      coalesce((select json_agg(json_build_object('userId', user_id, 'skills', skills, 'state', state)
        order by n) from free), '[]') as free,
      coalesce((select json_agg(json_build_object('id', id, 'skill', skill, 'queuedAt', queued_at)
        order by priority desc, queued_at, id) from before), '[]') as before,
      coalesce((select json_agg(o) from (
        select user_id as "userId", result, ended_at as "endedAt" from call_offer
        where call_id = c.id order by offered_at desc limit ${OFFERS_MAX}) o), '[]') as offers,
      coalesce((select json_agg(json_build_object('callId', o.call_id, 'userId', o.user_id,
          'endedAt', o.ended_at)) from before b join call_offer o on o.call_id = b.id
        where o.ended_at > t.now - make_interval(secs => ${RETRY_SECONDS_MAX})
          and o.result <> 'lost'), '[]') as resting
    from c, t`.execute(db);
  const row = r.rows[0];
  return row ? lookOf(row) : null;
}

function lookOf(row: CallRow & LookRow): Look {
  const { now, unasked, restricted, late, ahead, waiting, on_duty, free, ...rest } = row;
  const { offer, answers, before, offers, resting, ...call } = rest;
  return {
    call,
    now,
    unasked,
    restricted,
    late,
    free,
    ahead: Number(ahead),
    waiting: Number(waiting),
    onDuty: Number(on_duty),
    offer: offer && { ...offer, until: new Date(offer.until) },
    answers: answers.map((a) => new Date(a)),
    before: before.map((b) => ({ ...b, queuedAt: new Date(b.queuedAt) })),
    offers: offers.map((o) => ({ ...o, endedAt: o.endedAt === null ? null : new Date(o.endedAt) })),
    resting: resting.map((o) => ({ ...o, endedAt: new Date(o.endedAt) })),
  };
}

/** Notes that the switch still asks about a call. */
export async function touchCall(db: Reader, id: string): Promise<void> {
  await sql`update call set asked_at = app_now() where id = ${id}`.execute(db);
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

// ---------------------------------------------------------------- retention

/**
 * Erases number and ledger of calls that ended so many days ago, with the numbers of those that were
 * returned; the keyed hash stays. What an open order or an undecided restriction rests on is kept.
 * @returns how many calls and returns.
 */
export async function eraseCalls(db: Reader, days: number, limit: number): Promise<number> {
  const r = await sql<{ n: string }>`
    with old as materialized (select id from call c
      where state = 'ended' and erased_at is null and ended_at < app_now() - make_interval(days => ${days})
        and not exists (select 1 from open_order o where o.contact_id = c.contact_id)
        and not exists (select 1 from restriction_proposal p
          where p.call_id = c.id and p.decided_at is null)
      order by ended_at limit ${limit} for update skip locked),
    said as (delete from call_event where call_id in (select id from old)),
    erased as (
      update call set phone_ct = null, erased_at = app_now() where id in (select id from old)),
    returned as (
      update return_call set phone_ct = null where id in (
        select id from return_call where ended_at < app_now() - make_interval(days => ${days})
          and phone_ct is not null order by ended_at limit ${limit} for update skip locked)
      returning 1)
    select (select count(*) from old) + (select count(*) from returned) as n`.execute(db);
  return Number(r.rows[0]!.n);
}

/** Which of these contacts a call still needs: its own number is not erased yet, or is to be called back. */
export async function contactsInUse(
  db: Reader,
  contactIds: readonly string[],
): Promise<Set<string>> {
  const r = await sql<{ id: string }>`
    select distinct c.contact_id as id from call c
    where c.contact_id = any(${[...contactIds]}::uuid[]) and (c.erased_at is null
      or exists (select 1 from return_call_of o join return_call r on r.id = o.return_call_id
        where o.call_id = c.id and r.ended_at is null))`.execute(db);
  return new Set(r.rows.map((x) => x.id));
}
