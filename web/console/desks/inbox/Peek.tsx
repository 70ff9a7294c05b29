import { useEffect, useState } from 'react';
import type { InboxItem } from '../../../../src/workorder/schema.ts';
import { useOrder } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { OrderNo, OrderTags, StateWord } from '../../parts/Marks.tsx';
import { Said } from '../../parts/Said.tsx';
import { Done, triesWithout } from '../orders/UnitTable.tsx';

/** Whoever walks through the list reads only where he stops. */
const STOP_MS = 250;

/** The chosen row's own words and instants, below the list. */
export function Peek({ item, onOpen }: { item: InboxItem; onOpen: () => void }) {
  const { say, name } = useWords();
  const [stopped, setStopped] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setStopped(true), STOP_MS);
    return () => clearTimeout(timer);
  }, []);
  const order = useOrder(stopped ? item.id : undefined).data;
  const { assignment } = item;
  const signClock = assignment.state === 'pending_sign' ? assignment.stepClock : null;
  const viewed = order?.assignments.find((a) => a.id === assignment.id);
  const tried = order && viewed ? triesWithout(order, viewed) : 0;
  return (
    <section className="peek" aria-label={say('inbox.peek')}>
      <div>
        <div className="row wrap">
          <OrderNo no={item.orderNo} />
          <OrderTags order={item} />
          <KeyButton size="small" type="text" keys="Enter" className="peek-open" onClick={onOpen}>
            {say('common.open')}
          </KeyButton>
        </div>
        <Said words={order?.content ?? item.excerpt} medium />
      </div>
      <dl className="sm">
        <div>
          <dt>{say('order.unit')}</dt>
          <dd>{name(assignment.organization)}</dd>
        </div>
        <div>
          <dt>{say('act.sign')}</dt>
          <dd>
            <Done at={assignment.signedAt} clock={signClock ?? undefined} />
          </dd>
        </div>
        {assignment.kind === 'lead' && (
          <div>
            <dt>{say('act.first_contact')}</dt>
            <dd>
              {tried > 0 ? (
                <span className="today-t">{say('unit.tried_n', { n: tried })}</span>
              ) : (
                <Done at={assignment.firstContactAt} />
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>{say('order.state')}</dt>
          <dd>
            <StateWord order={item} />
          </dd>
        </div>
        {assignment.clock && (
          <div>
            <dt>{say(`clock.${assignment.clock.clock}`)}</dt>
            <dd>
              <ClockChip clock={assignment.clock} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
