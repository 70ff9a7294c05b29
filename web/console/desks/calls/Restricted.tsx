import { Input } from 'antd';
import { useState, type ReactNode } from 'react';
import type { RestrictedView } from '../../../../src/telephony/schema.ts';
import { tellDone } from '../../data/done.ts';
import {
  liftRestriction,
  restrict,
  useAbusePolicy,
  useRestricted,
  type RestrictedState,
} from '../../data/returns.ts';
import { useSubmit } from '../../data/submit.ts';
import { useWords } from '../../lib/text.ts';
import { SplitColumns } from '../../parts/Columns.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { Dots } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { useClockNow } from '../../data/clock.ts';
import { useKeys } from '../../lib/keys.ts';
import { stampText } from '../../lib/time.ts';
import { barePhone, isPhone } from '../operator/form.ts';
import { DaysField, useDays } from './DaysField.tsx';
import { KeptPhone } from './KeptPhone.tsx';

const REASON_MAX = 500;

interface Props {
  state: RestrictedState;
  left: ReactNode;
  /** Whether this person sets and lifts; operators only read, as they hear the complaints. */
  sets: boolean;
}

/** Who cannot reach an operator for a while, why, until when, and who asked for it; set and lifted here. */
export function Restricted({ state, left, sets }: Props) {
  const { say } = useWords();
  const pages = useRestricted(state);
  return (
    <SplitColumns
      desk="calls"
      left={left}
      leftLabel={say('return.queue')}
      side={sets ? <SetForm /> : <Rule />}
      sideLabel={say('restrict.set')}
      sideFlows
      sideOpen
    >
      <div className="hd">
        <h2>{say(`restrict.${state}`)}</h2>
        <span className="sm mut">{say('restrict.rule')}</span>
      </div>
      <DoneLine />
      <QueryView query={pages}>
        {() =>
          pages.items.length === 0 ? (
            <EmptyState title={say(`restrict.empty_${state}`)}>
              {say(`restrict.empty_${state}_next`)}
            </EmptyState>
          ) : (
            <ul className="return-list">
              {pages.items.map((item) => (
                <One key={item.id} item={item} lifts={sets && state === 'current'} />
              ))}
            </ul>
          )
        }
      </QueryView>
      <LoadMore pages={pages} />
    </SplitColumns>
  );
}

function Rule() {
  const { say } = useWords();
  return (
    <div className="part sm sec">
      <p>{say('restrict.how')}</p>
    </div>
  );
}

function One({ item, lifts }: { item: RestrictedView; lifts: boolean }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const [asked, setAsked] = useState(false);
  const stamp = (at: string) => stampText(at, now, language);
  return (
    <li className="restricted">
      <p>
        <span className="return-who">
          <KeptPhone phone={item.phone} />
          <b className="sm">
            {say(item.liftedAt ? 'restrict.planned' : 'propose.restricted')} {stamp(item.until)}
          </b>
        </span>
      </p>
      <p className="sm">{item.reason}</p>
      <p className="xs mut">
        <Dots>
          {item.proposedBy !== null &&
            item.proposedAt !== null &&
            say('restrict.proposed_by', { who: item.proposedBy, at: stamp(item.proposedAt) })}
          {say(item.proposedBy === null ? 'restrict.by' : 'restrict.decided_by', {
            who: item.setBy,
            at: stamp(item.setAt),
          })}
          {item.warnings > 0 && say('restrict.warnings', { n: item.warnings })}
        </Dots>
      </p>
      {item.liftedAt && (
        <p className="xs mut">
          {say('restrict.lifted', {
            at: stamp(item.liftedAt),
            who: item.liftedBy ?? '',
            reason: item.liftReason || say('restrict.erased'),
          })}
        </p>
      )}
      {lifts && !asked && (
        <button type="button" className="link-button sm" onClick={() => setAsked(true)}>
          {say('restrict.lift')}
        </button>
      )}
      {asked && <Lift item={item} onClose={() => setAsked(false)} />}
    </li>
  );
}

function Lift({ item, onClose }: { item: RestrictedView; onClose: () => void }) {
  const { say } = useWords();
  const [reason, setReason] = useState('');
  const lift = useSubmit(
    (why: string, key) => liftRestriction(item.id, why, key),
    () => {
      tellDone('restrict.lifted_done');
      onClose();
    },
  );
  const good = reason.trim().length >= 2;
  return (
    <div className="row wrap">
      <Input
        autoFocus
        size="small"
        aria-label={say('restrict.lift_reason')}
        placeholder={say('restrict.lift_reason')}
        maxLength={REASON_MAX}
        value={reason}
        onChange={(e) => setReason(e.target.value)}
        onPressEnter={() => good && lift.submit(reason.trim())}
      />
      <KeyButton
        size="small"
        loading={lift.busy}
        disabled={!good}
        onClick={() => lift.submit(reason.trim())}
      >
        {say('restrict.lift')}
      </KeyButton>
      <button type="button" className="link-button sm" onClick={onClose}>
        {say('common.cancel')}
      </button>
      <ProblemNotice problem={lift.problem} wrote={false} />
    </div>
  );
}

/** 设为受限: a number, why, for how many days. */
function SetForm() {
  const { say } = useWords();
  const [phone, setPhone] = useState('');
  const [reason, setReason] = useState('');
  const days = useDays();
  const abuse = useAbusePolicy();
  const set = useSubmit(
    (n: number, key) => restrict({ phone: barePhone(phone), reason: reason.trim(), days: n }, key),
    () => {
      tellDone('restrict.done');
      setPhone('');
      setReason('');
    },
  );
  const good = isPhone(phone) && reason.trim().length >= 2 && days.good;
  const go = () => good && days.value !== null && set.submit(days.value);
  useKeys([{ keys: 'Ctrl+Enter', label: 'keys.submit', run: go, off: !good }]);
  return (
    <div className="part restrict-form">
      <h2>{say('restrict.set')}</h2>
      {abuse && (
        <p className="xs mut">
          {say('restrict.needs', { days: abuse.withinDays, n: abuse.warnings })}
        </p>
      )}
      <Field
        required
        label={say('restrict.phone')}
        wrong={phone.trim() !== '' && !isPhone(phone) ? say('field.phone_wrong') : undefined}
      >
        <Input
          autoComplete="off"
          inputMode="tel"
          maxLength={30}
          value={phone}
          onChange={(e) => setPhone(e.target.value)}
        />
      </Field>
      <Field required label={say('restrict.reason')}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={REASON_MAX}
          value={reason}
          onChange={(e) => setReason(e.target.value)}
        />
      </Field>
      <DaysField days={days} />
      <KeyButton type="primary" keys="Ctrl+Enter" loading={set.busy} disabled={!good} onClick={go}>
        {say('restrict.set')}
      </KeyButton>
      <ProblemNotice problem={set.problem} written={reason} />
    </div>
  );
}
