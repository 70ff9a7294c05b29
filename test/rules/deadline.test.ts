import { describe, expect, it } from 'vitest';
import { addWorkingDays, buildDays } from '../../src/calendar/rules.ts';
import type { Exception, HoursRule, Plan, Span, WorkCalendar } from '../../src/calendar/rules.ts';
import { addLimit, addOn, compute, measure } from '../../src/deadline/rules.ts';
import type { Computed, Entry, Limit, StepRule } from '../../src/deadline/rules.ts';

const HOUR = 3_600_000;

/** An instant in the city. */
const at = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`);
/** The city's wall clock of an instant. */
const told = (instant: Date | null | undefined) =>
  instant
    ? new Date(instant.getTime() + 8 * HOUR).toISOString().slice(0, 16).replace('T', ' ')
    : null;

// ── Calendars ──────────────────────────────────────────────────────────────────────────────────

const CITY_HOURS: Span[] = [
  [510, 720],
  [840, 1050],
];
const weekly = (weekdays: number[], spans: Span[]): HoursRule[] =>
  weekdays.map((weekday) => ({ from: '2000-01-01', to: 'infinity', weekday, spans }));
const MON_FRI = [1, 2, 3, 4, 5];
const dates = (month: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${month}-${String(from + i).padStart(2, '0')}`);
const except = (kind: Exception['kind'], list: string[]): Exception[] =>
  list.map((date) => ({ date, kind, name: '' }));
/** Notice of the State Council of 2025-11-04 for 2026 (domain.md §3.4). */
const NOTICE_2026 = [
  ...except('off', [
    ...dates('2026-01', 1, 3),
    ...dates('2026-02', 15, 23),
    ...dates('2026-04', 4, 6),
    ...dates('2026-05', 1, 5),
    ...dates('2026-06', 19, 21),
    ...dates('2026-09', 25, 27),
    ...dates('2026-10', 1, 7),
  ]),
  ...except('makeup', [
    '2026-01-04',
    '2026-02-14',
    '2026-02-28',
    '2026-05-09',
    '2026-09-20',
    '2026-10-10',
  ]),
];
const calendar = (plan: Partial<Plan>, open = false): WorkCalendar => {
  const whole: Plan = { hours: weekly(MON_FRI, CITY_HOURS), exceptions: NOTICE_2026, ...plan };
  const days = buildDays(whole, '2026-01-01', '2026-12-31');
  return { id: 'city', version: 1, days, plan: whole, open };
};
const CITY = calendar({});
const NIGHT = calendar({ hours: weekly(MON_FRI, [[1320, 1800]]), exceptions: [] });
const UTILITY = calendar(
  { hours: weekly([1, 2, 3, 4, 5, 6, 7], [[0, 1440]]), exceptions: [] },
  true,
);

// ── Ledgers ────────────────────────────────────────────────────────────────────────────────────

const wd = (amount: number): Limit => ({ amount, basis: 'wd' });
const wh = (amount: number): Limit => ({ amount, basis: 'wh' });
const nh = (amount: number): Limit => ({ amount, basis: 'nh' });
const start = (text: string): Entry => ({ kind: 'start', at: at(text) });
const pause = (text: string): Entry => ({ kind: 'pause', at: at(text), pause: 'supplement' });
const resume = (text: string): Entry => ({ kind: 'resume', at: at(text) });
const done = (text: string): Entry => ({ kind: 'stop', at: at(text), how: 'done' });
const cancelled = (text: string): Entry => ({ kind: 'stop', at: at(text), how: 'void' });
const extend = (text: string, by: Limit): Entry => ({ kind: 'extend', at: at(text), by });

/** The ladder of life-cycle.md, Clocks. */
const LADDER: StepRule[] = [
  { step: 'half', at: { share: 0.5 } },
  { step: 'soon', at: { share: 0.8 } },
  { step: 'due', at: { after: 0 } },
  { step: 'urge', at: { after: 1 } },
  { step: 'supervise', at: { after: 3 } },
  { step: 'report', at: { after: 5 } },
];
const run = (ledger: Entry[], limit: Limit, cal = CITY, steps = LADDER) =>
  compute(ledger, limit, steps, cal);
const stepsOf = (computed: Computed) =>
  Object.fromEntries(computed.steps.map((s) => [s.step, told(s.at)]));
const linesOf = (computed: Computed) =>
  computed.lines.map((l) => [l.kind, told(l.at), told(l.due)]);

