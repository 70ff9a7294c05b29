import { Input } from 'antd';
import type { EmergencyGuess } from '../../../../src/understanding/schema.ts';
import { useContactCalls } from '../../data/calls.ts';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { Field } from '../../parts/Field.tsx';
import { TARGET_KEYS } from './Emergency.tsx';
import type { Operator } from './useOperator.ts';

const RECEIPT_MAX = 60;

interface Props {
  desk: Operator;
  alarm: EmergencyGuess | null;
}

/** 转接记录: what really happened, and the step that comes next. */
export function HandoverLog({ desk: { draft }, alarm }: Props) {
  const { say } = useWords();
  const { alarm: noted, handed, receiptNo, contactId } = draft.value;
  const target = alarm?.target ?? handed[0]?.target;
  const { data: calls = [] } = useContactCalls(handed.length > 0 ? contactId : undefined);
  const legs = calls.flatMap((call) => call.legs).filter((leg) => leg.kind === 'emergency');
  return (
    <>
      <div className="hd">
        <h2>{say('call.log')}</h2>
        <span className="r xs mut">{say('call.log_rule')}</span>
      </div>
      <ol className="steps">
        {noted && (
          <li className="done">
            <b>{say('call.log_hit')}</b>
            <span>
              {hourText(noted.at)}　{noted.because.join('、')}
            </span>
          </li>
        )}
        {handed.map((one) => (
          <li className="done" key={one.id}>
            <b>{say('call.log_handed', { n: one.target })}</b>
            <span>
              {hourText(Date.parse(one.at))}
              {legs
                .filter((leg) => leg.target === one.target)
                .map((leg) => (
                  <span key={leg.legId} title={leg.legId}>
                    　{say('phone.leg', { time: hourText(Date.parse(leg.beganAt)) })}
                  </span>
                ))}
            </span>
          </li>
        ))}
        {handed.length === 0 && target && (
          <li className="cur">
            <b>{say('call.log_hand', { n: target })}</b>
            <span>{say('call.log_press', { keys: TARGET_KEYS[target].replace('+', ' ') })}</span>
          </li>
        )}
        <li className={handed.length > 0 ? 'cur' : ''}>
          <b>{say('call.log_record')}</b>
          <span>{say('call.log_record_next')}</span>
        </li>
      </ol>
      {handed.length > 0 && (
        <div className="part">
          <Field label={say('call.receipt_no')} hint={say('call.receipt_hint')}>
            <Input
              autoComplete="off"
              maxLength={RECEIPT_MAX}
              value={receiptNo}
              onChange={(e) => draft.set({ receiptNo: e.target.value })}
            />
          </Field>
        </div>
      )}
      {alarm && (
        <div className="part">
          <h2>{say('call.tell')}</h2>
          <p className="script large">{say(`emergency.say.${alarm.kind}`)}</p>
        </div>
      )}
      <div className="part">
        <h2>{say('call.fails')}</h2>
        <p className="sm sec">{say('call.fails_next', { n: target ?? '110' })}</p>
      </div>
    </>
  );
}
