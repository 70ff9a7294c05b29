import type { CalendarView } from '../../../../src/calendar/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import { useWords } from '../../lib/text.ts';
import { longDateText, spanOfDayText } from '../../lib/time.ts';
import { KeyButton } from '../../parts/Key.tsx';

interface Props {
  view: CalendarView;
  date: string;
  /** Absent for those who may only read. */
  onChange?: () => void;
}

/** One date: what it is, why, and from when to when it counts. */
export function DayCard({ view, date, onChange }: Props) {
  const { say, name, list, language } = useWords();
  const now = useClockNow();
  const day = view.days.find((d) => d.date === date);
  const minutes = (day?.spans ?? []).reduce((sum, [from, to]) => sum + to - from, 0);
  const special = view.days.filter((d) => d.kind !== 'working' && d.kind !== 'weekend');
  return (
    <>
      <div className="part">
        <h2>{say('calendar.day')}</h2>
        <p className="big">{longDateText(date, now, language)}</p>
        {day ? (
          <dl className="day-facts sm">
            <dt>{say('calendar.kind')}</dt>
            <dd>
              {day.name
                ? say('day.named', { kind: say(`day.${day.kind}`), name: day.name })
                : say(`day.${day.kind}`)}
            </dd>
            <dt>{say('calendar.why')}</dt>
            <dd>{say(`day.why_${day.kind}`)}</dd>
            <dt>{say('calendar.hours')}</dt>
            <dd>
              {day.spans.length > 0
                ? `${list(day.spans.map(spanOfDayText))}${say('calendar.sum', {
                    n: Math.round((minutes / 60) * 100) / 100,
                  })}`
                : say('calendar.no_work')}
            </dd>
            <dt>{say('calendar.standing')}</dt>
            <dd>{say(day.published ? 'calendar.is_published' : 'day.unpublished_why')}</dd>
          </dl>
        ) : (
          <p className="sm sec">{say('calendar.not_known')}</p>
        )}
      </div>
      <div className="part">
        <h2>
          {say('calendar.of', { name: view.organization ? name(view.organization) : view.name })}
        </h2>
        <p className="sm sec">
          {say('calendar.counts', {
            off: special.filter((d) => d.kind === 'off').length,
            makeup: special.filter((d) => d.kind === 'makeup').length,
            stop: special.filter((d) => d.kind === 'stop').length,
            working: view.days.filter((d) => d.spans.length > 0).length,
          })}
        </p>
        {view.organization && (
          <p className="xs mut">
            {say(view.followsCity ? 'calendar.follows' : 'calendar.follows_not')}
          </p>
        )}
      </div>
      {onChange ? (
        <div className="bar">
          <KeyButton type="primary" size="large" keys="E" onClick={onChange}>
            {say('calendar.change')}
          </KeyButton>
        </div>
      ) : (
        <p className="part xs mut">{say('calendar.read_only')}</p>
      )}
    </>
  );
}
