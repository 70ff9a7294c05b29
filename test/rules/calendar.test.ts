import { describe, expect, it } from 'vitest';
import {
  addWorking,
  addWorkingDates,
  addWorkingDays,
  buildDays,
  dayAt,
  dayMinutes,
  previousWorkingDate,
  startOfDate,
  workingBetween,
  workingDateOf,
} from '../../src/calendar/rules.ts';
import type { Exception, HoursRule, Plan, Span, WorkCalendar } from '../../src/calendar/rules.ts';

const HOUR = 3_600_000;

/** An instant in the city. */
const at = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`);
/** The city's wall clock of an instant. */
const told = (instant: Date) =>
  new Date(instant.getTime() + 8 * HOUR).toISOString().slice(0, 16).replace('T', ' ');

const CITY_HOURS: Span[] = [
  [510, 720],
  [840, 1050],
];
const SUMMER_HOURS: Span[] = [
  [510, 720],
  [870, 1080],
];
const always = { from: '2000-01-01', to: 'infinity' };
const weekly = (weekdays: number[], spans: Span[], season = always): HoursRule[] =>
  weekdays.map((weekday) => ({ ...season, weekday, spans }));
const MON_FRI = [1, 2, 3, 4, 5];
const ALL_WEEK = [1, 2, 3, 4, 5, 6, 7];

const dates = (month: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${month}-${String(from + i).padStart(2, '0')}`);
/** Notice of the State Council of 2025-11-04 (domain.md §3.4). */
const OFF_2026 = [
  ...dates('2026-01', 1, 3),
  ...dates('2026-02', 15, 23),
  ...dates('2026-04', 4, 6),
  ...dates('2026-05', 1, 5),
  ...dates('2026-06', 19, 21),
  ...dates('2026-09', 25, 27),
  ...dates('2026-10', 1, 7),
];
const MAKEUP_2026 = [
  '2026-01-04',
  '2026-02-14',
  '2026-02-28',
  '2026-05-09',
  '2026-09-20',
  '2026-10-10',
];
const except = (kind: Exception['kind'], list: string[], name = ''): Exception[] =>
  list.map((date) => ({ date, kind, name }));
const NOTICE_2026 = [
  ...except('off', OFF_2026, '放假'),
  ...except('makeup', MAKEUP_2026, '调休上班'),
];

const calendar = (plan: Partial<Plan>, open = false): WorkCalendar => {
  const whole: Plan = { hours: weekly(MON_FRI, CITY_HOURS), exceptions: NOTICE_2026, ...plan };
  const days = buildDays(whole, '2026-01-01', '2026-12-31');
  return { id: 'city', version: 1, days, plan: whole, open };
};
const CITY = calendar({});
const NIGHT = calendar({ hours: weekly(MON_FRI, [[1320, 1800]]), exceptions: [] });
const UTILITY = calendar({ hours: weekly(ALL_WEEK, [[0, 1440]]), exceptions: [] }, true);

const kindOf = (cal: WorkCalendar, date: string) => dayAt(cal, date).day.kind;
const spansOf = (cal: WorkCalendar, date: string) => dayAt(cal, date).day.spans;

