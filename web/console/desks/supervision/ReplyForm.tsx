import type { SupervisionView } from '../../../../src/supervision/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import * as api from '../../data/board-api.ts';
import { tellDone } from '../../data/done.ts';
import { useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useDraft } from '../../lib/drafts.ts';
import { useWords } from '../../lib/text.ts';
import { TextField } from '../../parts/TextField.tsx';

const TEXT_LIMIT = 2000;

interface Props {
  item: SupervisionView;
  onDone: () => void;
}

/** The unit's answer; what is written survives a reload, also one after it was sent back. */
export function ReplyForm({ item, onDone }: Props) {
  const { say } = useWords();
  const name = `supervision.reply.${item.id}.${item.returns}`;
  const draft = useDraft(useMe().userId, name, { text: '' });
  const { text } = draft.value;
  const { submit, busy, problem } = useSubmit(
    (_: void, key) => api.replySupervision(item.id, item.version, text, key),
    () => {
      draft.clear();
      tellDone('supervision.said_reply', { no: item.number });
      onDone();
    },
    draft,
  );
  return (
    <ActForm
      submit={say('supervision.reply_submit')}
      missing={missingOf([[text, say('supervision.reply')]])}
      busy={busy}
      problem={problem}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() => submit()}
    >
      {(tried) => (
        <TextField
          required
          tried={tried}
          label={say('supervision.reply')}
          hint={say('supervision.reply_hint')}
          rows={[5, 16]}
          max={TEXT_LIMIT}
          value={text}
          onChange={(value) => draft.set({ text: value })}
        />
      )}
    </ActForm>
  );
}
