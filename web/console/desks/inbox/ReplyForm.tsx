import { Button } from 'antd';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import * as api from '../../data/api.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { useDetailWords } from '../../parts/timeline-words.ts';
import type { WorkProps } from './AssignmentPage.tsx';
import { openCo, replyText, useReplyDraft, type ReplyDraft } from './reply-draft.ts';
import { ReplyFieldset } from './ReplyFieldset.tsx';

export const ReplyForm = (props: WorkProps) => (
  <>
    <AuditFindings {...props} />
    <Form {...props} />
  </>
);

/** 办结答复: the handler drafts, the leader countersigns and submits. */
function Form({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const draft = useReplyDraft(assignment);
  const { value, stored } = draft;
  const text = replyText(value, assignment);
  const leads = assignment.allowed.includes('submit_reply');
  const store = storeReply(assignment.id, draft);
  const saving = useSubmit(store, draft.forget);
  const submission = useSubmitReply({ order, assignment }, draft, store);
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
    if (text && !stored) saving.submit(text);
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
      onSubmit={() => (leads ? text && submission.submit(text) : save())}
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
        <>
          <NewerDraft draft={draft} onChosen={() => (saving.reset(), submission.reset())} />
          <ReplyFieldset
            value={value}
            contacted={assignment.firstContactAt !== null}
            set={draft.set}
            tried={tried}
            waits={leads ? waits : []}
          />
        </>
      )}
    </ActForm>
  );
}

/** Stores a text on top of the draft it began with; refused when somebody wrote meanwhile. */
const storeReply = (assignmentId: string, draft: ReplyDraft) => async (text: api.ReplyText) => {
  draft.set({});
  const reply = await api.saveReply(assignmentId, text, draft.draftVersion);
  draft.saved(text, reply);
  return reply;
};

/** The leader's act: only what was changed on screen is stored first, then it is countersigned. */
const useSubmitReply = (
  { order, assignment }: WorkProps,
  draft: ReplyDraft,
  store: ReturnType<typeof storeReply>,
) =>
  useSubmit(
    async (text: api.ReplyText, key) => {
      const shown = draft.stored ? draft.draftVersion : null;
      const replyVersion = shown ?? (await store(text)).version;
      const waiverReason = draft.value.waiverReason.trim();
      return api.actOnAssignment(
        assignment.id,
        { act: 'submit_reply', version: order.version, input: { waiverReason, replyVersion } },
        key,
      );
    },
    () => draft.forget(),
  );

/** Somebody stored another draft while this one was changed: nothing is overwritten unasked. */
function NewerDraft({ draft, onChosen }: { draft: ReplyDraft; onChosen: () => void }) {
  const { say } = useWords();
  if (!draft.newer) return null;
  const choose = (way: () => void) => () => {
    way();
    onChosen();
  };
  return (
    <div className="note soon" role="status">
      <span>{say('reply.newer', { name: draft.newer.authorName })}</span>
      <span className="r">
        <Button size="small" onClick={choose(() => draft.clear())}>
          {say('reply.take_newer')}
        </Button>{' '}
        <Button size="small" onClick={choose(draft.rebase)}>
          {say('reply.keep_mine')}
        </Button>
      </span>
    </div>
  );
}

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
