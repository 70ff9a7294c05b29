import { useState } from 'react';
import { Link } from 'react-router';
import { EMERGENCY_TARGETS, type EmergencyTarget } from '../../../../src/contract.ts';
import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import { handOver, useHandovers } from '../../data/advise.ts';
import { useOrder, useOrders } from '../../data/queries.ts';
import { useSubmit } from '../../data/submit.ts';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, OrderNo, OrderTitle, Stamp } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { Said } from '../../parts/Said.tsx';
import { NotRead, ProblemNotice } from '../../parts/States.tsx';
import type { Operator } from './useOperator.ts';

/** Hand-overs that were made and have no order yet; they stay until they do. */
export function OpenHandovers({ desk }: { desk: Operator }) {
  const { say } = useWords();
  const handovers = useHandovers();
  if (!handovers.data) return <NotRead query={handovers} />;
  const here = desk.draft.value.handed.map(({ id }) => id);
  const rest = handovers.data.filter(({ id }) => !here.includes(id));
  if (rest.length === 0) return null;
  return (
    <div className="note soon" role="status">
      <b>{say('call.unrecorded', { n: rest.length })}</b>
      {rest.slice(0, 3).map(({ id, contactId, target, startedAt }) => (
        <button
          key={id}
          type="button"
          className="link-button"
          onClick={() =>
            desk.next({ contactId, unnamed: true, handed: [{ id, target, at: startedAt }] })
          }
        >
          {say('call.record_it', { n: target, at: hourText(Date.parse(startedAt)) })}
        </button>
      ))}
    </div>
  );
}

/** 网上来的紧急件: written by people who did not call; nobody else is looking at them. */
export function WrittenEmergencies() {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const orders = useOrders('emergency');
  if (!orders.data) return <NotRead query={orders} />;
  const items = orders.items.filter(({ emergency }) => emergency !== null);
  if (items.length === 0) return null;
  return (
    <section className="written" aria-label={say('call.written_label')}>
      <button
        type="button"
        className="written-line"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className="oct s" aria-hidden="true">
          !
        </span>
        <b>{say('call.written', { n: items.length })}</b>
        <span className="sm">{say(open ? 'common.put_away' : 'call.written_open')}</span>
      </button>
      {open && (
        <ul>
          {items.slice(0, 5).map((order) => (
            <Written key={order.id} order={order} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Written({ order }: { order: OrderListItem }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div className="row wrap">
        {order.clock && <ClockChip clock={order.clock} bare />}
        <button type="button" className="link-button" onClick={() => setOpen(!open)}>
          <OrderTitle order={order} />
        </button>
        <span className="xs mut">
          <Dots>
            {say(`channel.${order.channel}`)}
            <Stamp at={order.registeredAt} />
            {order.area?.name}
            <OrderNo no={order.orderNo} />
          </Dots>
        </span>
        <Transfer order={order} />
        <Link className="sm" to={`/orders/${order.id}`}>
          {say('common.open')}
        </Link>
      </div>
      {open && <WrittenWords id={order.id} />}
    </li>
  );
}

function WrittenWords({ id }: { id: string }) {
  return (
    <QueryView query={useOrder(id)}>{(order) => <Said words={order.content} medium />}</QueryView>
  );
}

/** Hands it over; of an order that stands this is the act itself. */
function Transfer({ order }: { order: OrderListItem }) {
  const { say } = useWords();
  const { submit, busy, problem } = useSubmit((target: EmergencyTarget, key) =>
    handOver({ target, orderId: order.id, channel: order.channel }, `${key}-${target}`),
  );
  const targets = [
    ...(order.emergency ? [order.emergency] : []),
    ...EMERGENCY_TARGETS.filter((target) => target !== order.emergency),
  ];
  return (
    <span className="row wrap written-acts">
      {targets.map((target, i) => (
        <KeyButton
          key={target}
          size="small"
          {...(i === 0 ? { type: 'primary', danger: true } : {})}
          loading={busy}
          onClick={() => submit(target)}
        >
          {say(i === 0 ? 'call.hand_to' : 'call.line', {
            n: target,
            what: say(`call.line_${target}`),
          })}
        </KeyButton>
      ))}
      <ProblemNotice problem={problem} />
    </span>
  );
}
