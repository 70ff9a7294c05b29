import { Input } from 'antd';
import { TEXT_MAX } from '../../../../src/contract.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';
import { useWords } from '../../lib/text.ts';
import { Field } from '../../parts/Field.tsx';
import { useAssignmentAct, type WorkFormProps } from './useAssignmentAct.ts';

/** 协办答复: the lead reads it and answers for all. */
export function CoReplyForm(props: WorkFormProps) {
  const { say } = useWords();
  const { order, assignment } = props;
  const draft = useDraft(useMe().userId, `co.${assignment.id}.${order.round}`, { text: '' });
  const { submit, busy, problem } = useAssignmentAct(props, draft);
  const { text } = draft.value;
  return (
    <ActForm
      submit={say('co.submit')}
      missing={missingOf([[text, say('co.text')]])}
      busy={busy}
      problem={problem}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() => submit({ act: 'submit_co_reply', version: order.version, input: { text } })}
    >
      {(tried) => (
        <Field
          required
          label={say('co.text')}
          hint={say('co.hint')}
          wrong={tried && !text.trim() ? say('field.missing') : undefined}
        >
          <Input.TextArea
            autoSize={{ minRows: 6, maxRows: 20 }}
            maxLength={TEXT_MAX.long}
            value={text}
            onChange={(e) => draft.set({ text: e.target.value })}
          />
        </Field>
      )}
    </ActForm>
  );
}
