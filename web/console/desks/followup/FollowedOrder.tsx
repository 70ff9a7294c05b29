import { Input } from 'antd';
import { Link } from 'react-router';
import { ATTEMPT_RESULTS, type AttemptResult } from '../../../../src/contract.ts';
import type { CallbackItem } from '../../../../src/followup/schema.ts';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import * as api from '../../data/api.ts';
import { tailOf, tellDone } from '../../data/done.ts';
import { useEvaluations } from '../../data/queries.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useClockNow } from '../../data/clock.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { dayText, hourText } from '../../lib/time.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { EvaluationList } from '../../parts/Evaluations.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, OrderNo, OrderTags, OrderTitle, Stamp, titleOf } from '../../parts/Marks.tsx';
import { Pair } from '../../parts/Pair.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import { COMMENT_MAX, useAnswers } from './answers.ts';

interface Props {
  task: CallbackItem;
  order: OrderDetail;
  /** It left the list meanwhile: what was written stays, nothing is sent. */
  gone?: boolean;
  /** Nobody was reached: on to the next one. */
  onNext?: (() => void) | undefined;
}

/** Asked and answered side by side, the citizen's own words, the attempts. */
export function FollowedOrder({ task, order, gone = false, onNext }: Props) {
  const { say, name } = useWords();
  const { data: evaluations } = useEvaluations(order.id);
  const agent = task.state === 'open' && holds(useMe(), 'callback_agent');
  const calling = agent && !gone;
  // Whoever decides reads the citizen's word first; whoever calls, what to ask.
  const said = evaluations && evaluations.length > 0 && (
    <div className={calling ? '' : 'wide followed-said'}>
      <h2 className="small-head">{say('eval.title')}</h2>
      <EvaluationList evaluations={evaluations} />
    </div>
  );
  return (
    <>
      <div className="followed-head row wrap">
        {order.clock && <ClockChip clock={order.clock} />}
        <OrderNo no={order.orderNo} />
        <OrderTags order={order} />
        <span className="sm">
          <OrderTitle order={order} />
        </span>
        <span className="mut sm">
          <Dots>
            {order.lead && `${say('kind.lead')} ${name(order.lead)}`}
            {say('mark.round', { n: order.round })}
          </Dots>
        </span>
        <Link className="sm open" to={`/orders/${order.id}`}>
          {say('order.open_whole')}
        </Link>
      </div>
      {!calling && said}
      {calling && <Script order={order} />}
      <Pair order={order} publicOnly calling={calling} />
      {agent && <OwnWords task={task} />}
      <div className="wide">
        {task.method === 'call' && <Attempts task={task} open={calling} onNext={onNext} />}
        {calling && said}
        {!calling && (
          <div className="followed-line">
            <Timeline order={order} limit={8} />
          </div>
        )}
      </div>
    </>
  );
}

/** What to say, word for word, and what never to say. */
function Script({ order }: { order: OrderDetail }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const title = titleOf(order, say('mark.untitled'));
  const day = dayText(Date.parse(order.registeredAt), now, language);
  return (
    <section className="wide script" aria-labelledby="script">
      <h2 id="script" className="small-head">
        {say('followup.script')}
      </h2>
      <p>{say('followup.script_hello', { day, title })}</p>
      <p>
        {say('followup.script_1')} {say('followup.script_2')} {say('followup.script_3')}
      </p>
      <p className="xs mut">{say('followup.script_never')}</p>
    </section>
  );
}

/** Letters of the attempts, for the hand that is not on the digits. */
const ATTEMPT_KEYS: Record<AttemptResult, string> = {
  reached: 'Y',
  no_answer: 'N',
  busy: 'B',
  switched_off: 'O',
  wrong_number: 'W',
  declined: 'X',
};

/** 照原话记: what the citizen said, not what the agent makes of it. */
function OwnWords({ task }: { task: CallbackItem }) {
  const { say } = useWords();
  const answers = useAnswers(task.id);
  return (
    <div className="wide own-words">
      <h2 id="own-words">{say('followup.own_words')}</h2>
      <Input.TextArea
        aria-labelledby="own-words"
        aria-describedby="own-words-rule"
        autoSize={{ minRows: 3, maxRows: 8 }}
        maxLength={COMMENT_MAX}
        value={answers.value.comment}
        onChange={(e) => answers.set({ comment: e.target.value })}
      />
      <p className="xs mut" id="own-words-rule">
        {say('followup.own_words_rule')}
      </p>
    </div>
  );
}

interface AttemptsProps {
  task: CallbackItem;
  open: boolean;
  onNext: (() => void) | undefined;
}
function Attempts({ task, open, onNext }: AttemptsProps) {
  const { say } = useWords();
  const last = task.attempts.at(-1);
  const now = useClockNow();
  const until = task.nextAttemptAt && Date.parse(task.nextAttemptAt) > now && task.nextAttemptAt;
  // Who answers after all, or wants no call, is written down at any time.
  const waits = (result: AttemptResult) =>
    until !== null && until !== false && result !== 'reached' && result !== 'declined';
  const attempt = useSubmit(
    (result: AttemptResult, key) => api.recordAttempt(task.id, { result, note: '' }, key),
    (_, result) => {
      tellDone('done.attempt', { result: say(`attempt.${result}`), no: tailOf(task.order) });
      if (result !== 'reached') onNext?.();
    },
  );
  useKeys(
    ATTEMPT_RESULTS.map((result, i) => ({
      keys: ATTEMPT_KEYS[result],
      ...(i === 0 ? { shown: 'Y N B O W X' } : { quiet: true }),
      label: 'keys.attempt' as const,
      run: () => attempt.submit(result),
      off: !open || attempt.busy || waits(result),
    })),
  );
  return (
    <section aria-labelledby="attempts">
      <h2 id="attempts" className="part-head sec">
        {say('followup.attempts')}
      </h2>
      <table className="calls">
        <tbody>
          {task.attempts.map(({ at, result }, i) => (
            <tr key={at}>
              <td>{say('followup.nth', { n: i + 1 })}</td>
              <td>
                <Stamp at={at} />
              </td>
              <td className={result === 'reached' ? 'ok-t' : ''}>
                {result === 'reached' && '✓ '}
                {say(`attempt.${result}`)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {open && (
        <div className="row wrap attempt-row">
          <span className="sm mut">{say('followup.this_call')}</span>
          {ATTEMPT_RESULTS.map((result) => (
            <KeyButton
              key={result}
              size="small"
              keys={ATTEMPT_KEYS[result]}
              disabled={attempt.busy || waits(result)}
              onClick={() => attempt.submit(result)}
            >
              {say(`attempt.${result}`)}
            </KeyButton>
          ))}
        </div>
      )}
      <ProblemNotice problem={attempt.problem} wrote={false} />
      {last && last.result !== 'reached' && (
        <p className="xs mut">
          {until && (
            <b className="today-t">
              {say('followup.next_attempt', { time: hourText(Date.parse(until)) })}{' '}
            </b>
          )}
          {say('followup.attempt_rule')}
        </p>
      )}
    </section>
  );
}
