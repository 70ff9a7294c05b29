/** What stands in the way of an order, and what became of it: told above the work, in words. */
import './orders.css';
import { Link } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { useWords } from '../../lib/text.ts';
import { Dots, OrderNo, Stamp } from '../../parts/Marks.tsx';

/** 等诉求人补充: what was asked, when, and until when it waits. */
export function SupplementNote({ order }: { order: OrderDetail }) {
  const { say, list } = useWords();
  const asked = order.supplement;
  if (!asked) return null;
  return (
    <div className="note paused" role="status">
      <b>{say('unit.supplement_waits')}</b>
      <span>
        <Dots>
          {list(asked.missing.map((item) => say(`missing.${item}`)))}
          <span>
            {say('supplement.asked_at')} <Stamp at={asked.askedAt} />
          </span>
          {asked.dueAt && (
            <span>
              {say('supplement.due')} <Stamp at={asked.dueAt} />
            </span>
          )}
        </Dots>
        <span className="block sec">{asked.question}</span>
      </span>
    </div>
  );
}

/** An emergency that nobody has taken up yet, or the line that has it. */
export function EmergencyNote({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  if (order.transferTarget)
    return (
      <div className="note info" role="status">
        <b>{say('emergency_act.done', { target: order.transferTarget })}</b>
      </div>
    );
  if (!order.emergency) return null;
  return (
    <div className="note over" role="alert">
      <b>{say('emergency_act.open', { target: order.emergency })}</b>
    </div>
  );
}

/** 拆单: where this one came from and what was taken out of it. */
export function SplitNote({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  const { splitFrom, splitInto } = order;
  if (!splitFrom && splitInto.length === 0) return null;
  return (
    <p className="sm split-note">
      {splitFrom && (
        <span>
          {say('split.from')}{' '}
          <Link to={`/orders/${splitFrom.id}`}>
            <OrderNo no={splitFrom.orderNo} />
          </Link>
        </span>
      )}
      {splitInto.length > 0 && (
        <span>
          {say('split.into')}{' '}
          {splitInto.map((part) => (
            <Link key={part.id} to={`/orders/${part.id}`}>
              <OrderNo no={part.orderNo} /> {part.title}
            </Link>
          ))}
        </span>
      )}
    </p>
  );
}
