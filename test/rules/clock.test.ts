import { describe, expect, it } from 'vitest';
import { addDays, cityDay } from '../../src/kernel/clock.ts';

describe("the city's day", () => {
  // Shanghai is eight hours ahead of UTC the whole year: midnight there is 16:00 the day before.
  it.each([
    ['the last millisecond of a day', '2026-11-19T15:59:59.999Z', '2026-11-19'],
    ['midnight', '2026-11-19T16:00:00.000Z', '2026-11-20'],
    ['the first millisecond of a day', '2026-11-19T16:00:00.001Z', '2026-11-20'],
    ['midnight in Greenwich', '2026-11-20T00:00:00.000Z', '2026-11-20'],
    ['noon in the city', '2026-11-20T04:00:00.000Z', '2026-11-20'],
    ['before midnight on New Year’s Eve', '2025-12-31T15:59:59.999Z', '2025-12-31'],
    ['New Year', '2025-12-31T16:00:00.000Z', '2026-01-01'],
    ['a leap day', '2028-02-28T16:00:00.000Z', '2028-02-29'],
    ['the day after a leap day', '2028-02-29T16:00:00.000Z', '2028-03-01'],
    ['no 29 February in 2026', '2026-02-28T16:00:00.000Z', '2026-03-01'],
    ['summer, without summer time', '2026-07-01T15:59:59.999Z', '2026-07-01'],
    // The city had summer time until 1991; the platform never serves such days, and says so here.
    ['1990 without its summer time', '1990-07-01T15:30:00.000Z', '1990-07-01'],
  ])('%s', (_what, instant, day) => {
    expect(cityDay(new Date(instant))).toBe(day);
  });

  it('does not depend on the zone of the host', () => {
    const before = process.env.TZ;
    try {
      for (const zone of ['UTC', 'Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati']) {
        process.env.TZ = zone;
        expect(cityDay(new Date('2026-11-19T15:59:59.999Z')), zone).toBe('2026-11-19');
        expect(cityDay(new Date('2026-11-19T16:00:00.000Z')), zone).toBe('2026-11-20');
      }
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});

describe('addDays', () => {
  it.each([
    [1, '2026-11-21T07:30:00.000Z'],
    [0, '2026-11-20T07:30:00.000Z'],
    [-20, '2026-10-31T07:30:00.000Z'],
    [30, '2026-12-20T07:30:00.000Z'],
    [100, '2027-02-28T07:30:00.000Z'],
  ])('%i natural days', (days, expected) => {
    const start = new Date('2026-11-20T07:30:00.000Z');
    expect(addDays(start, days).toISOString()).toBe(expected);
    expect(start.toISOString()).toBe('2026-11-20T07:30:00.000Z');
  });
});
