import { useClockHealth } from '../../data/clock-api.ts';
import { useClockNow } from '../../data/clock.ts';
import { useWords } from '../../lib/text.ts';
import { dateText } from '../../lib/time.ts';

/** The published days run out, or have run out: how many clocks stand on days that are not known. */
export function HealthNote() {
  const { say, language } = useWords();
  const now = useClockNow();
  const health = useClockHealth().data;
  if (!health || (health.warning === 'none' && health.provisional === 0)) return null;
  const { warning, publishedTo, daysLeft, provisional } = health;
  const to = dateText(publishedTo, now, language);
  return (
    <div className={`note ${warning === 'none' ? 'info' : 'soon'}`} role="status">
      {warning !== 'none' && <b>{say(`health.${warning}`, { to, n: Math.max(daysLeft, 0) })}</b>}
      <span>
        {provisional > 0 && say('health.provisional', { n: provisional })}
        {warning !== 'none' && say('health.next')}
      </span>
    </div>
  );
}