/** The order of picture 08: 屋顶漏水. */
const ROOF = [
  start('2026-09-16 15:30'),
  pause('2026-09-17 14:00'),
  resume('2026-09-18 14:00'),
  extend('2026-09-18 15:10', wd(3)),
];

describe('the worked example of picture 08', () => {
  const roof = run(ROOF, wd(5));

  it('explains the due instant line by line', () => {
    expect(linesOf(roof)).toEqual([
      ['start', '2026-09-16 15:30', null],
      ['base', '2026-09-16 15:30', '2026-09-22 17:30'],
      ['pause', '2026-09-17 14:00', '2026-09-23 17:30'],
      ['extend', '2026-09-18 15:10', '2026-09-29 17:30'],
      ['due', '2026-09-29 17:30', '2026-09-29 17:30'],
    ]);
    expect(roof.lines[1]).toMatchObject({ by: wd(5), provisional: false });
    expect(roof.lines[2]).toMatchObject({
      pause: 'supplement',
      until: at('2026-09-18 14:00'),
      addsMs: 7 * HOUR,
    });
    expect(roof.lines[3]).toMatchObject({ by: wd(3) });
  });

  it('says what comes next', () => {
    expect(stepsOf(roof)).toEqual({
      half: '2026-09-22 16:30',
      soon: '2026-09-28 10:54',
      due: '2026-09-29 17:30',
      urge: '2026-09-30 17:30',
      supervise: '2026-10-09 17:30',
      report: '2026-10-12 17:30',
    });
  });

  it('runs until 09-29, soon due from the last working day before it', () => {
    expect(roof).toMatchObject({ state: 'running', epoch: 2, provisional: false });
    expect(told(roof.dueAt)).toBe('2026-09-29 17:30');
    expect(told(roof.soonAt)).toBe('2026-09-28 00:00');
    expect(told(roof.todayAt)).toBe('2026-09-29 00:00');
    expect([roof.remainingMs, roof.stoppedAt, roof.met]).toEqual([null, null, null]);
  });

  it('while paused says what was left and nothing else', () => {
    const paused = run(ROOF.slice(0, 2), wd(5));
    expect(paused).toMatchObject({
      state: 'paused',
      dueAt: null,
      soonAt: null,
      todayAt: null,
      // 3½ h of the 17th, then 18, 20, 21, 22.
      remainingMs: 31.5 * HOUR,
      steps: [],
    });
    expect(linesOf(paused).at(-1)).toEqual(['pause', '2026-09-17 14:00', null]);
    expect(paused.lines.at(-1)).not.toHaveProperty('until');
  });
});

