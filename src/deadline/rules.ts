/**
 * Due and warning instants as a pure function of ledger + policy + calendar. Nothing here knows an
 * order: a clock runs for an opaque subject.
 */
import {
  addWorking,
  addWorkingDates,
  previousWorkingDate,
  startOfDate,
  workingBetween,
  workingDateOf,
  type Reached,
  type WorkCalendar,
} from '../calendar/rules.ts';
import { DAY_MS, HOUR_MS, cityDay } from '../kernel/clock.ts';

/** wd = working days, wh = working hours, nh = natural hours (domain.md §3.3). */
export const BASES = ['wd', 'wh', 'nh'] as const;
export type Basis = (typeof BASES)[number];

export interface Limit {
  /** Days for `wd`, hours otherwise; fractions allowed for hours (0.25 = 15 minutes). */
  readonly amount: number;
  readonly basis: Basis;
}

export const PAUSE_TYPES = ['supplement', 'suspension', 'statutory'] as const;
export type PauseType = (typeof PAUSE_TYPES)[number];

/** One line of the append-only ledger of one clock, in order of `at` (and of writing). */
export type Entry =
  | { kind: 'start'; at: Date }
  | { kind: 'pause'; at: Date; pause: PauseType }
  /** After a pause: the paused time is added. After a stop (failed audit): as if it had never stopped. */
  | { kind: 'resume'; at: Date }
  /** `done` counts against the due instant, `void` does not (cancelled, withdrawn, merged). */
  | { kind: 'stop'; at: Date; how: 'done' | 'void' }
  | { kind: 'extend'; at: Date; by: Limit };

/** When a step of the ladder comes: at a share of the whole time, or n units after the due instant. */
export type StepAt = { share: number } | { after: number };
export interface StepRule {
  readonly step: string;
  readonly at: StepAt;
}

export interface Computed {
  state: 'running' | 'paused' | 'stopped';
  /** Null while paused. A stopped clock keeps the due instant it was measured by. */
  dueAt: Date | null;
  /** From when it is 将到期: 80 % used, or (wd) 00:00 of the last working day before the due date. */
  soonAt: Date | null;
  /** 00:00 of the due date (wd only). */
  todayAt: Date | null;
  /** What is left on the clock's own basis when it was paused, in ms; negative when over. */
  remainingMs: number | null;
  stoppedAt: Date | null;
  /** `stop.at <= due`; null while it runs and after a void stop. */
  met: boolean | null;
  /** The due instant lies beyond the published calendar. */
  provisional: boolean;
  /** How often the due instant was granted anew: 1 + number of extensions. */
  epoch: number;
  steps: { step: string; at: Date }[];
  /** The ledger in words' terms, each line with the due instant after it. */
  lines: Line[];
}

export interface Line {
  kind: 'start' | 'base' | 'pause' | 'extend' | 'stop' | 'due';
  at: Date;
  /** End of the pause. */
  until?: Date;
  pause?: PauseType;
  by?: Limit;
  /** Time that the line adds on the clock's own basis, in ms. */
  addsMs?: number;
  due: Date | null;
  provisional?: boolean;
}

export type Compute = (
  ledger: readonly Entry[],
  limit: Limit,
  steps: readonly StepRule[],
  calendar: WorkCalendar,
) => Computed;

// ── Time on a basis ────────────────────────────────────────────────────────────────────────────

/** From when a clock is 将到期 (look.md, Clocks). */
const SOON_SHARE = 0.8;

/** `ms` of the basis's own time after `at`: working time for wd and wh, any time for nh. */
export function addOn(basis: Basis, cal: WorkCalendar, at: Date, ms: number): Reached {
  if (basis !== 'nh') return addWorking(cal, at, ms);
  const later = new Date(at.getTime() + ms);
  return { at: later, date: workingDateOf(cal, later), provisional: false };
}

/** Time from `a` to `b` on the basis in ms: working for wd and wh, natural for nh; 0 if `b` <= `a`. */
export const measure = (basis: Basis, cal: WorkCalendar, a: Date, b: Date): number =>
  basis === 'nh' ? Math.max(b.getTime() - a.getTime(), 0) : workingBetween(cal, a, b);

/** Throws unless a limit is above zero, and whole where it counts days. */
function check({ amount, basis }: Limit): void {
  const whole = basis !== 'wd' || Number.isInteger(amount);
  if (!Number.isFinite(amount) || amount <= 0 || !whole) {
    throw new Error(`not a limit: ${amount} ${basis}`);
  }
}

