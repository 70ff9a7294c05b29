import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Button } from 'antd';
import type { CalendarView } from '../../../../src/calendar/schema.ts';
import { useCalendarDays, useCalendars } from '../../data/clock-api.ts';
import { useClockNow } from '../../data/clock.ts';
import { holds, useMe } from '../../data/session.tsx';
import { isDate, shiftDate } from '../../lib/calendar-input.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { cityDate, longDateText } from '../../lib/time.ts';
import { SplitColumns } from '../../parts/Columns.tsx';
import { Facets } from '../../parts/Facets.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { ChangePanel } from './ChangePanel.tsx';
import { DayCard } from './DayCard.tsx';
import { YearGrid } from './YearGrid.tsx';

/** The same day of another year; 29 February has none in most. */
const inYear = (date: string, year: number): string => {
  const same = `${year}${date.slice(4)}`;
  return isDate(same) ? same : `${year}-02-28`;
};

/** A year at a glance: whose calendar on the left, why a day is what it is on the right. */
export function CalendarTab() {
  const { say } = useWords();
  const today = cityDate(useClockNow());
  const [search, setSearch] = useSearchParams();
  const year = Number(search.get('year')) || Number(today.slice(0, 4));
  const unit = search.get('unit') ?? undefined;
  const [wanted, choose] = useState<string>();
  const chosen = inYear(wanted ?? today, year);
  const [hovered, hover] = useState<string | null>(null);
  const [changing, setChanging] = useState(false);
  const days = useCalendarDays({
    organizationId: unit,
    from: `${year}-01-01`,
    to: `${year}-12-31`,
  });
  const mayChange = holds(useMe(), 'center_admin');
  const goYear = (to: number) => {
    setSearch(
      (old) => {
        old.set('year', String(to));
        return old;
      },
      { replace: true },
    );
  };
  useKeys([
    { keys: '[', shown: '[ ]', label: 'keys.year', run: () => goYear(year - 1) },
    { keys: ']', label: 'keys.year', run: () => goYear(year + 1), quiet: true },
    {
      keys: 'E',
      label: 'keys.change_calendar',
      run: () => setChanging(true),
      off: !mayChange || changing,
    },
  ]);
  return (
    <SplitColumns
      desk="calendar"
      left={<Calendars year={year} unit={unit} />}
      leftLabel={say('calendar.whose')}
      side={
        changing ? (
          <ChangePanel date={chosen} unit={unit} year={year} onClose={() => setChanging(false)} />
        ) : (
          <QueryView query={days}>
            {(view) => (
              <DayCard
                view={view}
                date={hovered ?? chosen}
                {...(mayChange ? { onChange: () => setChanging(true) } : {})}
              />
            )}
          </QueryView>
        )
      }
      sideLabel={say('calendar.day')}
      sideFlows
    >
      <div className="hd">
        <h2>{say('calendar.year', { n: year })}</h2>
        <span className="sm mut">{days.data && <Published view={days.data} />}</span>
        <span className="r row">
          <KeyButton size="small" keys="[" onClick={() => goYear(year - 1)}>
            {year - 1}
          </KeyButton>
          <Button size="small" onClick={() => goYear(Number(today.slice(0, 4)))}>
            {say('calendar.this_year')}
          </Button>
          <KeyButton size="small" keys="]" onClick={() => goYear(year + 1)}>
            {year + 1}
          </KeyButton>
        </span>
      </div>
      <Ahead unit={unit} today={today} />
      <QueryView query={days}>
        {(view) =>
          view.days.length === 0 ? (
            <EmptyState title={say('calendar.no_days', { n: year })}>
              {say('calendar.no_days_next')}
            </EmptyState>
          ) : (
            <YearGrid
              year={year}
              days={view.days}
              today={today}
              chosen={chosen}
              onChoose={choose}
              onHover={hover}
            />
          )
        }
      </QueryView>
    </SplitColumns>
  );
}

/** How far ahead the next holiday is looked for. */
const AHEAD_DAYS = 240;

/** The next holiday with its name, and the next working day at a weekend. */
function Ahead({ unit, today }: { unit: string | undefined; today: string }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const view = useCalendarDays({
    organizationId: unit,
    from: today,
    to: shiftDate(today, AHEAD_DAYS),
  }).data;
  if (!view) return null;
  const off = view.days.find((day) => day.kind === 'off' && day.name);
  const makeup = view.days.find((day) => day.kind === 'makeup');
  const dayOf = (date: string) => longDateText(date, now, language);
  return (
    <p className="pad-ahead sm sec">
      <Dots>
        {off && say('calendar.next_off', { day: dayOf(off.date), name: off.name ?? '' })}
        {makeup && say('calendar.next_makeup', { day: dayOf(makeup.date) })}
        {!off && !makeup && say('calendar.next_none')}
      </Dots>
    </p>
  );
}

function Published({ view }: { view: CalendarView }) {
  const { say } = useWords();
  return (
    <>
      {view.publishedTo
        ? say('calendar.published', { to: view.publishedTo, n: view.version })
        : say('calendar.open')}
    </>
  );
}

/** The city's calendar, then those of units that differ from it. */
function Calendars({ year, unit }: { year: number; unit: string | undefined }) {
  const { say, name } = useWords();
  const items = useCalendars().data?.items ?? [];
  const address = (id?: string) => `/calendar?tab=days&year=${year}${id ? `&unit=${id}` : ''}`;
  const city = items.find((c) => c.organization === null);
  const own = items.filter((c) => c.organization !== null);
  return (
    <>
      <Facets
        title={say('calendar.whose')}
        facets={[
          {
            to: address(),
            label: city?.name ?? say('calendar.city'),
            count: undefined,
            current: unit === undefined,
          },
          ...own.map((c) => ({
            to: address(c.organization?.id),
            label: c.organization ? name(c.organization) : c.name,
            count: undefined,
            current: unit === c.organization?.id,
          })),
        ]}
      />
      {own.length === 0 && <p className="xs mut calendars-none">{say('calendar.no_units')}</p>}
    </>
  );
}
