/** The demo's own use cases: changing roles, the clock, ringing, and what the player of the fortnight needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { calendarsFor, dayAt } from '../calendar/index.ts';
import { anyDue, clockOffset, nextStepAt } from '../deadline/index.ts';
import { nextLinkEnd } from '../followup/index.ts';
import { onDutyOperators } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { DAY_MS, HOUR_MS, cityDay } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { holds } from '../kernel/actor.ts';
import { nextDelivery } from '../notification/index.ts';
import { advanceClock, appNow, moveClock, resetClock } from '../platform/db.ts';
import type { Db, Reader } from '../platform/db.ts';
import { anyDuty } from '../platform/outbox.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { setNextNumber } from '../workorder/index.ts';
import type { CallView, DemoState, PlayAnswer, PlayInput, RingInput } from './schema.ts';
import * as store from './store.ts';
import type { CallRow } from './store.ts';

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

// ---------------------------------------------------------------- the telephone rings

const CALLS_MAX = 5;
/** Calls that ring at once: whoever rang longest gives up when one more comes. */
const RINGING_MAX = 20;
const FIRST = 'operator';

const recordEnd = (tx: Tx, { id, user_ids }: Pick<CallRow, 'id' | 'user_ids'>): void =>
  tx.record({
    type: 'call.ended',
    subjectType: 'call',
    subjectId: id,
    payload: { callId: id, userIds: user_ids },
  });

/** Rings at the operators' desks. @throws AppError `not_found` where no operator is called so. */
export async function ring(deps: Deps, input: RingInput, call?: Call): Promise<{ id: string }> {
  const onDuty = await onDutyOperators(deps.db, input.login);
  // Where nobody has signed in yet it rings at the desk that a newcomer sits down at.
  const userIds = onDuty.length > 0 || input.login ? onDuty : await onDutyOperators(deps.db, FIRST);
  if (userIds.length === 0) fail('not_found');
  const id = newId();
  const seal = (field: string, said: string) => deps.crypto.seal(said, `${id}/${field}`);
  await inTransaction(
    deps,
    SYSTEM,
    async (tx) => {
      for (const over of await store.endOldest(tx.db, RINGING_MAX - 1)) recordEnd(tx, over);
      await store.insertCall(tx.db, {
        id,
        user_ids: userIds,
        phone_ct: seal('phone', input.phone),
        name_ct: seal('name', input.name),
        text_ct: seal('text', input.text),
        rang_at: tx.at,
      });
      tx.record({
        type: 'call.rang',
        subjectType: 'call',
        subjectId: id,
        payload: { callId: id, userIds },
      });
    },
    call && { traceId: call.traceId },
  );
  return { id };
}

function callView(deps: Deps, row: CallRow, userId: string): CallView {
  const open = (field: string, sealed: Buffer) => deps.crypto.open(sealed, `${row.id}/${field}`);
  return {
    id: row.id,
    state: row.state,
    phone: open('phone', row.phone_ct),
    name: open('name', row.name_ct),
    text: open('text', row.text_ct),
    rangAt: row.rang_at.toISOString(),
    answeredAt: row.answered_at?.toISOString() ?? null,
    mine: row.answered_by === userId,
  };
}

/** What rings at this operator, and what they are talking to; nothing for others. */
export async function calls(deps: Deps, actor: StaffActor): Promise<CallView[]> {
  if (!holds(actor, 'operator')) return [];
  const rows = await store.callsOf(deps.db, actor.userId, CALLS_MAX);
  return rows.map((row) => callView(deps, row, actor.userId));
}

/** @throws AppError `not_found`: it never rang at this desk. */
export async function oneCall(deps: Deps, actor: StaffActor, id: string): Promise<CallView> {
  const row = (await store.findCall(deps.db, id, actor.userId)) ?? fail('not_found');
  return callView(deps, row, actor.userId);
}

async function speak(
  deps: Deps,
  actor: StaffActor,
  id: string,
  change: (tx: Tx) => Promise<boolean>,
): Promise<boolean> {
  const row = (await store.findCall(deps.db, id, actor.userId)) ?? fail('not_found');
  return inTransaction(deps, actor, async (tx) => {
    const changed = await change(tx);
    if (changed) recordEnd(tx, row);
    return changed;
  });
}

/** @throws AppError `state_conflict`: somebody was quicker, or nobody is there any more. */
export async function answer(deps: Deps, actor: StaffActor, id: string): Promise<CallView> {
  const won = await speak(deps, actor, id, (tx) =>
    store.answerCall(tx.db, id, actor.userId, tx.at),
  );
  const view = await oneCall(deps, actor, id);
  return won || (view.mine && view.state === 'answered') ? view : fail('state_conflict');
}

/** Hangs up, or lets it not ring any longer; said twice it changes nothing. */
export async function hangUp(deps: Deps, actor: StaffActor, id: string): Promise<void> {
  await speak(deps, actor, id, (tx) => store.endCall(tx.db, id));
}

// ---------------------------------------------------------------- the player

/** Waiting for what happened to have its consequences, in milliseconds. */
const SETTLE_LOOK_MS = 10;
const SETTLE_MAX_MS = 6_000;

interface Pending {
  quiet: boolean;
  nextDue: Date | null;
}

const WAITS: Pending = { quiet: false, nextDue: null };

/** One view of everything that may still be on its way. */
const pending = (db: Db): Promise<Pending> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      // What is nearest to its end comes first: as a rule that is what is still waited for.
      if (await anyDuty(tx)) return WAITS;
      const delivery = await nextDelivery(tx);
      if (delivery.due || (await anyDue(tx))) return WAITS;
      const now = await appNow(tx);
      const link = await nextLinkEnd(tx);
      if (link !== null && link <= now) return WAITS;
      const step = await nextStepAt(tx);
      const ahead = [link, delivery.next, step].filter((d) => d !== null && d > now) as Date[];
      const nextDue = ahead.length > 0 ? Math.min(...ahead.map((d) => d.getTime())) : null;
      return { quiet: true, nextDue: nextDue === null ? null : new Date(nextDue) };
    });

async function settle(db: Db): Promise<Pending> {
  const until = performance.now() + SETTLE_MAX_MS;
  for (;;) {
    const found = await pending(db);
    if (found.quiet || performance.now() > until) return found;
    await sleep(SETTLE_LOOK_MS);
  }
}

async function perform(deps: Deps, input: PlayInput): Promise<Pending> {
  const nothing = { quiet: false, nextDue: null };
  switch (input.op) {
    case 'begin': {
      const { seed, days, total } = input;
      await store.beginPlay(deps.db, { seed, days, total, end_at: new Date(input.endAt) });
      return nothing;
    }
    case 'clock': {
      const at = new Date(input.at);
      await moveClock(deps.db, at);
      if (input.done !== undefined) {
        await store.notePlay(deps.db, { city_time: at, done: input.done });
      }
      return nothing;
    }
    case 'settle':
      return settle(deps.db);
    case 'number':
      await setNextNumber(deps.db, input.day, input.next);
      return nothing;
    case 'end':
      await resetClock(deps.db);
      await store.notePlay(deps.db, { state: input.state });
      return nothing;
  }
}

/** Does what the player asks for. */
export async function play(deps: Deps, input: PlayInput): Promise<PlayAnswer> {
  const { quiet, nextDue } = await perform(deps, input);
  const now = await appNow(deps.db);
  return { now: now.toISOString(), quiet, nextDue: nextDue?.toISOString() ?? null };
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
