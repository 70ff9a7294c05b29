/**
 * What a clock shows now. The server says lamp and time left at one instant and when the clock
 * runs; from there the browser only counts minutes down and lets the lamp follow.
 */
import { translate, type Lamp, type Language } from '../../../src/contract.ts';
import type { ClockView } from '../../../src/deadline/schema.ts';

const MINUTE_MS = 60_000;
/** From here minutes say nothing more: natural hours alone. */
const HOURS_ONLY_FROM = 100;
/** In a list where all is overdue, only these many days stay a solid block. */
const HEAVY_DAYS = 3;
/** As long something may have been due to be called just over. */
const JUST_MS = 3_600_000;
const NATURAL_DAY_MS = 86_400_000;

/** Of two lamps the more urgent one shows. */
const URGENCY_OF: Record<Lamp, number> = {
  roomy: 0,
  provisional: 0,
  soon: 1,
  today: 2,
  overdue: 3,
  paused: 4,
};

export interface Shown {
  lamp: Lamp;
  /** Left on the clock's own basis; negative: over. */
  leftMs: number;
  /** Due a while ago, but no working time has passed since. */
  rests?: boolean;
}

const passed = (iso: string | null, now: number) => iso !== null && Date.parse(iso) <= now;

function lampNow(clock: ClockView, now: number): Lamp {
  const { lamp } = clock;
  if (lamp === 'paused' || lamp === 'overdue') return lamp;
  // An instant exactly on the deadline is met.
  if (clock.dueAt !== null && Date.parse(clock.dueAt) < now) return 'overdue';
  const later = passed(clock.todayAt, now) ? 'today' : passed(clock.soonAt, now) ? 'soon' : 'roomy';
  return URGENCY_OF[later] > URGENCY_OF[lamp] ? later : lamp;
}

/** How long the clock has run from `asOf` to `now`: the overlap with its present or next stretch. */
function ranSince({ asOf, runsFrom, runsTo }: ClockView, now: number): number {
  if (runsFrom === null) return 0;
  const from = Math.max(Date.parse(asOf), Date.parse(runsFrom));
  const to = runsTo === null ? now : Math.min(now, Date.parse(runsTo));
  return Math.max(to - from, 0);
}

export function shownAt(clock: ClockView, now: number): Shown {
  const lamp = lampNow(clock, now);
  if (lamp === 'paused') return { lamp, leftMs: clock.leftMs };
  const leftMs = clock.leftMs - ranSince(clock, now);
  if (lamp !== 'overdue') return { lamp, leftMs: Math.max(leftMs, 0) };
  const since = clock.dueAt === null ? 0 : now - Date.parse(clock.dueAt);
  const rests = leftMs > -MINUTE_MS && since >= JUST_MS;
  return { lamp, leftMs: Math.min(leftMs, 0), ...(rests && { rests }) };
}

/** A window in which something may be done closes; nobody is late then. */
export const isClosed = (clock: ClockView, { lamp }: Shown): boolean =>
  clock.clock === 'return_window' && lamp === 'overdue';

/** 3日2时, 3日, 5时06分, 24分; natural hours without days. Never seconds. */
export function amountWords(ms: number, dayMs: number | null, language: Language): string {
  const say = (key: 'd_h' | 'd' | 'h_m' | 'h' | 'm' | 'under', values = {}) =>
    translate(language, `left.${key}`, values);
  const minutes = Math.floor(Math.abs(ms) / MINUTE_MS);
  const dayMinutes = dayMs === null ? Infinity : Math.round(dayMs / MINUTE_MS);
  const d = dayMs === null ? 0 : Math.floor(minutes / dayMinutes);
  const rest = minutes - (d === 0 ? 0 : d * dayMinutes);
  const h = Math.floor(rest / 60);
  const m = rest % 60;
  if (d > 0) return h > 0 ? say('d_h', { d, h }) : say('d', { d });
  if (h >= HOURS_ONLY_FROM) return say('h', { h });
  if (h > 0) return say('h_m', { h, m: String(m).padStart(2, '0') });
  return m > 0 ? say('m', { m }) : say('under');
}

/** The value beside the word: how much is left, over, or kept while paused. */
export function valueWords(
  { lamp, leftMs, rests }: Shown,
  dayMs: number | null,
  language: Language,
  size: 'short' | 'long',
): string {
  const say = (key: 'left' | 'kept' | 'about' | 'just', t = '') =>
    translate(language, size === 'long' ? `left.${key}_long` : `left.${key}`, { t });
  if (lamp === 'provisional') return say('about', roundWords(leftMs, dayMs, language));
  // On the day itself hours count, also when a whole working day is left.
  const amount = amountWords(leftMs, lamp === 'today' ? null : dayMs, language);
  if (rests) return translate(language, 'left.rests');
  if (lamp === 'overdue') return leftMs > -MINUTE_MS ? say('just') : amount;
  // What a paused clock has overrun is said as such, not as time left.
  if (lamp === 'paused') return leftMs < 0 ? overWords(amount, language) : say('kept', amount);
  return say('left', amount);
}

const overWords = (t: string, language: Language) => translate(language, 'left.over', { t });

function roundWords(ms: number, dayMs: number | null, language: Language): string {
  const d = Math.round(ms / (dayMs ?? NATURAL_DAY_MS));
  return d > 0 ? translate(language, 'left.d', { d }) : amountWords(ms, dayMs, language);
}

export const lampWord = (lamp: Lamp, language: Language, size: 'short' | 'long'): string =>
  translate(language, size === 'long' ? `lamp.${lamp}` : `lamp.short_${lamp}`);

/** 充裕，余 3日2时: the whole, for a title and for those who hear it. */
export const clockSentence = (shown: Shown, dayMs: number | null, language: Language): string =>
  translate(language, 'left.sentence', {
    lamp: lampWord(shown.lamp, language, 'long'),
    value: valueWords(shown, dayMs, language, 'long'),
  });

/** In a list that is overdue from top to bottom: whether this one stays a solid block. */
export const isHeavy = ({ lamp, leftMs }: Shown, dayMs: number | null): boolean =>
  lamp === 'overdue' && -leftMs >= HEAVY_DAYS * (dayMs ?? NATURAL_DAY_MS);
