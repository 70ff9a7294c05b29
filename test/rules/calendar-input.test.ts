import { describe, expect, it } from 'vitest';
import {
  datesBetween,
  isDate,
  readHolidays,
  readSpans,
} from '../../web/console/lib/calendar-input.ts';

describe('holiday-cn', () => {
  const days = [
    { name: '元旦', date: '2027-01-01', isOffDay: true },
    { name: '元旦', date: '2026-12-31', isOffDay: true },
    { name: '春节', date: '2027-02-20', isOffDay: false },
  ];

  it('reads the file with its year and notice, and the bare list', () => {
    const papers = ['https://www.gov.cn/zhengce/2026.htm'];
    expect(readHolidays(JSON.stringify({ year: 2027, papers, days }))).toEqual({
      year: 2027,
      source: papers[0],
      days,
    });
    expect(readHolidays(JSON.stringify(days))).toEqual({ year: 2027, source: '', days });
  });

  it.each([
    ['', { code: 'empty' }],
    ['{}', { code: 'shape' }],
    ['{"days":[]}', { code: 'shape' }],
    ['[{"name":"x","date":"2027-1-1","isOffDay":true}]', { code: 'entry', place: '1' }],
    ['[{"name":"x","date":"2027-13-01","isOffDay":true}]', { code: 'entry', place: '1' }],
    ['[{"name":"x","date":"2027-01-01","isOffDay":"yes"}]', { code: 'entry', place: '1' }],
  ])('%s is not one', (text, why) => {
    expect(readHolidays(text)).toEqual(why);
  });

  it('says where broken JSON breaks, as far as the engine tells', () => {
    expect(readHolidays('[\n{"name": oops}]')).toMatchObject({ code: 'json' });
  });
});

describe('hours and dates', () => {
  it.each([
    [
      '08:30-12:00 14:00-17:30',
      [
        [510, 720],
        [840, 1050],
      ],
    ],
    [
      '8：30–12：00、14:00 – 17:30',
      [
        [510, 720],
        [840, 1050],
      ],
    ],
    ['00:00-24:00', [[0, 1440]]],
    ['22:00-06:00', [[1320, 1800]]],
    ['', []],
    ['8:30', null],
    ['25:00-26:00', null],
    ['14:00-17:30 08:30-12:00', null],
  ])('%s', (text, spans) => {
    expect(readSpans(text)).toEqual(spans);
  });

  it('knows which dates there are', () => {
    const dates = ['2028-02-29', '2027-02-29', '2027-04-31', '2027-4-1', 'x'];
    expect(dates.map(isDate)).toEqual([true, false, false, false, false]);
  });

  it('lists the dates of a range, at most sixty', () => {
    expect(datesBetween('2026-12-31', '2027-01-02')).toEqual([
      '2026-12-31',
      '2027-01-01',
      '2027-01-02',
    ]);
    expect(datesBetween('2026-09-02', '2026-09-01')).toBeNull();
    expect(datesBetween('2026-01-01', '2026-03-01')).toHaveLength(60);
    expect(datesBetween('2026-01-01', '2026-03-02')).toBeNull();
    expect(datesBetween('', '2026-03-02')).toBeNull();
  });
});
