import { Input } from 'antd';
import { TEXT_MAX } from '../../../src/contract.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Field } from '../parts/Field.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

/** 无实质内容办结: only after the caller was asked what it is about. */
export function NoSubstanceForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `no_substance.${order.id}`, { asked: '', answer: '' });
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { asked, answer } = draft.value;
  const area = (part: 'asked' | 'answer') => ({
    autoSize: { minRows: 2, maxRows: 8 },
    maxLength: TEXT_MAX.content,
    value: draft.value[part],
    onChange: (e: { target: { value: string } }) => draft.set({ [part]: e.target.value }),
  });
  return (
    <ActForm
      danger
      submit={say('no_substance.submit')}
      missing={missingOf([[asked, say('no_substance.asked')]])}
      busy={busy}
      problem={problem}
      written={`${asked}\n${answer}`}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({ act: 'close_no_substance', version: order.version, input: { asked, answer } })
      }
    >
      {(tried) => (
        <>
          <p className="sm sec">{say('no_substance.what')}</p>
          <Field
            required
            label={say('no_substance.asked')}
            wrong={tried && !asked.trim() ? say('field.missing') : undefined}
          >
            <Input.TextArea {...area('asked')} />
          </Field>
          <Field label={say('no_substance.answer')}>
            <Input.TextArea {...area('answer')} />
          </Field>
        </>
      )}
    </ActForm>
  );
}
