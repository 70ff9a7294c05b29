/** The demo's own use cases: changing roles, the clock, what callers say, and what the player of the fortnight needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { calendarsFor, dayAt } from '../calendar/index.ts';
import { anyDue, clockOffset, nextStepAt } from '../deadline/index.ts';
import { demoDoorSecret, openDemoSources } from '../door/index.ts';
import type { DemoSource } from '../door/index.ts';
import { nextLinkEnd } from '../followup/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { DAY_MS, HOUR_MS, cityDay } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { nextDelivery } from '../notification/index.ts';
import { advanceClock, appNow, moveClock, resetClock } from '../platform/db.ts';
import type { Db, Reader } from '../platform/db.ts';
import { anyDuty } from '../platform/outbox.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { externalCallOf, telephonyFigures } from '../telephony/index.ts';
import { setNextNumber } from '../workorder/index.ts';
import type { Captions, DemoState, PlayAnswer, PlayOrder, Settled } from './schema.ts';
import * as store from './store.ts';
import { findLine } from './switch.store.ts';

export type Accounts = () => Promise<DemoState['accounts']>;

/** How the play stands, how far the clock was moved, and whose desks one may sit down at. */
export async function demoState(deps: Deps, accounts: Accounts): Promise<DemoState> {
  const [play, offsetMs, now, people] = await Promise.all([
    store.findPlay(deps.db),
    clockOffset(deps.db),
    appNow(deps.db),
    accounts(),
  ]);
  return {
    play: {
      state: play?.state ?? 'none',
      seed: play?.seed ?? 0,
      days: play?.days ?? 0,
      done: play?.done ?? 0,
      total: play?.total ?? 0,
      cityTime: play?.city_time?.toISOString() ?? null,
      endAt: play?.end_at.toISOString() ?? null,
    },
    offsetMs,
    now: now.toISOString(),
    accounts: people.map(({ login, name, role, organizationName }) => ({
      login,
      name,
      role,
      organizationName,
    })),
  };
}

// ---------------------------------------------------------------- the clock

/** Milliseconds from now to the same time of the next working day of the city. */
async function toNextWorkingDay(db: Reader, now: Date): Promise<number> {
  const calendar = (await calendarsFor(db, [null])).get(null) ?? fail('not_ready');
  for (let days = 1; days <= 30; days++) {
    const date = cityDay(new Date(now.getTime() + days * DAY_MS));
    if (dayAt(calendar, date).day.spans.length > 0) return days * DAY_MS;
  }
  return DAY_MS;
}

/**
 * Puts the city's clock ahead, for everybody; it is never put back.
 * @throws AppError `state_conflict` while the fortnight is played, which moves it itself.
 */
export async function advance(deps: Deps, step: 'hour' | 'working_day'): Promise<Date> {
  if ((await store.findPlay(deps.db))?.state === 'playing') fail('state_conflict');
  const now = await appNow(deps.db);
  await advanceClock(deps.db, step === 'hour' ? HOUR_MS : await toNextWorkingDay(deps.db, now));
  return appNow(deps.db);
}

// ---------------------------------------------------------------- what a caller says

/**
 * What the caller of a call says, for the operator it rings at or who talks to them.
 * @throws AppError `not_found`: no call of the demo's, or one of somebody else.
 */
export async function captions(deps: Deps, actor: StaffActor, callId: string): Promise<Captions> {
  const externalId = await externalCallOf(deps.db, actor, callId);
  const line = externalId === null ? null : await findLine(deps.db, externalId);
  if (!line) fail('not_found');
  const open = (field: string, sealed: Buffer) => deps.crypto.open(sealed, `${line.id}/${field}`);
  return { name: open('name', line.name_ct), text: open('text', line.text_ct) };
}

/** How long the demo's switch recorded. @throws AppError `not_found`. */
export async function recordingSeconds(deps: Deps, id: string): Promise<number> {
  const line = await findLine(deps.db, id);
  if (!line?.answeredAt || line.state !== 'ended') fail('not_found');
  return ((line.endedAt ?? line.answeredAt).getTime() - line.answeredAt.getTime()) / 1000;
}

/** Whether anybody could answer now. */
export const anybodyReady = async (deps: Deps): Promise<boolean> =>
  (await telephonyFigures(deps.db, await appNow(deps.db))).operators.ready > 0;

// ---------------------------------------------------------------- the player

/** Waiting for what happened to have its consequences, in milliseconds. */
const SETTLE_LOOK_MS = 10;
const SETTLE_MAX_MS = 6_000;

