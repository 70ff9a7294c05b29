import { TEXT_MAX } from '../../../../src/contract.ts';
import type { ReplyView } from '../../../../src/workorder/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import * as api from '../../data/api.ts';
import { tailOf, tellDone } from '../../data/done.ts';
import { useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useDraft } from '../../lib/drafts.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { TextField } from '../../parts/TextField.tsx';
import type { WorkProps } from './AssignmentPage.tsx';
import { DraftOnPaper } from './Countersign.tsx';

interface Props extends WorkProps {
  draft: ReplyView;
  onClose: () => void;
}

/** 退回修改: the leader says what is to be mended before it may go out under his name. */
export function SendBackForm({ order, assignment, draft, onClose }: Props) {
  const { say } = useWords();
  const words = useDraft(useMe().userId, `send-back.${assignment.id}`, { reason: '' });
  const { reason } = words.value;
  const { submit, busy, problem } = useSubmit(
    (text: string, key) =>
      api.sendBackReply(assignment.id, { replyVersion: draft.version, reason: text }, key),
    () => {
      words.clear();
      tellDone('done.sent_back', { no: tailOf(order) });
      onClose();
    },
    words,
  );
  useKeys([{ keys: 'Esc', label: 'keys.back', quiet: true, run: onClose }]);
  return (
    <ActForm
      submit={say('unit.send_back_do')}
      missing={missingOf([[reason, say('unit.send_back_reason')]])}
      busy={busy}
      problem={problem}
      written={reason}
      savedAt={words.savedAt}
      onSubmit={() => submit(reason)}
      more={
        <KeyButton size="large" keys="Esc" onClick={onClose}>
          {say('common.cancel')}
        </KeyButton>
      }
    >
      {(tried) => (
        <>
          <TextField
            required
            autoFocus
            tried={tried}
            label={say('unit.send_back_reason')}
            hint={say('unit.send_back_hint')}
            rows={[3, 8]}
            max={TEXT_MAX.content}
            value={reason}
            onChange={(text) => words.set({ reason: text })}
          />
          <DraftOnPaper order={order} draft={draft} />
        </>
      )}
    </ActForm>
  );
}
