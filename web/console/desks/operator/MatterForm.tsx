import { Input } from 'antd';
import { useRef, useState, type ReactNode } from 'react';
import { DEMAND_TYPES, TEXT_MAX } from '../../../../src/contract.ts';
import type { Submission } from '../../data/submit.ts';
import type { DraftForm } from '../../lib/drafts.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { isAcceptable, isPhone, type OperatorFields } from './form.ts';
import { MatterFields } from './MatterFields.tsx';

interface Props {
  draft: DraftForm<OperatorFields>;
  registration: Submission<OperatorFields>;
  /** Opens the advice where it is a drawer. */
  opener: ReactNode;
}

/** 诉求原文 and what belongs to it; F9 registers. */
export function MatterForm({ draft, registration, opener }: Props) {
  const { say } = useWords();
  const words = useRef<HTMLElement>(null);
  const [tried, setTried] = useState(false);
  const { value, set } = draft;
  const { faults, send } = useSending(draft, registration, () => {
    setTried(true);
    words.current?.querySelector('textarea')?.focus();
  });
  const answering = value.answer !== undefined;
  const toggleAnswer = () => set({ answer: answering ? undefined : '' });
  useKeys([
    { keys: 'F9', label: 'keys.register', run: send },
    { keys: 'F10', label: 'keys.answer', run: toggleAnswer },
  ]);
  return (
    <form
      className="matter"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="types">
        <h2 id="words-label">{say('operator.words')}</h2>
        <Choice
          hideLabel
          look="s"
          label={say('field.type')}
          value={value.type}
          onChange={(type) => set({ type })}
          options={DEMAND_TYPES.map((type) => ({ value: type, label: say(`type.${type}`) }))}
        />
        <span className="saved xs mut">
          {draft.savedAt !== undefined && say('form.draft', { time: hourText(draft.savedAt) })}
        </span>
        {opener}
      </div>
      <section className="write" ref={words} aria-labelledby="words-label">
        <Input.TextArea
          autoFocus
          aria-labelledby="words-label"
          variant="borderless"
          maxLength={TEXT_MAX.content}
          placeholder={say('operator.words_hint')}
          value={value.content}
          onChange={(e) => set({ content: e.target.value })}
        />
      </section>
      {answering && <Answer draft={draft} />}
      <MatterFields draft={draft} problem={registration.problem} />
      <div className="matter-problem">
        <ProblemNotice problem={registration.problem} written={value.content} />
      </div>
      <div className="bar">
        <KeyButton
          type="primary"
          size="large"
          htmlType="submit"
          keys="F9"
          loading={registration.busy}
        >
          {say(submitText(value))}
        </KeyButton>
        <KeyButton size="large" keys="F10" aria-pressed={answering} onClick={toggleAnswer}>
          {say(answering ? 'operator.no_answer' : 'act.direct_answer')}
        </KeyButton>
        <span
          className={`form-state xs ${tried && faults.length > 0 ? 'today-t' : 'mut'}`}
          role="status"
        >
          {faults.length > 0 ? faults.join('　') : say(afterText(value))}
        </span>
      </div>
    </form>
  );
}

const submitText = (f: OperatorFields) => {
  if (f.answer !== undefined) return 'operator.submit_answer';
  return isAcceptable(f) ? 'operator.submit_dispatch' : 'act.register';
};
const afterText = (f: OperatorFields) => {
  if (f.answer !== undefined) return 'operator.after_answer';
  return isAcceptable(f) ? 'operator.after_dispatch' : 'operator.after_register';
};

/** What stands in the way of registering now. */
function useSending(
  { value }: DraftForm<OperatorFields>,
  registration: Submission<OperatorFields>,
  onFault: () => void,
) {
  const { say } = useWords();
  const faults = [
    !value.content.trim() && say('operator.need_words'),
    value.phone.trim() && !isPhone(value.phone) && say('field.phone_wrong'),
    value.answer !== undefined && !value.type && say('operator.need_type'),
    value.answer !== undefined && !value.answer.trim() && say('operator.need_answer'),
  ].filter((fault): fault is string => typeof fault === 'string' && fault !== '');
  const send = () => (faults.length > 0 ? onFault() : registration.submit(value));
  return { faults, send };
}

function Answer({ draft }: { draft: DraftForm<OperatorFields> }) {
  const { say } = useWords();
  return (
    <div className="wide answer">
      <Field required label={say('field.answer')} hint={say('field.public_hint')}>
        <Input.TextArea
          autoFocus
          autoSize={{ minRows: 3, maxRows: 10 }}
          maxLength={TEXT_MAX.long}
          value={draft.value.answer ?? ''}
          onChange={(e) => draft.set({ answer: e.target.value })}
        />
      </Field>
    </div>
  );
}
