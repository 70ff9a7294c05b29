import { Link } from 'react-router';
import type { CalendarPreview } from '../../../../src/calendar/schema.ts';
import { useCalendars } from '../../data/clock-api.ts';
import { useReference } from '../../data/queries.ts';
import { useClockNow } from '../../data/clock.ts';
import { useWords } from '../../lib/text.ts';
import { dateText, spanOfDayText, dueText, weekdayText } from '../../lib/time.ts';
import { OrderNo } from '../../parts/Marks.tsx';
import { EmptyState } from '../../parts/States.tsx';

const DAYS_SHOWN = 40;
type Changed = CalendarPreview['days'][number];

/** What a change would move: the days, then the living clocks. */
export function PreviewView({ preview }: { preview: CalendarPreview }) {
  const { say } = useWords();
  const city = useCalendars().data?.items.find((c) => c.organization === null);
  if (preview.days.length === 0 && preview.moved === 0) {
    return <EmptyState title={say('preview.nothing')}>{say('preview.nothing_next')}</EmptyState>;
  }
  return (
    <>
      <div className="part">
        <h2>{say('preview.clocks')}</h2>
        <p className="big">{say('preview.moved', { n: preview.moved })}</p>
        <ul className="sm sec preview-counts">
          <li>{say('preview.later', { n: preview.movedLater })}</li>
          <li>{say('preview.earlier', { n: preview.movedEarlier })}</li>
          <li>{say('preview.settled', { n: preview.noLongerProvisional })}</li>
          <li>{say('preview.in_time_again', { n: preview.noLongerOverdue })}</li>
        </ul>
        <Samples samples={preview.samples} moved={preview.moved} />
      </div>
      <div className="part">
        <h2>
          {say('preview.days')}
          <span className="r">{say('preview.n_days', { n: preview.days.length })}</span>
        </h2>
        <table className="led moved-days">
          <tbody>
            {preview.days.slice(0, DAYS_SHOWN).map((day) => (
              <DayRow key={`${day.calendarName}:${day.date}`} day={day} city={city?.name} />
            ))}
          </tbody>
        </table>
        {preview.days.length > DAYS_SHOWN && (
          <p className="xs mut">{say('preview.more', { n: preview.days.length - DAYS_SHOWN })}</p>
        )}
      </div>
    </>
  );
}

function DayRow({ day, city }: { day: Changed; city: string | undefined }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const words = (d: Changed['after'] | null) =>
    d === null
      ? say('preview.unknown')
      : [say(`day.${d.kind}`), d.name, d.spans.map(spanOfDayText).join(' ')]
          .filter(Boolean)
          .join(' ');
  return (
    <tr>
      <td>
        {dateText(day.date, now, language)} {weekdayText(day.date, language)}
      </td>
      <td>
        <span className="mut">{words(day.before)}</span> → <b>{words(day.after)}</b>
        {day.calendarName !== city && <small>{day.calendarName}</small>}
      </td>
    </tr>
  );
}

function Samples({ samples, moved }: { samples: CalendarPreview['samples']; moved: number }) {
  const { say, name, language } = useWords();
  const now = useClockNow();
  const units = useReference().data?.units;
  const unitOf = (id: string | null) => {
    const unit = units?.find((u) => u.id === id);
    return unit ? name(unit) : id === null ? say('preview.centre') : '';
  };
  const at = (iso: string | null) => (iso ? dueText(iso, now, language) : say('preview.no_due'));
  if (samples.length === 0) return null;
  return (
    <>
      <table className="led moved-days moved-clocks">
        <tbody>
          {samples.map((s) => (
            <tr key={s.deadlineId}>
              <td>
                <Link to={`/orders/${s.orderId}`}>
                  {s.orderNo ? <OrderNo no={s.orderNo} /> : say(`clock.${s.clock as 'final'}`)}
                </Link>
                <small>{unitOf(s.organizationId)}</small>
              </td>
              <td>
                {say(`clock.${s.clock as 'final'}`)} <span className="mut">{at(s.before)}</span> →{' '}
                <b>{at(s.after)}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {moved > samples.length && (
        <p className="xs mut">{say('preview.more', { n: moved - samples.length })}</p>
      )}
    </>
  );
}
