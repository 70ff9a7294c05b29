import { TEXT_MAX } from '../../../src/contract.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

/** 无实质内容办结: only after the caller was asked what it is about. */
export function NoSubstanceForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `no_substance.${order.id}`, { asked: '', answer: '' });
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { asked, answer } = draft.value;
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
          <TextField
            required
            tried={tried}
            label={say('no_substance.asked')}
            rows={[2, 8]}
            max={TEXT_MAX.content}
            value={asked}
            onChange={(value) => draft.set({ asked: value })}
          />
          <TextField
            label={say('no_substance.answer')}
            rows={[2, 8]}
            max={TEXT_MAX.content}
            value={answer}
            onChange={(value) => draft.set({ answer: value })}
          />
        </>
      )}
    </ActForm>
  );
}
