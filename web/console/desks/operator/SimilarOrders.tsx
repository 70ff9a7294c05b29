import { useState } from 'react';
import { Link } from 'react-router';
import type { SimilarOrder } from '../../../../src/intake/schema.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, OrderNo, OrderTitle, Stamp } from '../../parts/Marks.tsx';
import type { Operator } from './useOperator.ts';

interface Props {
  desk: Operator;
  similar: readonly SimilarOrder[];
}

/** 可能重复: urging the order that stands, instead of a second one about the same thing. */
export function SimilarOrders({ desk, similar }: Props) {
  const { say, word } = useWords();
  const [apart, setApart] = useState<readonly string[]>([]);
  const shown = similar.filter(({ order }) => !apart.includes(order.id));
  const first = shown[0]?.order;
  const join = (order = first) => order && desk.endWith('urged', order);
  const off = !first || desk.ending.busy;
  useKeys([{ keys: 'Alt+5', label: 'keys.join', run: () => join(), off, quiet: true }]);
  if (shown.length === 0) return null;
  return (
    <section className="part sug">
      <h2>{say('advice.similar', { n: shown.length })}</h2>
      {shown.map(({ order, because }, i) => (
        <div className="dup" key={order.id}>
          <Link to={`/orders/${order.id}`} className="dup-title">
            <OrderTitle order={order} />
          </Link>
          <KeyButton
            size="small"
            {...(i === 0 ? { keys: 'Alt+5' } : {})}
            loading={desk.ending.busy}
            onClick={() => join(order)}
          >
            {say('advice.join')}
          </KeyButton>
          <span className="xs mut">
            <Dots>
              <OrderNo no={order.orderNo} />
              <Stamp at={order.registeredAt} />
            </Dots>
          </span>
          <span className="xs mut dup-why">
            <Dots>
              {say(`state.${order.state}`)}
              {because.map((code) => word(`advice.like_${code}`, code)).join('、')}
            </Dots>
          </span>
        </div>
      ))}
      <p className="xs mut">
        {say('advice.join_what')}{' '}
        <button
          type="button"
          className="link-button"
          onClick={() => setApart(similar.map(({ order }) => order.id))}
        >
          {say('advice.apart')}
        </button>
      </p>
    </section>
  );
}
