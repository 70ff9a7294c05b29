import './overdue.css';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { BoardItem } from '../../../../src/supervision/schema.ts';
import { SuperviseForm } from '../../acts/SuperviseForm.tsx';
import { UrgeManyForm } from '../../acts/UrgeManyForm.tsx';
import { useBoard, useBoardOrders } from '../../data/board-live.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useFreshness } from '../../frame/StatusLine.tsx';
import { useKeys } from '../../lib/keys.ts';
import { useFirstSelected, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SideOpener, SplitColumns } from '../../parts/Columns.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { Freshness } from '../board/Freshness.tsx';
import { grouped } from '../board/figures.ts';
import { countOf, filterIn, lampsOf } from './filter.ts';
import { Conditions, LampTabs, StagePicker } from './Filters.tsx';
import { OverdueTable, rowId } from './OverdueTable.tsx';
import { Peek } from './Peek.tsx';

type Panel = 'urge' | 'supervise' | undefined;
/** Below this width the side is a drawer, which opens only when it is asked for. */
const WIDE = 1280;
/** Below this one a press on a row opens it: there are no keys. */
const PHONE = 768;

/** 超期: what a number of the board counts, and what is done about it. */
export default function OverdueDesk() {
  const { say, list } = useWords();
  const navigate = useNavigate();
  const me = useMe();
  const [search] = useSearchParams();
  const { tab, ...filter } = filterIn(search);
  const board = useBoard(filter.organizationId ?? null);
  const lamps = lampsOf(board.view?.figures, filter);
  const pages = useBoardOrders(filter);
  const { items } = pages;
  const ids = items.map(rowId);
  const canAct = holds(me, 'supervisor');
  const choice = useChoice(items);
  const [panel, setPanel] = useState<Panel>();
  const [peeking, setPeeking] = useState(false);
  /** What was just done, until something else is begun. */
  const [said, setSaid] = useState('');
  const current = items.find((item) => rowId(item) === choice.selected);
  const chosen = choice.checked.size > 0 ? choice.checkedItems : current ? [current] : [];
  const open = (id: string) => {
    const item = items.find((i) => rowId(i) === id);
    if (item) void navigate(`/orders/${item.order.id}`);
  };
  const act = (next: Panel) => {
    setSaid('');
    if (chosen.length > 0) setPanel(next);
  };
  const close = () => {
    setPanel(undefined);
    setPeeking(false);
  };
  const onDone = (done: string[], left: string[]) => {
    choice.keep(left);
    if (panel && done.length > 0) setSaid(say(`overdue.did_${panel}`, { n: done.length }));
    if (left.length === 0) close();
  };
  useFreshness(<Freshness state={board} />);
  useListKeys({ ids, selected: choice.selected, select: choice.select, open });
  useFirstSelected(ids, choice.selected, choice.select, innerWidth >= WIDE);
  const none = chosen.length === 0;
  useKeys(
    canAct
      ? [
          {
            keys: 'X',
            label: 'keys.check',
            off: current === undefined,
            run: () => {
              setSaid('');
              if (choice.selected) choice.check(choice.selected);
            },
          },
          { keys: 'U', label: 'keys.urge_list', off: none, run: () => act('urge') },
          { keys: 'S', label: 'keys.supervise', off: none, run: () => act('supervise') },
          {
            keys: 'Esc',
            label: 'keys.back',
            quiet: true,
            run: () => (panel || peeking ? close() : choice.keep([])),
          },
        ]
      : [],
  );
  const orders = uniqueOrders(chosen);
  const title =
    tab === 'all' ? say('overdue.all') : list((filter.lamps ?? []).map((l) => say(`lamp.${l}`)));
  const count = countOf(lamps, tab ?? filter.lamps ?? 'all');
  return (
    <>
      <DeskTitle title={say('desk.overdue_long')} />
      <SplitColumns
        desk="overdue-desk"
        side={
          panel && orders.length > 0 ? (
            <ActSide panel={panel} n={orders.length} onClose={close}>
              {panel === 'urge' ? (
                <UrgeManyForm orders={orders} onDone={onDone} />
              ) : (
                <SuperviseForm orders={orders} draftName="list" onDone={onDone} />
              )}
            </ActSide>
          ) : current ? (
            <Peek
              key={rowId(current)}
              item={current}
              canAct={canAct}
              onUrge={() => act('urge')}
              onSupervise={() => act('supervise')}
            />
          ) : (
            items.length > 0 && (
              <EmptyState title={say('overdue.choose')}>{say('overdue.choose_next')}</EmptyState>
            )
          )
        }
        sideLabel={say(panel ? `act.${panel}` : 'overdue.peek')}
        sideOpen={panel !== undefined || peeking}
        onSideClose={close}
      >
        <div className="hd overdue-head">
          <h2>
            {title} {count !== undefined && grouped(count)}
          </h2>
          <span className="sm mut">{say('overdue.hint')}</span>
          <span className="r row wrap">
            <LampTabs tab={tab} lamps={lamps} />
            <StagePicker stage={filter.stage} />
          </span>
        </div>
        <Conditions filter={filter} {...(board.view ? { view: board.view } : {})} />
        {said && (
          <div className="note ok" role="status">
            ✓ {said}
          </div>
        )}
        {choice.checked.size > 0 && (
          <Chosen
            items={choice.checkedItems}
            onUrge={() => act('urge')}
            onSupervise={() => act('supervise')}
            onDrop={() => choice.keep([])}
          />
        )}
        {current && choice.checked.size === 0 && (
          <SideOpener onOpen={() => setPeeking(true)}>{say('overdue.peek')}</SideOpener>
        )}
        <QueryView query={pages}>
          {() =>
            items.length === 0 ? (
              <NothingHere tab={tab} what={title} />
            ) : (
              <OverdueTable
                items={items}
                selected={choice.selected}
                checked={choice.checked}
                canAct={canAct}
                allOverdue={tab === 'overdue'}
                onSelect={(id) => {
                  choice.select(id);
                  if (innerWidth < PHONE) setPeeking(true);
                }}
                onCheck={choice.check}
                onCheckAll={(on) => choice.keep(on ? items.map((i) => i.order.id) : [])}
                onOpen={open}
              />
            )
          }
        </QueryView>
        <LoadMore pages={pages} />
      </SplitColumns>
    </>
  );
}

