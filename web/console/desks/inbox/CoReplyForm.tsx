import { TEXT_MAX } from '../../../../src/contract.ts';
import type { AttachmentView } from '../../../../src/workorder/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import { useUploads, useUploadsLeft } from '../../data/attachments.ts';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';
import { useWords } from '../../lib/text.ts';
import { AttachmentField } from '../../parts/Attachments.tsx';
import { TextField } from '../../parts/TextField.tsx';
import { useAssignmentAct, type WorkFormProps } from './useAssignmentAct.ts';

interface Fields {
  text: string;
  files: AttachmentView[];
}
const EMPTY: Fields = { text: '', files: [] };

/** 协办答复: the lead reads it and answers for all. */
export function CoReplyForm(props: WorkFormProps) {
  const { say } = useWords();
  const { order, assignment } = props;
  const draft = useDraft(useMe().userId, `co.${assignment.id}.${order.round}`, EMPTY);
  const { submit, busy, problem } = useAssignmentAct(props, draft);
  const { text, files } = draft.value;
  const uploads = useUploads(files, (next) => draft.set({ files: next }));
  const attachmentIds = files.map((file) => file.id);
  return (
    <ActForm
      submit={say('co.submit')}
      missing={[...missingOf([[text, say('co.text')]]), ...useUploadsLeft(uploads)]}
      busy={busy}
      problem={problem}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({ act: 'submit_co_reply', version: order.version, input: { text, attachmentIds } })
      }
    >
      {(tried) => (
        <>
          <TextField
            required
            tried={tried}
            label={say('co.text')}
            hint={say('co.hint')}
            rows={[6, 20]}
            max={TEXT_MAX.long}
            value={text}
            onChange={(value) => draft.set({ text: value })}
          />
          <AttachmentField uploads={uploads} problem={problem} />
        </>
      )}
    </ActForm>
  );
}
