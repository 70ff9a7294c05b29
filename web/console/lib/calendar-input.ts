/** What people paste and type on the calendar desk, read into what the API takes. Pure. */
import type { ImportInput } from '../../../src/calendar/schema.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
export const DATES_MAX = 60;

type HolidayDay = ImportInput['days'][number];

/** Why a pasted file could not be read; `place` is a line or the number of an entry. */
export interface Unreadable {
  code: 'empty' | 'json' | 'shape' | 'entry';
  place?: string;
}

export interface Holidays {
  year: number;
  /** The notice it is taken from, where the file names one. */
  source: string;
  days: HolidayDay[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A file of holiday-cn (`{ year, papers, days }`), or only its list of `{ name, date, isOffDay }`. */
export function readHolidays(text: string): Holidays | Unreadable {
  if (text.trim() === '') return { code: 'empty' };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1];
    const line = position && text.slice(0, Number(position)).split('\n').length;
    return { code: 'json', ...(line ? { place: String(line) } : {}) };
  }
  const file = isRecord(parsed) ? parsed : {};
  const list = Array.isArray(parsed) ? parsed : file.days;
  if (!Array.isArray(list) || list.length === 0) return { code: 'shape' };
  const days: HolidayDay[] = [];
  for (const [i, entry] of (list as unknown[]).entries()) {
    const day = readDay(entry);
    if (!day) return { code: 'entry', place: String(i + 1) };
    days.push(day);
  }
  const year = typeof file.year === 'number' ? file.year : commonYear(days);
  const [paper] = Array.isArray(file.papers) ? (file.papers as unknown[]) : [];
  return { year, source: typeof paper === 'string' ? paper : '', days };
}

export const isUnreadable = (read: Holidays | Unreadable): read is Unreadable => 'code' in read;

function readDay(entry: unknown): HolidayDay | null {
  if (!isRecord(entry)) return null;
  const { name = '', date, isOffDay } = entry;
  const good =
    typeof name === 'string' && typeof isOffDay === 'boolean' && typeof date === 'string';
  return good && isDate(date) ? { date, name, isOffDay } : null;
}

/** A date that the calendar has: no 30 February. */
export function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return DATE.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The year that most of the dates lie in. */
function commonYear(days: readonly HolidayDay[]): number {
  const counts = new Map<number, number>();
  for (const { date } of days) {
    const year = Number(date.slice(0, 4));
    counts.set(year, (counts.get(year) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/** Every date from the first to the last; null when they are none, turned round or too many. */
export function datesBetween(from: string, to: string): string[] | null {
  if (!isDate(from) || !isDate(to) || to < from) return null;
  const count = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  if (count > DATES_MAX) return null;
  return Array.from({ length: count }, (_, i) => shiftDate(from, i));
}

export const shiftDate = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

type Span = [number, number];
const SPAN = /^(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})$/;
const DAY_MINUTES = 1440;

/** `08:30-12:00 14:00-17:30` in minutes; an end before its start is on the next day. Null: unreadable. */
export function readSpans(text: string): Span[] | null {
  const parts = text
    .replace(/\s*([-–—~])\s*/g, '$1')
    .split(/[\s,;\uff0c\u3001\uff1b]+/)
    .filter(Boolean);
  const spans: Span[] = [];
  for (const part of parts) {
    const found = SPAN.exec(part.replaceAll('\uff1a', ':'));
    if (!found) return null;
    const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = found.slice(1).map(Number);
    if (h1 > 23 || m1 > 59 || h2 > 24 || m2 > 59 || (h2 === 24 && m2 > 0)) return null;
    const start = h1 * 60 + m1;
    const end = h2 * 60 + m2;
    spans.push([start, end > start ? end : end + DAY_MINUTES]);
  }
  const apart = spans.every(([start], i) => i === 0 || start >= (spans[i - 1]?.[1] ?? 0));
  return apart ? spans : null;
}
