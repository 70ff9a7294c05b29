import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';
import pg from 'pg';
import type { Database as Tables, Views } from '../../db/schema.ts';
import { AppError } from '../kernel/errors.ts';
import { pipelined } from './pipeline.ts';

export { after, later } from './pipeline.ts';

type Database = Tables & Views;

export type Db = Kysely<Database>;
export type DbTx = Transaction<Database>;
/** Either: for reads that run inside or outside a transaction. */
export type Reader = Db | DbTx;

const DATE_OID = 1082;

export interface Connection {
  db: Db;
  pool: pg.Pool;
  /** How often something was sent so far: what a unit of work costs before all else. */
  trips(): number;
  /** A connection beside these fell silent: those that are silent too are cut. */
  distrust(): void;
  close(): Promise<void>;
}

/** The server ends a statement that takes longer, in milliseconds. */
const STATEMENT_MS = 15_000;
/** Later than the server gives up: only a link that is dead says nothing to any question that long. */
const SILENT_MS = STATEMENT_MS + 5_000;
/** A connection under suspicion may be silent so long, and is looked at so often, in milliseconds. */
const SUSPECT_MS = 1_500;
const SUSPECT_LOOK_MS = 250;
/** How often the others are looked at, in milliseconds. */
const LOOK_MS = 1_000;

interface Kept {
  idle: boolean;
  /** How many questions it has not answered, and since when it has said nothing to the first of them. */
  asked: number;
  silentSince: number;
  suspect: boolean;
  cut(): void;
}

/**
 * Cuts connections whose server says nothing any more. Given back to the pool they would hold up
 * whoever gets them next, and the kernel takes many minutes to notice.
 * @returns puts every connection under suspicion, as one beside them fell silent: who waits to be used
 *   goes at once, who is asked and stays silent soon, and who answers is trusted again.
 */
function cutTheSilent(pool: pg.Pool): () => void {
  const all = new Map<pg.PoolClient, Kept>();
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    for (const k of all.values()) {
      const silentMs = k.asked > 0 ? performance.now() - k.silentSince : 0;
      if (silentMs > SILENT_MS || (k.suspect && (k.idle || silentMs > SUSPECT_MS))) k.cut();
    }
    const suspect = [...all.values()].some((k) => k.suspect);
    timer =
      all.size > 0 ? setTimeout(look, suspect ? SUSPECT_LOOK_MS : LOOK_MS).unref() : undefined;
  };
  pool.on('connect', (client) => {
    timer ??= setTimeout(look, LOOK_MS).unref();
    const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } })
      .connection;
    const kept: Kept = {
      idle: false,
      asked: 0,
      silentSince: 0,
      suspect: false,
      cut: () => stream.destroy(),
    };
    all.set(client, kept);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const answer = query(...args);
      if (!(answer instanceof Promise)) return answer;
      if (kept.asked++ === 0) kept.silentSince = performance.now();
      const answered = () => {
        kept.asked -= 1;
        kept.silentSince = performance.now();
        kept.suspect = false;
      };
      answer.then(answered, answered);
      return answer;
    }) as typeof client.query;
  });
  pool.on('acquire', (client) => void (all.get(client)!.idle = false));
  pool.on('release', (_, client) => void ((all.get(client) ?? ({} as Kept)).idle = true));
  pool.on('remove', (client) => void all.delete(client));
  return () => {
    for (const k of all.values()) k.suspect = true;
    clearTimeout(timer);
    look();
  };
}

/** A pool on one database. Calendar days stay text: a `Date` would shift them by the zone. */
export function connect(url: string, options: { max?: number; name?: string } = {}): Connection {
  const types = new pg.TypeOverrides();
  types.setTypeParser(DATE_OID, (v: string) => v);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.name ?? 'hotline',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_MS,
    lock_timeout: 8_000,
    idle_in_transaction_session_timeout: 20_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
    pipeline: true,
  } as pg.PoolConfig);
  // An idle client that loses its server must not end the process; the next query reconnects.
  pool.on('error', () => {});
  // Nor one that loses it in the middle of a transaction: the query's own rejection says it.
  pool.on('connect', (client) => client.on('error', () => {}));
  let trips = 0;
  const db = pipelined<Database>(pool, () => void (trips += 1));
  const distrust = cutTheSilent(pool);
  // Kysely ends only a pool that it has used itself.
  const close = async () => {
    await db.destroy();
    if (!pool.ended) await pool.end();
  };
  return { db, pool, trips: () => trips, distrust, close };
}

/** The platform's one clock: database time plus the offset that only demo and test may set. */
export async function appNow(db: Reader): Promise<Date> {
  const row = await sql<{ now: Date }>`select app_now() as now`.execute(db);
  return row.rows[0]!.now;
}

/** Moves the clock to `instant`; refused by the database outside demo and test. */
export async function moveClock(db: Reader, instant: Date): Promise<void> {
  await sql`update app_clock set offset_ms =
    round(extract(epoch from (${instant}::timestamptz - clock_timestamp())) * 1000)`.execute(db);
}

/** Moves the clock ahead of where it is; refused by the database outside demo and test. */
export async function advanceClock(db: Reader, byMs: number): Promise<void> {
  await sql`update app_clock set offset_ms = offset_ms + ${Math.round(byMs)}`.execute(db);
}

/** The clock shows real time again. */
export async function resetClock(db: Reader): Promise<void> {
  await sql`update app_clock set offset_ms = 0`.execute(db);
}

/** What kind of database this is; `production` unless it was marked at creation. */
export async function deploymentKind(db: Reader): Promise<'demo' | 'test' | 'production'> {
  const row = await db.selectFrom('deployment').select('kind').executeTakeFirst();
  return (row?.kind as 'demo' | 'test' | undefined) ?? 'production';
}

const LOST = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
const LOST_SQLSTATE = /^(08|57P0|53300)/;

/** Whether the error says that the database could not be reached, rather than that it refused. */
export function isConnectionLoss(error: unknown): boolean {
  const e = error as { code?: string; message?: string };
  if (typeof e?.code === 'string' && (LOST.has(e.code) || LOST_SQLSTATE.test(e.code))) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered/.test(
    e?.message ?? '',
  );
}

/** SQLSTATE of a PostgreSQL error, else undefined. */
export const sqlState = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown })?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** Whether the error is a breach of this unique index or constraint. */
export const violates = (error: unknown, name: string): boolean =>
  sqlState(error) === '23505' && (error as { constraint?: string }).constraint === name;

/** Turns errors of the database into those of the platform; others pass unchanged. */
export function translateDbError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isConnectionLoss(error)) return new AppError('database_unavailable', {}, String(error));
  const state = sqlState(error);
  if (state === 'HL001') return new AppError('separation_of_duties');
  // A write that found another row than was locked: whoever asks again is told how it stands.
  if (state === 'HL002') return new AppError('busy', {}, String(error));
  if (state === '55P03' || state === '57014' || state === '40P01' || state === '40001')
    return new AppError('busy', {}, `sqlstate ${state}`);
  return error;
}
