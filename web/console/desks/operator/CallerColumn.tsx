import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import { UrgeForm } from '../../acts/SupervisionForms.tsx';
import { useCaller } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { Dots, OrderNo, OrderTitle, Stamp, StateWord } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { barePhone, isPhone } from './form.ts';

const TYPING_PAUSE_MS = 500;

/** Earlier demands of this number: what is open first. */
export function CallerColumn({ phone }: { phone: string }) {
  const { say } = useWords();
  const settled = useSettledPhone(phone);
  const caller = useCaller(settled);
  return (
    <>
      <div className="hd">
        <h2>{say('operator.caller')}</h2>
      </div>
      {settled === undefined ? (
        <EmptyState title={say('operator.no_phone')}>{say('operator.no_phone_next')}</EmptyState>
      ) : (
        <QueryView query={caller}>
          {({ open, closed }) => (
            <>
              <div className="hd">
                <h3>{say('operator.open_orders', { n: open.length })}</h3>
              </div>
              {open.map((order, i) => (
                <OpenOrder key={order.id} order={order} keyed={i === 0} />
              ))}
              <div className="hd">
                <h3>{say('operator.closed_orders', { n: closed.length })}</h3>
              </div>
              <Closed orders={closed} />
            </>
          )}
        </QueryView>
      )}
    </>
  );
}

function useSettledPhone(phone: string): string | undefined {
  const wanted = isPhone(phone) ? barePhone(phone) : undefined;
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  return settled;
}

function OpenOrder({ order, keyed }: { order: OrderListItem; keyed: boolean }) {
  const { say, name } = useWords();
  const [urging, setUrging] = useState(false);
  useKeys(
    keyed ? [{ keys: 'Alt+U', label: 'keys.urge', run: () => setUrging(true), quiet: true }] : [],
  );
  return (
    <div className="mine">
      <div className="row between">
        <OrderNo no={order.orderNo} />
        <StateWord order={order} />
      </div>
      <p className="mine-title">
        <OrderTitle order={order} />
      </p>
      <p className="xs mut">
        <Dots>
          {order.lead && `${say('kind.lead')} ${name(order.lead)}`}
          <Stamp at={order.registeredAt} />
          {order.urges > 0 && say('mark.urges', { n: order.urges })}
        </Dots>
      </p>
      {order.clock && (
        <p>
          <ClockChip clock={order.clock} bare />
        </p>
      )}
      {urging ? (
        <UrgeForm order={order} onDone={() => setUrging(false)} />
      ) : (
        <div className="row mine-acts">
          <KeyButton
            size="small"
            {...(keyed ? { keys: 'Alt+U' } : {})}
            onClick={() => setUrging(true)}
          >
            {say('operator.urge')}
          </KeyButton>
          <Link to={`/orders/${order.id}`} className="sm">
            {say('common.open')}
          </Link>
        </div>
      )}
    </div>
  );
}

const Closed = ({ orders }: { orders: OrderListItem[] }) => (
  <ul className="q">
    {orders.map((order) => (
      <li key={order.id}>
        <Link to={`/orders/${order.id}`}>
          <span className="cut">
            <OrderTitle order={order} />
          </span>
          <span className="xs mut row between">
            <Stamp at={order.registeredAt} />
            <StateWord order={order} />
          </span>
        </Link>
      </li>
    ))}
  </ul>
);
