import { Button } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import type { BoardItem } from '../../../../src/supervision/schema.ts';
import * as api from '../../data/api.ts';
import { useBoardOrders } from '../../data/board-live.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { sayToUnits, useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { OrderTitle } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { listAddress } from './figures.ts';

const SHOWN = 6;
const LAMPS_AT_RISK = ['today', 'soon'] as const;

interface Props {
  organizationId: string | undefined;
  /** How many there are in all. */
  n: number;
  frozen: boolean;
}

/** Due today or soon, most urgent first, each with its urge. */
export function Risk({ organizationId, n, frozen }: Props) {
  const { say } = useWords();
  const lists = useMe().desks.includes('overdue');
  const filter = { organizationId, stage: 'final' as const, lamps: LAMPS_AT_RISK };
  const pages = useBoardOrders(filter, SHOWN, !frozen);
  return (
    <section className="blk" aria-labelledby="board-risk">
      <div className="hd p0 wrap">
        <h2 id="board-risk">{say('board.risk')}</h2>
        <span className="sm mut">{say('board.risk_hint')}</span>
        {lists && n > 0 && (
          <span className="r xs">
            <Link to={listAddress(filter)}>{say('board.all_n', { n })}</Link>
          </span>
        )}
      </div>
      <QueryView query={pages}>
        {() =>
          pages.items.length === 0 ? (
            <p className="sm mut">{say('board.risk_none')}</p>
          ) : (
            <ul className="risk">
              {pages.items.slice(0, SHOWN).map((item) => (
                <RiskRow key={item.order.id} item={item} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </section>
  );
}

function RiskRow({ item }: { item: BoardItem }) {
  const { say, name } = useWords();
  const { order, clock, organization, level } = item;
  return (
    <li>
      <ClockChip clock={clock} />
      <Link className="cut" to={`/orders/${order.id}`}>
        <OrderTitle order={order} />
      </Link>
      <span className="cut sec">{organization && name(organization)}</span>
      <span className="cut sec">
        {level > 0 ? <LevelMark level={level} /> : say(`state.${order.state}`)}
      </span>
      <Urge item={item} />
    </li>
  );
}

/** One press urges the unit; the row then says that it did, or why it did not. */
function Urge({ item }: { item: BoardItem }) {
  const { say, word } = useWords();
  const me = useMe();
  const [done, setDone] = useState(false);
  const urge = useSubmit(
    (_: void, key) => api.urge(item.order.id, { level: 1, text: sayToUnits('urge.text_due') }, key),
    () => setDone(true),
  );
  if (!holds(me, 'supervisor')) return <span />;
  if (done) return <span className="sm ok-t">✓ {say('board.urged')}</span>;
  return (
    <span className="urge">
      {urge.problem && (
        <span className="xs over-t" role="alert">
          {say('board.urge_failed', { why: word(`error.${urge.problem.code}`) })}
        </span>
      )}
      <Button size="small" loading={urge.busy} onClick={() => urge.submit()}>
        {say('act.urge')}
      </Button>
    </span>
  );
}
