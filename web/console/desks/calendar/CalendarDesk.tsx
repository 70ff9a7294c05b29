import './calendar.css';
import { useSearchParams } from 'react-router';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { TabRow } from '../../parts/Tabs.tsx';
import { CalendarTab } from './CalendarTab.tsx';
import { HealthNote } from './HealthNote.tsx';
import { PolicyTab } from './PolicyTab.tsx';
import { SimulateTab } from './SimulateTab.tsx';

const TABS = ['days', 'simulate', 'policy'] as const;
type Tab = (typeof TABS)[number];

/** 日历时限: what days the city works, what would be due when, and the rules of it. */
export default function CalendarDesk() {
  const { say } = useWords();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((t) => t === search.get('tab')) ?? 'days';
  const go = (next: Tab) => setSearch({ tab: next }, { replace: true });
  useKeys(
    TABS.map((t, i) => ({
      keys: String(i + 1),
      ...(i === 0 ? { shown: '1–3' } : { quiet: true }),
      label: i === 0 ? ('keys.calendar_tabs' as const) : (`calendar.tab_${t}` as const),
      run: () => go(t),
    })),
  );
  return (
    <>
      <DeskTitle title={say('desk.calendar_long')} />
      <HealthNote />
      <div className="calendar-tabs">
        <TabRow<Tab>
          label={say('desk.calendar_long')}
          current={tab}
          onChange={go}
          panel="calendar-panel"
          tabs={TABS.map((id) => ({ id, label: say(`calendar.tab_${id}`) }))}
        />
      </div>
      <div
        id="calendar-panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        className="calendar-panel"
      >
        {tab === 'days' && <CalendarTab />}
        {tab === 'simulate' && <SimulateTab />}
        {tab === 'policy' && <PolicyTab />}
      </div>
    </>
  );
}
