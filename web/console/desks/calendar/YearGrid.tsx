/** Twelve months: a number for every date, and a word where it is not an ordinary day. */
import { memo, useEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import type { CalendarView } from '../../../../src/calendar/schema.ts';
import { shiftDate } from '../../lib/calendar-input.ts';
import { useWords } from '../../lib/text.ts';
import { monthText, spanOfDayText, weekdayText } from '../../lib/time.ts';

type Day = CalendarView['days'][number];
const STEP: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
/** A Monday, for the heads of the columns. */
const MONDAY = '2024-01-01';

interface Props {
  year: number;
  days: readonly Day[];
  today: string;
  chosen: string;
  onChoose: (date: string) => void;
  /** The date under the pointer; null when it left the grid. */
  onHover: (date: string | null) => void;
}

export function YearGrid({ year, days, today, chosen, onChoose, onHover }: Props) {
  const { say } = useWords();
  const grid = useRef<HTMLDivElement>(null);
  const byMonth = useMemo(() => {
    const months: Day[][] = Array.from({ length: 12 }, () => []);
    for (const day of days) months[Number(day.date.slice(5, 7)) - 1]?.push(day);
    return months;
  }, [days]);
  // The year opens at the month that runs.
  const month = today.startsWith(String(year)) ? Number(today.slice(5, 7)) - 1 : 0;
  useEffect(() => {
    grid.current?.children[month]?.scrollIntoView({ block: month === 0 ? 'nearest' : 'center' });
  }, [year, month]);
  const dateOf = (event: { target: EventTarget }) =>
    event.target instanceof Element
      ? (event.target.closest<HTMLElement>('[data-date]')?.dataset.date ?? null)
      : null;
  const choose = (event: MouseEvent) => {
    const date = dateOf(event);
    if (date && date !== chosen) onChoose(date);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEP[event.key];
    if (step === undefined || !dateOf(event)) return;
    event.preventDefault();
    const next = shiftDate(chosen, step);
    if (next.startsWith(String(year))) onChoose(next);
  };
  // The focus follows the chosen date, but only within the grid.
  useEffect(() => {
    if (!grid.current?.contains(document.activeElement)) return;
    grid.current.querySelector<HTMLElement>(`[data-date="${chosen}"]`)?.focus();
  }, [chosen]);
  return (
    <>
      <div
        className="year"
        ref={grid}
        onClick={choose}
        onMouseOver={(event) => onHover(dateOf(event))}
        onMouseLeave={() => onHover(null)}
        onKeyDown={onKeyDown}
        role="group"
        aria-label={say('calendar.year', { n: year })}
      >
        {byMonth.map((month, i) => (
          <Month
            key={i}
            first={`${year}-${String(i + 1).padStart(2, '0')}-01`}
            days={month}
            today={today}
            chosen={chosen.slice(5, 7) === String(i + 1).padStart(2, '0') ? chosen : ''}
          />
        ))}
      </div>
      <Legend />
    </>
  );
}

interface MonthProps {
  first: string;
  days: readonly Day[];
  today: string;
  /** The chosen date, where it lies in this month. */
  chosen: string;
}
const Month = memo(function Month({ first, days, today, chosen }: MonthProps) {
  const { language } = useWords();
  const known = new Map(days.map((day) => [day.date, day]));
  const blank = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const count = new Date(
    Date.UTC(Number(first.slice(0, 4)), Number(first.slice(5, 7)), 0),
  ).getUTCDate();
  return (
    <section className="month">
      <h3>{monthText(first, language)}</h3>
      <div className="month-days">
        {Array.from({ length: 7 }, (_, i) => (
          <i key={i} aria-hidden="true">
            {weekdayText(shiftDate(MONDAY, i), language).slice(0, 2)}
          </i>
        ))}
        {Array.from({ length: count }, (_, i) => {
          const date = shiftDate(first, i);
          return (
            <DayCell
              key={date}
              date={date}
              day={known.get(date)}
              column={i === 0 ? blank + 1 : undefined}
              today={date === today}
              chosen={date === chosen}
            />
          );
        })}
      </div>
    </section>
  );
});

interface CellProps {
  date: string;
  day: Day | undefined;
  column: number | undefined;
  today: boolean;
  chosen: boolean;
}
function DayCell({ date, day, column, today, chosen }: CellProps) {
  const { say } = useWords();
  const kind = day?.kind ?? 'none';
  const marked = kind === 'off' || kind === 'makeup' || kind === 'stop';
  const mark = marked ? say(`day.mark_${kind}`) : '';
  const classes = [`k-${kind}`, today && 'today', day && !day.published && 'unpub'];
  const spans = day?.spans.map(spanOfDayText).join(' ');
  const title = day ? [say(`day.${day.kind}`), day.name, spans].filter(Boolean).join(' · ') : '';
  return (
    <button
      type="button"
      data-date={date}
      className={classes.filter(Boolean).join(' ')}
      style={column ? { gridColumnStart: column } : undefined}
      tabIndex={chosen ? 0 : -1}
      aria-pressed={chosen}
      // What is seen comes first, so that it can be said to choose the day.
      aria-label={`${Number(date.slice(8))}${mark} ${date} ${title}`}
      title={title}
    >
      {Number(date.slice(8))}
      {mark && <b>{mark}</b>}
    </button>
  );
}

/** What the marks mean, in words. */
function Legend() {
  const { say } = useWords();
  return (
    <ul className="legend xs mut">
      {(['working', 'weekend', 'off', 'makeup', 'stop'] as const).map((kind) => (
        <li key={kind}>
          <span className={`swatch k-${kind}`}>
            {kind === 'working' || kind === 'weekend' ? '8' : say(`day.mark_${kind}`)}
          </span>
          {say(`day.${kind}`)}
        </li>
      ))}
      <li>
        <span className="swatch k-working unpub">8</span>
        {say('day.unpublished')}
      </li>
    </ul>
  );
}
