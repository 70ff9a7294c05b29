/** Acts that are mostly one text: direct answer, rejection, withdrawal, note. */
import { Select } from 'antd';
import {
  DEMAND_TYPES,
  GROUNDS,
  TEXT_MAX,
  type DemandType,
  type Ground,
  type Visibility,
} from '../../../src/contract.ts';
import { isCenterStaff, useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { Field } from '../parts/Field.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

const ROWS = [3, 12] as const;

/** 直接答复: the hotline itself knows the answer. */
export function DirectAnswerForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const empty = { type: order.type ?? undefined, answer: '' } as {
    type: DemandType | undefined;
    answer: string;
  };
  const draft = useDraft(useMe().userId, `answer.${order.id}`, empty);
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { type, answer } = draft.value;
  const category = order.category?.code;
  const send = () => {
    if (!type) return;
    const code = category && category.length >= 4 ? { categoryCode: category } : {};
    submit({ act: 'direct_answer', version: order.version, input: { type, answer, ...code } });
  };
  return (
    <ActForm
      submit={say('answer.submit')}
      missing={missingOf([
        [type, say('field.type')],
        [answer, say('field.answer')],
      ])}
      busy={busy}
      problem={problem}
      written={answer}
      savedAt={draft.savedAt}
      onSubmit={send}
    >
      {(tried) => (
        <>
          <Choice
            required
            label={say('field.type')}
            value={type}
            onChange={(value) => draft.set({ type: value })}
            options={DEMAND_TYPES.map((value) => ({ value, label: say(`type.${value}`) }))}
            wrong={tried && !type ? say('field.missing') : undefined}
          />
          <TextField
            required
            tried={tried}
            label={say('field.answer')}
            hint={say('field.public_hint')}
            rows={[6, 20]}
            max={TEXT_MAX.long}
            value={answer}
            onChange={(value) => draft.set({ answer: value })}
          />
        </>
      )}
    </ActForm>
  );
}

/** 不予受理: a ground, the words told to the citizen, and where to go instead. */
export function RejectForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const empty = { ground: undefined as Ground | undefined, wordsTold: '', guidance: '' };
  const draft = useDraft(useMe().userId, `reject.${order.id}`, empty);
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { ground, wordsTold, guidance } = draft.value;
  return (
    <ActForm
      danger
      submit={say('act.reject')}
      missing={missingOf([
        [ground, say('field.ground')],
        [wordsTold, say('field.words_told')],
        [guidance, say('field.guidance')],
      ])}
      busy={busy}
      problem={problem}
      written={`${wordsTold}\n${guidance}`}
      savedAt={draft.savedAt}
      onSubmit={() =>
        ground &&
        submit({ act: 'reject', version: order.version, input: { ground, wordsTold, guidance } })
      }
    >
      {(tried) => (
        <>
          <Field
            required
            label={say('field.ground')}
            wrong={tried && !ground ? say('field.missing') : undefined}
          >
            <Select
              style={{ width: '100%' }}
              value={ground ?? null}
              onChange={(value) => draft.set({ ground: value ?? undefined })}
              options={GROUNDS.map((value) => ({
                value,
                label: `${value} ${say(`ground.${value}`)}`,
              }))}
            />
          </Field>
          <TextField
            required
            tried={tried}
            label={say('field.words_told')}
            rows={ROWS}
            max={TEXT_MAX.content}
            value={wordsTold}
            onChange={(value) => draft.set({ wordsTold: value })}
          />
          <TextField
            required
            tried={tried}
            label={say('field.guidance')}
            rows={ROWS}
            max={TEXT_MAX.content}
            value={guidance}
            onChange={(value) => draft.set({ guidance: value })}
          />
        </>
      )}
    </ActForm>
  );
}

const IDENTIFIED = ['query_code', 'caller_number', 'order_details'] as const;
type Identified = (typeof IDENTIFIED)[number];

/** 撤诉, for the caller: the wish in the caller's words, and how the caller was recognised. */
export function WithdrawForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const empty = { wish: '', identifiedBy: undefined as Identified | undefined };
  const draft = useDraft(useMe().userId, `withdraw.${order.id}`, empty);
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { wish, identifiedBy } = draft.value;
  return (
    <ActForm
      danger
      submit={say('withdraw.submit')}
      missing={missingOf([
        [identifiedBy, say('withdraw.identified')],
        [wish, say('withdraw.wish')],
      ])}
      busy={busy}
      problem={problem}
      written={wish}
      savedAt={draft.savedAt}
      onSubmit={() =>
        identifiedBy &&
        submit({ act: 'withdraw', version: order.version, input: { wish, identifiedBy } })
      }
    >
      {(tried) => (
        <>
          <p className="sm sec">{say('withdraw.warn')}</p>
          <Choice
            required
            label={say('withdraw.identified')}
            value={identifiedBy}
            onChange={(value) => draft.set({ identifiedBy: value })}
            options={IDENTIFIED.map((value) => ({ value, label: say(`identified.${value}`) }))}
            wrong={tried && !identifiedBy ? say('field.missing') : undefined}
          />
          <TextField
            required
            tried={tried}
            label={say('withdraw.wish')}
            rows={ROWS}
            max={TEXT_MAX.content}
            value={wish}
            onChange={(value) => draft.set({ wish: value })}
          />
        </>
      )}
    </ActForm>
  );
}

/** 备注. What only colleagues read lies on hatching. */
export function NoteForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const me = useMe();
  const choices: Visibility[] = isCenterStaff(me)
    ? ['staff', 'center', 'public']
    : ['staff', 'unit'];
  const empty = { text: '', visibility: choices[0] ?? 'center' };
  const draft = useDraft(me.userId, `note.${order.id}`, empty);
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { text, visibility } = draft.value;
  return (
    <ActForm
      className={visibility === 'public' ? '' : 'hatch'}
      submit={say('note.submit')}
      missing={missingOf([[text, say('note.text')]])}
      busy={busy}
      problem={problem}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() => submit({ act: 'note', version: order.version, input: { text, visibility } })}
    >
      {(tried) => (
        <>
          <TextField
            required
            tried={tried}
            label={say('note.text')}
            rows={ROWS}
            max={TEXT_MAX.content}
            value={text}
            onChange={(value) => draft.set({ text: value })}
          />
          <Choice
            label={say('note.visibility')}
            value={visibility}
            onChange={(value) => draft.set({ visibility: value })}
            options={choices.map((value) => ({ value, label: say(`visibility.${value}`) }))}
          />
        </>
      )}
    </ActForm>
  );
}
