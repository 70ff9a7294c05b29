import './supervision.css';
import { useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { SUPERVISION_STATES, type SupervisionState } from '../../../../src/contract.ts';
import type { SupervisionView } from '../../../../src/supervision/schema.ts';
import { useBoard, useSupervisions } from '../../data/board-live.ts';
import { useWatch } from '../../data/live.ts';
import { holds, useMe } from '../../data/session.tsx';
import { unanswered } from '../../frame/desks.ts';
import { useKeys } from '../../lib/keys.ts';
import { useFirstSelected, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { countText } from '../../parts/Facets.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { OrderTitle, Stamp } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { Supervision } from './Supervision.tsx';

/** 督办: units answer, supervisors judge; one at a time, the whole exchange in sight. */
export default function SupervisionDesk() {
  const { say } = useWords();
  const { supervisionId } = useParams();
  const state = useTab();
  const select = useSelect(state);
  const organizationId = useSearchParams()[0].get('organizationId') ?? undefined;
  const pages = useSupervisions({ state, organizationId });
  const ids = pages.items.map((item) => item.id);
  const listed = pages.items.find((i) => i.id === supervisionId);
  // An address may name one that is not on the pages read so far.
  const named = useSupervisions({ id: supervisionId }, 1, supervisionId !== undefined && !listed);
  const item = listed ?? named.items[0];
  const next = () =>
    select(ids[ids.indexOf(supervisionId ?? '') + 1] ?? ids.find((id) => id !== supervisionId));
  useWatch(item?.order.id);
  useListKeys({ ids, selected: supervisionId, select });
  useFirstSelected(ids, item && supervisionId, select, innerWidth >= 768);
  useKeys([{ keys: 'Esc', label: 'keys.back', run: () => select(undefined), quiet: true }]);
  return (
    <>
      <DeskTitle title={say('desk.supervision_long')} />
      <SplitColumns
        desk="supervision"
        leftIs="queue"
        leftLabel={say('supervision.list')}
        chosen={item !== undefined}
        left={
          <>
            <StateTabs current={state} />
            <QueryView query={pages}>
              {() =>
                ids.length === 0 ? (
                  <EmptyState title={say(`supervision.none_${state}`)}>
                    {say(`supervision.none_${state}_next`)}
                  </EmptyState>
                ) : (
                  <Queue items={pages.items} state={state} selected={supervisionId} />
                )
              }
            </QueryView>
            <LoadMore pages={pages} />
          </>
        }
      >
        <DoneLine />
        {item ? (
          <>
            <button
              type="button"
              className="link-button phone-back"
              onClick={() => select(undefined)}
            >
              {say('order.back')}
            </button>
            <Supervision key={item.id} item={item} onDone={next} />
          </>
        ) : (
          ids.length > 0 && (
            <EmptyState title={say('supervision.choose')}>
              {say('supervision.choose_next')}
            </EmptyState>
          )
        )}
      </SplitColumns>
    </>
  );
}

/**
 * Supervisors begin with what they judge, leaders with what they answer; where that is empty, with
 * what holds something. That is decided once: what comes in later moves nobody to another list.
 */
function useTab(): SupervisionState {
  const me = useMe();
  const [search] = useSearchParams();
  const counts = useCounts();
  const [first, setFirst] = useState<SupervisionState>();
  const usual = holds(me, 'supervisor', 'center_admin') ? 'replied' : 'open';
  if (counts && !first) {
    const states = [usual, ...SUPERVISION_STATES] as const;
    setFirst(states.find((state) => counts[state]) ?? usual);
  }
  const asked = SUPERVISION_STATES.find((state) => state === search.get('state'));
  // The figures are those of all units: they say nothing of one.
  return asked ?? (search.has('organizationId') ? usual : (first ?? usual));
}

/** How many there are of each; settled ones are not counted. */
function useCounts(): Partial<Record<SupervisionState, number>> | undefined {
  const figures = useBoard(null).view?.figures;
  return figures && { open: unanswered(figures), replied: figures.supervision.replied };
}

function useSelect(state: SupervisionState) {
  const navigate = useNavigate();
  const address = useAddress(state);
  return (id: string | undefined) => void navigate(address(id), { replace: true });
}

/** The address of one supervision order, or of the list, within the scope that was opened. */
function useAddress(state: SupervisionState) {
  const scope = useSearchParams()[0].get('organizationId');
  return (id?: string) =>
    `/supervision${id ? `/${id}` : ''}?state=${state}${scope ? `&organizationId=${scope}` : ''}`;
}

function StateTabs({ current }: { current: SupervisionState }) {
  const { say } = useWords();
  const counts = useCounts();
  return (
    <nav className="sv-tabs" aria-label={say('supervision.states')}>
      {SUPERVISION_STATES.map((state) => (
        <Link
          key={state}
          to={`/supervision?state=${state}`}
          {...(state === current ? { 'aria-current': 'true' as const } : {})}
        >
          {say(`supervision.${state}`)} <em>{countText(counts?.[state])}</em>
        </Link>
      ))}
    </nav>
  );
}

interface QueueProps {
  items: readonly SupervisionView[];
  state: SupervisionState;
  selected: string | undefined;
}
function Queue({ items, state, selected }: QueueProps) {
  const { name } = useWords();
  const address = useAddress(state);
  return (
    <ul className="q">
      {items.map((item) => (
        <li key={item.id} data-row={item.id}>
          <Link
            replace
            to={address(item.id)}
            {...(item.id === selected ? { 'aria-current': 'true' as const } : {})}
          >
            <span className="row between">
              <LevelMark level={item.level} />
              {item.clock ? (
                <ClockChip clock={item.clock} />
              ) : (
                <span className="xs mut">
                  <Stamp at={lastWord(item)} />
                </span>
              )}
            </span>
            <span className="ti cut">
              <OrderTitle order={item.order} />
            </span>
            <span className="xs mut row between">
              <span className="cut">{name(item.organization)}</span>
              <span className="nb">{item.number}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const lastWord = (item: SupervisionView): string =>
  [item.issuedAt, ...item.replies.map((r) => r.at), ...item.verdicts.map((v) => v.at)]
    .sort()
    .at(-1) ?? item.issuedAt;
