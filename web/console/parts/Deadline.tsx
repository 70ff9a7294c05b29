/** The explanation of one clock in parts: ledger, calendar strip, what happens next. */
import '../look/deadline.css';
import type { ExplainDay, SimulateView } from '../../../src/deadline/schema.ts';
import { useClockNow } from '../data/clock.ts';
import { ledgerRows, stripNotes } from '../lib/deadline-words.ts';
import { useWords } from '../lib/text.ts';
import {
  cityDate,
  dateText,
  dueDay,
  dueHour,
  dueText,
  monthText,
  spanOfDayText,
  stampText,
  weekdayText,
} from '../lib/time.ts';
import { ClockChip } from './ClockChip.tsx';
import { LevelMark } from './LevelMark.tsx';

type View = Omit<SimulateView, 'days'> & { days: readonly ExplainDay[] };

/** What was added when, each line with the due instant it led to; the last one is the due date. */
export function Ledger({ view }: { view: View }) {
  const words = useWords();
  const { say, name, language } = words;
  const now = useClockNow();
  const unit = view.organization && name(view.organization);
  const rows = ledgerRows({ ...view, unit }, words, now);
  const due = view.dueAt ?? null;
  return (
    <table className="led">
      <tbody>
        {rows.map((row, i) => (
          <tr key={i} className={row.kind}>
            <td>{row.head}</td>
            <td>
              {row.what}
              {row.note && <small>{row.note}</small>}
            </td>
            <td>{row.instead ?? (row.due && dueText(row.due, now, language))}</td>
          </tr>
        ))}
        <tr className="sum">
          <td>{say('ledger.due')}</td>
          {due ? (
            <>
              <td>
                {dueDay(due, now, language)}
                {view.provisional && <small>{say('ledger.provisional')}</small>}
              </td>
              <td>{dueHour(due)}</td>
            </>
          ) : (
            <td colSpan={2}>{say('ledger.no_due')}</td>
          )}
        </tr>
      </tbody>
    </table>
  );
}

const WEEK = 7;
const weeksOf = <T,>(days: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(days.length / WEEK) }, (_, i) =>
    days.slice(i * WEEK, (i + 1) * WEEK),
  );

/** Date by date from the start to the due date; numbers say the nth working day. */
export function CalendarStrip({ view }: { view: View }) {
  const words = useWords();
  const { say, language } = words;
  const now = useClockNow();
  const { days } = view;
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const months = [...new Set([first, last].map((d) => monthText(d.date, language)))];
  return (
    <section className="strip">
      <div className="row between">
        <h3>{say('strip.title', { months: months.join('–') })}</h3>
        {view.basis === 'wd' && <span className="xs mut">{say('strip.numbers')}</span>}
      </div>
      <div className="cal" role="list">
        {weeksOf(days).map((week) => (
          <div className="week" key={week[0]?.date} role="presentation">
            {week.map((day) => (
              <StripDay
                key={day.date}
                day={day}
                start={day === first}
                today={day.date === cityDate(now)}
              />
            ))}
          </div>
        ))}
      </div>
      <p className="xs mut strip-notes">
        {stripNotes(days, words, now).join(language === 'en' ? ' ' : '')}
        {view.basis === 'nh' && say('strip.natural')}
      </p>
    </section>
  );
}

interface DayProps {
  day: ExplainDay;
  start: boolean;
  today: boolean;
}
function StripDay({ day, start, today }: DayProps) {
  const { say, language } = useWords();
  const now = useClockNow();
  const off = day.spans.length === 0;
  const classes = [
    off ? 'off' : 'cnt',
    start && 'mk',
    day.paused && 'pz',
    day.due && 'due',
    today && 'tod',
    !day.published && 'unpub',
  ];
  const n = day.n === null ? '' : String(day.n);
  const mark = day.due
    ? say('strip.due', { n })
    : start
      ? say('strip.start')
      : day.paused
        ? say('strip.paused')
        : day.kind === 'makeup'
          ? say('strip.makeup_n', { n })
          : off
            ? day.name || say('strip.rest')
            : n;
  const spans = day.spans.map(spanOfDayText).join(' ');
  const title = [dateText(day.date, now, language), say(`day.${day.kind}`), day.name, spans];
  return (
    <div
      role="listitem"
      className={classes.filter(Boolean).join(' ')}
      title={title.filter(Boolean).join(' · ')}
    >
      <i>{weekdayText(day.date, language)}</i>
      <b>{Number(day.date.slice(8))}</b>
      <em>{mark.trim()}</em>
    </div>
  );
}

/** Steps of the ladder: ticked with their instant when they fired, and those still to come. */
export function StepList({ view }: { view: View }) {
  const { say, word, list, language } = useWords();
  const now = useClockNow();
  if (view.steps.length === 0) {
    return <p className="sm sec">{say(view.state === 'paused' ? 'steps.paused' : 'steps.none')}</p>;
  }
  return (
    <table className="led nx">
      <tbody>
        {view.steps.map((step) => (
          <tr key={`${step.step}:${step.at}`} className={step.firedAt ? 'fired' : ''}>
            <td>
              {step.firedAt && <span className="ok-t">✓ </span>}
              {step.firedAt
                ? stampText(step.firedAt, now, language)
                : dueText(step.at, now, language)}
            </td>
            <td>
              {say('steps.line', {
                when: word(`rung.${step.step}`, step.step),
                what: word(`does.${step.action}`, step.action),
              })}
              {step.level > 0 && (
                <>
                  {' '}
                  <LevelMark level={step.level} />
                </>
              )}
              {step.to.length > 0 && (
                <small>{list(step.to.map((role) => say(`role.${role}`)))}</small>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The whole explanation of one clock; a supposed one shows no lamp, because it does not run. */
export function Explanation({ view, supposed = false }: { view: View; supposed?: boolean }) {
  const { say } = useWords();
  return (
    <>
      <div className="padx">
        {!supposed && <StateLine view={view} />}
        <Ledger view={view} />
        <CalendarStrip view={view} />
        <p className="xs mut deadline-by">
          {say('deadline.calendar', { name: view.calendarName, n: view.calendarVersion })}
        </p>
      </div>
      <div className="part">
        <h2>{say(view.state === 'stopped' ? 'steps.title_past' : 'steps.title')}</h2>
        <StepList view={view} />
      </div>
    </>
  );
}

/** What the clock shows now; a stopped one says whether it was in time. */
function StateLine({ view }: { view: View }) {
  const { say, language } = useWords();
  const now = useClockNow();
  if (view.state !== 'stopped') {
    return (
      <p className="state-line">
        <ClockChip clock={view} size="long" />
      </p>
    );
  }
  const at = view.stoppedAt ? stampText(view.stoppedAt, now, language) : '';
  // A window is not met or missed: it only ends.
  const counts = view.met !== null && view.clock !== 'return_window';
  const key = !counts ? 'void' : view.met ? 'met' : 'late';
  return (
    <p className={`sm state-line ${key === 'met' ? 'ok-t' : key === 'late' ? 'over-t' : 'mut'}`}>
      {say(`deadline.${key}`, { at })}
    </p>
  );
}
