import { DAY_MS, HOUR_MS } from '../kernel/clock.ts';
import { halfWidth } from '../kernel/typed.ts';

/** Characters of a query code: no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V — people read it over the telephone. */
const CODE_ALPHABET = '34679ACDEFGHJKMNPQRTWXY';
export const CODE_LENGTH = 6;

/**
 * A query code from 256 bits of keyed hash: 23^6 ≈ 1.5 × 10^8 codes, guessed only through a
 * throttle. Derived, not drawn, so that a repeated submission is answered with the same code.
 */
export function codeFrom(mac: string): string {
  let n = BigInt(`0x${Buffer.from(mac, 'base64url').toString('hex')}`);
  let code = '';
  for (let i = 0; i < CODE_LENGTH; i++) {
    code += CODE_ALPHABET[Number(n % 23n)];
    n /= 23n;
  }
  return code;
}

/** As typed by people: lower case, full-width letters, spaces and dashes are forgiven. */
export const normalizeCode = (typed: string): string =>
  halfWidth(typed)
    .toUpperCase()
    .replace(/[\s\-·]/g, '');

/** Query codes tried wrongly, per order and per source, in a window of real time. */
export const CODE_LIMIT = { windowMinutes: 10, perOrder: 10, perSource: 60 } as const;
/** Minutes after which a hand-over without an order is everybody's to record. */
const HANDOVER_MINUTES = 10;
const MINUTE_MS = HOUR_MS / 60;
export const forgottenBefore = (now: Date): Date =>
  new Date(now.getTime() - HANDOVER_MINUTES * MINUTE_MS);

/**
 * Submissions of one source over the citizen's page in an hour; of emergencies there may be far more. An
 * address is shared by many: when one of them has used it up, `walked` more pass whose form was opened on
 * our page and took at least `walkSeconds` to fill in. Who is refused waits `refusals.ms` for the answer, at
 * most `refusals.max` of them in one process.
 */
export const SUBMIT_LIMIT = {
  windowMinutes: 60,
  perSource: 120,
  walked: 240,
  walkSeconds: 10,
  emergencies: 2400,
  refusals: { ms: 1_000, max: 500 },
} as const;

/** Words as pairs of neighbouring characters, without marks, blanks and case. */
export function bigrams(text: string): ReadonlySet<string> {
  const bare = [...text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')];
  return new Set(bare.slice(1).map((c, i) => bare[i]! + c));
}

/** How many pairs two texts share, 0–1 (Dice). */
export function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const pair of few) if (many.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}

/** The name in an address: after the street's office, before the first number; '' where too short. */
export function placeName(address: string): string {
  const name = address
    .replace(/\s/g, '')
    .replace(/^.{2,12}?(街道|镇|乡)(?=.)/, '')
    .replace(/[0-9０-９].*$/, '');
  return name.length >= 2 ? name : '';
}

/** One text and its place, as far as they are compared. */
export interface Side {
  content: string;
  address: string;
  /** Place that was understood from the words. */
  place: string | null;
  categoryCode: string | null;
  areaCode: string | null;
  at: Date;
}

/** Whether the place of one is named by the other. */
export function samePlace(a: Side, b: Side): boolean {
  const names = (s: Side) => [s.address, s.place ?? ''].map(placeName).filter(Boolean);
  const says = (s: Side, name: string) => (s.address + s.content + (s.place ?? '')).includes(name);
  return names(a).some((n) => says(b, n)) || names(b).some((n) => says(a, n));
}

export type Because = 'same_caller' | 'same_place' | 'same_area' | 'same_category' | 'alike_words';

/** What each thing in common adds; together 1. */
const WEIGHT = { words: 0.4, place: 0.25, category: 0.15, caller: 0.1, area: 0.05, time: 0.05 };
/** So alike are two texts of different people on one matter, as a rule; more adds nothing. */
const WORDS_FULL = 0.6;
const WORDS_ALIKE = 0.3;

/**
 * How likely two demands are about one matter, 0–1, and why.
 * @param o `pairs`: of the first's words, made once where it is compared with many; `days`: window in
 *   which nearness in time counts.
 */
export function likeness(
  a: Side,
  b: Side,
  o: { pairs: ReadonlySet<string>; sameCaller: boolean; days: number },
): { score: number; because: Because[] } {
  const words = alike(o.pairs, bigrams(b.content));
  const place = samePlace(a, b);
  const area = a.areaCode !== null && a.areaCode === b.areaCode;
  const category = a.categoryCode !== null && a.categoryCode === b.categoryCode;
  const apart = Math.abs(a.at.getTime() - b.at.getTime()) / DAY_MS;
  const parts: [Because, boolean, number][] = [
    ['same_caller', o.sameCaller, WEIGHT.caller],
    ['same_place', place, WEIGHT.place],
    ['same_area', area || place, WEIGHT.area],
    ['same_category', category, WEIGHT.category],
  ];
  const held = parts.filter(([, holds]) => holds);
  const score =
    WEIGHT.words * Math.min(words / WORDS_FULL, 1) +
    held.reduce((sum, [, , w]) => sum + w, 0) +
    WEIGHT.time * Math.max(1 - apart / o.days, 0);
  const because = held.map(([code]) => code).filter((code) => code !== 'same_area' || area);
  if (words >= WORDS_ALIKE) because.push('alike_words');
  return { score: Math.round(score * 100) / 100, because };
}

/** From here on an order is offered; from there on the system does not dispatch beside it. */
export const LIKE = { offered: 0.45, duplicate: 0.7 } as const;
/** Orders that are offered at once. */
export const OFFERED_MAX = 5;

/** Days in which the same matter comes back: noise and building take longer (domain.md §2.8). */
export const daysFor = (categoryCode: string | null): number =>
  categoryCode !== null && LONG.some((c) => categoryCode.startsWith(c)) ? 90 : 30;
/** 违法建设, 噪声; 城乡建设与住房. */
const LONG = ['0202', '0209', '01'] as const;
/** Days after closing in which an order may be done again. */
export const REDO_DAYS = 30;