describe('the due instant', () => {
  // The four dated cases of domain.md §3.4.
  it.each([
    ['2026-02-13 16:00', 5, '2026-02-27 17:30'],
    ['2026-09-30 10:00', 2, '2026-10-09 17:30'],
    ['2026-09-18 10:00', 1, '2026-09-20 17:30'],
    ['2026-05-08 10:00', 2, '2026-05-11 17:30'],
  ])('%s + %d wd is %s', (from, n, to) => {
    expect(told(run([start(from)], wd(n)).dueAt)).toBe(to);
  });

  it.each([
    ['4 wh over the evening', '2026-09-16 15:30', wh(4), '2026-09-17 10:30'],
    ['4 wh to the end of work', '2026-09-16 11:30', wh(4), '2026-09-16 17:30'],
    ['2 wh over the National Day', '2026-09-30 16:30', wh(2), '2026-10-08 09:30'],
    ['15 natural minutes at night', '2026-09-19 23:50', nh(0.25), '2026-09-20 00:05'],
    ['24 nh on a holiday', '2026-10-01 10:00', nh(24), '2026-10-02 10:00'],
  ])('%s', (_what, from, limit, to) => {
    expect(told(run([start(from)], limit).dueAt)).toBe(to);
  });

  it('summer hours end later', () => {
    const summer: HoursRule[] = MON_FRI.map((weekday) => ({
      from: '2026-06-01',
      to: '2026-10-01',
      weekday,
      spans: [
        [510, 720],
        [870, 1080],
      ],
    }));
    const cal = calendar({ hours: [...weekly(MON_FRI, CITY_HOURS), ...summer] });
    expect(told(run([start('2026-05-29 10:00')], wd(1), cal).dueAt)).toBe('2026-06-01 18:00');
    expect(told(run([start('2026-09-30 17:30')], wh(1), cal).dueAt)).toBe('2026-10-08 09:00');
  });

  it('"overnight shifts and long closures failed": due where the shift ends', () => {
    const night = run([start('2026-09-16 12:00')], wd(1), NIGHT);
    expect(told(night.dueAt)).toBe('2026-09-18 06:00');
    expect(told(night.todayAt)).toBe('2026-09-17 00:00');
    expect(told(night.soonAt)).toBe('2026-09-16 12:00');
    // One working day after the shift of the 17th is the shift of the 18th, not the one after it.
    expect(stepsOf(night)).toMatchObject({ urge: '2026-09-19 06:00' });
    const longer = run(
      [start('2026-09-16 12:00'), extend('2026-09-17 12:00', wd(1))],
      wd(1),
      NIGHT,
    );
    expect(told(longer.dueAt)).toBe('2026-09-19 06:00');
  });

  it('"overnight shifts and long closures failed": seventy days shut', () => {
    const shut = [
      ...dates('2026-07', 1, 31),
      ...dates('2026-08', 1, 31),
      ...dates('2026-09', 1, 8),
    ];
    const cal = calendar({ exceptions: except('stop', shut) });
    const order = run([start('2026-06-30 09:00')], wd(1), cal);
    expect(told(order.dueAt)).toBe('2026-09-09 17:30');
    expect(told(order.soonAt)).toBe('2026-06-30 09:00');
    expect(told(order.todayAt)).toBe('2026-09-09 00:00');
  });

  it('of a utility around the clock ends at 24:00, and its day is the one that ends', () => {
    const ledger = [start('2026-10-01 10:00'), extend('2026-10-02 10:00', wd(1))];
    const leak = run(ledger, wd(1), UTILITY);
    expect(told(leak.dueAt)).toBe('2026-10-04 00:00');
    expect(told(leak.todayAt)).toBe('2026-10-03 00:00');
    expect(told(leak.soonAt)).toBe('2026-10-02 00:00');
    expect(stepsOf(leak)).toMatchObject({ urge: '2026-10-05 00:00' });
  });

  it('moves over a stop-work day', () => {
    const typhoon = [...NOTICE_2026, ...except('stop', ['2026-09-17'])];
    const cal = calendar({ exceptions: typhoon });
    expect(told(run([start('2026-09-16 15:30')], wd(5), cal).dueAt)).toBe('2026-09-23 17:30');
  });

  it('"make-up working days could not be said": 09-20 is a Sunday and a day to answer on', () => {
    expect(told(run([start('2026-09-18 16:30')], wh(2)).dueAt)).toBe('2026-09-20 09:30');
  });

  it('"weekday names instead of dates": the Monday of a holiday is not a working day', () => {
    expect(told(run([start('2026-02-14 10:00')], wd(1)).dueAt)).toBe('2026-02-24 17:30');
  });

  it('is provisional past 2026-12-31, also after what is added to it', () => {
    expect(run([start('2026-12-30 10:00')], wd(1)).provisional).toBe(false);
    const late = run([start('2026-12-30 10:00')], wd(2));
    expect([told(late.dueAt), late.provisional]).toEqual(['2027-01-01 17:30', true]);
    expect(late.lines.at(-1)).toMatchObject({ provisional: true });
    const extended = run([start('2026-12-30 10:00'), extend('2026-12-30 11:00', nh(1))], wd(2));
    expect(extended.provisional).toBe(true);
    expect(run([start('2026-12-31 10:00')], nh(48)).provisional).toBe(false);
    expect(run([start('2026-12-31 10:00')], wd(2), UTILITY).provisional).toBe(false);
  });
});

