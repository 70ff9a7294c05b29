import { Input, Select } from 'antd';
import { useState } from 'react';
import { CHANNELS } from '../../../../src/contract.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { isPhone, isSettled, maskPhone, type OperatorFields } from './form.ts';
import type { Operator } from './useOperator.ts';

const KINDS = ['natural', 'legal', 'anonymous'] as const;

/** No telephone on the desk, or somebody at the counter: who it is, is typed. */
export function Manual({ desk: { draft, receipts, next } }: { desk: Operator }) {
  const { say } = useWords();
  const { channel, kind, name, phone } = receipts.shown?.requester ?? draft.value;
  const off = receipts.shown !== null || isSettled(draft.value);
  const set = (change: Partial<OperatorFields>) => draft.set(change);
  const [shownOf, setShownOf] = useState('');
  // Filed, of a stored contact, or come with a call: it is masked as it was in the call.
  const given = off || draft.value.numberGiven === true;
  const hides = given && phone !== '' && phone !== shownOf;
  // With a receipt in sight the key is the receipt's.
  useKeys(receipts.shown ? [] : [{ keys: 'F2', label: 'keys.new_caller', run: () => next() }]);
  return (
    <section className="contact" aria-label={say('operator.contact')}>
      <Field label={say('field.channel')}>
        <Select
          value={channel}
          disabled={off}
          onChange={(value) => set({ channel: value })}
          options={CHANNELS.map((value) => ({ value, label: say(`channel.${value}`) }))}
        />
      </Field>
      <Field
        label={say('field.phone')}
        wrong={phone.trim() !== '' && !isPhone(phone) ? say('field.phone_wrong') : undefined}
      >
        <Input
          autoComplete="off"
          inputMode="tel"
          data-at="phone"
          maxLength={30}
          disabled={off}
          readOnly={hides}
          value={hides ? maskPhone(phone) : phone}
          onChange={(e) => set({ phone: e.target.value, numberGiven: false })}
        />
      </Field>
      {hides && (
        <button type="button" className="link-button sm" onClick={() => setShownOf(phone)}>
          {say('masked.show')}
        </button>
      )}
      <Field label={say('field.caller_name')}>
        <Input
          autoComplete="off"
          maxLength={40}
          disabled={off}
          value={name}
          onChange={(e) => set({ name: e.target.value })}
        />
      </Field>
      <Choice
        label={say('field.requester_kind')}
        value={kind}
        disabled={off}
        onChange={(value) => set({ kind: value })}
        options={KINDS.map((value) => ({ value, label: say(`requester.${value}`) }))}
      />
      {isSettled(draft.value) && !receipts.shown && (
        <span className="sm sec joined">{say('operator.same_contact')}</span>
      )}
      {!receipts.shown && (
        <span className="next row">
          <KeyButton keys="F2" onClick={() => next()}>
            {say('operator.next_caller')}
          </KeyButton>
        </span>
      )}
    </section>
  );
}
