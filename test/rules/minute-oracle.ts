/**
 * A second opinion on deadlines, as slow and plain as can be: every minute of some months is marked
 * with the date that works it, and every question is answered by walking over the minutes one by one.
 * Written from the definitions (domain.md §3.4, look.md “Clocks”); it shares types with the rules and
 * no code, not even date arithmetic. It knows whole minutes only.
 */
import type { Plan } from '../../src/calendar/rules.ts';
import type { Computed, Entry, Limit, StepRule } from '../../src/deadline/rules.ts';

const MINUTE = 60_000;

/** Minutes are counted from 00:00 in the city of the first date; dates are indexes. */
export interface World {
  readonly firstDate: string;
  /** Instant of minute 0, in ms. */
  readonly zero: number;
  readonly dates: number;
  /** The index of the last published date. */
  readonly published: number;
  /** For every minute the date that works it, or -1. */
  readonly owner: Int16Array;
  /** For every date the minute when its last span ends, or -1 without work. */
  readonly lastEnd: Int32Array;
}

/** `yyyy-mm-dd` of a date some days after another. */
export function dateAfter(date: string, days: number): string {
  const [y, m, d] = date.split('-').map(Number) as [number, number, number];
  const at = new Date(Date.UTC(y, m - 1, d + days));
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
}

function spansOf(plan: Plan, date: string, exceptionsHold: boolean) {
  const sunday0 = new Date(`${date}T12:00:00Z`).getUTCDay();
  const hours = (weekday: number) => {
    let found: readonly (readonly [number, number])[] = [];
    for (const rule of plan.hours) {
      if (rule.weekday === weekday && rule.from <= date && rule.to > date) found = rule.spans;
    }
    return found;
  };
  const has = (kind: string) =>
    exceptionsHold && plan.exceptions.some((e) => e.date === date && e.kind === kind);
  if (has('stop')) return [];
  if (has('makeup')) {
    for (let weekday = 1; weekday <= 7; weekday++) {
      if (hours(weekday).length > 0) return hours(weekday);
    }
    return [];
  }
  return has('off') ? [] : hours(sunday0 === 0 ? 7 : sunday0);
}

/** Marks the minutes of `dates` dates; those after `published` have weekly hours and no exceptions. */
export function makeWorld(plan: Plan, firstDate: string, dates: number, published: number): World {
  const owner = new Int16Array((dates + 2) * 1440).fill(-1);
  const lastEnd = new Int32Array(dates).fill(-1);
  for (let date = 0; date < dates; date++) {
    for (const [start, end] of spansOf(plan, dateAfter(firstDate, date), date <= published)) {
      for (let m = date * 1440 + start; m < date * 1440 + end; m++) {
        if (owner[m] === -1) owner[m] = date;
      }
      lastEnd[date] = date * 1440 + end;
    }
  }
  const zero = new Date(`${firstDate}T00:00:00+08:00`).getTime();
  return { firstDate, zero, dates, published, owner, lastEnd };
}

interface Due {
  minute: number;
  date: number;
  provisional: boolean;
}

const dateOf = (minute: number) => Math.floor(minute / 1440);

/** Whether a minute counts on a basis. */
function counts(w: World, basis: Limit['basis'], m: number): boolean {
  if (m < 0 || m >= w.dates * 1440) throw new Error('beyond the minutes of the oracle');
  return basis === 'nh' || w.owner[m]! >= 0;
}

function count(w: World, basis: Limit['basis'], from: number, to: number): number {
  let n = 0;
  for (let m = from; m < to; m++) if (counts(w, basis, m)) n += 1;
  return n;
}

/** The end of the `n`th minute from `from` that counts. */
function walk(w: World, basis: Limit['basis'], from: number, n: number): Due {
  let provisional = false;
  let left = n;
  for (let m = from; ; m++) {
    if (counts(w, basis, m)) {
      left -= 1;
      if (basis !== 'nh' && w.owner[m]! > w.published) provisional = true;
      if (left === 0) {
        const date = w.owner[m]! >= 0 ? w.owner[m]! : dateOf(m + 1);
        return { minute: m + 1, date, provisional };
      }
    }
    if (basis !== 'nh' && m % 1440 === 1439 && dateOf(m) > w.published) provisional = true;
  }
}

function nthDateAfter(w: World, date: number, n: number): Due {
  let left = n;
  for (let d = date + 1; d < w.dates; d++) {
    if (w.lastEnd[d]! >= 0) left -= 1;
    if (left === 0) return { minute: w.lastEnd[d]!, date: d, provisional: d > w.published };
  }
  throw new Error('beyond the dates of the oracle');
}

const add = (w: World, limit: Limit, minute: number, date: number): Due =>
  limit.basis === 'wd'
    ? nthDateAfter(w, date, limit.amount)
    : walk(w, limit.basis, minute, Math.round(limit.amount * 60));

export type Answer = Omit<Computed, 'lines'>;

