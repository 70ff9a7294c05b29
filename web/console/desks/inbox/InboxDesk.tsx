import './inbox.css';
import { useNavigate, useSearchParams } from 'react-router';
import { INBOX_FACETS } from '../../../../src/contract.ts';
import type { Me } from '../../../../src/identity/schema.ts';
import type { InboxFacet, InboxItem } from '../../../../src/workorder/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import { useInbox, useInboxCounts } from '../../data/queries.ts';
import { holds, useMe } from '../../data/session.tsx';
import { byClock, CLOCK_GROUPS, type ClockGroup } from '../../lib/clock-groups.ts';
import { useListFocus, useListKeys, useStayingRow } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { countText, Facets } from '../../parts/Facets.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { Link } from 'react-router';
import { InboxTable } from './InboxTable.tsx';
import { pressingClock } from './next-step.ts';
import { Notices } from './Notices.tsx';
import { Peek } from './Peek.tsx';
import { PhoneBar, SignButton, SigningState, useSigning } from './Signing.tsx';

/** 收件: what came to the unit, by what is to be done next. */
export default function InboxDesk() {
  const { say } = useWords();
  const navigate = useNavigate();
  const me = useMe();
  const [search] = useSearchParams();
  const counts = useInboxCounts().data;
  const facet = INBOX_FACETS.find((f) => f === search.get('facet')) ?? usualFacet(me, counts);
  const clock = CLOCK_GROUPS.find((g) => g === search.get('clock'));
  const pages = useInbox(facet);
  const now = useClockNow();
  const all = byDue(byClock(pages.items, (found) => pressingClock(found.assignment), now));
  const groups = clock ? all.filter((g) => g.group === clock) : all;
  const hours = hoursOfDay(pages.items);
  const rows = groups.flatMap((group) => group.items);
  const ids = rows.map((item) => item.assignment.id);
  const list = `${facet} ${clock ?? ''}`;
  const [selected, setSelected] = useStayingRow(list, ids);
  const item = rows.find((i) => i.assignment.id === selected);
  const open = (id: string) => {
    const found = rows.find((i) => i.assignment.id === id);
    if (found) void navigate(`/inbox/${found.id}/${id}`);
  };
  const signing = useSigning(item, rows);
  useListKeys({ ids, selected, select: setSelected, open });
  useListFocus(list, selected);
  return (
    <>
      <DeskTitle title={say('desk.inbox_long')} />
      <SplitColumns
        desk="inbox"
        leftLabel={say('inbox.by_step')}
        left={
          <>
            <Facets
              title={say('inbox.by_step')}
              facets={INBOX_FACETS.map((f) => ({
                to: `/inbox?facet=${f}`,
                label: say(`facet.${f}`),
                count: counts?.[f],
                current: f === facet && !clock,
              }))}
            />
            <ByClock facet={facet} clock={clock} groups={all} />
            <Notices />
          </>
        }
      >
        {(counts?.pending_sign ?? 0) > 0 && facet !== 'pending_sign' && (
          <div className="note soon wide-only" role="status">
            <b>{say('inbox.to_sign', { n: countText(counts?.pending_sign) })}</b>
            <Link className="r" to="/inbox?facet=pending_sign">
              {say('inbox.sign_each')}
            </Link>
          </div>
        )}
        <div className="hd">
          <h2>
            {say(`facet.${facet}`)} {clock ? rows.length : countText(counts?.[facet])}
          </h2>
          <span className="sm mut">
            {clock && `${say(`group.${clock}`)}　`}
            {hours > 0 && say('inbox.order', { n: hours })}
          </span>
          <span className="r wide-only">
            <SignButton signing={signing} />
          </span>
        </div>
        <DoneLine />
        <SigningState signing={signing} />
        <QueryView query={pages}>
          {() =>
            ids.length === 0 ? (
              <EmptyState title={say(`inbox.empty_${facet}`)}>{say('inbox.empty_next')}</EmptyState>
            ) : (
              <InboxTable
                groups={groups}
                selected={selected}
                onSelect={setSelected}
                onOpen={open}
                ticks={signing.ticks}
              />
            )
          }
        </QueryView>
        <LoadMore pages={pages} />
        {item && (
          <Peek key={item.assignment.id} item={item} onOpen={() => open(item.assignment.id)} />
        )}
        <PhoneBar signing={signing} facet={facet} toSign={counts?.pending_sign ?? 0} />
      </SplitColumns>
    </>
  );
}

/** Who only countersigns begins with what waits for that, as long as something does. */
const usualFacet = (me: Me, counts: Record<InboxFacet, number> | undefined): InboxFacet =>
  holds(me, 'unit_leader') &&
  !holds(me, 'unit_receiver', 'handler', 'command_room') &&
  (counts?.draft ?? 1) > 0
    ? 'draft'
    : 'open';

interface ByClockProps {
  facet: InboxFacet;
  clock: ClockGroup | undefined;
  groups: readonly { group: ClockGroup; items: InboxItem[] }[];
}
/** 按时钟: the same list, one colour of it; counts are of what was read so far. */
function ByClock({ facet, clock, groups }: ByClockProps) {
  const { say } = useWords();
  if (groups.length < 2 && !clock) return null;
  return (
    <Facets
      title={say('unit.by_clock')}
      facets={groups.map(({ group, items }) => ({
        to: `/inbox?facet=${facet}&clock=${group}`,
        label: say(`group.${group}`),
        count: items.length,
        current: group === clock,
      }))}
    />
  );
}

type Groups = { group: ClockGroup; items: InboxItem[] }[];
/**
 * The rows agree with the due instants they show: what is due before something more pressing stands
 * with it, whatever share of its own time is left. What stands still comes last.
 */
function byDue(groups: Groups): Groups {
  const groupOf = new Map(groups.flatMap(({ group, items }) => items.map((i) => [i, group])));
  const late = groups.find(({ group }) => group === 'overdue')?.items ?? [];
  const rest = [...groupOf.keys()].filter((item) => groupOf.get(item) !== 'overdue');
  let pressing = CLOCK_GROUPS.length - 1;
  const inOrder = rest.toSorted((a, b) => dueOf(a) - dueOf(b)).toReversed();
  const placed = inOrder.map((item) => {
    pressing = Math.min(pressing, CLOCK_GROUPS.indexOf(groupOf.get(item)!));
    return { item, group: CLOCK_GROUPS[pressing]! };
  });
  const found = placed.toReversed();
  return CLOCK_GROUPS.map((group) => ({
    group,
    items:
      group === 'overdue'
        ? late.toSorted((a, b) => dueOf(a) - dueOf(b))
        : found.filter((x) => x.group === group).map((x) => x.item),
  })).filter(({ items }) => items.length > 0);
}
const dueOf = ({ assignment }: InboxItem): number => {
  const at = pressingClock(assignment)?.dueAt;
  return at ? Date.parse(at) : Number.MAX_SAFE_INTEGER;
};

const HOUR_MS = 3_600_000;
/** How many hours one day of these clocks has; 0 where none counts days. */
const hoursOfDay = (items: readonly InboxItem[]): number => {
  const dayMs = items.find((item) => item.assignment.clock?.dayMs)?.assignment.clock?.dayMs ?? 0;
  return Math.round((dayMs / HOUR_MS) * 100) / 100;
};
