import './calls.css';
import { useSearchParams } from 'react-router';
import { usePhoneNews } from '../../data/calls.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useReturnCount } from '../../data/returns.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { Facets, type Facet } from '../../parts/Facets.tsx';
import { Restricted } from './Restricted.tsx';
import { ReturnCalls } from './ReturnCalls.tsx';

const LISTS = ['open', 'mine', 'done', 'current', 'past'] as const;
type List = (typeof LISTS)[number];
const RETURNS: readonly List[] = ['open', 'mine', 'done'];

/** 回拨: whom the hotline owes a call, in the order it is due; for supervisors whom it restricts. */
export default function CallsDesk() {
  const { say } = useWords();
  const me = useMe();
  const returns = holds(me, 'operator', 'callback_agent', 'supervisor');
  const restricts = holds(me, 'supervisor', 'center_admin');
  const [search] = useSearchParams();
  const asked = LISTS.find((list) => list === search.get('list'));
  const list = asked ?? (returns ? 'open' : 'current');
  const open = useReturnCount(returns);
  usePhoneNews(true);
  const facet = (id: List, label: string): Facet => ({
    to: `/calls?list=${id}`,
    label,
    count: id === 'open' ? open : undefined,
    current: id === list,
  });
  const left = (
    <>
      {returns && (
        <Facets
          title={say('return.queue')}
          facets={[
            facet('open', say('return.open')),
            ...(holds(me, 'operator') ? [facet('mine', say('return.mine'))] : []),
            facet('done', say('return.done')),
          ]}
        />
      )}
      {restricts && (
        <Facets
          title={say('restrict.title')}
          facets={[facet('current', say('restrict.current')), facet('past', say('restrict.past'))]}
        />
      )}
    </>
  );
  return (
    <>
      <DeskTitle title={say('desk.calls_long')} />
      {RETURNS.includes(list) || !restricts ? (
        <ReturnCalls
          key={list}
          queue={list === 'mine' || list === 'done' ? list : 'open'}
          left={left}
        />
      ) : (
        <Restricted key={list} state={list === 'past' ? 'past' : 'current'} left={left} />
      )}
    </>
  );
}