describe('pauses', () => {
  it.each([
    ['working hours', wh(4), '2026-09-16 10:00', '2026-09-17 10:00', '2026-09-17 15:00', 7],
    ['natural hours', nh(4), '2026-09-16 10:00', '2026-09-17 10:00', '2026-09-17 13:00', 24],
  ])('of a clock of %s add its own time', (_what, limit, from, until, due, hours) => {
    const paused = run([start('2026-09-16 09:00'), pause(from), resume(until)], limit);
    expect(told(paused.dueAt)).toBe(due);
    expect(paused.lines[2]?.addsMs).toBe(hours * HOUR);
  });

  it('outside working time add nothing', () => {
    const ledger = [
      start('2026-09-18 10:00'),
      pause('2026-09-18 18:00'),
      resume('2026-09-20 08:00'),
    ];
    expect(told(run(ledger, wd(1)).dueAt)).toBe('2026-09-20 17:30');
    expect(run(ledger, wd(1)).lines[2]?.addsMs).toBe(0);
  });

  it('an overdue clock stays overdue by the same amount', () => {
    const late = [start('2026-09-16 10:00'), pause('2026-09-18 10:30')];
    // Due 09-17 17:30; two hours over when it is paused.
    expect(run(late, wd(1)).remainingMs).toBe(-2 * HOUR);
    const again = run([...late, resume('2026-09-21 10:30')], wd(1));
    expect(told(again.dueAt)).toBe('2026-09-20 17:30');
    expect(measure('wd', CITY, again.dueAt!, at('2026-09-21 10:30'))).toBe(2 * HOUR);
  });

  it('at the due instant nothing is left, and nothing is over', () => {
    expect(run([start('2026-09-16 10:00'), pause('2026-09-17 17:30')], wd(1)).remainingMs).toBe(0);
  });

  it('leave out their time from the shares', () => {
    const ledger = [
      start('2026-09-16 08:00'),
      pause('2026-09-16 10:00'),
      resume('2026-09-16 20:00'),
    ];
    expect(stepsOf(run(ledger, nh(10)))).toMatchObject({
      half: '2026-09-16 23:00',
      soon: '2026-09-17 02:00',
      due: '2026-09-17 04:00',
      urge: '2026-09-18 04:00',
    });
  });

  it('an extension granted meanwhile comes first, the pause is added when it ends', () => {
    const granted = [
      start('2026-09-16 15:30'),
      pause('2026-09-17 14:00'),
      extend('2026-09-17 16:00', wd(1)),
    ];
    expect(run(granted, wd(5)).remainingMs).toBe(38.5 * HOUR);
    const both = run([...granted, resume('2026-09-18 14:00')], wd(5));
    expect(linesOf(both).slice(2)).toEqual([
      ['extend', '2026-09-17 16:00', '2026-09-23 17:30'],
      ['pause', '2026-09-17 14:00', '2026-09-24 17:30'],
      ['due', '2026-09-24 17:30', '2026-09-24 17:30'],
    ]);
  });
});

describe('extensions', () => {
  it.each([
    ['days on days', wd(1), wd(2), '2026-09-20 17:30'],
    ['hours on days', wd(1), wh(2), '2026-09-18 10:30'],
    ['natural hours on days', wd(1), nh(24), '2026-09-18 17:30'],
    ['days on natural hours', nh(24), wd(1), '2026-09-18 17:30'],
    ['natural hours on natural hours', nh(24), nh(24), '2026-09-18 10:00'],
  ])('%s', (_what, limit, by, due) => {
    const extended = run([start('2026-09-16 10:00'), extend('2026-09-16 11:00', by)], limit);
    expect([told(extended.dueAt), extended.epoch]).toEqual([due, 2]);
  });

  it('each is an epoch of its own', () => {
    const twice = [extend('2026-09-16 11:00', wd(5)), extend('2026-09-16 12:00', wd(5))];
    expect(run([start('2026-09-16 10:00'), ...twice], wd(5)).epoch).toBe(3);
  });
});

describe('stops', () => {
  const begun = start('2026-09-16 10:00');

  it('"an instant exactly on the deadline was neither met nor breached": it is met', () => {
    const exact = run([begun, done('2026-09-17 17:30')], wd(1));
    expect(exact).toMatchObject({ state: 'stopped', met: true, steps: [] });
    expect(exact.stoppedAt).toEqual(exact.dueAt);
    const oneMsLater: Entry = {
      kind: 'stop',
      at: new Date(at('2026-09-17 17:30').getTime() + 1),
      how: 'done',
    };
    expect(run([begun, oneMsLater], wd(1)).met).toBe(false);
  });

  it('a void stop is neither met nor breached', () => {
    expect(run([begun, cancelled('2026-09-20 10:00')], wd(1))).toMatchObject({
      state: 'stopped',
      met: null,
      steps: [],
      dueAt: at('2026-09-17 17:30'),
    });
  });

  it('a stop ends an open pause first', () => {
    const answered = run([begun, pause('2026-09-16 11:00'), done('2026-09-18 10:00')], wd(1));
    // 1 + 3½ + 7 + 1½ hours were paused.
    expect(answered.met).toBe(true);
    expect(linesOf(answered).slice(2)).toEqual([
      ['pause', '2026-09-16 11:00', '2026-09-20 16:30'],
      ['stop', '2026-09-18 10:00', '2026-09-20 16:30'],
      ['due', '2026-09-20 16:30', '2026-09-20 16:30'],
    ]);
  });

  it('a resumed clock is as if it had never stopped', () => {
    const failed = [...ROOF, done('2026-09-24 10:00'), resume('2026-09-28 10:00')];
    expect(run(failed, wd(5))).toEqual(run(ROOF, wd(5)));
    const again = run([...failed, done('2026-09-30 10:00')], wd(5));
    expect(again).toMatchObject({ met: false, stoppedAt: at('2026-09-30 10:00') });
  });
});

