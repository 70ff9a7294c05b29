import { Link } from 'react-router';
import type { CallerHistory } from '../../../../src/intake/schema.ts';
import { useWords } from '../../lib/text.ts';
import { OrderTitle, StateWord } from '../../parts/Marks.tsx';
import { NewestOnly } from '../../parts/NewestOnly.tsx';

/** What this number has raised before, open orders first. */
export function CallerOrders({ history }: { history: CallerHistory }) {
  const { say } = useWords();
  const { open, closed } = history;
  if (open.length + closed.length === 0)
    return <p className="sm sec">{say('call.first_time_long')}</p>;
  return (
    <>
      <ul className="q">
        {[...open, ...closed].map((order) => (
          <li key={order.id}>
            <Link to={`/orders/${order.id}`}>
              <span className="cut">
                <OrderTitle order={order} />
              </span>
              <StateWord order={order} />
            </Link>
          </li>
        ))}
      </ul>
      <NewestOnly count={open.length + closed.length} />
    </>
  );
}
