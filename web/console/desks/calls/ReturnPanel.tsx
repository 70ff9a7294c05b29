import { useState } from 'react';
import { useNavigate } from 'react-router';
import { RETURN_RESULTS, type ReturnResult } from '../../../../src/contract.ts';
import type { ReturnCallView } from '../../../../src/telephony/schema.ts';
import { startContact } from '../../data/advise.ts';
import { commandCall, refreshCalls, useCalls, useSeat } from '../../data/calls.ts';
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
        <MaskedPhone phone={spaced(item.phone)} />
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

/** 139 0000 0101, where it is shown in full. */
export const spaced = (phone: string) => phone.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3');

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
      {(item.takenBy ?? take.problem?.code === 'state_conflict') && (
        <p className="sm sec">{say('return.taken')}</p>
      )}
      {take.problem?.code !== 'state_conflict' && (
        <ProblemNotice problem={take.problem} wrote={false} />
      )}
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

/**
 * The telephone dials where the switch takes commands; else whoever sits at it does. While it dials
 * nobody is offered to it, and it may be put down again.
 */
function Dial({ item }: { item: ReturnCallView }) {
  const { say } = useWords();
  const dialling = useDialling();
  const talking = useTalkingTo(item);
  const [dialled, setDialled] = useState<boolean>();
  const dial = useSubmit(
    (_: undefined, key) => dialReturn(item.id, key),
    (answer) => setDialled(answer.dialled),
  );
  const leaving = useSubmit(async (id: string) => {
    await commandCall(id, { command: 'hangup' });
    await refreshCalls();
  });
  const go = () => dial.submit(undefined);
  const stop = () => dialling && leaving.submit(dialling);
  useKeys([
    dialling
      ? { keys: 'Alt+Q', label: 'keys.hang_up', run: stop, off: leaving.busy }
      : { keys: 'D', label: 'keys.dial', run: go, off: dial.busy || talking !== null },
  ]);
  const told =
    talking !== null
      ? say('return.talking')
      : dialling
        ? say('return.dialled')
        : dialled === false
          ? say('return.dial_by_hand')
          : null;
  return (
    <>
      {dialling ? (
        <KeyButton danger keys="Alt+Q" loading={leaving.busy} onClick={stop}>
          {say('return.stop')}
        </KeyButton>
      ) : (
        talking === null && (
          <KeyButton type="primary" keys="D" loading={dial.busy} onClick={go}>
            {say('return.dial')}
          </KeyButton>
        )
      )}
      {told && (
        <p className="sm sec" role="status">
          {told}
        </p>
      )}
      <ProblemNotice problem={dial.problem ?? leaving.problem} wrote={false} />
    </>
  );
}

/** The call that one's own telephone dials and nobody has answered yet. */
function useDialling(): string | null {
  const call = useSeat().data?.call;
  return call?.direction === 'out' && call.state === 'queued' ? call.id : null;
}

/** The contact of the call on which one speaks to this number, where the telephone dialled it. */
function useTalkingTo(item: ReturnCallView): string | null {
  const { talking } = useCalls();
  return talking?.direction === 'out' && talking.phone === item.phone ? talking.contactId : null;
}

/** What came of it; who is reached may have an order registered at once. */
function Results({ item }: { item: ReturnCallView }) {
  const { say } = useWords();
  const go = useNavigate();
  const attempt = useSubmit(
    (result: ReturnResult, key) => attemptReturn(item.id, { result }, key),
    (_, result) => tellDone('return.done_line', { result: say(`return.result_${result}`) }),
  );
  const talking = useTalkingTo(item);
  const register = useSubmit(
    async (_: undefined, key) => {
      const requester = { kind: 'natural' as const, name: '', phone: item.phone };
      // What is said on the call that was dialled belongs to its contact, with its recording.
      const contactId =
        talking ?? (await startContact({ channel: 'phone', requester }, `${key}-c`)).contactId;
      await attemptReturn(item.id, { result: 'reached', contactId }, key);
      return contactId;
    },
    (contactId) => {
      const begin = { phone: item.phone, contactId, unnamed: true };
      void go('/operator', { state: { begin } });
    },
  );
  // Who speaks was reached: them, or somebody else.
  const results = RETURN_RESULTS.filter(
    (result) => talking === null || result === 'reached' || result === 'wrong_number',
  );
  useKeys([
    ...results.map((result, i) => ({
      keys: RESULT_KEYS[result],
      ...(i === 0 ? { shown: results.map((one) => RESULT_KEYS[one]).join(' ') } : { quiet: true }),
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
        {results.map((result) => (
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
