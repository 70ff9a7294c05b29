import { Input, InputNumber } from 'antd';
import { useState, type ReactNode } from 'react';
import type { RestrictedView } from '../../../../src/telephony/schema.ts';
import { tellDone } from '../../data/done.ts';
import {
  liftRestriction,
  restrict,
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
import { MaskedPhone } from '../../parts/Masked.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { useClockNow } from '../../data/clock.ts';
import { useKeys } from '../../lib/keys.ts';
import { stampText } from '../../lib/time.ts';
import { barePhone, isPhone } from '../operator/form.ts';

const REASON_MAX = 500;
const DAYS_MAX = 365;

interface Props {
  state: RestrictedState;
  left: ReactNode;
}

/** Who cannot reach an operator for a while, why, until when; set and lifted here. */
export function Restricted({ state, left }: Props) {
  const { say } = useWords();
  const pages = useRestricted(state);
  return (
    <SplitColumns
      desk="calls"
      left={left}
      leftLabel={say('return.queue')}
      side={<SetForm />}
      sideLabel={say('restrict.set')}
      sideFlows
      sideOpen
    >
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
                <One key={item.id} item={item} over={state === 'past'} />
              ))}
            </ul>
          )
        }
      </QueryView>
      <LoadMore pages={pages} />
    </SplitColumns>
  );
}

function One({ item, over }: { item: RestrictedView; over: boolean }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const [asked, setAsked] = useState(false);
  const stamp = (at: string) => stampText(at, now, language);
  return (
    <li className="restricted">
      <p>
        <MaskedPhone phone={item.phone} /> <b>{say('restrict.until', { at: stamp(item.until) })}</b>
      </p>
      <p className="sm">{item.reason}</p>
      <p className="xs mut">
        <Dots>
          {say('restrict.by', { who: item.setBy })}
          {stamp(item.setAt)}
          {item.warnings > 0 && say('restrict.warnings', { n: item.warnings })}
          {item.liftedAt &&
            say('restrict.lifted', { at: stamp(item.liftedAt), reason: item.liftReason ?? '' })}
        </Dots>
      </p>
      {!over && !asked && (
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
  const [days, setDays] = useState<number | null>(null);
  const set = useSubmit(
    (_: undefined, key) =>
      restrict(
        { phone: barePhone(phone), reason: reason.trim(), ...(days === null ? {} : { days }) },
        key,
      ),
    () => {
      tellDone('restrict.done');
      setPhone('');
      setReason('');
    },
  );
  const good = isPhone(phone) && reason.trim().length >= 2;
  const go = () => good && set.submit(undefined);
  useKeys([{ keys: 'Ctrl+Enter', label: 'keys.submit', run: go, off: !good }]);
  return (
    <div className="part restrict-form">
      <h2>{say('restrict.set')}</h2>
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
      <Field label={say('restrict.days')} hint={say('restrict.rule')}>
        <InputNumber<number> min={1} max={DAYS_MAX} value={days} onChange={setDays} />
      </Field>
      <KeyButton type="primary" keys="Ctrl+Enter" loading={set.busy} disabled={!good} onClick={go}>
        {say('restrict.set')}
      </KeyButton>
      <ProblemNotice problem={set.problem} written={reason} />
    </div>
  );
}
