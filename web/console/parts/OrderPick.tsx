import type { ReactNode } from 'react';
import type { OrderListItem } from '../../../src/workorder/schema.ts';
import { EmergencyMark, OrderTitle } from './Marks.tsx';

interface Props {
  order: OrderListItem;
  current: boolean;
  onPick: () => void;
  /** What stands behind the title in the same line; else it stands below. */
  oneLine?: boolean;
  children: ReactNode;
}

/** The cell of a row that chooses it: the title, and what it is about. */
export const OrderPick = ({ order, current, onPick, oneLine = false, children }: Props) => (
  <td className="fit">
    <button
      type="button"
      className={oneLine ? 'pick cut' : 'pick'}
      aria-current={current ? 'true' : undefined}
      onClick={(event) => {
        // The row itself listens as well.
        event.stopPropagation();
        onPick();
      }}
    >
      <span className={oneLine ? 'ti' : 'ti cut block'}>
        <EmergencyMark order={order} /> <OrderTitle order={order} />
      </span>
      {children}
    </button>
  </td>
);

/** The line below the title in most lists: how it came, whose it is, where, and the first words. */
interface ExcerptProps {
  order: OrderListItem;
  unit?: ReactNode;
  channel?: ReactNode;
}
export const OrderExcerpt = ({ order, unit, channel }: ExcerptProps) => (
  <span className="cut mut block">
    {channel && <span>{channel}　</span>}
    {unit && <span className="sec">{unit}　</span>}
    {order.area && <span className="sec">{order.area.name}　</span>}
    {order.excerpt}
  </span>
);