/**
 * A limit after an instant. Days follow `from.date`, which is not counted; hours follow `from.at`.
 * Throws for what is no limit, and when the calendar has no such time.
 */
export function addLimit(
  cal: WorkCalendar,
  from: Pick<Reached, 'at' | 'date'>,
  limit: Limit,
): Reached {
  check(limit);
  if (limit.basis === 'wd') return addWorkingDates(cal, from.date, limit.amount);
  return addOn(limit.basis, cal, from.at, Math.round(limit.amount * HOUR_MS));
}

// ── Reading the ledger ─────────────────────────────────────────────────────────────────────────

interface Pause {
  readonly from: Date;
  readonly until: Date;
}

/** A clock while its ledger is read; `due` does not yet know an open pause. */
interface Clock {
  readonly basis: Basis;
  readonly cal: WorkCalendar;
  readonly start: Date;
  readonly due: Reached;
  /** Ended pauses, in order. */
  readonly pauses: readonly Pause[];
  /** What the pauses add on the clock's own basis, in ms. */
  readonly pausedMs: number;
  readonly open: { at: Date; pause: PauseType } | null;
  readonly stop: { at: Date; how: 'done' | 'void' } | null;
  readonly epoch: number;
  readonly lines: readonly Line[];
}

const withDue = (due: Reached) => ({ due: due.at, provisional: due.provisional });

/** A new due instant on top of another: once beyond the published calendar, always beyond it. */
const onTopOf = (clock: Clock, due: Reached): Reached => ({
  ...due,
  provisional: clock.due.provisional || due.provisional,
});

function begin(entry: Entry | undefined, limit: Limit, cal: WorkCalendar): Clock {
  if (entry?.kind !== 'start') throw new Error(`${entry?.kind ?? 'nothing'}: no clock has started`);
  const start = entry.at;
  // The day of receipt is the calendar date, also inside a night shift (domain.md §3.4).
  const due = addLimit(cal, { at: start, date: cityDay(start) }, limit);
  const lines: Line[] = [
    { kind: 'start', at: start, due: null },
    { kind: 'base', at: start, by: limit, ...withDue(due) },
  ];
  const none = { pauses: [], pausedMs: 0, open: null, stop: null, epoch: 1 };
  return { basis: limit.basis, cal, start, due, ...none, lines };
}

/** Ends the open pause: its time is added also to a due instant that has passed. */
function closePause(clock: Clock, until: Date): Clock {
  if (!clock.open) return clock;
  const { at: from, pause } = clock.open;
  const addsMs = measure(clock.basis, clock.cal, from, until);
  // A pause outside working time adds nothing, and leaves the due date as it is.
  const due =
    addsMs === 0 ? clock.due : onTopOf(clock, addOn(clock.basis, clock.cal, clock.due.at, addsMs));
  return {
    ...clock,
    due,
    pauses: [...clock.pauses, { from, until }],
    pausedMs: clock.pausedMs + addsMs,
    open: null,
    lines: [...clock.lines, { kind: 'pause', at: from, until, pause, addsMs, ...withDue(due) }],
  };
}

function extend(clock: Clock, at: Date, by: Limit): Clock {
  const due = onTopOf(clock, addLimit(clock.cal, clock.due, by));
  const line: Line = { kind: 'extend', at, by, ...withDue(due) };
  return { ...clock, due, epoch: clock.epoch + 1, lines: [...clock.lines, line] };
}

/** Throws, with the entry's name, when it makes no sense after those before it. */
function read(clock: Clock, entry: Entry): Clock {
  const refuse = (why: string): never => {
    throw new Error(`${entry.kind} at ${entry.at.toISOString()}: ${why}`);
  };
  if (clock.stop && entry.kind !== 'resume') return refuse('the clock has stopped');
  switch (entry.kind) {
    case 'start':
      return refuse('the clock has started before');
    case 'pause':
      if (clock.open) return refuse('the clock is paused');
      return { ...clock, open: { at: entry.at, pause: entry.pause } };
    case 'resume':
      if (clock.stop) return { ...clock, stop: null };
      return clock.open ? closePause(clock, entry.at) : refuse('the clock is running');
    case 'stop':
      return { ...closePause(clock, entry.at), stop: { at: entry.at, how: entry.how } };
    case 'extend':
      return extend(clock, entry.at, entry.by);
  }
}

// ── What follows from it ───────────────────────────────────────────────────────────────────────

