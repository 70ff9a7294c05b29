import type { OrderListItem } from '../../../src/workorder/schema.ts';
import { useWords } from '../lib/text.ts';
import { OrderNo, OrderTitle } from '../parts/Marks.tsx';

const NAMED_MAX = 5;

/** Which orders an act is about: title and number, the first few of many. */
export function NamedOrders({ orders }: { orders: readonly OrderListItem[] }) {
  const { say } = useWords();
  const more = orders.length - NAMED_MAX;
  return (
    <ul className="named-orders">
      {orders.slice(0, NAMED_MAX).map((order) => (
        <li key={order.id}>
          <b className="sm cut">
            <OrderTitle order={order} />
          </b>
          <OrderNo no={order.orderNo} />
        </li>
      ))}
      {more > 0 && <li className="xs mut">{say('supervise.and_more', { n: more })}</li>}
    </ul>
  );
}
