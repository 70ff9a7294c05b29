import { useState } from 'react';
import type { ReplyInput } from '../../../../src/workorder/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import * as api from '../../data/api.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import type { WorkProps } from './AssignmentPage.tsx';
import { openCo, replyInput, storedDraft, useReplyDraft, type ReplyFields } from './reply-draft.ts';
import { ReplyFieldset } from './ReplyFieldset.tsx';

/** A new stored draft is a new form, so that it begins with what is stored. */
export const ReplyForm = (props: WorkProps) => (
  <Form key={storedDraft(props.assignment)?.id ?? 'new'} {...props} />
);

/** 办结答复: the handler drafts, the leader countersigns and submits. */
function Form({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const draft = useReplyDraft(assignment);
  const leads = assignment.allowed.includes('submit_reply');
  const [saved, setSaved] = useState(false);
  const saving = useSubmit(
    (input: ReplyInput) => api.saveReply(assignment.id, input, order.version),
    () => {
      draft.clear(draft.value);
      setSaved(true);
    },
  );
  const submission = useSubmitReply({ order, assignment }, draft.clear);
  const { value } = draft;
  const waits = openCo(order);
  const missing = missingOf([
    [value.truth, say('reply.truth')],
    [value.finding, say('reply.finding')],
    [value.measures, say('reply.measures')],
    [value.solved, say('reply.solved')],
    [value.publicVersion, say('reply.public')],
    ...(leads && waits.length > 0 ? [[value.waiverReason, say('reply.waiver')] as const] : []),
  ]);
  const save = () => {
    const input = replyInput(value);
    if (input) saving.submit(input);
  };
  const submit = () => {
    if (leads) submission.submit(value);
    else save();
  };
  useKeys(leads ? [{ keys: 'Ctrl+S', label: 'keys.save_reply', run: save }] : []);
  return (
    <ActForm
      submit={say(leads ? 'reply.countersign' : 'reply.send_to_leader')}
      missing={missing}
      busy={saving.busy || submission.busy}
      problem={submission.problem ?? saving.problem}
      written={writtenText(value)}
      savedAt={draft.savedAt}
      onSubmit={submit}
      more={
        leads ? (
          <KeyButton size="large" keys="Ctrl+S" loading={saving.busy} onClick={save}>
            {say('reply.save')}
          </KeyButton>
        ) : (
          saved && <span className="sm ok-t">✓ {say('reply.saved')}</span>
        )
      }
    >
      {(tried) => (
        <ReplyFieldset
          value={value}
          set={(change) => {
            setSaved(false);
            draft.set(change);
          }}
          tried={tried}
          {...(leads ? { waits } : {})}
        />
      )}
    </ActForm>
  );
}

/** The leader's act: what is on screen is stored first, then countersigned. */
const useSubmitReply = ({ order, assignment }: WorkProps, done: () => void) =>
  useSubmit(
    async (value: ReplyFields, key) => {
      const input = replyInput(value);
      if (input) await api.saveReply(assignment.id, input, order.version);
      const waiverReason = value.waiverReason.trim();
      return api.actOnAssignment(
        assignment.id,
        { act: 'submit_reply', version: order.version, input: { waiverReason } },
        key,
      );
    },
    () => done(),
  );

const writtenText = ({ finding, measures, publicVersion }: ReplyFields) =>
  [finding, measures, publicVersion].filter(Boolean).join('\n\n');
