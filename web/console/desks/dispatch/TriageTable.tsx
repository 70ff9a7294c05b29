import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import { isAllOverdue } from '../../lib/clock-groups.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { Dots, OrderNo, OrderTitle, StateWord, UrgencyTag } from '../../parts/Marks.tsx';

interface Props {
  orders: readonly OrderListItem[];
  selected: string | undefined;
  onSelect: (id: string) => void;
}

/** What waits for a dispatcher: how long left, how urgent, what about, and why a person decides. */
export function TriageTable({ orders, selected, onSelect }: Props) {
  const { say } = useWords();
  const now = useClockNow();
  const allOverdue = isAllOverdue(
    orders.map((order) => order.clock),
    now,
  );
  return (
    <table className="t stack">
      <colgroup>
        <col style={{ width: 142 }} />
        <col style={{ width: 52 }} />
        <col />
        <col style={{ width: 214 }} />
      </colgroup>
      <thead>
        <tr>
          <th>{say('list.clock')}</th>
          <th>{say('field.urgency_short')}</th>
          <th>{say('list.demand')}</th>
          <th>{say('triage.wait')}</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <Row
            key={order.id}
            order={order}
            allOverdue={allOverdue}
            current={order.id === selected}
            onSelect={() => onSelect(order.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  order: OrderListItem;
  allOverdue: boolean;
  current: boolean;
  onSelect: () => void;
}
function Row({ order, allOverdue, current, onSelect }: RowProps) {
  const { name } = useWords();
  return (
    <tr data-row={order.id} className={current ? 'sel' : ''} onClick={onSelect}>
      <td>{order.clock && <ClockChip clock={order.clock} due allOverdue={allOverdue} />}</td>
      <td>
        <UrgencyTag urgency={order.urgency} />
      </td>
      <td className="fit">
        <button
          type="button"
          className="pick"
          aria-current={current ? 'true' : undefined}
          onClick={(event) => {
            event.stopPropagation();
            onSelect();
          }}
        >
          <span className="ti cut block">
            <OrderTitle order={order} />
          </span>
          <span className="cut mut block">
            {order.area && <span className="sec">{order.area.name}　</span>}
            {order.excerpt}
          </span>
        </button>
      </td>
      <td className="fit">
        <div className="cut">
          <WaitWords order={order} />
        </div>
        <div className="cut mut">
          <Dots>
            {order.category ? name(order.category) : <StateWord order={order} />}
            <OrderNo no={order.orderNo} />
          </Dots>
        </div>
      </td>
    </tr>
  );
}

/** The reasons in words; none: the system has not looked yet, or goes on by itself. */
export function WaitWords({ order }: { order: OrderListItem }) {
  const { say, list } = useWords();
  const { waits } = order;
  if (waits.length === 0) return <span className="mut">{say('triage.none')}</span>;
  return <>{list(waits.map((reason) => say(`wait.${reason}`)))}</>;
}
