/** Working time as data: which minutes of which dates count, and how to add and measure them. */
import { CITY_OFFSET_MS, DAY_MS, cityDay } from '../kernel/clock.ts';

/** Minutes from 00:00 of its date in the city, start < end; a night shift may end after 1440 (≤ 2880). */
export type Span = readonly [number, number];

export const DAY_KINDS = ['working', 'weekend', 'off', 'makeup', 'stop'] as const;
/** `working` by weekly hours; `off` by notice; `makeup` 调休上班; `stop` local stop-work 停工. */
export type DayKind = (typeof DAY_KINDS)[number];

/** One date with its working spans, in order and without overlap; none = no work on that date. */
export interface Day {
  readonly date: string;
  readonly kind: DayKind;
  readonly spans: readonly Span[];
  /** Name of the holiday or of the measure; empty on ordinary days. */
  readonly name: string;
}

/** Working hours of one ISO weekday (1 = Monday) in a season; `to` is exclusive. */
export interface HoursRule {
  readonly from: string;
  readonly to: string;
  readonly weekday: number;
  readonly spans: readonly Span[];
}

/** A dated exception. A make-up day works by the hours of `likeWeekday` in its season (default Monday). */
export interface Exception {
  readonly date: string;
  readonly kind: 'off' | 'makeup' | 'stop';
  readonly name: string;
}

/** What days are made of. */
export interface Plan {
  readonly hours: readonly HoursRule[];
  readonly exceptions: readonly Exception[];
}

/** A published calendar: one `Day` per date without gaps, and what is assumed after the last of them. */
export interface WorkCalendar {
  readonly id: string;
  readonly version: number;
  /** Sorted, contiguous. */
  readonly days: readonly Day[];
  /** The plan that days after the last published one are assumed from: weekly hours, no exceptions. */
  readonly plan: Plan;
  /** A calendar that waits for no notice (a 24-hour utility) is never provisional. */
  readonly open: boolean;
}

/** An instant reached by adding time, and what it stands on. */
export interface Reached {
  readonly at: Date;
  /** The working date that `at` ends or lies in; a night shift belongs to the date it began on. */
  readonly date: string;
  /** An unpublished date was looked at on the way. */
  readonly provisional: boolean;
}

// ── Dates ──────────────────────────────────────────────────────────────────────────────────────

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Dates looked at before giving up, ten years: the longest limit of domain.md §3.2 is 60 days. */
const SEARCH_DATES = 3_700;
/** Dates that may be measured at once, a hundred years: only a broken instant asks for more. */
const MEASURE_DATES = 36_600;
/** Later than any date that is meant; `infinity` of the database sorts after it as well. */
const FOR_EVER = '9999';
const NO_WORK = 'calendar has no working time';

/** `yyyy-mm-dd` as a running number of days. Throws when it is no date. */
function dayNumber(date: string): number {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms)) throw new Error(`not a date: ${date}`);
  return ms / DAY_MS;
}
const dateOfNumber = (no: number) => new Date(no * DAY_MS).toISOString().slice(0, 10);
const numberOfInstant = (ms: number) => Math.floor((ms + CITY_OFFSET_MS) / DAY_MS);
const startOfNumber = (no: number) => no * DAY_MS - CITY_OFFSET_MS;
/** 1 = Monday … 7 = Sunday; day 0, 1970-01-01, was a Thursday. */
const weekdayOf = (no: number) => ((((no + 3) % 7) + 7) % 7) + 1;

/** 00:00 of a date in the city. Throws when it is no date. */
export const startOfDate = (date: string): Date => new Date(startOfNumber(dayNumber(date)));

// ── Building days from a plan ──────────────────────────────────────────────────────────────────

const WEEK = [1, 2, 3, 4, 5, 6, 7];

/** Of several exceptions on one date the stronger holds: no notice makes people work in a typhoon. */
const STRENGTH = { off: 0, makeup: 1, stop: 2 } as const;

/** Hours of a weekday in the season of `date`: the last rule that covers it, so summer comes later. */
const hoursOn = (plan: Plan, date: string, weekday: number): readonly Span[] =>
  plan.hours.findLast((r) => r.weekday === weekday && r.from <= date && date < r.to)?.spans ?? [];

