import { describe, expect, it } from 'vitest';
import { LAMPS, translate, type Lamp, type Language, type TextKey } from '../../src/contract.ts';
import type { ClockView } from '../../src/deadline/schema.ts';
import { byClock, isAllOverdue } from '../../web/console/lib/clock-groups.ts';
import {
  amountWords,
  clockSentence,
  isClosed,
  isHeavy,
  lampWord,
  shownAt,
  valueWords,
} from '../../web/console/lib/clock-words.ts';
import { limitWords } from '../../web/console/lib/deadline-words.ts';
import type { Words } from '../../web/console/lib/text.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 日 of the city: 7 working hours. */
const DAY = 7 * HOUR;
const at = (text: string) => Date.parse(`${text}:00+08:00`);
const iso = (text: string) => new Date(at(text)).toISOString();
const NOW = '2026-09-21T10:24';

/** A reply clock on Monday 21 September at 10:24, in the morning stretch. */
const clock = (lamp: Lamp, leftMs: number, rest: Partial<ClockView> = {}): ClockView => ({
  clock: 'final',
  lamp,
  basis: 'wd',
  dueAt: iso('2026-09-24T17:30'),
  soonAt: null,
  todayAt: null,
  provisional: lamp === 'provisional',
  leftMs,
  asOf: iso(NOW),
  runsFrom: iso('2026-09-21T08:30'),
  runsTo: iso('2026-09-21T12:00'),
  dayMs: DAY,
  level: 0,
  ...rest,
});

const text = (c: ClockView, language: Language, size: 'short' | 'long', now = at(NOW)) => {
  const shown = shownAt(c, now);
  return `${lampWord(shown.lamp, language, size)} ${valueWords(shown, c.dayMs, language, size)}`;
};

const SIX: Record<Lamp, ClockView> = {
  roomy: clock('roomy', 3 * DAY + 2 * HOUR),
  soon: clock('soon', DAY + 5 * HOUR),
  today: clock('today', 5 * HOUR + 6 * MINUTE, { dueAt: iso('2026-09-21T17:30') }),
  overdue: clock('overdue', -(DAY + HOUR), { dueAt: iso('2026-09-18T17:30') }),
  paused: clock('paused', 4 * DAY + HOUR, { dueAt: null, runsFrom: null, runsTo: null }),
  provisional: clock('provisional', 73 * DAY, { dueAt: iso('2027-01-08T17:30') }),
};

describe('words of a clock (look.md, Clocks)', () => {
  it('short, in Chinese', () => {
    expect(LAMPS.map((lamp) => text(SIX[lamp], 'zh-CN', 'short'))).toEqual([
      '充裕 余3日2时',
      '将到 余1日5时',
      '今日 余5时06分',
      '超期 1日1时',
      '暂停 余4日1时',
      '临时 约73日',
    ]);
  });

  it('long, in Chinese', () => {
    expect(LAMPS.map((lamp) => text(SIX[lamp], 'zh-CN', 'long'))).toEqual([
      '充裕 余 3日2时',
      '将到期 余 1日5时',
      '今日到期 余 5时06分',
      '超期 1日1时',
      '暂停 余 4日1时',
      '临时 约 73日',
    ]);
  });

  it('short and long, in English', () => {
    expect(LAMPS.map((lamp) => text(SIX[lamp], 'en', 'short'))).toEqual([
      'OK 3d 2h',
      'Soon 1d 5h',
      'Today 5h 06m',
      'Overdue 1d 1h',
      'Paused 4d 1h left',
      'Prov. ~73d',
    ]);
    expect(text(SIX.today, 'en', 'long')).toBe('Due today 5h 06m left');
    expect(clockSentence(shownAt(SIX.soon, at(NOW)), DAY, 'en')).toBe('Due soon, 1d 5h left');
  });

  it.each([
    [DAY, DAY, '1日'],
    [DAY - MINUTE, DAY, '6时59分'],
    [9 * MINUTE, DAY, '9分'],
    [59_999, DAY, '不到1分'],
    [0, DAY, '不到1分'],
    [26 * HOUR + 5 * MINUTE, null, '26时05分'],
    [120 * HOUR, null, '120时'],
    [-(2 * 8 * HOUR + 3 * HOUR), 8 * HOUR, '2日3时'],
  ])('%i ms where a day has %s ms: %s', (ms, dayMs, words) => {
    expect(amountWords(ms, dayMs, 'zh-CN')).toBe(words);
  });

  it('natural hours never say days, a unit with its own hours has its own days', () => {
    const nh = { basis: 'nh', dayMs: null } as const;
    expect(text(clock('soon', 30 * HOUR, nh), 'zh-CN', 'short')).toBe('将到 余30时00分');
    expect(text(clock('roomy', 30 * HOUR, { dayMs: 24 * HOUR }), 'zh-CN', 'short')).toBe(
      '充裕 余1日6时',
    );
  });

  it('on the day itself hours count, also when a whole working day is left', () => {
    const today = clock('today', DAY, { dueAt: iso('2026-09-21T17:30') });
    expect(text(today, 'zh-CN', 'short')).toBe('今日 余7时00分');
    expect(text(today, 'zh-CN', 'long')).toBe('今日到期 余 7时00分');
    expect(text(clock('soon', DAY), 'zh-CN', 'short')).toBe('将到 余1日');
  });

  it('a window that closed is not late', () => {
    const closed = { clock: 'return_window', dueAt: iso('2026-09-18T17:30') } as const;
    const is = (c: ClockView) => isClosed(c, shownAt(c, at(NOW)));
    expect(is(clock('overdue', -DAY, closed))).toBe(true);
    expect(is(clock('soon', DAY, { clock: 'return_window' }))).toBe(false);
    expect(is(SIX.overdue)).toBe(false);
  });

  it('what a paused clock has overrun is no time left', () => {
    const over = clock('paused', -2 * HOUR, { dueAt: null, runsFrom: null, runsTo: null });
    expect(text(over, 'zh-CN', 'short')).toBe('暂停 超2时00分');
  });
});