/** When `ms` of the clock's own time have run since its start, pauses left out. */
function afterRunning({ basis, cal, start, pauses }: Clock, ms: number): Date {
  let from = start;
  let left = ms;
  for (const pause of pauses) {
    const ran = measure(basis, cal, from, pause.from);
    if (left <= ran) break;
    left -= ran;
    from = pause.until;
  }
  return addOn(basis, cal, from, left).at;
}

/** The instant of a share of the whole running time; null when that is not after the start. */
function shareAt(clock: Clock, share: number): Date | null {
  const { basis, cal, start, due, pausedMs } = clock;
  const ms = Math.round(share * (measure(basis, cal, start, due.at) - pausedMs));
  return ms > 0 ? afterRunning(clock, ms) : null;
}

/** `n` units after the due instant: working days, or 24 natural hours each; 0 is the instant itself. */
function afterDue({ basis, cal, due }: Clock, n: number): Date {
  // What comes before the due instant is said as a share: an offset could lie before the start.
  if (!(n >= 0)) throw new Error(`not a step after the due instant: ${n}`);
  if (n === 0) return due.at;
  if (basis === 'nh') return new Date(due.at.getTime() + n * DAY_MS);
  return addWorkingDates(cal, due.date, n).at;
}

/** Steps of the ladder by instant; a share that comes at or before the start is left out. */
const stepsOf = (clock: Clock, rules: readonly StepRule[]): Computed['steps'] =>
  rules
    .flatMap(({ step, at: rule }) => {
      const at = 'share' in rule ? shareAt(clock, rule.share) : afterDue(clock, rule.after);
      return at ? [{ step, at }] : [];
    })
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());

/** `soonAt` and `todayAt`, neither before the start (look.md, Clocks). */
function warnings(clock: Clock): Pick<Computed, 'soonAt' | 'todayAt'> {
  const { basis, cal, start, due } = clock;
  const notBefore = (ms: number) => new Date(Math.max(ms, start.getTime()));
  const used = (shareAt(clock, SOON_SHARE) ?? start).getTime();
  if (basis !== 'wd') return { soonAt: notBefore(used), todayAt: null };
  const eve = previousWorkingDate(cal, due.date);
  return {
    soonAt: notBefore(eve === null ? used : Math.min(used, startOfDate(eve).getTime())),
    todayAt: notBefore(startOfDate(due.date).getTime()),
  };
}

function whilePaused(clock: Clock, open: { at: Date; pause: PauseType }): Computed {
  const left = (a: Date, b: Date) => measure(clock.basis, clock.cal, a, b);
  return {
    state: 'paused',
    dueAt: null,
    soonAt: null,
    todayAt: null,
    // One of the two is 0: what was left, or what it was over.
    remainingMs: left(open.at, clock.due.at) - left(clock.due.at, open.at),
    stoppedAt: null,
    met: null,
    provisional: clock.due.provisional,
    epoch: clock.epoch,
    steps: [],
    lines: [...clock.lines, { kind: 'pause', at: open.at, pause: open.pause, due: null }],
  };
}

function withStop({ stop, due, lines }: Clock) {
  const last: Line = { kind: 'due', at: due.at, ...withDue(due) };
  if (!stop) {
    const all = [...lines, last];
    return { state: 'running' as const, stoppedAt: null, met: null, lines: all };
  }
  return {
    state: 'stopped' as const,
    stoppedAt: stop.at,
    // An instant exactly on the deadline is met (quality.md B).
    met: stop.how === 'done' ? stop.at <= due.at : null,
    lines: [...lines, { kind: 'stop' as const, at: stop.at, due: due.at }, last],
  };
}

/**
 * Everything about one clock from its ledger, by the limit, steps and calendar given: nothing is
 * kept from earlier computations, so a new policy or calendar sees the same pauses and extensions.
 * Throws for a limit that is none, for an entry that makes no sense (named), and for a calendar
 * without working time.
 */
export const compute: Compute = (ledger, limit, steps, calendar) => {
  const [first, ...rest] = ledger;
  const clock = rest.reduce(read, begin(first, limit, calendar));
  if (clock.open) return whilePaused(clock, clock.open);
  return {
    dueAt: clock.due.at,
    ...warnings(clock),
    remainingMs: null,
    provisional: clock.due.provisional,
    epoch: clock.epoch,
    steps: clock.stop ? [] : stepsOf(clock, steps),
    ...withStop(clock),
  };
};
