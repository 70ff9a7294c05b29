/** Random calendars and ledgers, answered by the rules and by the minute oracle. */
import { describe, expect, it } from 'vitest';
import { buildDays } from '../../src/calendar/rules.ts';
import type { Exception, HoursRule, Plan, Span, WorkCalendar } from '../../src/calendar/rules.ts';
import { compute } from '../../src/deadline/rules.ts';
import type { Basis, Entry, Limit, StepRule } from '../../src/deadline/rules.ts';
import { type World, ask, dateAfter, makeWorld } from './minute-oracle.ts';

/** `ORACLE_SEED=… npx vitest …` repeats a run. */
const SEED = Number(process.env.ORACLE_SEED ?? 20_260_916);
const CALENDARS = 250;
const LEDGERS = 40;
const DATES = 400;
const FIRST_START = 90;
const MINUTE = 60_000;

// ── Chance ─────────────────────────────────────────────────────────────────────────────────────

/** Mulberry32: the same numbers for the same seed, everywhere. */
function chance(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  /** A whole number from `a` to `b`, both included. */
  const int = (a: number, b: number) => a + Math.floor(next() * (b - a + 1));
  const pick = <T>(of: readonly T[]): T => of[int(0, of.length - 1)]!;
  return { int, pick, maybe: (p: number) => next() < p };
}
type Chance = ReturnType<typeof chance>;

// ── Calendars ──────────────────────────────────────────────────────────────────────────────────

/** Two hours or more, in order, ending up to two days later. */
function randomSpans(c: Chance): Span[] {
  const ends = c.maybe(0.3) ? 2880 : 1440;
  const points = Array.from({ length: 2 * c.int(1, 3) }, () => c.int(0, ends));
  const sorted = [...new Set(points)].toSorted((a, b) => a - b);
  const spans: Span[] = [];
  for (let i = 0; i + 1 < sorted.length; i += 2) spans.push([sorted[i]!, sorted[i + 1]!]);
  const sum = spans.reduce((total, [a, b]) => total + b - a, 0);
  return sum >= 120 ? spans : randomSpans(c);
}

const STYLES: ((c: Chance) => Span[])[] = [
  () => [
    [510, 720],
    [840, 1050],
  ],
  () => [[1320, 1800]],
  () => [
    [1320, 1500],
    [1560, 1800],
  ],
  () => [[0, 1440]],
  randomSpans,
];

function randomHours(c: Chance, firstDate: string): HoursRule[] {
  const always = { from: '2000-01-01', to: '9999-12-31' };
  const style = c.pick(STYLES);
  const weekdays = c.pick([
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5, 6, 7],
    [2, 4],
    [3, 4, 5, 6, 7],
  ]);
  const hours: HoursRule[] = weekdays.map((weekday) => ({ ...always, weekday, spans: style(c) }));
  for (let season = c.int(0, 2); season > 0; season--) {
    const day = c.int(60, 250);
    const [from, to] = [day, day + c.int(1, 90)].map((n) => dateAfter(firstDate, n));
    const other = c.pick(STYLES);
    for (let weekday = 1; weekday <= 7; weekday++) {
      if (!c.maybe(0.4)) continue;
      hours.push({ from: from!, to: to!, weekday, spans: c.maybe(0.15) ? [] : other(c) });
    }
  }
  return hours;
}

function randomExceptions(c: Chance, firstDate: string): Exception[] {
  const kinds = ['off', 'makeup', 'stop'] as const;
  const one = (day: number, kind: Exception['kind']): Exception => ({
    date: dateAfter(firstDate, day),
    kind,
    name: '',
  });
  const single = Array.from({ length: c.int(0, 40) }, () => one(c.int(80, 200), c.pick(kinds)));
  const closure = c.pick([0, 0, 0, 8, 8, 8, 70]);
  const from = c.int(80, 150);
  const kind = c.pick(['off', 'stop'] as const);
  return [...single, ...Array.from({ length: closure }, (_, i) => one(from + i, kind))];
}

function randomCalendar(c: Chance): { cal: WorkCalendar; world: World } {
  const firstDate = dateAfter('2025-09-01', c.int(0, 400));
  const plan: Plan = {
    hours: randomHours(c, firstDate),
    exceptions: randomExceptions(c, firstDate),
  };
  const published = c.maybe(0.4) ? c.int(FIRST_START - 5, FIRST_START + 30) : DATES - 1;
  const open = c.maybe(0.1);
  const days = buildDays(plan, firstDate, dateAfter(firstDate, published));
  const made = makeWorld(plan, firstDate, DATES, published);
  return {
    cal: { id: 'random', version: 1, days, plan, open },
    // Nothing is provisional in a calendar that waits for no notice.
    world: open ? { ...made, published: DATES } : made,
  };
}

// ── Clocks ─────────────────────────────────────────────────────────────────────────────────────

