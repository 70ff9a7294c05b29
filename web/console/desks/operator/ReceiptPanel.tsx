import { Link } from 'react-router';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { OrderNo } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import type { OperatorFields, Receipt } from './form.ts';

interface Props {
  receipt: Receipt;
  onNext: (keep?: Partial<OperatorFields>) => void;
}

/** What to tell the caller, and the way on. */
export function ReceiptPanel({ receipt, onNext }: Props) {
  const { say } = useWords();
  const { registered, followed, problem, requester } = receipt;
  const another = () => onNext({ ...requester, contactId: registered.contactId });
  // Not F9 and not Enter: a key pressed twice must not take the code away.
  useKeys([{ keys: 'Alt+R', label: 'keys.another', run: another }]);
  return (
    <div className="receipt">
      <div className="wide">
        <h1>{say(`receipt.${followed}`)}</h1>
        <p className="sec">{say('receipt.tell')}</p>
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
        <p className="sm sec">{say('receipt.code_once')}</p>
        {problem && <ProblemNotice problem={problem} />}
        <p>
          <Link to={`/orders/${registered.orderId}`}>{say('receipt.open')}</Link>
        </p>
      </div>
      <div className="bar">
        <KeyButton type="primary" size="large" keys="F2" onClick={() => onNext()}>
          {say('operator.next_caller')}
        </KeyButton>
        <KeyButton size="large" keys="Alt+R" onClick={another}>
          {say('receipt.another')}
        </KeyButton>
      </div>
    </div>
  );
}