describe('warnings and steps', () => {
  it('"before due" landed at midnight of another day: shares are instants of working time', () => {
    const order = run([start('2026-09-18 10:00')], wd(2));
    // 5½ h of Friday, 7 of the make-up Sunday, 7 of Monday.
    expect(stepsOf(order)).toMatchObject({ half: '2026-09-20 14:45' });
    expect(told(order.soonAt)).toBe('2026-09-20 00:00');
    const utc = order.soonAt?.toISOString();
    expect(utc).toBe('2026-09-19T16:00:00.000Z');
    const hours = run([start('2026-09-16 16:30')], wh(5));
    expect(told(hours.soonAt)).toBe('2026-09-17 11:30');
    expect(hours.todayAt).toBeNull();
  });

  it('the eve of a Monday is the last working date, not Sunday', () => {
    expect(told(run([start('2026-09-09 10:00')], wd(3)).soonAt)).toBe('2026-09-11 00:00');
  });

  it('of a long limit 80 % comes before the eve', () => {
    // 5½ h of Monday and 70 h to 08-17; 60.4 h have run on Thursday of the next week.
    const order = run([start('2026-08-03 10:00')], wd(10));
    expect(told(order.dueAt)).toBe('2026-08-17 17:30');
    expect(told(order.soonAt)).toBe('2026-08-13 16:24');
  });

  it('a due instant on a day off is of that date', () => {
    // 10-08 and 24 natural days: a Sunday.
    const ledger = [start('2026-09-30 10:00'), extend('2026-09-30 11:00', nh(24 * 24))];
    const order = run(ledger, wd(1));
    expect(told(order.dueAt)).toBe('2026-11-01 17:30');
    expect(told(order.todayAt)).toBe('2026-11-01 00:00');
  });

  it('"a negative offset fired at creation": what would come at or before the start is left out', () => {
    const rules: StepRule[] = [
      { step: 'early', at: { share: -0.5 } },
      { step: 'zero', at: { share: 0 } },
      { step: 'half', at: { share: 0.5 } },
    ];
    expect(stepsOf(run([start('2026-09-16 10:00')], nh(0.25), CITY, rules))).toEqual({
      half: '2026-09-16 10:07',
    });
    const minutes = run([start('2026-09-16 10:00')], nh(0.25));
    expect(told(minutes.soonAt)).toBe('2026-09-16 10:12');
    const before: StepRule[] = [{ step: 'before', at: { after: -1 } }];
    expect(() => run([start('2026-09-16 10:00')], wd(1), CITY, before)).toThrow('not a step');
  });

  it('"a negative offset fired at creation": nothing warns before the start', () => {
    const order = run([start('2026-09-16 10:00')], wd(1));
    expect(told(order.soonAt)).toBe('2026-09-16 10:00');
    expect(order.steps.every((s) => s.at > at('2026-09-16 10:00'))).toBe(true);
  });

  it('steps come in order of their instants, equal ones in order of the rules', () => {
    const rules: StepRule[] = [
      { step: 'c', at: { after: 1 } },
      { step: 'b', at: { share: 1 } },
      { step: 'a', at: { after: 0 } },
      { step: 'd', at: { share: 0.1 } },
    ];
    const order = run([start('2026-09-16 10:00')], wd(1), CITY, rules);
    expect(order.steps.map((s) => s.step)).toEqual(['d', 'b', 'a', 'c']);
  });

  it('of a clock of working hours count on in working days', () => {
    expect(stepsOf(run([start('2026-09-17 16:30')], wh(2)))).toMatchObject({
      due: '2026-09-18 09:30',
      urge: '2026-09-20 17:30',
    });
  });
});

