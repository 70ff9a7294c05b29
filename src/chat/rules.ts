/** Decisions of the chat, from data alone. */
import { CITY_OFFSET_MS } from '../kernel/clock.ts';
import type { ChatState } from '../kernel/words.ts';

/** Most characters of one message, and of a message that is left (it becomes a demand). */
export const MESSAGE_MAX = 4_000;
export const LEFT_MAX = 2_000;
/** Messages read at once. */
export const PAGE_MAX = 100;
/** Notes of one chat, all told at once. */
export const NOTES_MAX = 50;
/** Sockets of one chat at one process: a few tabs and a telephone. */
export const SOCKETS_MAX = 8;
/** Minutes in which the widget that opened a chat may ask for its token again. */
export const REOPEN_MINUTES = 10;
/** A sign of typing at most this often, in milliseconds. */
export const TYPING_EVERY_MS = 1_000;

/** Ranks in the queue; within one, who came first goes first. */
export const PRIORITY = { emergency: 0, returned: 1, inTurn: 2 } as const;

/** Why nobody is there. */
export type Away = 'hours' | 'full' | 'nobody';

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether somebody should be there, by the city's time of day; `from` > `to` goes over midnight. */
export function withinHours(at: Date, hours: { from: string; to: string }): boolean {
  const city = new Date(at.getTime() + CITY_OFFSET_MS);
  const minute = city.getUTCHours() * 60 + city.getUTCMinutes();
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  return from <= to ? from <= minute && minute < to : minute >= from || minute < to;
}

/**
 * Where somebody who comes now begins. An emergency always stands in the queue; nobody at a desk does
 * not keep people out of it in the hours, as somebody should be there and is called.
 */
export function admission(now: {
  within: boolean;
  waiting: number;
  queueMax: number;
  seats: number;
  emergency: boolean;
}): { state: 'waiting' | 'away'; away: Away | null } {
  const away = !now.within
    ? 'hours'
    : now.waiting >= now.queueMax
      ? 'full'
      : now.seats === 0
        ? 'nobody'
        : null;
  const waits = now.emergency || away === null || away === 'nobody';
  return { state: waits ? 'waiting' : 'away', away };
}

/** A seat that is on, and what it holds. */
export interface Seat {
  userId: string;
  /** What the operator lowered it to. */
  cap: number;
  open: number;
  lastAssignedAt: Date | null;
}

/** Whether a seat takes one more by itself. */
export const hasPlace = (s: Pick<Seat, 'cap' | 'open'>, cap: number): boolean =>
  s.open < Math.min(s.cap, cap);

/**
 * Who gets the next chat: the least loaded, then who waited longest for one. Where all are full, an
 * emergency is one more than the cap.
 * @param cap of the policy.
 */
export function nextSeat<S extends Seat>(
  seats: readonly S[],
  cap: number,
  emergency = false,
): S | null {
  const since = (s: Seat) => s.lastAssignedAt?.getTime() ?? -Infinity;
  const before = (a: Seat, b: Seat) =>
    a.open - b.open || (since(a) < since(b) ? -1 : since(a) > since(b) ? 1 : 0) || (a.userId < b.userId ? -1 : 1); // prettier-ignore
  const free = seats.filter((s) => hasPlace(s, cap)).toSorted(before)[0];
  if (free || !emergency) return free ?? null;
  const oneMore = (s: Seat) => s.open <= Math.min(s.cap, cap);
  return seats.filter(oneMore).toSorted(before)[0] ?? null;
}

const MINUTE_MS = 60_000;

/** The citizen's words in the current minute, with one more. */
export function counted(
  window: { since: Date; count: number },
  at: Date,
): { since: Date; count: number } {
  const fresh = Math.abs(at.getTime() - window.since.getTime()) >= MINUTE_MS;
  return fresh ? { since: at, count: 1 } : { since: window.since, count: window.count + 1 };
}

/** How the clock of the first answer stands when a person answers, or the chat ends, at an instant. */
export function clockAt(
  clock: { state: string | null; dueAt: Date | null },
  at: Date,
  what: 'answered' | 'over',
): 'running' | 'met' | 'late' | 'void' | null {
  if (clock.state !== 'running' || !clock.dueAt) return clock.state as 'met' | null;
  if (at > clock.dueAt) return 'late';
  return what === 'answered' ? 'met' : 'void';
}

/** Assignments within this time tell how fast the queue goes, in seconds. */
export const PACE_SECONDS = 600;

/**
 * Seconds until the one at this place in the queue is served, by how many were served lately; null:
 * nobody was.
 */
export function expectedWait(position: number, servedLately: number): number | null {
  if (position <= 0) return 0;
  return servedLately === 0 ? null : Math.ceil((position * PACE_SECONDS) / servedLately);
}

/** A chat is idle when its citizen leaves the last word to us for that long. */
export const isIdle = (
  chat: { lastCitizenAt: Date; lastOperatorAt: Date | null },
  at: Date,
  minutes: number,
): boolean =>
  chat.lastOperatorAt !== null &&
  chat.lastOperatorAt > chat.lastCitizenAt &&
  at.getTime() - chat.lastOperatorAt.getTime() >= minutes * MINUTE_MS;

/**
 * How somebody may read a chat. `sensitive`: an order of it is confidential or anonymous.
 * @returns `noted`: the reading is put on record.
 */
export function readingOf(who: {
  own: boolean;
  open: boolean;
  overseer: boolean;
  worksOnOrder: boolean;
  sensitive: boolean;
}): 'free' | 'noted' | 'none' {
  if (who.own && who.open) return 'free';
  if (who.sensitive) return who.overseer ? 'noted' : 'none';
  return who.own || who.overseer || who.worksOnOrder ? 'free' : 'none';
}

/** A chat that still goes on. */
export const isLive = (state: ChatState): boolean => state !== 'ended' && state !== 'left_message';

/** What everybody types: control characters but line ends and tabs are no words. */
export const plainText = (typed: string): string =>
  typed
    .replace(/\r\n?/g, '\n')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
