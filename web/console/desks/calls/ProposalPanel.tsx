import { Input } from 'antd';
import { useState } from 'react';
import type { ProposalView } from '../../../../src/telephony/schema.ts';
import { tellDone } from '../../data/done.ts';
import { decideProposal, useCallView } from '../../data/returns.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Stamp } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { OneCall } from '../orders/ContactCalls.tsx';
import { DaysField, useDays } from './DaysField.tsx';
import { KeptPhone } from './KeptPhone.tsx';

const REASON_MAX = 500;
const REASON_MIN = 2;

/** One proposal: who asks, why, what was said on the telephone; and the decision, or who made it. */
export function ProposalPanel({ item }: { item: ProposalView }) {
  const { say } = useWords();
  const decides = holds(useMe(), 'supervisor', 'center_admin');
  return (
    <div className="part return-panel">
      <h2>
        <KeptPhone phone={item.phone} />
      </h2>
      <dl className="proposal-facts sm">
        <dt>{say('restrict.reason')}</dt>
        <dd>{item.reason || say('restrict.erased')}</dd>
        <dt>{say('propose.who')}</dt>
        <dd>
          {item.proposedBy} <Stamp at={item.proposedAt} />
        </dd>
        <dt>{say('propose.warnings')}</dt>
        <dd>{say('propose.times', { n: item.warnings })}</dd>
        {item.decidedAt && (
          <>
            <dt>{say('propose.decision')}</dt>
            <dd>
              {item.decidedBy} <Stamp at={item.decidedAt} />
              <br />
              {item.until ? (
                <>
                  {say('propose.restricted')} <Stamp at={item.until} />
                </>
              ) : (
                say('propose.declined_why', { reason: item.declined || say('restrict.erased') })
              )}
            </dd>
          </>
        )}
      </dl>
      <Evidence callId={item.callId} />
      {decides && !item.decidedAt && (item.mine ? <Own /> : <Decide item={item} />)}
    </div>
  );
}

/** The call in which it was asked for, with its recording. */
function Evidence({ callId }: { callId: string }) {
  const { say } = useWords();
  const { data: call } = useCallView(callId);
  if (!call) return null;
  return (
    <div>
      <h3 className="small-head">{say('propose.call')}</h3>
      <OneCall call={call} />
    </div>
  );
}

function Own() {
  const { say } = useWords();
  return <p className="note info">{say('error.own_proposal')}</p>;
}

/** Restricted to a day that is shown, or declined with a reason. */
function Decide({ item }: { item: ProposalView }) {
  const { say } = useWords();
  const days = useDays();
  const [declining, setDeclining] = useState(false);
  const [reason, setReason] = useState('');
  const restrict = useSubmit(
    (n: number, key) => decideProposal(item.id, { decision: 'restrict', days: n }, key),
    () => tellDone('restrict.done'),
  );
  const decline = useSubmit(
    (why: string, key) => decideProposal(item.id, { decision: 'decline', reason: why }, key),
    () => tellDone('propose.declined_done'),
  );
  const why = reason.trim();
  const good = declining ? why.length >= REASON_MIN : days.good;
  const go = () => {
    if (!good) return;
    if (declining) decline.submit(why);
    else if (days.value !== null) restrict.submit(days.value);
  };
  useKeys([
    { keys: 'Ctrl+Enter', label: 'keys.submit', run: go, off: !good },
    ...(declining ? [{ keys: 'Esc', label: 'keys.back' as const, run: () => setDeclining(false), quiet: true }] : []), // prettier-ignore
  ]);
  const busy = restrict.busy || decline.busy;
  return (
    <>
      {declining ? (
        <Field required label={say('propose.decline_reason')}>
          <Input.TextArea
            autoFocus
            autoSize={{ minRows: 2, maxRows: 6 }}
            maxLength={REASON_MAX}
            value={reason}
            onChange={(e) => setReason(e.target.value)}
          />
        </Field>
      ) : (
        <DaysField days={days} />
      )}
      <div className="row wrap">
        <KeyButton type="primary" keys="Ctrl+Enter" loading={busy} disabled={!good} onClick={go}>
          {declining ? say('propose.decline') : say('propose.restrict', { n: days.value ?? 0 })}
        </KeyButton>
        <KeyButton onClick={() => setDeclining(!declining)}>
          {say(declining ? 'common.cancel' : 'propose.decline')}
        </KeyButton>
      </div>
      <ProblemNotice problem={restrict.problem ?? decline.problem} written={reason} />
    </>
  );
}
