import './inbox.css';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { INBOX_FACETS } from '../../../../src/contract.ts';
import type { InboxItem } from '../../../../src/workorder/schema.ts';
import * as api from '../../data/api.ts';
import { useClockNow } from '../../data/clock.ts';
import { useInbox, useInboxCounts } from '../../data/queries.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { byClock } from '../../lib/clock-groups.ts';
import { useKeys } from '../../lib/keys.ts';
import { useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { countText, Facets } from '../../parts/Facets.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { Link } from 'react-router';
import { InboxTable } from './InboxTable.tsx';
import { Notices } from './Notices.tsx';
import { Peek } from './Peek.tsx';

/** 收件: what came to the unit, by what is to be done next. */
export default function InboxDesk() {
  const { say } = useWords();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const facet = INBOX_FACETS.find((f) => f === search.get('facet')) ?? 'open';
  const pages = useInbox(facet);
  const counts = useInboxCounts().data;
  const now = useClockNow();
  const groups = byClock(pages.items, (found) => found.assignment.clock, now);
  const hours = hoursOfDay(pages.items);
  const ids = groups.flatMap((group) => group.items.map((item) => item.assignment.id));
  const [selected, setSelected] = useState<string>();
  const item = pages.items.find((i) => i.assignment.id === selected) ?? groups[0]?.items[0];
  const open = (id: string) => {
    const found = pages.items.find((i) => i.assignment.id === id);
    if (found) void navigate(`/inbox/${found.id}/${id}`);
  };
  const signing = useSigning(item);
  useListKeys({ ids, selected: item?.assignment.id, select: setSelected, open });
  useKeys([{ keys: 'S', label: 'keys.sign', run: signing.sign, off: !signing.possible }]);
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
                current: f === facet,
              }))}
            />
            <Notices />
          </>
        }
      >
        {(counts?.pending_sign ?? 0) > 0 && facet !== 'pending_sign' && (
          <div className="note soon" role="status">
            <b>{say('inbox.to_sign', { n: countText(counts?.pending_sign) })}</b>
            <Link className="r" to="/inbox?facet=pending_sign">
              {say('inbox.sign_each')}
            </Link>
          </div>
        )}
        <div className="hd">
          <h2>
            {say(`facet.${facet}`)} {countText(counts?.[facet])}
          </h2>
          <span className="sm mut">{hours > 0 && say('inbox.order', { n: hours })}</span>
          <span className="r">
            <KeyButton
              size="small"
              keys="S"
              disabled={!signing.possible}
              loading={signing.busy}
              onClick={signing.sign}
            >
              {say('act.sign')}
            </KeyButton>
          </span>
        </div>
        {signing.problem && (
          <div className="pad">
            <ProblemNotice problem={signing.problem} />
          </div>
        )}
        <QueryView query={pages}>
          {() =>
            ids.length === 0 ? (
              <EmptyState title={say(`inbox.empty_${facet}`)}>{say('inbox.empty_next')}</EmptyState>
            ) : (
              <InboxTable
                groups={groups}
                selected={item?.assignment.id}
                onSelect={setSelected}
                onOpen={open}
              />
            )
          }
        </QueryView>
        <LoadMore pages={pages} />
        {item && (
          <Peek key={item.assignment.id} item={item} onOpen={() => open(item.assignment.id)} />
        )}
      </SplitColumns>
    </>
  );
}

const HOUR_MS = 3_600_000;
/** How many hours one day of these clocks has; 0 where none counts days. */
const hoursOfDay = (items: readonly InboxItem[]): number => {
  const dayMs = items.find((item) => item.assignment.clock?.dayMs)?.assignment.clock?.dayMs ?? 0;
  return Math.round((dayMs / HOUR_MS) * 100) / 100;
};

/** Signing straight from the list; the server has the last word on who may. */
function useSigning(item: InboxItem | undefined) {
  const mayEver = holds(useMe(), 'unit_receiver', 'command_room');
  const { submit, busy, problem } = useSubmit((target: InboxItem, key) =>
    api.actOnAssignment(
      target.assignment.id,
      { act: 'sign', version: target.version, input: {} },
      key,
    ),
  );
  const possible = mayEver && item?.assignment.state === 'pending_sign';
  return { possible, busy, problem, sign: () => possible && submit(item) };
}
