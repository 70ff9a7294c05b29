import type { ReactNode } from 'react';
import type { ProposalView } from '../../../../src/telephony/schema.ts';
import { useProposals, type ProposalState } from '../../data/returns.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useListKeys, useStayingRow } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { SplitColumns } from '../../parts/Columns.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { KeptPhone } from './KeptPhone.tsx';
import { ProposalPanel } from './ProposalPanel.tsx';
import { Warned } from './Warned.tsx';

interface Props {
  state: ProposalState;
  left: ReactNode;
}

/** What operators ask for: an overseer decides it, an operator sees what became of theirs. */
export function Proposals({ state, left }: Props) {
  const { say } = useWords();
  const me = useMe();
  const decides = holds(me, 'supervisor', 'center_admin');
  const pages = useProposals(state);
  const { items } = pages;
  const ids = items.map((item) => item.id);
  const [selected, select] = useStayingRow(state, ids);
  const chosen = items.find((item) => item.id === selected);
  useListKeys({ ids, selected, select });
  const who = decides ? 'all' : 'mine';
  return (
    <SplitColumns
      desk="calls"
      left={left}
      leftLabel={say('return.queue')}
      side={
        <>
          {chosen && <ProposalPanel key={chosen.id} item={chosen} />}
          {holds(me, 'operator') && state === 'open' && <Warned />}
        </>
      }
      sideLabel={say('propose.side')}
      sideFlows
      sideOpen
    >
      <div className="hd">
        <h2>
          {say(state === 'decided' ? 'propose.decided' : decides ? 'propose.open' : 'propose.mine')}
        </h2>
        <span className="sm mut">{say(`propose.hint_${state}`)}</span>
      </div>
      <DoneLine />
      <QueryView query={pages}>
        {() =>
          items.length === 0 ? (
            <EmptyState title={say(`propose.empty_${state}`)}>
              {say(`propose.empty_${state}_${who}`)}
            </EmptyState>
          ) : (
            <ul className="return-list">
              {items.map((item) => (
                <li key={item.id} data-row={item.id} className={item.id === selected ? 'sel' : ''}>
                  <button
                    type="button"
                    className="proposal"
                    aria-pressed={item.id === selected}
                    onClick={() => select(item.id)}
                  >
                    <span className="return-who">
                      <KeptPhone phone={item.phone} />
                      <Outcome item={item} />
                    </span>
                    <span className="sm">{item.reason}</span>
                    <span className="xs mut">
                      <Dots>
                        {say('propose.by', { who: item.proposedBy })}
                        <Stamp at={item.proposedAt} />
                        {say('restrict.warnings', { n: item.warnings })}
                      </Dots>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      <LoadMore pages={pages} />
    </SplitColumns>
  );
}

/** 受限到 10月22日, or 不予受限; nothing while it waits. */
function Outcome({ item }: { item: ProposalView }) {
  const { say } = useWords();
  if (item.until)
    return (
      <b className="sm">
        {say('propose.restricted')} <Stamp at={item.until} />
      </b>
    );
  return item.declined === null ? null : <span className="sm sec">{say('propose.declined')}</span>;
}
