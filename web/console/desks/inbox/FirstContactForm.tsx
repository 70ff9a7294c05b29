import { CONTACT_METHODS, TEXT_MAX, type ContactMethod } from '../../../../src/contract.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { TextField } from '../../parts/TextField.tsx';
import { useAssignmentAct, type WorkFormProps } from './useAssignmentAct.ts';

interface Fields {
  method: ContactMethod;
  reached: boolean | undefined;
  content: string;
}
const EMPTY: Fields = { method: 'phone', reached: undefined, content: '' };

/** 先行联系: how, whether somebody answered, what was said. */
export function FirstContactForm(props: WorkFormProps) {
  const { say } = useWords();
  const { order, assignment } = props;
  const draft = useDraft(useMe().userId, `contact.${assignment.id}.${order.round}`, EMPTY);
  const { submit, busy, problem } = useAssignmentAct(props, draft);
  const { method, reached, content } = draft.value;
  return (
    <ActForm
      submit={say('contact.submit')}
      missing={missingOf([
        [reached, say('contact.reached')],
        [content, say('contact.content')],
      ])}
      busy={busy}
      problem={problem}
      written={content}
      savedAt={draft.savedAt}
      onSubmit={() =>
        reached !== undefined &&
        submit({
          act: 'first_contact',
          version: order.version,
          input: { method, reached, content },
        })
      }
    >
      {(tried) => (
        <>
          <Choice
            required
            label={say('contact.method')}
            value={method}
            onChange={(value) => draft.set({ method: value })}
            options={CONTACT_METHODS.map((value) => ({ value, label: say(`method.${value}`) }))}
          />
          <Choice
            required
            label={say('contact.reached')}
            value={reached === undefined ? null : reached ? 'yes' : 'no'}
            onChange={(value) => draft.set({ reached: value === 'yes' })}
            options={(['yes', 'no'] as const).map((value) => ({
              value,
              label: say(`contact.reached_${value}`),
            }))}
            wrong={tried && reached === undefined ? say('field.missing') : undefined}
          />
          <TextField
            required
            tried={tried}
            label={say('contact.content')}
            hint={say('contact.hint')}
            rows={[4, 12]}
            max={TEXT_MAX.content}
            value={content}
            onChange={(value) => draft.set({ content: value })}
          />
        </>
      )}
    </ActForm>
  );
}