describe('buildDays', () => {
  it('gives one day per date, ends included', () => {
    expect(CITY.days.length).toBe(365);
    expect(CITY.days[0]?.date).toBe('2026-01-01');
    expect(CITY.days.at(-1)?.date).toBe('2026-12-31');
    expect(buildDays(CITY.plan, '2028-02-28', '2028-03-01').map((d) => d.date)).toEqual([
      '2028-02-28',
      '2028-02-29',
      '2028-03-01',
    ]);
    expect(buildDays(CITY.plan, '2026-01-02', '2026-01-01')).toEqual([]);
  });

  it.each([
    ['2026-09-18', 'working'],
    ['2026-09-19', 'weekend'],
    ['2026-09-20', 'makeup'],
    ['2026-09-25', 'off'],
    ['2026-09-26', 'off'],
    ['2026-09-28', 'working'],
  ])('%s is %s', (date, kind) => expect(kindOf(CITY, date)).toBe(kind));

  it('names exceptions and nothing else', () => {
    expect(dayAt(CITY, '2026-09-25').day.name).toBe('放假');
    expect(dayAt(CITY, '2026-09-24').day.name).toBe('');
  });

  it('lets stop-work beat make-up, and make-up beat off, in any order', () => {
    const three = ['off', 'makeup', 'stop'] as const;
    for (const order of [three, three.toReversed(), ['makeup', 'stop', 'off'] as const]) {
      const exceptions = order.map((kind) => ({ date: '2026-09-20', kind, name: kind }));
      expect(kindOf(calendar({ exceptions }), '2026-09-20')).toBe('stop');
      const without = exceptions.filter((e) => e.kind !== 'stop');
      expect(kindOf(calendar({ exceptions: without }), '2026-09-20')).toBe('makeup');
    }
  });

  it('"make-up working days could not be said": one has the hours of a Monday in its season', () => {
    expect(spansOf(CITY, '2026-09-20')).toEqual(CITY_HOURS);
    const monday: Span[] = [[600, 660]];
    const summer = { from: '2026-05-01', to: '2026-10-01' };
    const hours = [...weekly(MON_FRI, CITY_HOURS), ...weekly([1], monday, summer)];
    const cal = calendar({ hours });
    expect(spansOf(cal, '2026-09-20')).toEqual(monday);
    expect(spansOf(cal, '2026-10-10')).toEqual(CITY_HOURS);
  });

  it('a make-up day of a unit that rests on Mondays has the hours of its first weekday', () => {
    const cal = calendar({ hours: weekly([2, 3, 4, 5, 6], [[600, 900]]) });
    expect(spansOf(cal, '2026-09-20')).toEqual([[600, 900]]);
  });

  it('takes summer hours from the later rule, its last date excluded', () => {
    const summer = { from: '2026-06-01', to: '2026-10-01' };
    const hours = [...weekly(MON_FRI, CITY_HOURS), ...weekly(MON_FRI, SUMMER_HOURS, summer)];
    const cal = calendar({ hours });
    expect(spansOf(cal, '2026-05-29')).toEqual(CITY_HOURS);
    expect(spansOf(cal, '2026-06-01')).toEqual(SUMMER_HOURS);
    expect(spansOf(cal, '2026-09-30')).toEqual(SUMMER_HOURS);
    expect(spansOf(cal, '2026-10-08')).toEqual(CITY_HOURS);
    expect(told(addWorking(cal, at('2026-06-01 12:00'), HOUR).at)).toBe('2026-06-01 15:30');
  });

  it('"weekday names instead of dates": a Saturday works and a Tuesday rests when a notice says so', () => {
    expect(workingBetween(CITY, at('2026-02-14 00:00'), at('2026-02-15 00:00'))).toBe(7 * HOUR);
    expect(workingBetween(CITY, at('2026-02-17 00:00'), at('2026-02-18 00:00'))).toBe(0);
  });
});

describe('dayAt', () => {
  it('knows published days', () => {
    expect(dayAt(CITY, '2026-12-31').published).toBe(true);
  });

  it('assumes weekly hours after the last of them, and says so', () => {
    expect(dayAt(CITY, '2027-01-01')).toEqual({
      day: { date: '2027-01-01', kind: 'working', spans: CITY_HOURS, name: '' },
      published: false,
    });
    expect(dayAt(CITY, '2027-01-02').day.kind).toBe('weekend');
  });

  it('does not take exceptions that are not published', () => {
    const off = except('off', ['2027-01-01']);
    expect(kindOf(calendar({ exceptions: off }), '2027-01-01')).toBe('working');
  });

  it('an open calendar waits for no notice', () => {
    expect(dayAt(UTILITY, '2029-10-01').published).toBe(true);
  });

  it('works without any published day', () => {
    expect(dayAt({ ...CITY, days: [] }, '2026-10-01')).toMatchObject({ published: false });
  });

  it('refuses what is no date', () => {
    expect(() => dayAt(CITY, 'Monday')).toThrow('not a date: Monday');
    expect(() => startOfDate('')).toThrow('not a date');
  });
});

