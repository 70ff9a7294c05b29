import type { ReplyInput } from '../../../../src/workorder/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import * as api from '../../data/api.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { useDetailWords } from '../../parts/timeline-words.ts';
import type { WorkProps } from './AssignmentPage.tsx';
import {
  isStored,
  openCo,
  replyFormName,
  replyInput,
  useReplyDraft,
  type ReplyFields,
} from './reply-draft.ts';
import { ReplyFieldset } from './ReplyFieldset.tsx';

/** What the server holds is the beginning of the form: when that changes, it is a new form. */
export const ReplyForm = (props: WorkProps) => (
  <>
    <AuditFindings {...props} />
    <Form key={replyFormName(props.assignment)} {...props} />
  </>
);

/** 办结答复: the handler drafts, the leader countersigns and submits. */
function Form({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const draft = useReplyDraft(assignment);
  const { value } = draft;
  const leads = assignment.allowed.includes('submit_reply');
  const stored = isStored(value, assignment);
  const saving = useSubmit(
    (input: ReplyInput) => api.saveReply(assignment.id, input, order.version),
    draft.forget,
  );
  const submission = useSubmitReply({ order, assignment }, draft.forget);
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
    const input = replyInput(value, assignment);
    if (input && !stored) saving.submit(input);
  };
  useKeys(leads ? [{ keys: 'Ctrl+S', label: 'keys.save_reply', run: save, off: stored }] : []);
  return (
    <ActForm
      submit={say(leads ? 'reply.countersign' : 'reply.send_to_leader')}
      missing={missing}
      busy={saving.busy || submission.busy}
      problem={submission.problem ?? saving.problem}
      written={[value.finding, value.measures, value.publicVersion].filter(Boolean).join('\n\n')}
      savedAt={draft.savedAt}
      onSubmit={() => (leads ? submission.submit(value) : save())}
      more={
        <>
          {leads && (
            <KeyButton size="large" keys="Ctrl+S" disabled={stored} onClick={save}>
              {say('reply.save')}
            </KeyButton>
          )}
          {stored && !leads && <span className="sm ok-t">✓ {say('reply.saved')}</span>}
        </>
      }
    >
      {(tried) => (
        <ReplyFieldset
          value={value}
          contacted={assignment.firstContactAt !== null}
          set={draft.set}
          tried={tried}
          waits={leads ? waits : []}
        />
      )}
    </ActForm>
  );
}

/** The leader's act: what was changed on screen is stored first, then countersigned. */
const useSubmitReply = ({ order, assignment }: WorkProps, done: () => void) =>
  useSubmit(
    async (value: ReplyFields, key) => {
      const input = replyInput(value, assignment);
      if (input && !isStored(value, assignment)) {
        await api.saveReply(assignment.id, input, order.version);
      }
      const waiverReason = value.waiverReason.trim();
      return api.actOnAssignment(
        assignment.id,
        { act: 'submit_reply', version: order.version, input: { waiverReason } },
        key,
      );
    },
    () => done(),
  );

/** Why the last reply came back; it stands above the new one. */
function AuditFindings({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const failed = order.timeline.findLast(
    (item) => item.act === 'audit_fail' && item.round === assignment.round,
  );
  const details = useDetailWords(failed);
  if (!failed) return null;
  return (
    <div className="note soon" role="status">
      <b>{say('reply.failed')}</b>
      <span>
        {details.join('　')}　{failed.texts.map((text) => text.body).join('　')}
      </span>
    </div>
  );
}