function NothingHere({ tab, what }: { tab: string | undefined; what: string }) {
  const { say } = useWords();
  if (tab === 'overdue')
    return (
      <EmptyState title={say('overdue.empty_good')}>{say('overdue.empty_good_next')}</EmptyState>
    );
  return (
    <EmptyState title={say('overdue.empty', { what })}>{say('overdue.empty_next')}</EmptyState>
  );
}

/** Each order once, also when its lead and a co-handler were both chosen. */
const uniqueOrders = (items: readonly BoardItem[]) => [
  ...new Map(items.map(({ order }) => [order.id, order])).values(),
];

/** The row under the cursor, and the rows with a tick; rows that left the list lose theirs. */
function useChoice(items: readonly BoardItem[]) {
  const [selected, select] = useState<string>();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const present = new Set(items.map(rowId));
  const checked = new Set([...ticked].filter((id) => present.has(id)));
  useEffect(() => {
    if (selected !== undefined && items.length > 0 && !present.has(selected)) select(undefined);
  });
  const check = (id: string) => {
    const next = new Set(checked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
  };
  /** Ticks the rows of these orders and no others. */
  const keep = (orderIds: readonly string[]) =>
    setTicked(new Set(items.filter((i) => orderIds.includes(i.order.id)).map(rowId)));
  const checkedItems = items.filter((item) => checked.has(rowId(item)));
  return { selected, select, checked, checkedItems, check, keep };
}

interface ChosenProps {
  items: readonly BoardItem[];
  onUrge: () => void;
  onSupervise: () => void;
  onDrop: () => void;
}
function Chosen({ items, onUrge, onSupervise, onDrop }: ChosenProps) {
  const { say, name, list } = useWords();
  const perUnit = new Map<string, number>();
  for (const { organization } of items) {
    const unit = organization ? name(organization) : say('overdue.no_unit');
    perUnit.set(unit, (perUnit.get(unit) ?? 0) + 1);
  }
  const units = [...perUnit].map(([unit, n]) => say('overdue.per_unit', { unit, n }));
  return (
    <div className="note info chosen" role="status">
      <b>{say('overdue.chosen', { n: items.length })}</b>
      <span className="cut">{list(units)}</span>
      <span className="r row">
        <KeyButton size="small" keys="U" onClick={onUrge}>
          {say('act.urge')}
        </KeyButton>
        <KeyButton size="small" keys="S" onClick={onSupervise}>
          {say('act.supervise')}
        </KeyButton>
        <KeyButton size="small" type="text" keys="Esc" onClick={onDrop}>
          {say('common.cancel')}
        </KeyButton>
      </span>
    </div>
  );
}

interface SideProps {
  panel: 'urge' | 'supervise';
  n: number;
  onClose: () => void;
  children: React.ReactNode;
}
function ActSide({ panel, n, onClose, children }: SideProps) {
  const { say } = useWords();
  return (
    <>
      <div className="hd">
        <h2>{say(panel === 'urge' ? 'urge.batch' : 'supervise.title', { n })}</h2>
        <span className="r">
          <KeyButton size="small" type="text" keys="Esc" onClick={onClose}>
            {say('common.put_away')}
          </KeyButton>
        </span>
      </div>
      {children}
    </>
  );
}
