/** The ledger of a clock in words: what each line adds and why. */
import type { ExplainDay, ExplainLine } from '../../../src/deadline/schema.ts';
import { amountWords } from './clock-words.ts';
import type { Words } from './text.ts';
import { cityDate, dateText, spanOfDayText, stampText } from './time.ts';

const HOUR_MS = 3_600_000;
type Basis = 'wd' | 'wh' | 'nh';

/** Up to two decimals, without trailing zeros: 0.25, 7, 1.5. */
const figure = (n: number): string => String(Math.round(n * 100) / 100);

/** From so many natural hours on, whole days are said as days. */
const DAYS_FROM_HOURS = 168;

/** 5 个工作日, 4 工时, 24 小时. */
export function limitWords({ say }: Words, amount: number, basis: Basis): string {
  if (basis === 'nh' && amount < 1) return say('limit.minutes', { n: figure(amount * 60) });
  // 90 days say more than 2160 hours.
  if (basis === 'nh' && amount >= DAYS_FROM_HOURS && amount % 24 === 0)
    return say('limit.nd', { n: figure(amount / 24) });
  return say(`limit.${basis}`, { n: figure(amount) });
}

/** ＋ 5 日, ＋ 4 时: what stands before a line. */
const shortLimit = ({ say }: Words, amount: number, basis: Basis): string =>
  basis === 'nh' && amount < 1
    ? say('limit.short_minutes', { n: figure(amount * 60) })
    : say(basis === 'wd' ? 'limit.short_wd' : 'limit.short_h', { n: figure(amount) });

export interface LedgerRow {
  kind: ExplainLine['kind'];
  /** 起算, ＋ 5 日, 到期. */
  head: string;
  what: string;
  note: string;
  /** Running due instant; null where it is not known or not yet there. */
  due: string | null;
  /** Instead of a due instant. */
  instead?: string;
}

export interface LedgerOf {
  clock: string;
  urgency: string | null;
  type: string | null;
  amount: number;
  basis: Basis;
  dayMs: number | null;
  policyVersion: number;
  policyFrom: string;
  unit: string | null;
  lines: readonly ExplainLine[];
}

/** Every line but the last, the due date, which the page sets apart. */
export function ledgerRows(of: LedgerOf, words: Words, now: number): LedgerRow[] {
  return of.lines.filter((line) => line.kind !== 'due').map((line) => rowOf(line, of, words, now));
}

function rowOf(line: ExplainLine, of: LedgerOf, words: Words, now: number): LedgerRow {
  const { say } = words;
  const at = stampText(line.at, now, words.language);
  const { kind, due } = line;
  const why = reasonWords(line, words);
  switch (kind) {
    case 'start':
      return {
        kind,
        head: say('ledger.start'),
        what: why || say(`clock.${of.clock as 'final'}`),
        note: words.list([of.unit, line.byName].filter((s): s is string => Boolean(s))),
        due: null,
        instead: at,
      };
    case 'base':
      return {
        kind,
        head: say('ledger.plus', { t: shortLimit(words, of.amount, of.basis) }),
        what: say('ledger.base', {
          clock: caseWords(of, words) + say(`clock.${of.clock as 'final'}`),
          limit: limitWords(words, of.amount, of.basis),
        }),
        note: say('ledger.policy', {
          n: of.policyVersion,
          from: dateText(cityDate(Date.parse(of.policyFrom)), 0, words.language),
        }),
        due,
      };
    case 'pause':
      return pauseRow(line, of, words, now);
    case 'extend':
      return {
        kind,
        head: line.by
          ? say('ledger.plus', { t: shortLimit(words, line.by.amount, line.by.basis) })
          : '',
        what: why ? say('ledger.extend_why', { why }) : say('ledger.extend'),
        note: line.byName ? say('ledger.granted', { at, who: line.byName }) : at,
        due,
      };
    default:
      return {
        kind,
        head: say('ledger.stop'),
        what: why || say('ledger.stopped'),
        note: line.byName ?? '',
        due: null,
        instead: at,
      };
  }
}

