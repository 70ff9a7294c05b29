/** What happens in the city, before anybody does anything: pure, and the same for the same seed. */
import type { Channel } from '../../src/kernel/words.ts';
import { dice, shuffled } from './random.ts';
import type { Dice } from './random.ts';
import type { Said } from './texts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CITY = 8 * HOUR;

export interface Caller {
  /** Empty: stays anonymous. */
  phone: string;
  name: string;
}

export interface Planned {
  key: string;
  /** Instant in ms. */
  at: number;
  said: Said;
  caller: Caller;
  /** Goes in by the citizen's own pages. */
  byWeb: boolean;
  /** 0 at the beginning of the fortnight, 1 at its end. */
  age: number;
  /** Comes in the last two hours, so that the desks have fresh work. */
  fresh: boolean;
  /** Nobody answers it: the ladder goes up. */
  stuck: boolean;
  /** Its unit is still at it when the play ends. */
  lingers: boolean;
}

export interface City {
  seed: number;
  days: number;
  startAt: number;
  endAt: number;
  orders: Planned[];
  /** Raised at the very end, where a desk has too little. */
  reserve: Planned[];
  /** A day whose first number is set, so that one order ends as a citizen will remember it. */
  number: { day: string; at: number; key: string } | null;
}

/** Calls in each hour of a working day, and of a day off (domain.md §1: two peaks, a quiet night). */
const WORKDAY = [
  2, 1, 1, 1, 1, 2, 5, 12, 34, 46, 44, 36, 18, 22, 38, 40, 36, 27, 20, 18, 15, 11, 7, 4,
];
const DAY_OFF = [
  2, 1, 1, 1, 1, 2, 4, 8, 15, 20, 21, 18, 12, 13, 17, 18, 17, 15, 14, 13, 11, 8, 6, 4,
];
/** Texts that come in a fortnight besides those kept back for desks with too little. */
const RESERVE = 40;
const FRESH = 44;

/** Texts that need others first, or that make no order; they have their own places below. */
const PLACED = new Set(['T04', 'T17', 'T28', 'T31', 'T18']);

/** Share of orders that nobody answers, by age: the older, the higher they climb. */
const STUCK: [number, number][] = [
  [0.16, 0.42],
  [0.36, 0.24],
  [0.62, 0.16],
  [0.8, 0.05],
];

/** Texts for units whose desks are shown: they come in the second half of the fortnight. */
const isLate = (said: Said): boolean => said.key.startsWith('C');
const LATE_FROM = 0.45;

const cityDayOf = (at: number): string => new Date(at + CITY).toISOString().slice(0, 10);
const weekday = (at: number): number => new Date(at + CITY).getUTCDay();
const isOff = (at: number): boolean => [0, 6].includes(weekday(at));

/** How much happens in the hour that begins at an instant. */
const weight = (at: number): number =>
  (isOff(at) ? DAY_OFF : WORKDAY)[new Date(at + CITY).getUTCHours()]!;

/** Instants by the curve of the day, in order, all different minutes. */
function instants(seed: number, from: number, to: number, count: number, what = 'all'): number[] {
  const d = dice(seed, 'instants', what);
  const hours = Array.from({ length: Math.round((to - from) / HOUR) }, (_, i) => from + i * HOUR);
  const total = hours.reduce((sum, at) => sum + weight(at), 0);
  const taken = new Set<number>();
  while (taken.size < count) {
    let left = d.next() * total;
    const hour = hours.find((at) => (left -= weight(at)) < 0) ?? hours.at(-1)!;
    taken.add(hour + d.int(0, 59) * MINUTE);
  }
  return [...taken].toSorted((a, b) => a - b);
}

/** People: most call once, some again and again. The numbers belong to nobody. */
function callers(seed: number): (said: Said, i: number) => Caller {
  const d = dice(seed, 'callers');
  const known: Caller[] = [];
  return (said, i) => {
    if (said.channel === 'grid' || said.channel === 'police_110') return { phone: '', name: '' };
    const anonymous = said.name === '' && d.chance(0.35);
    if (anonymous && said.channel === 'phone') return { phone: '', name: '' };
    const again = known.length > 12 && said.name === '' && d.chance(0.3);
    if (again) return d.pick(known);
    const caller = { phone: `139${String(i + 1).padStart(8, '0')}`, name: said.name };
    known.push(caller);
    return caller;
  };
}

const WEB: readonly Channel[] = ['web'];

/** A street whose room is shown; who says no place, or only the district, may well live there. */
const SHOWN_STREET = '339902001';

/** What the operator learns by asking where it is. */
function asked(said: Said, d: Dice): Said {
  const open = said.area === null || said.area === SHOWN_STREET.slice(0, 6);
  const there = ['complaint', 'help', 'report', 'suggestion'].includes(said.type);
  const may = open && there && said.channel === 'phone' && said.action === 'dispatch';
  return may && d.chance(0.6) ? { ...said, area: SHOWN_STREET } : said;
}

function planned(seed: number, said: Said, at: number, caller: Caller, age: number): Planned {
  const d = dice(seed, 'order', said.key);
  const share = STUCK.find(([upTo]) => age < upTo)?.[1] ?? 0;
  return {
    key: said.key,
    at,
    said: asked(said, dice(seed, 'asked', said.key)),
    caller,
    byWeb: WEB.includes(said.channel),
    age,
    fresh: age > 0.994,
    lingers: isLate(said) && d.chance(0.85),
    stuck: !isLate(said) && said.action === 'dispatch' && said.type !== 'praise' && d.chance(share),
  };
}

