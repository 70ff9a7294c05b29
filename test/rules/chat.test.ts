/** Decisions of the chat: who waits, who gets whom, which clock stands how. */
import { describe, expect, it } from 'vitest';
import {
  admission,
  clockAt,
  counted,
  expectedWait,
  isIdle,
  nextSeat,
  plainText,
  readingOf,
  withinHours,
} from '../../src/chat/rules.ts';

const at = (text: string) => new Date(text);
const T0 = at('2026-09-21T02:00:00Z');
const after = (ms: number) => new Date(T0.getTime() + ms);

describe('hours', () => {
  it.each([
    ['2026-09-21T00:59:59Z', '09:00', '17:30', false],
    ['2026-09-21T01:00:00Z', '09:00', '17:30', true],
    ['2026-09-21T09:29:59Z', '09:00', '17:30', true],
    ['2026-09-21T09:30:00Z', '09:00', '17:30', false],
    ['2026-09-21T15:59:59Z', '00:00', '24:00', true],
    ['2026-09-21T16:00:00Z', '00:00', '24:00', true],
    ['2026-09-21T17:00:00Z', '22:00', '06:00', true],
    ['2026-09-21T21:59:59Z', '22:00', '06:00', true],
    ['2026-09-21T22:00:00Z', '22:00', '06:00', false],
  ])('%s in %s–%s is %s', (instant, from, to, within) => {
    expect(withinHours(at(instant), { from, to })).toBe(within);
  });
});

describe('admission', () => {
  const now = { within: true, waiting: 0, queueMax: 10, seats: 2, emergency: false };
  it.each([
    [{}, 'waiting', null],
    [{ waiting: 9 }, 'waiting', null],
    [{ waiting: 10 }, 'away', 'full'],
    [{ within: false }, 'away', 'hours'],
    [{ within: false, waiting: 10 }, 'away', 'hours'],
    [{ seats: 0 }, 'waiting', 'nobody'],
    [{ within: false, emergency: true }, 'waiting', 'hours'],
    [{ waiting: 10, emergency: true }, 'waiting', 'full'],
  ] as const)('%o', (change, state, away) => {
    expect(admission({ ...now, ...change })).toEqual({ state, away });
  });
});

describe('the next seat', () => {
  const seat = (userId: string, open: number, cap: number, last: number | null) => ({
    userId,
    open,
    cap,
    lastAssignedAt: last === null ? null : after(last),
  });
  it('is the least loaded one, then the one that waited longest, then always the same', () => {
    expect(nextSeat([seat('a', 2, 5, 0), seat('b', 1, 5, 9)], 5)?.userId).toBe('b');
    expect(nextSeat([seat('a', 1, 5, 5), seat('b', 1, 5, 4)], 5)?.userId).toBe('b');
    expect(nextSeat([seat('a', 1, 5, 5), seat('b', 1, 5, null)], 5)?.userId).toBe('b');
    expect(nextSeat([seat('b', 1, 5, 5), seat('a', 1, 5, 5)], 5)?.userId).toBe('a');
  });
  it('has room by both caps', () => {
    expect(nextSeat([seat('a', 2, 2, 0)], 5)).toBeNull();
    expect(nextSeat([seat('a', 2, 5, 0)], 2)).toBeNull();
    expect(nextSeat([seat('a', 1, 2, 0)], 2)?.userId).toBe('a');
    expect(nextSeat([], 5)).toBeNull();
  });
  it('takes an emergency as one more where all are full, and only one', () => {
    const full = [seat('a', 5, 5, 9), seat('b', 5, 5, 1)];
    expect(nextSeat(full, 5)).toBeNull();
    expect(nextSeat(full, 5, true)?.userId).toBe('b');
    expect(nextSeat([seat('a', 6, 5, 9), seat('b', 6, 9, 1)], 5, true)).toBeNull();
    expect(nextSeat([seat('a', 4, 5, 9), seat('b', 2, 2, 1)], 5, true)?.userId).toBe('a');
  });
});

describe('the clock of the first answer', () => {
  const running = { state: 'running', dueAt: after(1_000) };
  it('an answer exactly when it is due is in time', () => {
    expect(clockAt(running, after(1_000), 'answered')).toBe('met');
    expect(clockAt(running, after(1_001), 'answered')).toBe('late');
  });
  it('who leaves before it is due takes it along', () => {
    expect(clockAt(running, after(1_000), 'over')).toBe('void');
    expect(clockAt(running, after(1_001), 'over')).toBe('late');
  });
  it('is decided once', () => {
    for (const state of ['met', 'late', 'void', null] as const)
      expect(clockAt({ state, dueAt: after(0) }, after(9_000), 'answered')).toBe(state);
  });
});

it('a minute begins with its first word', () => {
  const first = counted({ since: T0, count: 4 }, after(59_999));
  expect(first).toEqual({ since: T0, count: 5 });
  expect(counted(first, after(60_000))).toEqual({ since: after(60_000), count: 1 });
  // A clock that was put back begins anew.
  expect(counted(first, after(-60_000))).toEqual({ since: after(-60_000), count: 1 });
});

it('a wait is told by how fast the queue went, and not where it did not go', () => {
  expect([
    expectedWait(0, 0),
    expectedWait(3, 0),
    expectedWait(3, 10),
    expectedWait(1, 600),
  ]).toEqual([0, null, 180, 1]);
});

it('a chat is idle only where the last word was ours', () => {
  const said = (citizen: number, operator: number | null) => ({
    lastCitizenAt: after(citizen),
    lastOperatorAt: operator === null ? null : after(operator),
  });
  const late = after(20 * 60_000 + 1_000);
  expect(isIdle(said(0, 1_000), late, 20)).toBe(true);
  expect(isIdle(said(0, 1_001), late, 20)).toBe(false);
  expect(isIdle(said(2_000, 1_000), late, 20)).toBe(false);
  expect(isIdle(said(0, null), late, 20)).toBe(false);
});

it.each([
  [{ own: true, open: true, sensitive: true }, 'free'],
  [{ own: true, sensitive: true }, 'none'],
  [{ own: true }, 'free'],
  [{ overseer: true }, 'free'],
  [{ overseer: true, sensitive: true }, 'noted'],
  [{ worksOnOrder: true }, 'free'],
  [{ worksOnOrder: true, open: true, sensitive: true }, 'none'],
  [{ open: true }, 'none'],
] as const)('who reads a chat: %o is %s', (who, reading) => {
  const nobody = {
    own: false,
    open: false,
    overseer: false,
    worksOnOrder: false,
    sensitive: false,
  };
  expect(readingOf({ ...nobody, ...who })).toBe(reading);
});

it('words lose what is no word: controls, directions, edges; never a line', () => {
  expect(plainText(' a\u0000b\u202ec\u2066 \r\n第二行\t。 \u0007')).toBe('abc \n第二行\t。');
});
