import type { Verdict } from '../../../../src/contract.ts';
import { VERDICTS } from '../../../../src/contract.ts';
import type { SupervisionView } from '../../../../src/supervision/schema.ts';
import { ActForm, missingOf } from '../../acts/ActForm.tsx';
import * as api from '../../data/board-api.ts';
import { tellDone } from '../../data/done.ts';
import { useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useDraft } from '../../lib/drafts.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { TextField } from '../../parts/TextField.tsx';

const TEXT_LIMIT = 1000;
export const VERDICT_KEYS: Record<Verdict, string> = { accepted: '1', sent_back: '2' };
interface Fields {
  verdict: Verdict | undefined;
  note: string;
}
const EMPTY: Fields = { verdict: undefined, note: '' };

interface Props {
  item: SupervisionView;
  onDone: () => void;
}

/** 满意 or 退回重报, with what is missing; nothing is chosen beforehand. */
export function VerdictForm({ item, onDone }: Props) {
  const { say, name: unitName } = useWords();
  const name = `supervision.verdict.${item.id}.${item.replies.length}`;
  const draft = useDraft<Fields>(useMe().userId, name, EMPTY);
  const { verdict, note } = draft.value;
  const back = verdict === 'sent_back';
  const { submit, busy, problem } = useSubmit(
    (input: { verdict: Verdict; note: string }, key) =>
      api.judgeSupervision(item.id, item.version, input, key),
    () => {
      draft.clear();
      const values = { no: item.number, unit: unitName(item.organization) };
      tellDone(back ? 'supervision.said_sent_back' : 'supervision.said_accepted', values);
      onDone();
    },
    draft,
  );
  useKeys(
    VERDICTS.map((value) => ({
      keys: VERDICT_KEYS[value],
      label: `supervision.verdict_${value}` as const,
      run: () => draft.set({ verdict: value }),
    })),
  );
  const noteLabel = say(back ? 'supervision.missing' : 'supervision.note');
  return (
    <ActForm
      submit={say('supervision.judge_submit')}
      missing={missingOf([
        [verdict, say('supervision.verdict')],
        ...(back ? [[note, say('supervision.missing')] as const] : []),
      ])}
      busy={busy}
      problem={problem}
      written={note}
      savedAt={draft.savedAt}
      onSubmit={() => verdict && submit({ verdict, note })}
    >
      {(tried) => (
        <>
          <Choice
            required
            label={say('supervision.verdict')}
            value={verdict}
            onChange={(value) => draft.set({ verdict: value })}
            options={VERDICTS.map((value) => ({
              value,
              label: say(`supervision.verdict_${value}`),
              keys: VERDICT_KEYS[value],
            }))}
            wrong={tried && !verdict ? say('field.missing') : undefined}
          />
          <TextField
            required={back}
            tried={tried}
            label={noteLabel}
            hint={back ? say('supervision.missing_hint') : undefined}
            rows={[3, 10]}
            max={TEXT_LIMIT}
            value={note}
            onChange={(value) => draft.set({ note: value })}
          />
        </>
      )}
    </ActForm>
  );
}
