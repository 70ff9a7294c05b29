import './calls.css';
import { useSearchParams } from 'react-router';
import { usePhoneNews } from '../../data/calls.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useProposalCount, useReturnCount } from '../../data/returns.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { Facets, type Facet } from '../../parts/Facets.tsx';
import { Proposals } from './Proposals.tsx';
import { Restricted } from './Restricted.tsx';
import { ReturnCalls } from './ReturnCalls.tsx';

const LISTS = ['open', 'mine', 'done', 'proposed', 'decided', 'current', 'past'] as const;
type List = (typeof LISTS)[number];
const RETURNS: readonly List[] = ['open', 'mine', 'done'];

/** 回拨: whom the hotline owes a call, in the order it is due; whom it restricts, and who asked for that. */
export default function CallsDesk() {
  const { say } = useWords();
  const me = useMe();
  const operator = holds(me, 'operator');
  const returns = holds(me, 'operator', 'callback_agent', 'supervisor');
  const restricts = holds(me, 'supervisor', 'center_admin');
  const [search] = useSearchParams();
  const asked = LISTS.find((list) => list === search.get('list'));
  const wanted = asked ?? (operator ? 'open' : 'proposed');
  const list = returns || !RETURNS.includes(wanted) ? wanted : 'proposed';
  const open = useReturnCount(returns);
  const proposed = useProposalCount(true);
  usePhoneNews(true);
  const counts: Partial<Record<List, number | undefined>> = { open, proposed };
  const facet = (id: List, label: string): Facet => ({
    to: `/calls?list=${id}`,
    label,
    count: counts[id],
    current: id === list,
  });
  const left = (
    <>
      {returns && (
        <Facets
          title={say('return.queue')}
          facets={[
            facet('open', say('return.open')),
            ...(operator ? [facet('mine', say('return.mine'))] : []),
            facet('done', say('return.done')),
          ]}
        />
      )}
      <Facets
        title={say('restrict.title')}
        facets={[
          facet('proposed', say(restricts ? 'propose.open' : 'propose.mine')),
          facet('decided', say('propose.decided')),
          facet('current', say('restrict.current')),
          facet('past', say('restrict.past')),
        ]}
      />
    </>
  );
  return (
    <>
      <DeskTitle title={say('desk.calls_long')} />
      {list === 'proposed' || list === 'decided' ? (
        <Proposals key={list} state={list === 'decided' ? 'decided' : 'open'} left={left} />
      ) : list === 'current' || list === 'past' ? (
        <Restricted key={list} state={list} left={left} sets={restricts} />
      ) : (
        <ReturnCalls key={list} queue={list} left={left} />
      )}
    </>
  );
}
