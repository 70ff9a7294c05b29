/** How this process is: whether it ends, whether its database is away, how hard it works. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from './log.ts';
import { levelAfter, smoothed } from './rules.ts';
import type { Strain } from './rules.ts';
import type { Waits } from './shares.ts';

export interface Condition {
  /** It was asked to end: nobody new should come. */
  draining(): boolean;
  /** The database did not answer, on two connections one after the other. */
  databaseAway(): boolean;
  /** A connection that stood was not answered a moment ago: others may wait in vain too. */
  databaseSilent(): boolean;
  /** How many classes of requests are put off. */
  level(): number;
}

/** A process that has nothing to complain of. */
export const CALM: Condition = {
  draining: () => false,
  databaseAway: () => false,
  databaseSilent: () => false,
  level: () => 0,
};

/** Why nobody should be sent here; empty: all is well. */
export const complaints = (c: Condition): string[] => [
  ...(c.draining() ? ['draining'] : []),
  ...(c.databaseAway() ? ['database'] : []),
];

/** How often the strain is measured, in milliseconds. */
const MEASURE_MS = 100;

/** Measures how late this process is, how many wait for a connection and how long, until stopped. */
export function watchStrain(waits: Waits, limits: Strain) {
  let strain: Strain = { lagMs: 0, waiting: 0, waitMs: 0 };
  let level = 0;
  let expected = performance.now() + MEASURE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    const lagMs = Math.max(0, now - expected);
    expected = now + MEASURE_MS;
    strain = smoothed(strain, { lagMs, waiting: waits.waiting(), waitMs: waits.oldestMs() });
    level = levelAfter(level, strain, limits);
  }, MEASURE_MS).unref();
  return { level: () => level, strain: () => strain, stop: () => clearInterval(timer) };
}

/** How often the database is asked whether it is there, and how long it may think, in milliseconds. */
const ASK_MS = 500;
const ANSWER_MS = 1_500;
/** An answer that lies there while this process was busy counts. */
const GRACE_MS = 250;
const SILENT = 'silent';
/** So long after a silence what was asked meanwhile may still wait for nothing, in milliseconds. */
const SUSPICION_MS = 10_000;

/** @throws when there is no answer in time. */
async function answered<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  const silent = new AbortController();
  const late = sleep(ANSWER_MS, undefined, { signal: silent.signal })
    .then(() => sleep(GRACE_MS, undefined, { signal: silent.signal }))
    .then(() => Promise.reject(new Error(SILENT)));
  late.catch(() => {});
  return Promise.race([work, late]).finally(() => silent.abort());
}

async function asks(url: string, client: pg.Client | undefined): Promise<pg.Client> {
  const asked =
    client ?? new pg.Client({ connectionString: url, application_name: 'hotline-watch' });
  if (!client) asked.on('error', () => {});
  try {
    if (!client) await answered(asked.connect());
    await answered(asked.query('select 1'));
    return asked;
  } catch (error) {
    hangUp(asked);
    throw error;
  }
}

/** No polite end: who is silent would not answer that either. */
const hangUp = (client: pg.Client | undefined): void =>
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  )?.connection.stream.destroy();

/**
 * Asks the database again and again, on a connection of its own: a pool that is all taken says
 * nothing of the server. Only who is silent on a fresh connection too counts as away.
 * @param onSilent hears each time that a connection that stood was not answered.
 */
export function watchDatabase(url: string, log: Logger, onSilent: () => void = () => {}) {
  let client: pg.Client | undefined;
  let away = false;
  let silentAt = -Infinity;
  let ending = false;
  const look = async () => {
    const before = client;
    client = undefined;
    try {
      client = await asks(url, before);
    } catch (error) {
      // One that was ended politely says nothing of the others.
      if (before && error instanceof Error && error.message === SILENT) {
        silentAt = performance.now();
        onSilent();
      }
      client = await asks(url, undefined).catch(() => undefined);
    }
    const gone = client === undefined;
    // What was asked before it came back may still wait on a link that is dead.
    if (away && !gone) silentAt = performance.now();
    if (gone !== away && !ending) log.warn({ database: gone ? 'away' : 'back' }, 'database');
    away = gone;
    if (ending) hangUp(client);
  };
  const run = async () => {
    while (!ending) {
      await look();
      await sleep(ASK_MS, undefined, { ref: false });
    }
  };
  void run();
  return {
    away: () => away,
    silent: () => performance.now() - silentAt < SUSPICION_MS,
    stop: () => {
      ending = true;
      hangUp(client);
    },
  };
}