/** 一般投诉 before the clock's name: what the limit was looked up by. */
function caseWords(of: LedgerOf, { say, language }: Words): string {
  const parts = [
    of.urgency && say(`urgency.${of.urgency as 'U4'}`),
    of.type && say(`type.${of.type as 'help'}`),
  ].filter((part): part is string => Boolean(part));
  return language === 'en' ? parts.map((part) => `${part} · `).join('') : parts.join('');
}

function pauseRow(line: ExplainLine, of: LedgerOf, words: Words, now: number): LedgerRow {
  const { say, language } = words;
  const pause = line.pause ? say(`pause.${line.pause}`) : '';
  const from = stampText(line.at, now, language);
  if (!line.until) {
    return {
      kind: 'pause',
      head: say('ledger.paused'),
      what: say('ledger.pause', { pause }),
      note: say('ledger.pause_open', { from }),
      due: null,
      instead: say('ledger.later'),
    };
  }
  const ms = line.addsMs ?? 0;
  const hours = limitWords(words, ms / HOUR_MS, of.basis === 'nh' ? 'nh' : 'wh');
  return {
    kind: 'pause',
    head: say('ledger.plus', { t: roundAmount(ms, of.dayMs, words) }),
    what:
      ms === 0
        ? say('ledger.pause_nothing', { pause })
        : say('ledger.pause_adds', { pause, hours }),
    note: say('ledger.pause_span', { from, to: stampText(line.until, now, language) }),
    due: line.due,
  };
}

/** 1 日 rather than 1日0时. */
function roundAmount(ms: number, dayMs: number | null, words: Words): string {
  if (ms === 0) return words.say('limit.short_wd', { n: 0 });
  if (dayMs !== null && ms % dayMs === 0) return words.say('limit.short_wd', { n: ms / dayMs });
  return amountWords(ms, dayMs, words.language);
}

/** Why a line was written; codes are those of the acts, and a few of the clocks' own. */
function reasonWords({ reason }: ExplainLine, words: Words): string {
  if (!reason) return '';
  const own = words.word(`reason.${reason}`, '');
  return own || words.word(`act.${reason}`, '');
}

/** What the strip shows, in a sentence: make-up days, holidays, hours. */
export function stripNotes(days: readonly ExplainDay[], words: Words, now: number): string[] {
  const { say, list, language } = words;
  const dates = (of: readonly ExplainDay[]) => list(of.map((d) => dateText(d.date, now, language)));
  const makeup = days.filter((d) => d.kind === 'makeup');
  const notes: string[] = [];
  if (makeup.length > 0) notes.push(say('strip.makeup', { dates: dates(makeup) }));
  for (const [name, off] of namedRuns(days)) {
    const first = dateText(off[0]?.date ?? '', now, language);
    const last = dateText(off.at(-1)?.date ?? '', now, language);
    notes.push(
      off.length > 1
        ? say('strip.off_run', { first, last, name })
        : say('strip.off', { first, name }),
    );
  }
  const working = days.find((d) => d.spans.length > 0);
  if (working) notes.push(say('strip.hours', { spans: list(working.spans.map(spanOfDayText)) }));
  if (days.some((d) => !d.published)) notes.push(say('strip.unpublished'));
  return notes;
}

/** Days off and stop-work days that follow each other under one name. */
function namedRuns(days: readonly ExplainDay[]): [string, ExplainDay[]][] {
  const runs: [string, ExplainDay[]][] = [];
  days.forEach((day, i) => {
    if ((day.kind !== 'off' && day.kind !== 'stop') || !day.name) return;
    const last = runs.at(-1);
    if (last && last[0] === day.name && last[1].at(-1) === days[i - 1]) last[1].push(day);
    else runs.push([day.name, [day]]);
  });
  return runs;
}
