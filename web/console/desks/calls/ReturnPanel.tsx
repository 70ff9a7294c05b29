import { useState } from 'react';
import { useNavigate } from 'react-router';
import { RETURN_RESULTS, type ReturnResult } from '../../../../src/contract.ts';
import type { ReturnCallView } from '../../../../src/telephony/schema.ts';
import { startContact } from '../../data/advise.ts';
import { tellDone } from '../../data/done.ts';
import { useCaller } from '../../data/queries.ts';
import { attemptReturn, dialReturn, takeReturn } from '../../data/returns.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Stamp } from '../../parts/Marks.tsx';
import { MaskedPhone } from '../../parts/Masked.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { CallerOrders } from './CallerOrders.tsx';

const RESULT_KEYS: Record<ReturnResult, string> = {
  reached: 'Y',
  no_answer: 'N',
  busy: 'B',
  wrong_number: 'W',
};

/** One call to return: take it, dial, write down what came of it, register what was said. */
export function ReturnPanel({ item }: { item: ReturnCallView }) {
  const { say } = useWords();
  const operator = holds(useMe(), 'operator');
  const over = item.reason !== null;
  return (
    <div className="part return-panel">
      <h2>
        {item.mine ? (
          <b className="nb">{spaced(item.phone)}</b>
        ) : (
          <MaskedPhone phone={item.phone} />
        )}
      </h2>
      {operator && !over && (item.mine ? <Mine item={item} /> : <Take item={item} />)}
      {item.attempts.length > 0 && (
        <>
          <h3 className="small-head">{say('return.attempts')}</h3>
          <ol className="return-attempts sm">
            {item.attempts.map(({ at, result }, i) => (
              <li key={at}>
                {say('return.nth', { n: i + 1 })} <Stamp at={at} /> {say(`return.result_${result}`)}
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

const spaced = (phone: string) => phone.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3');

function Take({ item }: { item: ReturnCallView }) {
  const { say } = useWords();
  const take = useSubmit((_: undefined, key) => takeReturn(item.id, key));
  const go = () => take.submit(undefined);
  useKeys([{ keys: 'T', label: 'keys.take_return', run: go }]);
  return (
    <>
      <KeyButton type="primary" keys="T" loading={take.busy} onClick={go}>
        {say('return.take')}
      </KeyButton>
      {item.takenBy && <p className="sm sec">{say('return.taken')}</p>}
      <ProblemNotice problem={take.problem} wrote={false} />
    </>
  );
}

function Mine({ item }: { item: ReturnCallView }) {
  const caller = useCaller(item.phone);
  return (
    <>
      <Dial item={item} />
      <Results item={item} />
      {caller.data && <CallerOrders history={caller.data} />}
    </>
  );
}

/** The telephone dials where the switch takes commands; else whoever sits at it does. */
function Dial({ item }: { item: ReturnCallView }) {
  const { say } = useWords();
  const [dialled, setDialled] = useState<boolean>();
  const dial = useSubmit(
    (_: undefined, key) => dialReturn(item.id, key),
    (answer) => setDialled(answer.dialled),
  );
  const go = () => dial.submit(undefined);
  useKeys([{ keys: 'D', label: 'keys.dial', run: go, off: dial.busy }]);
  return (
    <>
      <KeyButton type="primary" keys="D" loading={dial.busy} onClick={go}>
        {say('return.dial')}
      </KeyButton>
      {dialled !== undefined && (
        <p className="sm sec" role="status">
          {say(dialled ? 'return.dialled' : 'return.dial_by_hand')}
        </p>
      )}
      <ProblemNotice problem={dial.problem} wrote={false} />
    </>
  );
}

/** What came of it; who is reached may have an order registered at once. */
function Results({ item }: { item: ReturnCallView }) {
  const { say } = useWords();
  const go = useNavigate();
  const attempt = useSubmit(
    (result: ReturnResult, key) => attemptReturn(item.id, { result }, key),
    (_, result) => tellDone('return.done_line', { result: say(`return.result_${result}`) }),
  );
  const register = useSubmit(
    async (_: undefined, key) => {
      const requester = { kind: 'natural' as const, name: '', phone: item.phone };
      const { contactId } = await startContact({ channel: 'phone', requester }, `${key}-c`);
      await attemptReturn(item.id, { result: 'reached', contactId }, key);
      return contactId;
    },
    (contactId) => {
      const begin = { phone: item.phone, contactId, unnamed: true };
      void go('/operator', { state: { begin } });
    },
  );
  useKeys([
    ...RETURN_RESULTS.map((result, i) => ({
      keys: RESULT_KEYS[result],
      ...(i === 0 ? { shown: 'Y N B W' } : { quiet: true }),
      label: 'keys.attempt_return' as const,
      run: () => attempt.submit(result),
      off: attempt.busy,
    })),
    { keys: 'R', label: 'keys.register_return', run: () => register.submit(undefined) },
  ]);
  return (
    <>
      <h3 className="small-head">{say('return.result')}</h3>
      <div className="row wrap">
        <KeyButton keys="R" loading={register.busy} onClick={() => register.submit(undefined)}>
          {say('return.register')}
        </KeyButton>
        {RETURN_RESULTS.map((result) => (
          <KeyButton
            key={result}
            keys={RESULT_KEYS[result]}
            disabled={attempt.busy}
            onClick={() => attempt.submit(result)}
          >
            {say(`return.result_${result}`)}
          </KeyButton>
        ))}
      </div>
      <ProblemNotice problem={attempt.problem ?? register.problem} wrote={false} />
    </>
  );
}
