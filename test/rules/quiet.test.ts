/** Quiet hours, in the city's time: 21:00 (Asia/Shanghai) is 13:00Z, 08:30 is 00:30Z of the next date. */
import { describe, expect, it } from 'vitest';
import { notBefore } from '../../src/notification/rules.ts';
import type { Quiet } from '../../src/notification/rules.ts';

const NIGHT: Quiet = { from: '21:00', to: '08:30', exceptUrgencies: ['U1'] };
const said = (quiet: Quiet, urgency: Parameters<typeof notBefore>[1], at: string) =>
  notBefore(quiet, urgency, new Date(at))?.toISOString() ?? null;

describe('over midnight', () => {
  it.each([
    ['in the afternoon', '2026-09-21T06:00:00.000Z', null],
    ['a moment before it begins', '2026-09-21T12:59:59.999Z', null],
    ['as it begins', '2026-09-21T13:00:00.000Z', '2026-09-22T00:30:00.000Z'],
    ['late in the evening', '2026-09-21T15:59:59.999Z', '2026-09-22T00:30:00.000Z'],
    ['at midnight', '2026-09-21T16:00:00.000Z', '2026-09-22T00:30:00.000Z'],
    ['before dawn', '2026-09-21T20:15:30.250Z', '2026-09-22T00:30:00.000Z'],
    ['a moment before it ends', '2026-09-22T00:29:59.999Z', '2026-09-22T00:30:00.000Z'],
    ['as it ends', '2026-09-22T00:30:00.000Z', null],
    ['on the last night of the year', '2026-12-31T15:00:00.000Z', '2027-01-01T00:30:00.000Z'],
  ])('%s', (_when, at, until) => {
    expect(said(NIGHT, 'U3', at)).toBe(until);
  });

  it('a life in danger is told at any time; what has no urgency yet can wait', () => {
    const at = '2026-09-21T18:00:00.000Z';
    expect(said(NIGHT, 'U1', at)).toBeNull();
    for (const urgency of ['U2', 'U3', 'U4', null] as const) {
      expect(said(NIGHT, urgency, at)).toBe('2026-09-22T00:30:00.000Z');
    }
    expect(said({ ...NIGHT, exceptUrgencies: [] }, 'U1', at)).not.toBeNull();
  });
});

describe('other times', () => {
  it('within one day', () => {
    const noon: Quiet = { from: '12:00', to: '14:00', exceptUrgencies: [] };
    expect(said(noon, 'U4', '2026-09-21T03:59:59.999Z')).toBeNull();
    expect(said(noon, 'U4', '2026-09-21T04:00:00.000Z')).toBe('2026-09-21T06:00:00.000Z');
    expect(said(noon, 'U4', '2026-09-21T06:00:00.000Z')).toBeNull();
  });
  it('from midnight on', () => {
    const early: Quiet = { from: '00:00', to: '06:00', exceptUrgencies: [] };
    expect(said(early, 'U4', '2026-09-21T15:59:59.999Z')).toBeNull();
    expect(said(early, 'U4', '2026-09-21T16:00:00.000Z')).toBe('2026-09-21T22:00:00.000Z');
  });
  it('the same times: never', () => {
    const none: Quiet = { from: '08:00', to: '08:00', exceptUrgencies: [] };
    for (let hour = 0; hour < 24; hour++) {
      const at = `2026-09-21T${String(hour).padStart(2, '0')}:00:00.000Z`;
      expect(said(none, 'U4', at)).toBeNull();
    }
  });
  it('every minute of a day: either it goes now, or exactly at the end', () => {
    for (let minute = 0; minute < 1440; minute++) {
      const at = new Date(Date.UTC(2026, 8, 21, 0, minute));
      const city = (minute + 480) % 1440;
      const quiet = city >= 21 * 60 || city < 8 * 60 + 30;
      const until = notBefore(NIGHT, 'U4', at);
      expect(until !== null, at.toISOString()).toBe(quiet);
      if (until) {
        expect(until.toISOString()).toMatch(/T00:30:00\.000Z$/);
        expect(until.getTime()).toBeGreaterThan(at.getTime());
      }
    }
  });
});
