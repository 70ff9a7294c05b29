import { Link } from 'react-router';
import type { BoardItem } from '../../../../src/supervision/schema.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import {
  Dots,
  excerptOf,
  OrderNo,
  OrderTags,
  OrderTitle,
  StateWord,
  UrgencyTag,
} from '../../parts/Marks.tsx';
import { SupervisionList } from '../supervision/SupervisionList.tsx';
import { Reached } from './OverdueTable.tsx';

interface Props {
  item: BoardItem;
  canAct: boolean;
  onUrge: () => void;
  onSupervise: () => void;
}

/** The row under the cursor: its words, its clock, what was already asked of the unit. */
export function Peek({ item, canAct, onUrge, onSupervise }: Props) {
  const { say, name } = useWords();
  const { order, clock, organization, handlerName } = item;
  return (
    <>
      <div className="part">
        <h2>
          {say('overdue.peek')}
          <Link className="r" to={`/orders/${order.id}`}>
            {say('order.open_whole')}
          </Link>
        </h2>
        <p>
          <ClockChip clock={clock} size="long" due />
        </p>
        {excerptOf(order) && (
          <p className="big">
            <OrderTitle order={order} />
          </p>
        )}
        <p className="row wrap">
          <OrderNo no={order.orderNo} />
          <UrgencyTag urgency={order.urgency} />
          <OrderTags order={order} />
        </p>
        <p className="said m">{order.excerpt}</p>
        <p className="sm sec">
          <Dots>
            {organization && name(organization)}
            {handlerName}
            <StateWord order={order} />
          </Dots>
        </p>
      </div>
      <div className="part">
        <h2>{say('overdue.level')}</h2>
        <Reached item={item} />
      </div>
      <div className="part">
        <h2>{say('overdue.supervisions')}</h2>
        <SupervisionList orderId={order.id} />
      </div>
      {canAct && (
        <div className="bar">
          <KeyButton keys="U" onClick={onUrge}>
            {say('act.urge')}
          </KeyButton>
          <KeyButton keys="S" onClick={onSupervise}>
            {say('act.supervise')}
          </KeyButton>
        </div>
      )}
    </>
  );
}