/** A make-up day's hours: Monday's in its season; the next weekday's where Mondays are free. */
const makeupHours = (plan: Plan, date: string): readonly Span[] =>
  WEEK.map((weekday) => hoursOn(plan, date, weekday)).find((spans) => spans.length > 0) ?? [];

function buildDay(plan: Plan, no: number, exception: Exception | undefined): Day {
  const date = dateOfNumber(no);
  if (exception) {
    const spans = exception.kind === 'makeup' ? makeupHours(plan, date) : [];
    return { date, kind: exception.kind, spans, name: exception.name };
  }
  const spans = hoursOn(plan, date, weekdayOf(no));
  return { date, kind: spans.length > 0 ? 'working' : 'weekend', spans, name: '' };
}

/**
 * One day per date from `from` to `to`, both included. An exception decides before weekly hours;
 * on one date stop-work beats make-up beats off.
 */
export function buildDays(plan: Plan, from: string, to: string): Day[] {
  const exceptions = new Map<string, Exception>();
  for (const e of plan.exceptions) {
    const other = exceptions.get(e.date);
    if (!other || STRENGTH[e.kind] > STRENGTH[other.kind]) exceptions.set(e.date, e);
  }
  const first = dayNumber(from);
  const length = Math.max(dayNumber(to) - first + 1, 0);
  return Array.from({ length }, (_, i) =>
    buildDay(plan, first + i, exceptions.get(dateOfNumber(first + i))),
  );
}

// ── Reading a calendar ─────────────────────────────────────────────────────────────────────────

/** A day as a calendar knows it. */
export interface KnownDay {
  readonly day: Day;
  /** False where it is only assumed from weekly hours, as no notice is out yet. */
  readonly published: boolean;
}

function lookUp(cal: WorkCalendar, no: number): KnownDay {
  const first = cal.days[0];
  const day = first && cal.days[no - dayNumber(first.date)];
  if (day) return { day, published: true };
  return { day: buildDay(cal.plan, no, undefined), published: cal.open };
}

/**
 * The day of a date. Outside the published days it is assumed from the plan's weekly hours, without
 * exceptions, and is not published (domain.md §3.4) unless the calendar waits for no notice.
 */
export const dayAt = (cal: WorkCalendar, date: string): KnownDay => lookUp(cal, dayNumber(date));

/** Working time inside one date of the city, in ms since 1970, and the day it belongs to. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly from: KnownDay;
}

const piecesOf = (spans: readonly Span[], midnight: number, from: KnownDay): Piece[] =>
  spans.flatMap(([start, end]) => {
    const [s, e] = [Math.max(start, 0), Math.min(end, DAY_MINUTES)];
    const at = { start: midnight + s * MINUTE_MS, end: midnight + e * MINUTE_MS, from };
    return s < e ? [at] : [];
  });

/** What is left of a piece beside those that are taken. */
const beside = (piece: Piece, taken: readonly Piece[]): Piece[] =>
  taken.reduce<Piece[]>(
    (left, t) =>
      left
        .flatMap((p) => [
          { ...p, end: Math.min(p.end, t.start) },
          { ...p, start: Math.max(p.start, t.end) },
        ])
        .filter((p) => p.start < p.end),
    [piece],
  );

/**
 * The working time between 00:00 and 24:00 of a date, in order: what is left of the night shift of
 * the day before, and its own. A minute that both claim counts once, for the shift that began first.
 */
function workOn(cal: WorkCalendar, no: number): Piece[] {
  const midnight = startOfNumber(no);
  const before = lookUp(cal, no - 1);
  const own = lookUp(cal, no);
  const mine = piecesOf(own.day.spans, midnight, own);
  const night = before.day.spans
    .filter(([, end]) => end > DAY_MINUTES)
    .map(([start, end]): Span => [start - DAY_MINUTES, end - DAY_MINUTES]);
  if (night.length === 0) return mine;
  const taken = piecesOf(night, midnight, before);
  const rest = mine.flatMap((piece) => beside(piece, taken));
  return [...taken, ...rest].toSorted((a, b) => a.start - b.start);
}

/**
 * The working date that an instant belongs to when something ends then: 06:00 and 24:00 are of the
 * shift that ends there. Outside working time: the date in the city.
 */
export function workingDateOf(cal: WorkCalendar, at: Date): string {
  const ms = at.getTime();
  const piece = workOn(cal, numberOfInstant(ms - 1)).find((p) => p.start < ms && ms <= p.end);
  return piece ? piece.from.day.date : cityDay(at);
}

