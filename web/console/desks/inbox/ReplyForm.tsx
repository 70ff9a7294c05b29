import { Button } from 'antd';
import { useState } from 'react';
import { TEXT_MAX } from '../../../../src/contract.ts';
import type { AssignmentView } from '../../../../src/workorder/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import * as api from '../../data/api.ts';
import { useUploads, useUploadsLeft } from '../../data/attachments.ts';
import { tailOf, tellDone } from '../../data/done.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { TextField } from '../../parts/TextField.tsx';
import type { WorkProps } from './AssignmentPage.tsx';
import { DraftOnPaper } from './Countersign.tsx';
import { openCo, replyText, useReplyDraft, type ReplyDraft } from './reply-draft.ts';
import { ReplyFieldset } from './ReplyFieldset.tsx';
import { ReturnedNote } from './ReturnedNote.tsx';
import { returnedReply } from './returned.ts';
import { selfCheck, type Checked } from './self-check.ts';
import { SendBackForm } from './SendBackForm.tsx';

export const ReplyForm = (props: WorkProps) => (
  <>
    <ReturnedNote {...props} />
    <Form {...props} />
  </>
);

/** 办结答复: the handler drafts, the leader countersigns and submits. */
function Form({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const draft = useReplyDraft(order, assignment);
  const { value } = draft;
  const text = replyText(value);
  const leads = assignment.allowed.includes('submit_reply');
  const returned = returnedReply(order, assignment);
  // What was sent back goes to the leader once more, also with the same words.
  const stored = draft.stored && (leads || returned?.by !== 'leader');
  const store = storeReply(assignment.id, draft);
  const saving = useSubmit(store, () => {
    draft.forget();
    if (!leads) tellDone('done.draft_saved', { no: tailOf(order) });
  });
  const submission = useSubmitReply({ order, assignment }, draft, store);
  const [warned, setWarned] = useState('');
  const open = leads ? selfCheck(order, assignment, value).filter(({ ok }) => !ok) : [];
  const warning = open.map(({ point }) => point).join(' ');
  const warns = warning !== '' && warned === warning;
  const [sendingBack, setSendingBack] = useState(false);
  const waits = openCo(order);
  const uploads = useUploads(value.files, (files) => draft.set({ files }));
  const [editing, setEditing] = useState(false);
  // The leader reads what was drafted; the form comes with one key, or with a change made before.
  const paper = leads && stored && !editing ? draft.onServer : undefined;
  useKeys(
    paper
      ? [
          { keys: 'E', label: 'unit.edit', run: () => setEditing(true) },
          { keys: 'T', label: 'unit.send_back', run: () => setSendingBack(true) },
        ]
      : [],
  );
  const sending = useUploadsLeft(uploads);
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
  const submit = () => {
    if (!leads) return save();
    if (warning !== '' && !warns) return setWarned(warning);
    if (text) submission.submit(text);
  };
  useKeys(leads ? [{ keys: 'Ctrl+S', label: 'keys.save_reply', run: save, off: stored }] : []);
  if (paper && sendingBack) {
    return (
      <SendBackForm
        order={order}
        assignment={assignment}
        draft={paper}
        onClose={() => setSendingBack(false)}
      />
    );
  }
  return (
    <ActForm
      submit={say(
        leads
          ? warns
            ? 'unit.submit_anyway'
            : 'reply.countersign'
          : returned?.by === 'leader'
            ? 'unit.resend'
            : draft.onServer
              ? 'unit.resave'
              : 'reply.send_to_leader',
      )}
      muted={!leads && stored}
      missing={[...missing, ...sending]}
      busy={saving.busy || submission.busy}
      problem={submission.problem ?? saving.problem}
      written={[value.finding, value.measures, value.publicVersion].filter(Boolean).join('\n\n')}
      savedAt={draft.savedAt}
      onSubmit={submit}
      more={
        <>
          {paper && (
            <KeyButton size="large" keys="E" onClick={() => setEditing(true)}>
              {say('unit.edit')}
            </KeyButton>
          )}
          {paper && (
            <KeyButton size="large" keys="T" onClick={() => setSendingBack(true)}>
              {say('unit.send_back')}
            </KeyButton>
          )}
          {leads && !paper && (
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
          {paper ? (
            <DraftOnPaper order={order} draft={paper} />
          ) : (
            <ReplyFieldset
              value={value}
              set={draft.set}
              tried={tried}
              uploads={uploads}
              problem={submission.problem ?? saving.problem}
            />
          )}
          {leads && waits.length > 0 && (
            <Waiver
              waits={waits}
              value={value.waiverReason}
              onChange={(waiverReason) => draft.set({ waiverReason })}
              tried={tried}
            />
          )}
          {warns && <StillMissing points={open} />}
        </>
      )}
    </ActForm>
  );
}

/** Said once before it is submitted like this: what the records and the written text do not show. */
function StillMissing({ points }: { points: readonly Checked[] }) {
  const { say, list } = useWords();
  const named = points.map(({ point }) =>
    point === 'no_numbers' ? say('unit.no_numbers') : say(`check.${point}`),
  );
  return (
    <p className="note soon still-missing" role="alert">
      {say('unit.still_missing', { n: points.length, items: list(named) })}
    </p>
  );
}

interface WaiverProps {
  waits: readonly AssignmentView[];
  value: string;
  onChange: (reason: string) => void;
  tried: boolean;
}
/** 免等: why co-handlers who have not replied are not waited for. */
function Waiver({ waits, value, onChange, tried }: WaiverProps) {
  const { say, name, list } = useWords();
  return (
    <TextField
      required
      tried={tried}
      label={say('reply.waiver')}
      hint={say('reply.waiver_hint', { units: list(waits.map((a) => name(a.organization))) })}
      max={TEXT_MAX.short}
      value={value}
      onChange={onChange}
    />
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
    () => {
      draft.forget();
      tellDone('done.reply_submitted', { no: tailOf(order) });
    },
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
