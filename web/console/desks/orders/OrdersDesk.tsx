import './orders.css';
import { useSearchParams } from 'react-router';
import { useOrderCounts, useOrders } from '../../data/queries.ts';
import { useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import type { OrderCounts, OrderQueue } from '../../../../src/workorder/schema.ts';
import { SplitColumns } from '../../parts/Columns.tsx';
import { Facets } from '../../parts/Facets.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { OrderTable } from '../../parts/OrderTable.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { useReturningRow } from './returning-row.ts';

const QUEUES = [
  'open',
  'registered',
  'pending_dispatch',
  'pending_audit',
  'pending_callback',
  'pending_close',
  'awaiting_supplement',
  'transferred',
  'auto_dispatched',
  'all',
] as const satisfies readonly OrderQueue[];

const countOf = (counts: OrderCounts, queue: (typeof QUEUES)[number]): number | undefined =>
  queue === 'all'
    ? undefined
    : queue === 'auto_dispatched'
      ? counts.autoDispatchedToday
      : counts[queue];

/** All orders of the centre, by where they stand. */
export default function OrdersDesk() {
  const { say } = useWords();
  const [search] = useSearchParams();
  const queue = QUEUES.find((q) => q === search.get('queue')) ?? 'open';
  const pages = useOrders(queue);
  const counts = useOrderCounts().data;
  const ids = pages.items.map((order) => order.id);
  const { selected, select, open } = useReturningRow(ids);
  useListKeys({ ids, selected, select, open });
  return (
    <>
      <DeskTitle title={say('desk.orders_long')} />
      <SplitColumns
        desk="orders"
        left={
          <Facets
            title={say('orders.by_state')}
            facets={QUEUES.map((q) => ({
              to: `/orders?queue=${q}`,
              label: say(`queue.${q}`),
              count: counts && countOf(counts, q),
              current: q === queue,
            }))}
          />
        }
        leftLabel={say('orders.by_state')}
      >
        <div className="hd">
          <h2>{say(`queue.${queue}`)}</h2>
        </div>
        <QueryView query={pages}>
          {() =>
            ids.length === 0 ? (
              <EmptyState title={say('empty.orders')}>{say('empty.orders_next')}</EmptyState>
            ) : (
              <OrderTable orders={pages.items} selected={selected} onSelect={open} states />
            )
          }
        </QueryView>
        <LoadMore pages={pages} />
      </SplitColumns>
    </>
  );
}
