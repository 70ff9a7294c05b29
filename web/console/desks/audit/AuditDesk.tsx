import './audit.css';
import { useNavigate, useParams } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { AuditForm } from '../../acts/AuditForm.tsx';
import { useWatch } from '../../data/live.ts';
import { useOrder, useOrderCounts, useOrders } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { useFirstSelected, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { countText } from '../../parts/Facets.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { Waited } from '../../parts/Marks.tsx';
import { OrderQueue } from '../../parts/OrderQueue.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { AuditedOrder } from './AuditedOrder.tsx';

/** 审核台: the demand and the reply side by side, twelve points, pass or back. */
export default function AuditDesk() {
  const { say, name } = useWords();
  const navigate = useNavigate();
  const { orderId } = useParams();
  const pages = useOrders('pending_audit');
  const count = useOrderCounts().data?.pending_audit;
  const ids = pages.items.map((order) => order.id);
  const select = (id: string | undefined) =>
    void navigate(`/audit${id ? `/${id}` : ''}`, { replace: true });
  const next = () =>
    select(ids[ids.indexOf(orderId ?? '') + 1] ?? ids.find((id) => id !== orderId));
  const order = useOrder(orderId);
  useWatch(orderId);
  useListKeys({ ids, selected: orderId, select });
  useFirstSelected(ids, orderId, select, innerWidth >= 768);
  useKeys([{ keys: 'Esc', label: 'keys.back', run: () => select(undefined), quiet: true }]);
  return (
    <>
      <DeskTitle title={say('desk.audit_long')} />
      <SplitColumns
        desk="audit"
        leftIs="queue"
        leftLabel={say('queue.pending_audit')}
        chosen={orderId !== undefined}
        left={
          <>
            <div className="hd">
              <h2>
                {say('queue.pending_audit')} {countText(count)}
              </h2>
              <span className="r xs mut">{say('list.most_pressing')}</span>
            </div>
            <QueryView query={pages}>
              {() => (
                <OrderQueue
                  selected={orderId}
                  items={pages.items.map((item) => ({
                    id: item.id,
                    order: item,
                    to: `/audit/${item.id}`,
                    left: item.lead && name(item.lead),
                    right: <Waited since={item.stateSince} />,
                  }))}
                />
              )}
            </QueryView>
            <LoadMore pages={pages} />
          </>
        }
        side={order.data && <AuditSide key={order.data.id} order={order.data} onDone={next} />}
        sideLabel={say('audit.points')}
        sideFlows
        sideOpen={orderId !== undefined}
      >
        <DoneLine />
        {orderId ? (
          <QueryView query={order}>{(data) => <AuditedOrder order={data} />}</QueryView>
        ) : (
          <EmptyState title={say('empty.pending_audit')}>
            {say('empty.pending_audit_next')}
          </EmptyState>
        )}
      </SplitColumns>
    </>
  );
}

function AuditSide({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const { say } = useWords();
  if (!order.allowed.includes('audit_pass')) {
    return (
      <EmptyState title={say('audit.not_now', { state: say(`state.${order.state}`) })}>
        {say('audit.not_now_next')}
      </EmptyState>
    );
  }
  return (
    <>
      <div className="hd">
        <h2>{say('audit.points')}</h2>
      </div>
      <AuditForm order={order} onDone={onDone} />
    </>
  );
}