describe('addWorking', () => {
  const add = (from: string, hours: number, cal = CITY) => {
    const reached = addWorking(cal, at(from), hours * HOUR);
    return { ...reached, at: told(reached.at) };
  };

  it.each([
    ['inside a span', '2026-09-16 09:00', 2, '2026-09-16 11:00'],
    ['over the midday break', '2026-09-16 11:00', 2, '2026-09-16 15:00'],
    ['exactly to the end of a span', '2026-09-16 11:00', 1, '2026-09-16 12:00'],
    ['exactly to the end of the day', '2026-09-16 15:30', 2, '2026-09-16 17:30'],
    ['one day from the end of a day', '2026-09-17 17:30', 7, '2026-09-18 17:30'],
    ['over a Saturday to a make-up Sunday', '2026-09-18 17:30', 7, '2026-09-20 17:30'],
    ['from before work', '2026-09-16 03:00', 1, '2026-09-16 09:30'],
    ['over a holiday week', '2026-09-30 17:00', 1, '2026-10-08 09:00'],
    ['a quarter of an hour', '2026-09-16 11:50', 0.25, '2026-09-16 14:05'],
  ])('%s', (_what, from, hours, to) => {
    expect(add(from, hours)).toEqual({ at: to, date: to.slice(0, 10), provisional: false });
  });

  it('nothing added is the instant itself', () => {
    const from = at('2026-09-19 03:21');
    expect(addWorking(CITY, from, 0)).toEqual({ at: from, date: '2026-09-19', provisional: false });
  });

  it('refuses negative time', () => {
    expect(() => addWorking(CITY, at('2026-09-16 09:00'), -1)).toThrow('cannot add -1 ms');
    expect(() => addWorking(CITY, at('2026-09-16 09:00'), Number.NaN)).toThrow('cannot add NaN');
  });

  it('"overnight shifts and long closures failed": a night belongs to the date it began on', () => {
    // Wednesday 22:00 to Thursday 06:00.
    expect(add('2026-09-16 12:00', 8, NIGHT)).toMatchObject({
      at: '2026-09-17 06:00',
      date: '2026-09-16',
    });
    expect(add('2026-09-16 12:00', 1, NIGHT)).toMatchObject({ date: '2026-09-16' });
    expect(add('2026-09-17 02:00', 5, NIGHT)).toMatchObject({
      at: '2026-09-17 23:00',
      date: '2026-09-17',
    });
    // The night of Friday ends on Saturday; the next is Monday's.
    expect(add('2026-09-19 05:00', 2, NIGHT)).toMatchObject({
      at: '2026-09-21 23:00',
      date: '2026-09-21',
    });
  });

  it('"overnight shifts and long closures failed": seventy days without work', () => {
    const closed = except('stop', [
      ...dates('2026-07', 1, 31),
      ...dates('2026-08', 1, 31),
      ...dates('2026-09', 1, 8),
    ]);
    expect(closed.length).toBe(70);
    const cal = calendar({ exceptions: closed });
    expect(add('2026-06-30 17:00', 1, cal)).toMatchObject({ at: '2026-09-09 09:00' });
    expect(workingBetween(cal, at('2026-06-30 17:30'), at('2026-09-09 08:30'))).toBe(0);
    expect(previousWorkingDate(cal, '2026-09-09')).toBe('2026-06-30');
    expect(told(addWorkingDays(cal, at('2026-06-30 09:00'), 1).at)).toBe('2026-09-09 17:30');
  });

  it('a stop-work day counts for nothing', () => {
    const typhoon = [...NOTICE_2026, ...except('stop', ['2026-09-17'], '台风')];
    const cal = calendar({ exceptions: typhoon });
    expect(add('2026-09-16 17:00', 1, cal)).toMatchObject({ at: '2026-09-18 09:00' });
  });

  it('around the clock it is natural time, and 24:00 is of the day that ends', () => {
    expect(add('2026-10-01 13:17', 100, UTILITY)).toMatchObject({ at: '2026-10-05 17:17' });
    expect(add('2026-10-01 12:00', 12, UTILITY)).toEqual({
      at: '2026-10-02 00:00',
      date: '2026-10-01',
      provisional: false,
    });
  });

  it('says when an unpublished date was looked at', () => {
    expect(add('2026-12-31 16:30', 1)).toMatchObject({ provisional: false });
    expect(add('2026-12-31 16:30', 1.5)).toMatchObject({
      at: '2027-01-01 09:00',
      provisional: true,
    });
    // The night that begins on the last published date is published to its end.
    expect(add('2026-12-31 12:00', 8, NIGHT)).toMatchObject({ provisional: false });
    expect(add('2030-01-01 00:00', 1, UTILITY)).toMatchObject({ provisional: false });
  });

  it('says so too of dates before the first published one', () => {
    expect(add('2025-12-31 17:30', 1)).toMatchObject({ at: '2026-01-04 09:30', provisional: true });
    expect(addWorkingDays(CITY, at('2025-12-30 09:00'), 2).provisional).toBe(true);
  });

  it('gives up where there is no working time', () => {
    const none = calendar({ hours: [], exceptions: [] });
    const from = at('2026-09-16 09:00');
    expect(() => addWorking(none, from, 1)).toThrow('calendar has no working time');
    expect(() => addWorkingDays(none, from, 1)).toThrow('calendar has no working time');
    expect(() => dayMinutes(none)).toThrow('calendar has no working time');
    expect(previousWorkingDate(none, '2026-09-16')).toBeNull();
    expect(() => addWorking(CITY, new Date(Number.NaN), 1)).toThrow('no working time');
  });

  it('counts a minute that two shifts claim once', () => {
    const hours = [...weekly([3], [[1320, 1800]]), ...weekly([4], [[300, 600]])];
    const cal = calendar({ hours, exceptions: [] });
    const [wednesday, friday] = [at('2026-09-16 00:00'), at('2026-09-18 00:00')];
    expect(workingBetween(cal, wednesday, friday)).toBe(12 * HOUR);
    expect(workingDateOf(cal, at('2026-09-17 05:30'))).toBe('2026-09-16');
    expect(add('2026-09-17 05:30', 1, cal)).toMatchObject({
      at: '2026-09-17 06:30',
      date: '2026-09-17',
    });
  });

  it('lets a day work in the break of the night before', () => {
    const night: Span[] = [
      [1320, 1500],
      [1620, 1800],
    ];
    const hours = [...weekly([3], night), ...weekly([4], [[60, 180]])];
    const cal = calendar({ hours, exceptions: [] });
    // 22–01 and 03–06 of Wednesday, 01–03 of Thursday.
    expect(add('2026-09-16 22:00', 4, cal)).toMatchObject({ date: '2026-09-17' });
    expect(add('2026-09-16 22:00', 8, cal)).toMatchObject({
      at: '2026-09-17 06:00',
      date: '2026-09-16',
    });
  });
});