// ── Adding and measuring ───────────────────────────────────────────────────────────────────────

/**
 * The instant when `ms` of working time have passed since `from`. What fits exactly ends with the
 * span, not with the next one's beginning: 17:30 + 7 h is 17:30 of the next working day. 0 gives
 * `from`. Throws for negative time, and when ten years do not hold so much work.
 */
export function addWorking(cal: WorkCalendar, from: Date, ms: number): Reached {
  if (!(ms >= 0)) throw new Error(`cannot add ${ms} ms of working time`);
  if (ms === 0) {
    const date = workingDateOf(cal, from);
    return { at: from, date, provisional: !dayAt(cal, date).published };
  }
  const first = numberOfInstant(from.getTime());
  let left = ms;
  let provisional = false;
  for (let no = first; no < first + SEARCH_DATES; no++) {
    for (const piece of workOn(cal, no)) {
      const start = Math.max(piece.start, from.getTime());
      if (start >= piece.end) continue;
      provisional ||= !piece.from.published;
      if (left <= piece.end - start) {
        return { at: new Date(start + left), date: piece.from.day.date, provisional };
      }
      left -= piece.end - start;
    }
    provisional ||= !lookUp(cal, no).published;
  }
  throw new Error(NO_WORK);
}

/** Working time from `a` to `b` in ms; 0 when `b` is not later. Throws beyond a hundred years. */
export function workingBetween(cal: WorkCalendar, a: Date, b: Date): number {
  const [from, to] = [a.getTime(), b.getTime()];
  const [first, last] = [numberOfInstant(from), numberOfInstant(to)];
  if (last - first > MEASURE_DATES) throw new Error('too long to measure');
  let sum = 0;
  for (let no = first; no <= last; no++) {
    for (const piece of workOn(cal, no)) {
      sum += Math.max(Math.min(piece.end, to) - Math.max(piece.start, from), 0);
    }
  }
  return sum;
}

/**
 * End of work of the `n`th working date after `date`, which itself is not counted (domain.md §3.4).
 * Throws unless `n` is a whole number from 1, and when ten years do not hold so many.
 */
export function addWorkingDates(cal: WorkCalendar, date: string, n: number): Reached {
  if (!Number.isInteger(n) || n < 1) throw new Error(`cannot add ${n} working days`);
  const first = dayNumber(date) + 1;
  let left = n;
  let provisional = false;
  for (let no = first; no < first + SEARCH_DATES; no++) {
    const { day, published } = lookUp(cal, no);
    provisional ||= !published;
    const end = day.spans.at(-1)?.[1];
    if (end !== undefined) left -= 1;
    if (end !== undefined && left === 0) {
      return { at: new Date(startOfNumber(no) + end * MINUTE_MS), date: day.date, provisional };
    }
  }
  throw new Error(NO_WORK);
}

/**
 * `n` working days from an instant. The day of receipt, not counted, is the calendar date in the
 * city, also for what comes at 02:00 into a night shift of the day before. Throws as
 * `addWorkingDates`.
 */
export const addWorkingDays = (cal: WorkCalendar, from: Date, n: number): Reached =>
  addWorkingDates(cal, cityDay(from), n);

/** The last date before `date` with working time; null when the ten years before have none. */
export function previousWorkingDate(cal: WorkCalendar, date: string): string | null {
  const last = dayNumber(date) - 1;
  for (let no = last; no > last - SEARCH_DATES; no--) {
    const { day } = lookUp(cal, no);
    if (day.spans.length > 0) return day.date;
  }
  return null;
}

/**
 * Minutes of an ordinary working day, what “1 日” means: those of the first weekday with hours. Where
 * several rules give it any, the last one without an end holds (a unit's own hours over the city's),
 * so that summer hours change no day's length; else the first. Throws when no rule does.
 */
export function dayMinutes(cal: WorkCalendar): number {
  const worked = cal.plan.hours.filter((r) => r.spans.length > 0);
  const ordinary = (w: number) => {
    const rules = worked.filter((r) => r.weekday === w);
    return rules.findLast((r) => r.to >= FOR_EVER) ?? rules[0];
  };
  const rule = WEEK.map(ordinary).find((r) => r !== undefined);
  if (!rule) throw new Error(NO_WORK);
  return rule.spans.reduce((sum, [start, end]) => sum + end - start, 0);
}
