import { TEXT_MAX } from '../../../src/contract.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

/** 提议重办: the caller says it is not solved; a supervisor decides. */
export function ProposeRedoForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `propose_redo.${order.id}`, { reason: '' });
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { reason } = draft.value;
  return (
    <ActForm
      submit={say('propose_redo.submit')}
      missing={missingOf([[reason, say('propose_redo.reason')]])}
      busy={busy}
      problem={problem}
      written={reason}
      savedAt={draft.savedAt}
      onSubmit={() => submit({ act: 'propose_redo', version: order.version, input: { reason } })}
    >
      {(tried) => (
        <TextField
          required
          tried={tried}
          label={say('propose_redo.reason')}
          hint={say('propose_redo.hint')}
          rows={[3, 10]}
          max={TEXT_MAX.content}
          value={reason}
          onChange={(value) => draft.set({ reason: value })}
        />
      )}
    </ActForm>
  );
}