describe('workingBetween', () => {
  it.each([
    ['2026-09-17 14:00', '2026-09-18 14:00', 7],
    ['2026-09-16 15:30', '2026-09-22 17:30', 37],
    ['2026-09-25 00:00', '2026-09-28 00:00', 0],
    ['2026-09-16 12:30', '2026-09-16 13:30', 0],
    ['2026-09-18 14:00', '2026-09-17 14:00', 0],
    ['2026-09-18 14:00', '2026-09-18 14:00', 0],
    ['2026-09-16 11:59', '2026-09-16 14:01', 2 / 60],
  ])('%s to %s: %d h', (a, b, hours) => {
    expect(workingBetween(CITY, at(a), at(b))).toBe(hours * HOUR);
  });

  it('undoes addWorking', () => {
    const from = at('2026-02-13 16:10');
    for (let ms = 1; ms < 200 * HOUR; ms += 7 * HOUR + 12_345) {
      expect(workingBetween(CITY, from, addWorking(CITY, from, ms).at)).toBe(ms);
    }
  });

  it('refuses to measure thousands of years', () => {
    const far = new Date(8.64e15);
    expect(() => workingBetween(CITY, at('2026-09-16 00:00'), far)).toThrow('too long');
  });
});

describe('addWorkingDays', () => {
  const add = (from: string, n: number, cal = CITY) => {
    const reached = addWorkingDays(cal, at(from), n);
    return { ...reached, at: told(reached.at) };
  };

  // The four dated cases of domain.md §3.4.
  it.each([
    ['2026-02-13 16:00', 5, '2026-02-27 17:30'],
    ['2026-09-30 10:00', 2, '2026-10-09 17:30'],
    ['2026-09-18 10:00', 1, '2026-09-20 17:30'],
    ['2026-05-08 10:00', 2, '2026-05-11 17:30'],
  ])('%s + %d working days is %s', (from, n, to) => {
    expect(add(from, n)).toEqual({ at: to, date: to.slice(0, 10), provisional: false });
  });

  it('counts by the date in the city, not in London', () => {
    expect(add('2026-09-16 00:01', 1).at).toBe('2026-09-17 17:30');
    expect(add('2026-09-16 07:59', 1).at).toBe('2026-09-17 17:30');
    expect(add('2026-09-16 23:59', 1).at).toBe('2026-09-17 17:30');
  });

  it('received on a Friday at 18:00 or on a Saturday: day 1 is the next working day', () => {
    expect(add('2026-09-11 18:00', 1).at).toBe('2026-09-14 17:30');
    expect(add('2026-09-12 09:00', 1).at).toBe('2026-09-14 17:30');
  });

  it('received inside a night shift: the day of receipt is the calendar date', () => {
    expect(add('2026-09-17 02:00', 1, NIGHT)).toMatchObject({
      at: '2026-09-19 06:00',
      date: '2026-09-18',
    });
  });

  it('follows a date where an instant would tell another', () => {
    // Thursday's night ends on Friday at 06:00; the next working date is Friday.
    expect(told(addWorkingDates(NIGHT, '2026-09-17', 1).at)).toBe('2026-09-19 06:00');
    expect(told(addWorkingDates(UTILITY, '2026-09-17', 1).at)).toBe('2026-09-19 00:00');
  });

  it('is provisional past the last published date', () => {
    expect(add('2026-12-30 10:00', 1)).toMatchObject({ provisional: false });
    expect(add('2026-12-30 10:00', 2)).toEqual({
      at: '2027-01-01 17:30',
      date: '2027-01-01',
      provisional: true,
    });
  });

  it('refuses anything but whole days from one', () => {
    for (const n of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => add('2026-09-16 09:00', n)).toThrow(`cannot add ${n} working days`);
    }
  });
});