describe('the ledger is all there is', () => {
  it('"changing the policy forgot the pauses": another limit keeps pauses and extensions', () => {
    const other = run(ROOF, wd(10));
    expect(linesOf(other).slice(1, -1)).toEqual([
      ['base', '2026-09-16 15:30', '2026-09-30 17:30'],
      ['pause', '2026-09-17 14:00', '2026-10-08 17:30'],
      ['extend', '2026-09-18 15:10', '2026-10-12 17:30'],
    ]);
    expect(other.epoch).toBe(2);
  });

  it('"any edit restarted the clock": computing again, late or often, changes nothing', () => {
    const once = run(ROOF, wd(5));
    expect(run([...ROOF], wd(5))).toEqual(once);
    expect(once.lines[0]?.at).toEqual(at('2026-09-16 15:30'));
    expect(() => run([...ROOF, start('2026-09-20 10:00')], wd(5))).toThrow(
      'start at 2026-09-20T02:00:00.000Z: the clock has started before',
    );
  });

  it('"no recalculation after a calendar change": another calendar, the same ledger', () => {
    const typhoon = calendar({ exceptions: [...NOTICE_2026, ...except('stop', ['2026-09-28'])] });
    expect(told(run(ROOF, wd(5), typhoon).dueAt)).toBe('2026-09-30 17:30');
  });

  it('does not touch what it is given', () => {
    const ledger = Object.freeze(ROOF.map((e) => Object.freeze({ ...e })));
    const steps = Object.freeze(LADDER.map((s) => Object.freeze({ ...s })));
    expect(compute(ledger, wd(5), steps, CITY)).toEqual(run(ROOF, wd(5)));
  });

  const begun = start('2026-09-16 10:00');
  it.each([
    ['nothing', [], 'nothing: no clock has started'],
    ['no start', [pause('2026-09-16 11:00')], 'pause: no clock has started'],
    [
      'a pause in a pause',
      [begun, pause('2026-09-16 11:00'), pause('2026-09-16 12:00')],
      'pause at 2026-09-16T04:00:00.000Z: the clock is paused',
    ],
    ['a resume while it runs', [begun, resume('2026-09-16 11:00')], 'resume at 2026-09-16T03:00'],
    [
      'a second stop',
      [begun, done('2026-09-16 11:00'), done('2026-09-16 12:00')],
      'stop at 2026-09-16T04:00:00.000Z: the clock has stopped',
    ],
    [
      'a pause after a stop',
      [begun, done('2026-09-16 11:00'), pause('2026-09-16 12:00')],
      'pause at',
    ],
    [
      'an extension after a stop',
      [begun, done('2026-09-16 11:00'), extend('2026-09-16 12:00', wd(1))],
      'extend at',
    ],
  ] as [string, Entry[], string][])('refuses %s', (_what, ledger, why) => {
    expect(() => run(ledger, wd(1))).toThrow(why);
  });

  it.each([wd(0), wd(-1), wd(0.5), wh(0), nh(-2), nh(Number.NaN), wh(Number.POSITIVE_INFINITY)])(
    'refuses the limit %o',
    (limit) => {
      expect(() => run([begun], limit)).toThrow(`not a limit: ${limit.amount} ${limit.basis}`);
      expect(() => run([begun, extend('2026-09-16 11:00', limit)], wd(1))).toThrow('not a limit');
    },
  );
});

describe('time on a basis', () => {
  it('adds and measures the same', () => {
    const from = at('2026-09-16 16:30');
    expect(told(addOn('wd', CITY, from, 2 * HOUR).at)).toBe('2026-09-17 09:30');
    expect(told(addOn('wh', CITY, from, 2 * HOUR).at)).toBe('2026-09-17 09:30');
    expect(told(addOn('nh', CITY, from, 2 * HOUR).at)).toBe('2026-09-16 18:30');
    expect(measure('wh', CITY, from, at('2026-09-17 09:30'))).toBe(2 * HOUR);
    expect(measure('nh', CITY, from, at('2026-09-17 09:30'))).toBe(17 * HOUR);
    expect(measure('nh', CITY, at('2026-09-17 09:30'), from)).toBe(0);
  });

  it('a limit of days follows the working date', () => {
    const due = addWorkingDays(NIGHT, at('2026-09-16 12:00'), 1);
    expect(told(addLimit(NIGHT, due, wd(1)).at)).toBe('2026-09-19 06:00');
  });
});
