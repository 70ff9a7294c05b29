import './doors.css';
import { useSearchParams } from 'react-router';
import type { DoorMessageView, MessageState } from '../../../../src/door/schema.ts';
import { useLetters, useSources } from '../../data/doors.ts';
import { useFirstSelected, useListFocus, useListKeys, useStayingRow } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { SideOpener, SplitColumns } from '../../parts/Columns.tsx';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { Facets } from '../../parts/Facets.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { useState } from 'react';
import { Letter } from './Letter.tsx';
import { LetterTable } from './LetterTable.tsx';
import { Sources } from './Sources.tsx';

const STATES = ['dead', 'given_up', 'done'] as const satisfies readonly MessageState[];

/** 接口: what other systems sent and nobody could take, why, and what becomes of it. */
export default function DoorsDesk() {
  const { say } = useWords();
  const [search] = useSearchParams();
  const state = STATES.find((s) => s === search.get('state')) ?? 'dead';
  const pages = useLetters(state);
  const { items } = pages;
  const ids = items.map((m) => m.id);
  const [selected, select] = useStayingRow(state, ids);
  const [side, setSide] = useState(false);
  useListKeys({ ids, selected, select });
  useFirstSelected(ids, selected, select);
  useListFocus(state, selected);
  const current = items.find((m) => m.id === selected);
  return (
    <>
      <DeskTitle title={say('desk.doors_long')} />
      <SplitColumns
        desk="doors"
        left={<States state={state} />}
        leftLabel={say('door.letters')}
        side={
          <>
            {current && <Letter key={current.id} letter={current} />}
            <Sources />
          </>
        }
        sideLabel={say('door.side')}
        sideOpen={side}
        onSideClose={() => setSide(false)}
        sideFlows
      >
        <div className="hd">
          <h2>{say(`door.state.${state}`)}</h2>
          <span className="sm mut">{say(`door.hint.${state}`)}</span>
          <span className="r">
            <SideOpener onOpen={() => setSide(true)}>{say('door.side')}</SideOpener>
          </span>
        </div>
        <DoneLine />
        <QueryView query={pages}>
          {() => <Letters state={state} {...{ items, selected, select }} />}
        </QueryView>
        <LoadMore pages={pages} />
      </SplitColumns>
    </>
  );
}

function States({ state }: { state: MessageState }) {
  const { say } = useWords();
  const dead = useSources().data?.items.reduce((sum, s) => sum + s.dead, 0);
  return (
    <Facets
      title={say('door.letters')}
      facets={STATES.map((s) => ({
        to: `/doors?state=${s}`,
        label: say(`door.state.${s}`),
        count: s === 'dead' ? dead : undefined,
        current: s === state,
      }))}
    />
  );
}

interface ListProps {
  state: MessageState;
  items: readonly DoorMessageView[];
  selected: string | undefined;
  select: (id: string) => void;
}
function Letters({ state, items, selected, select }: ListProps) {
  const { say } = useWords();
  if (items.length > 0) return <LetterTable {...{ items, selected, select }} />;
  return (
    <EmptyState title={say(`door.empty.${state}`)}>{say(`door.empty_next.${state}`)}</EmptyState>
  );
}
