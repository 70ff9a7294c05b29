import { Input, Select } from 'antd';
import { CHANNELS } from '../../../../src/contract.ts';
import type { DraftForm } from '../../lib/drafts.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { isPhone, type OperatorFields, type Receipt } from './form.ts';

interface Props {
  draft: DraftForm<OperatorFields>;
  /** Who was registered last; shown until the next caller. */
  told: Receipt['requester'] | undefined;
  onNext: () => void;
}

const KINDS = ['natural', 'legal', 'anonymous'] as const;

/** Who calls, and how: the 60 px above the desk. */
export function ContactBar({ draft, told, onNext }: Props) {
  const { say } = useWords();
  const { channel, kind, name, phone } = told ?? draft.value;
  const { contactId } = draft.value;
  const wrongPhone = phone.trim() !== '' && !isPhone(phone);
  const off = told !== undefined || contactId !== undefined;
  return (
    <section className="contact" aria-label={say('operator.contact')}>
      <Field label={say('field.channel')}>
        <Select
          value={channel}
          disabled={off}
          onChange={(value) => draft.set({ channel: value })}
          options={CHANNELS.map((value) => ({ value, label: say(`channel.${value}`) }))}
        />
      </Field>
      <Field label={say('field.phone')} wrong={wrongPhone ? say('field.phone_wrong') : undefined}>
        <Input
          autoComplete="off"
          inputMode="tel"
          maxLength={30}
          disabled={off}
          value={phone}
          onChange={(e) => draft.set({ phone: e.target.value })}
        />
      </Field>
      <Field label={say('field.caller_name')}>
        <Input
          autoComplete="off"
          maxLength={40}
          disabled={off}
          value={name}
          onChange={(e) => draft.set({ name: e.target.value })}
        />
      </Field>
      <Choice
        label={say('field.requester_kind')}
        value={kind}
        disabled={off}
        onChange={(value) => draft.set({ kind: value })}
        options={KINDS.map((value) => ({ value, label: say(`requester.${value}`) }))}
      />
      {contactId && <span className="sm sec joined">{say('operator.same_contact')}</span>}
      <KeyButton className="next" keys="F2" onClick={onNext}>
        {say('operator.next_caller')}
      </KeyButton>
    </section>
  );
}
