import './dispatch.css';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import type { OrderQueue } from '../../../../src/workorder/schema.ts';
import { useOrderCounts, useOrders } from '../../data/queries.ts';
import { useFirstSelected, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { countText, Facets } from '../../parts/Facets.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { OrderTable } from '../../parts/OrderTable.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { Decision } from './Decision.tsx';

const QUEUES = ['pending_dispatch', 'registered'] as const satisfies readonly OrderQueue[];
type Queue = (typeof QUEUES)[number];
/** Below this width the decision is a drawer, which opens only when it is asked for. */
const WIDE = 1280;

/** 派单台: the queue, oldest first, and beside it the decision with its reasons. */
export default function DispatchDesk() {
  const { say } = useWords();
  const { orderId } = useParams();
  const [search] = useSearchParams();
  const queue: Queue = QUEUES.find((q) => q === search.get('queue')) ?? 'pending_dispatch';
  const pages = useOrders(queue);
  const counts = useOrderCounts().data;
  const select = useSelect(queue);
  const ids = pages.items.map((order) => order.id);
  useListKeys({ ids, selected: orderId, select });
  useFirstSelected(ids, orderId, select, innerWidth >= WIDE);
  const next = () =>
    select(ids[ids.indexOf(orderId ?? '') + 1] ?? ids.find((id) => id !== orderId));
  return (
    <>
      <DeskTitle title={say('desk.dispatch_long')} />
      <SplitColumns
        desk="dispatch"
        left={
          <Facets
            title={say('dispatch.queues')}
            facets={QUEUES.map((q) => ({
              to: `/dispatch?queue=${q}`,
              label: say(`queue.${q}`),
              count: counts?.[q],
              current: q === queue,
            }))}
          />
        }
        leftLabel={say('dispatch.queues')}
        side={orderId && <Decision key={orderId} orderId={orderId} onDone={next} />}
        sideLabel={say('dispatch.decision')}
        sideOpen={orderId !== undefined}
        onSideClose={() => select(undefined)}
      >
        <div className="hd">
          <h2>
            {say(`queue.${queue}`)} {countText(counts?.[queue])}
          </h2>
          <span className="sm mut">{say('list.most_pressing')}</span>
        </div>
        <QueryView query={pages}>
          {() =>
            ids.length === 0 ? (
              <EmptyState title={say(`empty.${queue}`)}>{say(`empty.${queue}_next`)}</EmptyState>
            ) : (
              <OrderTable orders={pages.items} selected={orderId} onSelect={select} since="state" />
            )
          }
        </QueryView>
        <LoadMore pages={pages} />
      </SplitColumns>
    </>
  );
}

function useSelect(queue: Queue) {
  const navigate = useNavigate();
  return (id: string | undefined) =>
    void navigate(`/dispatch${id ? `/${id}` : ''}?queue=${queue}`, { replace: true });
}