function randomLimit(c: Chance): Limit {
  const basis = c.pick<Basis>(['wd', 'wh', 'nh']);
  if (basis === 'wd') return { amount: c.pick([1, 1, 2, 3, 5, 10]), basis };
  return { amount: c.pick([15, 30, 60, 120, 240, c.int(1, 2880)]) / 60, basis };
}

/** What may come next, by the state that the clock is in. */
const NEXT = {
  running: ['pause', 'pause', 'pause', 'extend', 'stop'],
  paused: ['resume', 'resume', 'resume', 'extend', 'stop'],
  stopped: ['resume'],
} as const;

function randomLedger(c: Chance, world: World, limit: Limit): Entry[] {
  let minute = (FIRST_START + c.int(0, 30)) * 1440 + c.int(0, 1439);
  const at = () => new Date(world.zero + minute * MINUTE);
  const ledger: Entry[] = [{ kind: 'start', at: at() }];
  let state: keyof typeof NEXT = 'running';
  for (let left = c.int(0, 7); left > 0; left--) {
    const upTo = c.pick([0, 300, 300, 1440, 1440, 1440, 4320, 4320, 14_400]);
    minute += c.int(Math.min(upTo, 1), upTo);
    let kind: Entry['kind'] = c.pick(NEXT[state]);
    if (state === 'running' && c.maybe(0.1)) {
      // Exactly on the deadline, which a guess would never hit.
      const due = ask(world, ledger, limit, []).dueAt!.getTime();
      minute = Math.max(minute, (due - world.zero) / MINUTE);
      kind = c.pick(['stop', kind]);
    }
    if (kind === 'pause') ledger.push({ kind, at: at(), pause: 'supplement' });
    else if (kind === 'extend') ledger.push({ kind, at: at(), by: randomLimit(c) });
    else if (kind === 'stop')
      ledger.push({ kind, at: at(), how: c.pick(['done', 'done', 'void']) });
    else ledger.push({ kind: 'resume', at: at() });
    if (kind === 'pause') state = 'paused';
    else if (kind === 'stop') state = 'stopped';
    else if (kind === 'resume') state = 'running';
  }
  return ledger;
}

const STEPS: StepRule[] = [
  { step: 'level5', at: { after: 5 } },
  { step: 'half', at: { share: 0.5 } },
  { step: 'soon', at: { share: 0.8 } },
  { step: 'third', at: { share: 1 / 3 } },
  { step: 'all', at: { share: 1 } },
  { step: 'none', at: { share: 0 } },
  { step: 'due', at: { after: 0 } },
  { step: 'level1', at: { after: 1 } },
];

/** One calendar and all its ledgers; the seed of the calendar tells them all. */
function check(seed: number): Record<string, number> {
  const c = chance(seed);
  const { cal, world } = randomCalendar(c);
  const seen: Record<string, number> = {};
  const see = (what: string, yes: boolean) => (seen[what] = (seen[what] ?? 0) + (yes ? 1 : 0));
  for (let i = 0; i < LEDGERS; i++) {
    const limit = randomLimit(c);
    const ledger = randomLedger(c, world, limit);
    const { budgetDue, ...want } = ask(world, ledger, limit, STEPS);
    const { lines, ...got } = compute(ledger, limit, STEPS, cal);
    const told = `ORACLE_SEED=${seed}, ledger ${i}: ${JSON.stringify({ limit, ledger })}`;
    expect(got, told).toStrictEqual(want);
    if (budgetDue) expect(got.dueAt, `${told}, by minutes used up`).toStrictEqual(budgetDue);
    if (got.dueAt) expect(lines.at(-1)?.due, told).toStrictEqual(got.dueAt);
    see(limit.basis, true);
    see(got.state, true);
    see('provisional', got.provisional);
    see('pausedOverdue', (got.remainingMs ?? 0) < 0);
    see('late', got.met === false);
    see('onTheDeadline', got.met === true && got.stoppedAt!.getTime() === got.dueAt!.getTime());
    see('pauseAndExtension', got.epoch > 1 && lines.some((l) => l.kind === 'pause'));
    see('budget', budgetDue !== null);
  }
  return seen;
}

describe('the rules and the minute oracle', () => {
  it(`agree on ${CALENDARS * LEDGERS} random clocks in ${CALENDARS} random calendars`, () => {
    const seen: Record<string, number> = {};
    for (let i = 0; i < CALENDARS; i++) {
      for (const [what, n] of Object.entries(check(SEED + i))) seen[what] = (seen[what] ?? 0) + n;
    }
    // A test that never meets the hard cases proves nothing.
    for (const [what, n] of Object.entries(seen)) expect(n, what).toBeGreaterThan(50);
    if (process.env.ORACLE_SEEN) console.log(seen);
  }, 30_000);
});
