import type { OrderListItem } from '../../../src/workorder/schema.ts';
import { useClockNow } from '../data/clock.ts';
import { isAllOverdue } from '../lib/clock-groups.ts';
import { useWords } from '../lib/text.ts';
import { ClockChip } from './ClockChip.tsx';
import { OrderNo, Stamp, StateWord, UrgencyTag, urgencyOf, Waited } from './Marks.tsx';
import { OrderExcerpt, OrderPick } from './OrderPick.tsx';

interface Props {
  orders: readonly OrderListItem[];
  selected: string | undefined;
  onSelect: (id: string) => void;
  /** What the waiting is counted from: registration, or entering the present state. */
  since?: 'registered' | 'state';
  /** Shows the state where a list mixes states. */
  states?: boolean;
}

/** A list of orders, two lines each: how long left, how urgent, what about, with whom. */
export function OrderTable({ orders, selected, onSelect, since = 'registered', states }: Props) {
  const { say } = useWords();
  const now = useClockNow();
  const allOverdue = isAllOverdue(
    orders.map((order) => order.clock),
    now,
  );
  return (
    <table className="t stack">
      <colgroup>
        <col style={{ width: 154 }} />
        <col style={{ width: 48 }} />
        <col />
        <col style={{ width: 212 }} />
      </colgroup>
      <thead>
        <tr>
          <th>{say('list.clock')}</th>
          <th>{say('field.urgency_short')}</th>
          <th>{say('list.demand')}</th>
          <th>{say(states ? 'list.state_no' : 'list.category_no')}</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <OrderRow
            key={order.id}
            order={order}
            selected={order.id === selected}
            onSelect={() => onSelect(order.id)}
            at={since === 'state' ? order.stateSince : order.registeredAt}
            states={states ?? false}
            allOverdue={allOverdue}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  order: OrderListItem;
  selected: boolean;
  onSelect: () => void;
  at: string;
  states: boolean;
  allOverdue: boolean;
}
function OrderRow({ order, selected, onSelect, at, states, allOverdue }: RowProps) {
  const { say, name } = useWords();
  const category = order.category ? name(order.category) : say('mark.no_category');
  return (
    <tr data-row={order.id} className={selected ? 'sel' : ''} onClick={onSelect}>
      <td>
        {order.clock ? (
          <ClockChip clock={order.clock} due allOverdue={allOverdue} />
        ) : (
          <NoClock at={at} />
        )}
      </td>
      <td>
        <UrgencyTag urgency={urgencyOf(order)} />
      </td>
      <OrderPick order={order} current={selected} onPick={onSelect}>
        <OrderExcerpt
          order={order}
          unit={states && order.lead && name(order.lead)}
          channel={say(`channel.${order.channel}`)}
        />
      </OrderPick>
      <td className="fit">
        <div className="cut">{states ? <StateWord order={order} /> : category}</div>
        <div className="cut mut">
          <OrderNo no={order.orderNo} />
        </div>
      </td>
    </tr>
  );
}

/** Where no clock runs any more: since when it stands. */
const NoClock = ({ at }: { at: string }) => (
  <>
    <Waited since={at} />
    <div className="xs mut">
      <Stamp at={at} />
    </div>
  </>
);
