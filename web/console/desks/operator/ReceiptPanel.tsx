import { Input } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import * as api from '../../data/api.ts';
import { useSeat } from '../../data/calls.ts';
import { useOrder } from '../../data/queries.ts';
import { useSeatMoves } from '../../data/seat.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { OrderNo, OrderTitle } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { isWithUnit, type OperatorFields } from './form.ts';
import type { Filed, Receipt } from './sending.ts';

interface Props {
  receipt: Receipt;
  onNext: (keep?: Partial<OperatorFields>) => void;
  /** The caller is on the line still. */
  talks: boolean;
}

/** What to tell the caller, and the way on. */
export function ReceiptPanel({ receipt, onNext, talks }: Props) {
  const { say } = useWords();
  const { filed, ended, requester } = receipt;
  const contactId = filed.at(-1)?.registered.contactId;
  const another = () => onNext({ ...requester, ...(contactId ? { contactId } : {}) });
  // Not F9 and not Enter: a key pressed twice must not take the code away.
  useKeys([
    { keys: 'Alt+R', label: 'keys.another', run: another },
    {
      keys: 'F2',
      label: 'keys.receipt_away',
      run: () => onNext(),
      quiet: true,
      // Whoever is on the line has another matter, or nothing more.
      off: talks,
    },
  ]);
  return (
    <div className="receipt" role="status">
      {ended ? (
        <Ended ended={ended} />
      ) : (
        <div className="wide">
          {filed.length > 1 && (
            <p className="sec">{say(filed.some(isTold) ? 'receipt.tell_all' : 'receipt.keep')}</p>
          )}
          {filed.map((one, i) => (
            <One key={one.registered.orderId} filed={one} nth={filed.length > 1 ? i + 1 : 0} />
          ))}
          <p className="sm sec">{say('receipt.code_once')}</p>
        </div>
      )}
      <Ways talks={talks} onAway={() => onNext()} onAnother={another} />
    </div>
  );
}

/** Who is handed over or says nothing to work on is not given a number to write down. */
const isTold = ({ followed }: Filed): boolean =>
  followed !== 'transferred' && followed !== 'receipted' && followed !== 'closed';

interface WaysProps {
  talks: boolean;
  onAway: () => void;
  onAnother: () => void;
}
/** The way on: with the caller on the line another matter, after the call the next caller. */
function Ways({ talks, onAway, onAnother }: WaysProps) {
  const { say } = useWords();
  const { data: seat } = useSeat();
  const { moving, go } = useSeatMoves(seat);
  const wraps = !talks && seat?.state === 'wrap_up';
  const main = (is: boolean) => (is ? ({ type: 'primary' } as const) : {});
  return (
    <div className="bar">
      {wraps && (
        <KeyButton
          type="primary"
          size="large"
          keys="Alt+J"
          loading={moving.busy}
          onClick={() => go('ready')}
        >
          {say('seat.wrapped')}
        </KeyButton>
      )}
      {!talks && (
        <KeyButton {...main(!wraps)} size="large" keys="F2" onClick={onAway}>
          {say('receipt.away')}
        </KeyButton>
      )}
      <KeyButton {...main(talks)} size="large" keys="Alt+R" onClick={onAnother}>
        {say('receipt.another')}
      </KeyButton>
    </div>
  );
}

function One({ filed, nth }: { filed: Filed; nth: number }) {
  const { say } = useWords();
  const { registered, followed, problem } = filed;
  return (
    <section className="receipt-one">
      <h1>
        {nth > 0 && `${say('call.part', { n: nth })}　`}
        {say(`receipt.${followed}`)}
      </h1>
      {nth === 0 && <p className="sec">{say(isTold(filed) ? 'receipt.tell' : 'receipt.keep')}</p>}
      <dl className="receipt-facts">
        <div>
          <dt className="lab">{say('receipt.no')}</dt>
          <dd className="receipt-no">
            <OrderNo no={registered.orderNo} />
          </dd>
        </div>
        <div>
          <dt className="lab">{say('receipt.code')}</dt>
          <dd className="receipt-code">{registered.queryCode}</dd>
        </div>
      </dl>
      {problem && <ProblemNotice problem={problem} />}
      {followed === 'transferred' && <Number orderId={registered.orderId} />}
      <p>
        <Link to={`/orders/${registered.orderId}`}>{say('receipt.open')}</Link>
      </p>
    </section>
  );
}

/** The number of the emergency line, when it is told later; it ends the order. */
function Number({ orderId }: { orderId: string }) {
  const { say } = useWords();
  const [no, setNo] = useState('');
  const order = useOrder(orderId).data;
  const { submit, busy, problem } = useSubmit((receiptNo: string, key) =>
    api.actOnOrder(
      orderId,
      { act: 'receipt', version: order?.version ?? 1, input: { receiptNo, note: '' } },
      key,
    ),
  );
  if (order && order.state !== 'transferred') return <p>{say('receipt.receipted')}</p>;
  return (
    <div className="receipt-number">
      <Field label={say('call.receipt_no')} hint={say('call.receipt_later')}>
        <Input
          autoComplete="off"
          maxLength={60}
          value={no}
          onChange={(e) => setNo(e.target.value)}
          onPressEnter={() => no.trim() && submit(no)}
        />
      </Field>
      <KeyButton loading={busy} disabled={!no.trim() || !order} onClick={() => submit(no)}>
        {say('call.receipt_store')}
      </KeyButton>
      <ProblemNotice problem={problem} />
    </div>
  );
}

/** A contact that ended without an order of its own. */
function Ended({ ended }: { ended: NonNullable<Receipt['ended']> }) {
  const { say } = useWords();
  const { outcome, order } = ended;
  return (
    <div className="wide">
      <h1>{say(`outcome.${outcome}`)}</h1>
      {order && (
        <p className="receipt-no">
          <OrderNo no={order.orderNo} /> <OrderTitle order={order} />
        </p>
      )}
      <p className="sec">
        {say(
          outcome === 'urged' && !isWithUnit(order)
            ? 'urge.told_center'
            : `outcome.next_${outcome}`,
        )}
      </p>
      {order && (
        <p>
          <Link to={`/orders/${order.id}`}>{say('receipt.open')}</Link>
        </p>
      )}
    </div>
  );
}