/** The texts of a play, spread over the day by the dice; of a short play a share of each kind. */
function chosen(
  seed: number,
  days: number,
  texts: readonly Said[],
): { main: Said[]; reserve: Said[] } {
  const free = shuffled(
    texts.filter((t) => !PLACED.has(t.key) && !isLate(t)),
    dice(seed, 'texts'),
  );
  const cases = free.filter((t) => t.key.startsWith('T'));
  const others = free.filter((t) => !t.key.startsWith('T'));
  const wanted = Math.min(others.length, Math.round((others.length * days) / 14));
  const keep = Math.round((RESERVE * wanted) / Math.max(others.length, 1));
  // What waits for a person at once is good for a desk that has too little.
  const apt = others.filter((t) => t.action === 'dispatch' && t.urgency !== 'U1').slice(0, keep);
  const main = others.filter((t) => !apt.includes(t)).slice(0, wanted - keep);
  return {
    main: shuffled([...main, ...cases], dice(seed, 'mixed')),
    reserve: apt,
  };
}

/** Gives a case the instant its story needs. */
function place(
  seed: number,
  orders: Planned[],
  texts: readonly Said[],
  startAt: number,
  endAt: number,
): City['number'] {
  const said = (key: string) => texts.find((t) => t.key === key)!;
  const span = endAt - startAt;
  const age = (at: number) => (at - startAt) / span;
  const put = (key: string, at: number, caller: Caller) =>
    orders.push({ ...planned(seed, said(key), at, caller, age(at)), stuck: false });
  const tenOClock = (at: number) => Math.floor((at + CITY) / DAY) * DAY - CITY + 10 * HOUR;
  const water = { phone: '13900008404', name: said('T04').name };
  const outage = tenOClock(startAt + span * 0.86) - 2 * HOUR + 11 * MINUTE;
  put('T04', outage, water);
  put('T17', outage + 31 * MINUTE, water);
  put('T18', tenOClock(startAt + span * 0.4) + 5 * HOUR + 23 * MINUTE, { phone: '', name: '' });
  const rubbish = orders.find(
    (o) =>
      o.said.category === '0203' && o.said.action === 'dispatch' && o.age < 0.45 && o.caller.phone,
  );
  if (rubbish) {
    rubbish.stuck = false;
    put('T31', tenOClock(startAt + span * 0.93) + 37 * MINUTE, rubbish.caller);
  }
  // The first order of a day gets a number that a citizen asks for two days later.
  const asked = startAt + span * 0.6;
  const day = orders.filter(
    (o) => !o.byWeb && o.caller.phone && cityDayOf(o.at) === cityDayOf(asked),
  );
  const first = orders
    .filter((o) => cityDayOf(o.at) === cityDayOf(asked))
    .toSorted((a, b) => a.at - b.at)[0];
  const remembered = day.toSorted((a, b) => a.at - b.at)[0];
  if (!first || !remembered) return null;
  // Whoever calls first that day is the one; the others keep their hours.
  remembered.at = Math.min(first.at, remembered.at) - (first === remembered ? 0 : MINUTE);
  remembered.said = { ...remembered.said, action: 'dispatch' };
  put('T28', tenOClock(asked + 2 * DAY) + 51 * MINUTE, remembered.caller);
  return { day: cityDayOf(asked), at: remembered.at, key: remembered.key };
}

/**
 * The whole city. @param endAt instant in ms, a whole minute; the play begins `days` before.
 * @param share of the demands that so many days would have.
 */
export function plan(
  seed: number,
  days: number,
  endAt: number,
  texts: readonly Said[],
  share = 1,
): City {
  const startAt = endAt - days * DAY;
  const { main, reserve } = chosen(seed, days * share, texts);
  const fresh = Math.min(FRESH, Math.round(main.length / 4));
  const early = instants(seed, startAt, endAt - 2 * HOUR, main.length - fresh);
  const late = dice(seed, 'fresh');
  const minutes = shuffled(
    Array.from({ length: 112 }, (_, i) => i + 1),
    late,
  ).slice(0, fresh);
  const at = [
    ...early,
    ...minutes.map((m) => endAt - 2 * HOUR + m * MINUTE).toSorted((a, b) => a - b),
  ];
  const who = callers(seed);
  const orders = main.map((said, i) => {
    const age = (at[i]! - startAt) / (endAt - startAt);
    return { ...planned(seed, said, at[i]!, who(said, i), age), fresh: i >= early.length };
  });
  const long = days >= 7;
  if (long) {
    const from = Math.ceil((startAt + (endAt - startAt) * LATE_FROM) / HOUR) * HOUR;
    const shown = shuffled(texts.filter(isLate), dice(seed, 'late'));
    const times = instants(seed, from, endAt - 4 * HOUR, shown.length, 'late');
    for (const [i, said] of shown.entries()) {
      const age = (times[i]! - startAt) / (endAt - startAt);
      orders.push(planned(seed, said, times[i]!, who(said, 800 + i), age));
    }
  }
  const number = long ? place(seed, orders, texts, startAt, endAt) : null;
  return {
    seed,
    days,
    startAt,
    endAt,
    orders: orders.toSorted((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1)),
    reserve: reserve.map((said, i) => ({
      ...planned(seed, said, endAt - 6 * MINUTE, who(said, 900 + i), 1),
      fresh: true,
    })),
    number,
  };
}