describe('limits of a policy', () => {
  const words = {
    say: (key: TextKey, values?: Record<string, string | number>) =>
      translate('zh-CN', key, values),
  } as Words;
  it.each([
    [0.5, 'nh', '30 分钟'],
    [24, 'nh', '24 小时'],
    [2160, 'nh', '90 天'],
    [170, 'nh', '170 小时'],
    [240, 'wh', '240 工时'],
  ] as const)('%s %s: %s', (amount, basis, said) => {
    expect(limitWords(words, amount, basis)).toBe(said);
  });
});

describe('counting down', () => {
  it('takes off only what lies in the stretch', () => {
    const c = SIX.today;
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T11:24'))).toBe('今日 余4时06分');
    // At noon the stretch ends: the rest of the break costs nothing.
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T12:00'))).toBe('今日 余3时30分');
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T13:40'))).toBe('今日 余3时30分');
  });

  it('waits for a stretch that is still to come', () => {
    const c = clock('today', 3 * HOUR + 30 * MINUTE, {
      asOf: iso('2026-09-21T12:30'),
      runsFrom: iso('2026-09-21T14:00'),
      runsTo: iso('2026-09-21T17:30'),
    });
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T13:59'))).toBe('今日 余3时30分');
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T14:30'))).toBe('今日 余3时00分');
  });

  it('never runs backwards, and a paused clock not at all', () => {
    expect(shownAt(SIX.roomy, at('2026-09-21T09:00')).leftMs).toBe(SIX.roomy.leftMs);
    expect(shownAt(SIX.paused, at('2026-09-29T09:00')).leftMs).toBe(SIX.paused.leftMs);
  });

  it('the lamp follows soonAt, todayAt and dueAt', () => {
    const c = clock('roomy', 2 * DAY, {
      soonAt: iso('2026-09-23T00:00'),
      todayAt: iso('2026-09-24T00:00'),
      runsTo: iso('2026-09-25T00:00'),
    });
    const lamp = (when: string) => shownAt(c, at(when)).lamp;
    expect(lamp('2026-09-22T23:59')).toBe('roomy');
    expect(lamp('2026-09-23T00:00')).toBe('soon');
    expect(lamp('2026-09-24T00:00')).toBe('today');
    // Exactly on the deadline is met.
    expect(lamp('2026-09-24T17:30')).toBe('today');
    expect(lamp('2026-09-24T17:31')).toBe('overdue');
  });

  it('just over: no time is made up outside working hours', () => {
    const c = clock('today', 10 * MINUTE, {
      asOf: iso('2026-09-21T17:20'),
      dueAt: iso('2026-09-21T17:30'),
      runsFrom: iso('2026-09-21T14:00'),
      runsTo: iso('2026-09-21T17:30'),
    });
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T17:50'))).toBe('超期 刚过');
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T22:00'))).toBe('超期 休息不计');
    expect(text(c, 'zh-CN', 'short', at('2026-09-21T17:25'))).toBe('今日 余5分');
  });

  it('a lamp of the server is never taken back, a provisional one gives way to a nearer one', () => {
    expect(shownAt(clock('soon', DAY), at(NOW)).lamp).toBe('soon');
    const near = clock('provisional', DAY, { soonAt: iso('2026-09-21T10:00') });
    expect(shownAt(near, at(NOW)).lamp).toBe('soon');
  });
});

describe('lists', () => {
  const now = at(NOW);
  const rows = [SIX.paused, SIX.overdue, null, SIX.soon, SIX.provisional, SIX.today, SIX.roomy];

  it('groups by lamp, the order inside a group stays', () => {
    const groups = byClock(rows, (c) => c, now);
    expect(groups.map((g) => [g.group, g.items.map((c) => c?.lamp ?? null)])).toEqual([
      ['overdue', ['overdue']],
      ['today', ['today']],
      ['soon', ['soon']],
      ['roomy', ['paused', 'provisional', 'roomy']],
      ['none', [null]],
    ]);
  });

  it('where all is overdue only three days and more stay solid', () => {
    const late = (days: number) => shownAt(clock('overdue', -days * DAY), now);
    expect([late(2.99), late(3), late(7)].map((s) => isHeavy(s, DAY))).toEqual([false, true, true]);
    expect(isAllOverdue([SIX.overdue, SIX.overdue], now)).toBe(true);
    expect(isAllOverdue([SIX.overdue, SIX.soon], now)).toBe(false);
    expect(isAllOverdue([SIX.overdue, null], now)).toBe(false);
  });
});
