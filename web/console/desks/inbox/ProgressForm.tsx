import { TEXT_MAX } from '../../../../src/contract.ts';
import type { AttachmentView } from '../../../../src/workorder/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import { useUploads, useUploadsLeft } from '../../data/attachments.ts';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';
import { useWords } from '../../lib/text.ts';
import { AttachmentField } from '../../parts/Attachments.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { TextField } from '../../parts/TextField.tsx';
import { useAssignmentAct, type WorkFormProps } from './useAssignmentAct.ts';

const SEEN_BY = ['staff', 'unit', 'public'] as const;
interface Fields {
  text: string;
  visibility: (typeof SEEN_BY)[number];
  files: AttachmentView[];
}
const EMPTY: Fields = { text: '', visibility: 'staff', files: [] };

/** 进展: what was done, for the unit alone or for the citizen too. */
export function ProgressForm(props: WorkFormProps) {
  const { say } = useWords();
  const { order, assignment } = props;
  const draft = useDraft(useMe().userId, `progress.${assignment.id}`, EMPTY);
  const { submit, busy, problem } = useAssignmentAct(props, draft);
  const { text, visibility, files } = draft.value;
  const uploads = useUploads(files, (next) => draft.set({ files: next }));
  const attachmentIds = files.map((file) => file.id);
  return (
    <ActForm
      className={visibility === 'public' ? '' : 'hatch'}
      submit={say('progress.submit')}
      missing={[...missingOf([[text, say('progress.text')]]), ...useUploadsLeft(uploads)]}
      busy={busy}
      problem={problem}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({
          act: 'progress',
          version: order.version,
          input: { text, visibility, attachmentIds },
        })
      }
    >
      {(tried) => (
        <>
          <TextField
            required
            tried={tried}
            label={say('progress.text')}
            rows={[3, 12]}
            max={TEXT_MAX.content}
            value={text}
            onChange={(value) => draft.set({ text: value })}
          />
          <AttachmentField uploads={uploads} problem={problem} />
          <Choice
            label={say('note.visibility')}
            value={visibility}
            onChange={(value) => draft.set({ visibility: value })}
            options={SEEN_BY.map((value) => ({ value, label: say(`visibility.${value}`) }))}
          />
        </>
      )}
    </ActForm>
  );
}