/** For what the player waits, and how long. */
export interface Waits {
  /** Consumers that may act: for them it waits at every instant. Unset: each may. */
  acting?: readonly string[] | undefined;
  settleMaxMs?: number | undefined;
}

interface Pending {
  quiet: boolean;
  nextDue: Date | null;
}

const WAITS: Pending = { quiet: false, nextDue: null };

/** One view of everything that may still be on its way. */
const pending = (db: Db, how: Settled, { acting }: Waits): Promise<Pending> =>
  db.transaction().execute(async (tx) => {
    await store.inOneView(tx);
    // What is nearest to its end comes first: as a rule that is what is still waited for.
    if (await anyDuty(tx, how === 'acts' ? acting : undefined)) return WAITS;
    const delivery = await nextDelivery(tx);
    if ((delivery.due && how === 'all') || (await anyDue(tx))) return WAITS;
    const now = await appNow(tx);
    const link = await nextLinkEnd(tx);
    if (link !== null && link <= now) return WAITS;
    const step = await nextStepAt(tx);
    const ahead = [link, delivery.next, step].filter((d) => d !== null && d > now) as Date[];
    const nextDue = ahead.length > 0 ? Math.min(...ahead.map((d) => d.getTime())) : null;
    return { quiet: true, nextDue: nextDue === null ? null : new Date(nextDue) };
  });

async function settle(db: Db, how: Settled, waits: Waits): Promise<Pending> {
  const until = performance.now() + (waits.settleMaxMs ?? SETTLE_MAX_MS);
  for (;;) {
    // While duties are left there is nothing else to look at, and no view of everything is needed.
    const left = await anyDuty(db, how === 'acts' ? waits.acting : undefined);
    const found = left ? WAITS : await pending(db, how, waits);
    if (found.quiet || performance.now() > until) return found;
    await sleep(SETTLE_LOOK_MS);
  }
}

/** The secret of a source that only a demo has; the source is open afterwards. */
async function demoSecret(deps: Deps, name: DemoSource): Promise<string> {
  await inTransaction(deps, SYSTEM, (tx) => openDemoSources(tx, deps));
  return demoDoorSecret(deps.crypto, name);
}

async function perform(
  deps: Deps,
  input: PlayOrder,
  waits: Waits,
): Promise<Pending & Pick<PlayAnswer, 'secret'>> {
  const nothing: Pending = { quiet: false, nextDue: null };
  switch (input.op) {
    case 'begin': {
      const { seed, days, total } = input;
      await store.beginPlay(deps.db, { seed, days, total, end_at: new Date(input.endAt) });
      return nothing;
    }
    case 'clock': {
      const at = new Date(input.at);
      const found = input.after ? await settle(deps.db, input.after, waits) : nothing;
      // What is still on its way happens at this instant: who asks may ask again, or go on without.
      if (input.after && !found.quiet) return found;
      if (found.nextDue && found.nextDue < at) return found;
      await moveClock(deps.db, at);
      if (input.done !== undefined) {
        await store.notePlay(deps.db, { city_time: at, done: input.done });
      }
      return found;
    }
    case 'settle':
      return settle(deps.db, input.until, waits);
    case 'number':
      await setNextNumber(deps.db, input.day, input.next);
      return nothing;
    case 'source':
      return { ...nothing, secret: await demoSecret(deps, input.name) };
    case 'end':
      await resetClock(deps.db);
      await store.notePlay(deps.db, { state: input.state });
      return nothing;
  }
}

/** Does what the player asks for. */
export async function play(deps: Deps, input: PlayOrder, waits: Waits = {}): Promise<PlayAnswer> {
  const { quiet, nextDue, ...rest } = await perform(deps, input, waits);
  const now = await appNow(deps.db);
  return { now: now.toISOString(), quiet, nextDue: nextDue?.toISOString() ?? null, ...rest };
}

/**
 * A play that nobody goes on with: the clock shows real time again and everything keeps working.
 * @returns how the play of this database stands now, and whether that was put right just now.
 */
export async function mendPlay(
  db: Db,
): Promise<{ state: DemoState['play']['state']; mended: boolean }> {
  const found = await store.findPlay(db);
  if (found?.state !== 'playing') return { state: found?.state ?? 'none', mended: false };
  await resetClock(db);
  await store.notePlay(db, { state: 'interrupted' });
  return { state: 'interrupted', mended: true };
}