describe('dates', () => {
  it('a date starts at 00:00 in the city', () => {
    expect(startOfDate('2026-09-16').toISOString()).toBe('2026-09-15T16:00:00.000Z');
  });

  it.each([
    ['2026-09-16', '2026-09-15'],
    ['2026-09-21', '2026-09-20'],
    ['2026-09-20', '2026-09-18'],
    ['2026-10-08', '2026-09-30'],
    ['2026-09-28', '2026-09-24'],
    ['2027-01-04', '2027-01-01'],
  ])('the working date before %s is %s', (date, before) => {
    expect(previousWorkingDate(CITY, date)).toBe(before);
  });

  it.each([
    ['2026-09-17 06:00', '2026-09-16'],
    ['2026-09-17 06:01', '2026-09-17'],
    ['2026-09-16 22:00', '2026-09-16'],
    ['2026-09-17 00:00', '2026-09-16'],
  ])('at %s the night calendar is on %s', (instant, date) => {
    expect(workingDateOf(NIGHT, at(instant))).toBe(date);
  });

  it('an ordinary day has 420 minutes in the city, 1440 around the clock', () => {
    expect(dayMinutes(CITY)).toBe(420);
    expect(dayMinutes(UTILITY)).toBe(1440);
    expect(dayMinutes(NIGHT)).toBe(480);
    const ever = { from: '2000-01-01', to: 'infinity', weekday: 1 } as const;
    const summer = { from: '2026-06-01', to: '2026-10-01', weekday: 1 } as const;
    const city = { ...ever, spans: [[510, 930]] as [number, number][] };
    const own = { ...ever, spans: [[0, 1440]] as [number, number][] };
    const short = { ...summer, spans: [[480, 780]] as [number, number][] };
    // A unit's own hours lie over the city's; summer hours, which end, do not change what a day is.
    expect(dayMinutes(calendar({ hours: [city, own] }))).toBe(1440);
    expect(dayMinutes(calendar({ hours: [city, short] }))).toBe(420);
    expect(dayMinutes(calendar({ hours: weekly([6, 3], [[0, 60]]) }))).toBe(60);
  });
});
