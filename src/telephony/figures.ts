/** Figures of the telephone, live: who waits, what was answered, who sits where. */
import { channelPolicyOf } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { DAY_MS, cityMidnight } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import * as store from './figures.store.ts';
import type { ConnectRate, TelephonyFigures } from './schema.ts';

/** @param at now, by the platform's clock. Counts of today are of the city's day. */
export async function telephonyFigures(db: Reader, at: Date): Promise<TelephonyFigures> {
  const policy = (await channelPolicyOf(db)).document.telephony;
  const midnight = cityMidnight(at);
  const tomorrow = new Date(midnight.getTime() + DAY_MS);
  const dayAgo = new Date(at.getTime() - DAY_MS);
  const [now, day, rate, returns, seats] = await Promise.all([
    store.waitingNow(db),
    store.countCalls(db, { from: midnight, to: tomorrow }, policy),
    store.connected(db, dayAgo, at),
    store.countReturns(db),
    store.countSeats(db),
  ]);
  const waited = now.since ? (at.getTime() - now.since.getTime()) / 1000 : 0;
  return {
    waiting: now.waiting,
    longestWaitSeconds: Math.max(0, Math.floor(waited)),
    entered: day.entered,
    answered: day.answered,
    answeredInTime: day.in_time,
    abandoned: day.abandoned,
    shortAbandoned: day.short,
    returnCallsDue: returns.due,
    returnCallsOverdue: returns.overdue,
    operators: {
      ready: seats.get('ready') ?? 0,
      ringing: seats.get('ringing') ?? 0,
      talking: seats.get('talking') ?? 0,
      wrapUp: seats.get('wrap_up') ?? 0,
      break: seats.get('break') ?? 0,
    },
    connectRate24h: rate,
  };
}

/** 接通率 of the 24 hours from an instant: answered by a person ÷ calls that asked for one and are over or answered. */
export async function connectRate(deps: Deps, actor: StaffActor, from: Date): Promise<ConnectRate> {
  if (!holds(actor, 'supervisor', 'center_admin')) fail('not_allowed');
  return store.connected(deps.db, from, new Date(from.getTime() + DAY_MS));
}
