import { useState } from 'react';
import { Link } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { AcceptForm } from '../../acts/AcceptForm.tsx';
import { DispatchForm } from '../../acts/DispatchForm.tsx';
import { DirectAnswerForm, RejectForm } from '../../acts/TextForms.tsx';
import { useWatch } from '../../data/live.ts';
import { useOrder } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { OrderWords } from '../../parts/OrderHead.tsx';
import { OrderNo, OrderTags, UrgencyTag } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';

const WAYS = ['dispatch', 'accept', 'direct_answer', 'reject'] as const;
type Way = (typeof WAYS)[number];

/** The chosen order and what becomes of it. */
export function Decision({ orderId, onDone }: { orderId: string; onDone: () => void }) {
  useWatch(orderId);
  return (
    <QueryView query={useOrder(orderId)}>
      {(order) => <Decide order={order} onDone={onDone} />}
    </QueryView>
  );
}

function Decide({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const { say } = useWords();
  const ways = WAYS.filter((way) => order.allowed.includes(way));
  const [chosen, setChosen] = useState<Way | undefined>();
  const way = ways.find((w) => w === chosen) ?? ways[0];
  return (
    <>
      <div className="decision-head">
        <div className="row wrap">
          {order.clock && <ClockChip clock={order.clock} size="short" />}
          <OrderNo no={order.orderNo} />
          <UrgencyTag urgency={order.urgency} />
          <OrderTags order={order} />
          <Link className="sm open" to={`/orders/${order.id}`}>
            {say('order.open_whole')}
          </Link>
        </div>
        <OrderWords order={order} medium />
      </div>
      {way === undefined && (
        <EmptyState title={say('dispatch.nothing', { state: say(`state.${order.state}`) })}>
          {say('dispatch.nothing_next')}
        </EmptyState>
      )}
      {ways.length > 1 && (
        <div className="decision-ways">
          <Choice
            hideLabel
            look="fill"
            label={say('dispatch.way')}
            value={way}
            onChange={setChosen}
            options={ways.map((value) => ({ value, label: say(`act.${value}`) }))}
          />
        </div>
      )}
      {way === 'dispatch' && <DispatchForm order={order} onDone={onDone} keys="Enter" />}
      {way === 'accept' && <AcceptForm order={order} onDone={onDone} />}
      {way === 'direct_answer' && <DirectAnswerForm order={order} onDone={onDone} />}
      {way === 'reject' && <RejectForm order={order} onDone={onDone} />}
    </>
  );
}
