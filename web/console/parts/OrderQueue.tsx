import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { OrderListItem } from '../../../src/workorder/schema.ts';
import { ClockChip } from './ClockChip.tsx';
import { EmergencyMark, OrderTitle, UrgencyTag, urgencyOf } from './Marks.tsx';

interface Props {
  items: readonly {
    id: string;
    order: OrderListItem;
    to: string;
    left: ReactNode;
    right: ReactNode;
  }[];
  selected: string | undefined;
}

/** A narrow queue: the clock, the title, the rest; what is chosen has the bar. */
export const OrderQueue = ({ items, selected }: Props) => (
  <ul className="q">
    {items.map(({ id, order, to, left, right }) => (
      <li key={id} data-row={id}>
        <Link to={to} replace {...(id === selected ? { 'aria-current': 'true' as const } : {})}>
          {order.clock && (
            <span className="row between q-clock">
              <ClockChip clock={order.clock} />
              <UrgencyTag urgency={urgencyOf(order)} />
            </span>
          )}
          <span className="ti cut">
            <EmergencyMark order={order} /> <OrderTitle order={order} />
          </span>
          <span className="xs mut row between">
            <span className="cut">{left}</span>
            <span className="nb">{right}</span>
          </span>
        </Link>
      </li>
    ))}
  </ul>
);