/** What the clock says, and the due instant said another way where that is possible. */
export function ask(
  w: World,
  ledger: readonly Entry[],
  limit: Limit,
  rules: readonly StepRule[],
): Answer & { budgetDue: Date | null } {
  const { basis } = limit;
  const minuteOf = (at: Date) => (at.getTime() - w.zero) / MINUTE;
  const instant = (minute: number) => new Date(w.zero + minute * MINUTE);
  const start = minuteOf(ledger[0]!.at);
  const baseDue = add(w, limit, start, dateOf(start));
  let due = baseDue;
  let epoch = 1;
  let pausedAt: number | null = null;
  let stop: Entry | null = null;
  let plain = true;
  const pauses: [number, number][] = [];

  const endPause = (at: number) => {
    if (pausedAt === null) return;
    if (pausedAt >= due.minute) plain = false;
    const n = count(w, basis, pausedAt, at);
    if (n > 0) {
      const later = walk(w, basis, due.minute, n);
      due = { ...later, provisional: due.provisional || later.provisional };
    }
    pauses.push([pausedAt, at]);
    pausedAt = null;
  };
  for (const entry of ledger.slice(1)) {
    const at = minuteOf(entry.at);
    if (entry.kind === 'pause') pausedAt = at;
    if (entry.kind === 'resume' && stop) stop = null;
    else if (entry.kind === 'resume') endPause(at);
    if (entry.kind === 'extend') {
      const later = add(w, entry.by, due.minute, due.date);
      due = { ...later, provisional: due.provisional || later.provisional };
      epoch += 1;
      plain = false;
    }
    if (entry.kind === 'stop') {
      endPause(at);
      stop = entry;
    }
  }

  const common = { provisional: due.provisional, epoch };
  if (pausedAt !== null) {
    const over = pausedAt > due.minute;
    const n = over ? -count(w, basis, due.minute, pausedAt) : count(w, basis, pausedAt, due.minute);
    const none = { dueAt: null, soonAt: null, todayAt: null, stoppedAt: null, met: null };
    // `+ 0`: a count of none is 0, not -0.
    const remainingMs = n * MINUTE + 0;
    return { state: 'paused', ...none, remainingMs, ...common, steps: [], budgetDue: null };
  }

  /** Minutes from the start on that lie in a pause. */
  const paused = new Uint8Array((pauses.at(-1)?.[1] ?? start) - start);
  for (const [from, until] of pauses) paused.fill(1, from - start, until - start);
  const pausedMinutes = pauses.reduce((sum, [a, b]) => sum + count(w, basis, a, b), 0);
  const total = count(w, basis, start, due.minute) - pausedMinutes;
  /** Instant in ms when `ms` of minutes that count and are not paused have passed. */
  const ran = (ms: number): number => {
    let left = ms;
    for (let m = start; ; m++) {
      if (!counts(w, basis, m) || paused[m - start] === 1) continue;
      if (left <= MINUTE) return w.zero + m * MINUTE + left;
      left -= MINUTE;
    }
  };
  const share = (part: number): number | null => {
    const ms = Math.round(part * total * MINUTE);
    return ms > 0 ? ran(ms) : null;
  };
  const startMs = w.zero + start * MINUTE;
  let soon = share(0.8) ?? startMs;
  if (basis === 'wd') {
    let eve = due.date - 1;
    while (w.lastEnd[eve]! < 0) eve -= 1;
    if (eve < 0) throw new Error('before the dates of the oracle');
    soon = Math.min(soon, w.zero + eve * 1440 * MINUTE);
  }
  const today = basis === 'wd' ? Math.max(w.zero + due.date * 1440 * MINUTE, startMs) : null;

  const steps: { step: string; at: Date; order: number }[] = [];
  for (const [order, { step, at }] of rules.entries()) {
    if ('share' in at) {
      const ms = share(at.share);
      if (ms !== null) steps.push({ step, at: new Date(ms), order });
    } else if (at.after === 0) steps.push({ step, at: instant(due.minute), order });
    else if (basis === 'nh') {
      steps.push({ step, at: instant(due.minute + at.after * 1440), order });
    } else {
      steps.push({ step, at: instant(nthDateAfter(w, due.date, at.after).minute), order });
    }
  }
  steps.sort((a, b) => a.at.getTime() - b.at.getTime() || a.order - b.order);

  // Without extensions, and if never paused too late, the due instant is also where the minutes of
  // the limit are used up, paused ones left out.
  const budget = count(w, basis, start, baseDue.minute);
  return {
    state: stop ? 'stopped' : 'running',
    dueAt: instant(due.minute),
    soonAt: new Date(Math.max(soon, startMs)),
    todayAt: today === null ? null : new Date(today),
    remainingMs: null,
    stoppedAt: stop ? stop.at : null,
    met: stop?.kind === 'stop' && stop.how === 'done' ? minuteOf(stop.at) <= due.minute : null,
    ...common,
    steps: stop ? [] : steps.map(({ step, at }) => ({ step, at })),
    budgetDue: plain ? new Date(ran(budget * MINUTE)) : null,
  };
}
