/** The switch's calls: claimed by one process at a time, forgotten by none. */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Line, LineState, Told, Tried } from './rules.ts';

/** An event on its way to the platform; its id stays the same on every try. */
export interface Waiting {
  id: string;
  body: Told & { callId: string; at: string };
}

export interface LineRow extends Line {
  phone_ct: Buffer;
  name_ct: Buffer;
  text_ct: Buffer;
  outbox: Waiting[];
  /** Events there were so far. */
  events: number;
  endedAt: Date | null;
}

/** How long one process has for one step before another may take the call over. */
const LEASE_SECONDS = 10;
/** Calls that somebody could still look up. */
const ALIVE = sql<boolean>`(state <> 'ended' or outbox <> '[]')`;

interface Row {
  id: string;
  phone_ct: Buffer;
  name_ct: Buffer;
  text_ct: Buffer;
  outbound: boolean;
  state: string;
  target: string;
  leg_id: string;
  consulting: string;
  offer_until: Date | null;
  tried: unknown;
  outbox: unknown;
  events: number;
  rang_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
}

const lineOf = (r: Row): LineRow => ({
  id: r.id,
  outbound: r.outbound,
  state: r.state as LineState,
  target: r.target,
  legId: r.leg_id,
  consulting: r.consulting,
  offerUntil: r.offer_until,
  tried: r.tried as Tried | null,
  rangAt: r.rang_at,
  answeredAt: r.answered_at,
  phone_ct: r.phone_ct,
  name_ct: r.name_ct,
  text_ct: r.text_ct,
  outbox: r.outbox as Waiting[],
  events: r.events,
  endedAt: r.ended_at,
});

export interface NewLine {
  id: string;
  phone_ct: Buffer;
  name_ct: Buffer;
  text_ct: Buffer;
  outbound: boolean;
  state: LineState;
  target: string;
  leg_id: string;
  offer_until: Date | null;
  rang_at: Date;
  next_at: Date;
}

export const insertLine = async (db: DbTx, line: NewLine): Promise<void> => {
  await db
    .insertInto('demo_call')
    .values({ ...line, tried: null, answered_at: null, ended_at: null, driven_until: null })
    .onConflict((c) => c.doNothing())
    .execute();
};

export async function findLine(db: Reader, id: string): Promise<LineRow | null> {
  const row = await db.selectFrom('demo_call').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? lineOf(row) : null;
}

/** Calls that are alive, the newest first: what the citizens' telephones are at. */
export async function aliveLines(db: Reader, limit: number): Promise<LineRow[]> {
  const rows = await db
    .selectFrom('demo_call')
    .selectAll()
    .where('state', '<>', 'ended')
    .orderBy('rang_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(lineOf);
}

/** The call, for a change that is decided by how it stands. */
export async function lockLine(db: DbTx, id: string): Promise<LineRow | null> {
  const row = await db
    .selectFrom('demo_call')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ? lineOf(row) : null;
}

/** Takes one call that something is due of; nobody else drives it meanwhile. */
export async function claimLine(db: Reader): Promise<LineRow | null> {
  const { rows } = await sql<Row>`
    update demo_call set driven_until = app_now() + make_interval(secs => ${LEASE_SECONDS})
     where id = (
       select id from demo_call
        where ${ALIVE} and next_at <= app_now()
          and (driven_until is null or driven_until < app_now())
        order by next_at, id limit 1 for update skip locked)
    returning *`.execute(db);
  return rows[0] ? lineOf(rows[0]) : null;
}

/** Milliseconds until something is due; null: no call is alive. */
export async function nextDueMs(db: Reader): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(greatest(next_at, coalesce(driven_until, next_at))) - app_now())::float8 * 1000 as ms
      from demo_call where ${ALIVE}`.execute(db);
  const ms = rows[0]?.ms ?? null;
  return ms === null ? null : Math.max(0, ms);
}

/** Writes what a turn changes and queues what the platform is to be told of it. */
export async function applyTurn(
  db: DbTx,
  line: LineRow,
  change: Partial<Line>,
  tell: readonly Told[],
  at: Date,
): Promise<void> {
  const waiting: Waiting[] = tell.map((told, i) => ({
    id: `${line.id}-${told.type}-${line.events + i + 1}`,
    body: { ...told, callId: line.id, at: at.toISOString() },
  }));
  const to = { ...line, ...change };
  await sql`
    update demo_call
       set state = ${to.state}, target = ${to.target}, leg_id = ${to.legId},
           consulting = ${to.consulting}, offer_until = ${to.offerUntil},
           tried = ${to.tried === null ? null : JSON.stringify(to.tried)}::jsonb,
           answered_at = ${to.answeredAt},
           ended_at = case when ${to.state} = 'ended' then coalesce(ended_at, ${at}) end,
           outbox = outbox || ${JSON.stringify(waiting)}::jsonb,
           events = events + ${waiting.length}, next_at = ${at}
     where id = ${line.id}`.execute(db);
}

/** The platform has taken this event. */
export const toldEvent = async (db: Reader, id: string, eventId: string): Promise<void> => {
  await sql`
    update demo_call set outbox = outbox - 0
     where id = ${id} and outbox->0->>'id' = ${eventId}`.execute(db);
};

/**
 * Lets the call go until `waitMs` from now; at once where a command came in meanwhile or something is
 * to be told, unless that is what has just failed.
 */
export const releaseLine = async (
  db: Reader,
  line: LineRow,
  waitMs: number,
  failed: boolean,
): Promise<void> => {
  await sql`
    update demo_call
       set driven_until = null,
           next_at = case
             when state <> ${line.state} or target <> ${line.target}
               or (outbox <> '[]' and not ${failed}) then app_now()
             else app_now() + make_interval(secs => ${waitMs / 1000}::float8) end
     where id = ${line.id}`.execute(db);
};

/** Calls nobody has answered yet, beyond so many; those that wait longest. */
export async function waitingBeyond(db: DbTx, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('demo_call')
    .select('id')
    .where('state', 'in', ['asking', 'offered'])
    .where('outbound', '=', false)
    .orderBy('rang_at', 'desc')
    .orderBy('id', 'desc')
    .offset(most)
    // One that another caller ends just now is ended; waiting for each other would be a deadlock.
    .forUpdate()
    .skipLocked()
    .execute();
  return rows.map((r) => r.id);
}

/** Real time: what signatures are dated by, whatever the city's clock shows. */
export async function realNow(db: Reader): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return rows[0]!.now;
}
