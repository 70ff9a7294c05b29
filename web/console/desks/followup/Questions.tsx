import { Checkbox } from 'antd';
import { RATING_REASONS, SOLVED } from '../../../../src/contract.ts';
import type { CallbackItem } from '../../../../src/followup/schema.ts';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { ActForm } from '../../acts/ActForm.tsx';
import * as api from '../../data/api.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { useAnswers } from './answers.ts';

interface Props {
  task: CallbackItem;
  order: OrderDetail;
  onDone: () => void;
}

/** From best to worst, as they are read out. */
const DEGREES = [5, 4, 3, 2, 1] as const;
const DISSATISFIED_MAX = 2;

/** Three questions; what was not answered stays open and counts nowhere. */
export function Questions({ task, order, onDone }: Props) {
  const { say } = useWords();
  const answers = useAnswers(task.id);
  const { value } = answers;
  const { submit, busy, problem } = useSubmit(
    (_: void, key) => api.recordEvaluation(task.id, value, key),
    () => {
      answers.clear();
      onDone();
    },
    answers,
  );
  const none = value.contacted === null && value.solved === null && value.satisfaction === null;
  return (
    <ActForm
      className="questions"
      submit={say('followup.submit')}
      keys="F9"
      missing={none ? [say('followup.one_answer')] : []}
      busy={busy}
      problem={problem}
      written={value.comment}
      savedAt={answers.savedAt}
      onSubmit={() => submit()}
    >
      {() => (
        <>
          <ThreeQuestions answers={answers} />
          <Reasons answers={answers} />
          <div>
            <h2 className="small-head">{say('followup.after')}</h2>
            <p className="sm">
              {say(value.solved === 'not_solved' ? 'followup.after_redo' : 'followup.after_close', {
                n: order.round,
              })}
            </p>
          </div>
        </>
      )}
    </ActForm>
  );
}

interface AnswersProps {
  answers: ReturnType<typeof useAnswers>;
}
function ThreeQuestions({ answers }: AnswersProps) {
  const { say } = useWords();
  const { value, set } = answers;
  const yesNo = ['yes', 'no'] as const;
  useQuestionKeys(answers);
  return (
    <>
      <Choice
        look="fill"
        label={<Numbered n={1} text={say('followup.q_contacted')} />}
        value={value.contacted === null ? null : value.contacted ? 'yes' : 'no'}
        onChange={(answer) => set({ contacted: answer === 'yes' })}
        options={yesNo.map((answer, i) => ({
          value: answer,
          keys: `Alt+${i + 1}`,
          label: say(`followup.contacted_${answer}`),
        }))}
      />
      <Choice
        look="fill"
        label={<Numbered n={2} text={say('followup.q_solved')} />}
        value={value.solved}
        onChange={(solved) => set({ solved })}
        options={SOLVED.map((solved, i) => ({
          value: solved,
          keys: `Alt+${i + 3}`,
          label: say(`followup.${solved}`),
        }))}
      />
      <Choice
        look="fill"
        label={<Numbered n={3} text={say('followup.q_satisfied')} />}
        value={value.satisfaction === null ? null : String(value.satisfaction)}
        onChange={(degree) => set({ satisfaction: Number(degree) })}
        options={DEGREES.map((n) => ({
          value: String(n),
          label: (
            <span className="degree">
              <b>{n}</b>
              <small>{say(`satisfaction.${n}`)}</small>
            </span>
          ),
        }))}
      />
    </>
  );
}

const Numbered = ({ n, text }: { n: number; text: string }) => (
  <span className="question">
    <b>{n}</b>
    {text}
  </span>
);

function useQuestionKeys({ set }: AnswersProps['answers']): void {
  useKeys([
    {
      keys: 'Alt+1',
      shown: 'Alt 1 – 5',
      label: 'keys.answers',
      run: () => set({ contacted: true }),
    },
    { keys: 'Alt+2', label: 'keys.answers', quiet: true, run: () => set({ contacted: false }) },
    ...SOLVED.map((solved, i) => ({
      keys: `Alt+${i + 3}`,
      label: 'keys.answers' as const,
      quiet: true,
      run: () => set({ solved }),
    })),
    ...DEGREES.map((n) => ({
      keys: String(n),
      ...(n === 5 ? { shown: '5 – 1' } : { quiet: true }),
      label: 'keys.degree' as const,
      run: () => set({ satisfaction: n }),
    })),
  ]);
}

/** Why not satisfied; asked only then. */
function Reasons({ answers: { value, set } }: AnswersProps) {
  const { say } = useWords();
  const asked =
    (value.satisfaction !== null && value.satisfaction <= DISSATISFIED_MAX) ||
    value.solved === 'not_solved' ||
    value.reasons.length > 0;
  if (!asked) return null;
  return (
    <fieldset className="f">
      <legend className="lab">{say('followup.why')}</legend>
      <Checkbox.Group
        value={value.reasons}
        onChange={(reasons) => set({ reasons })}
        options={RATING_REASONS.map((reason) => ({
          value: reason,
          label: say(`reason.${reason}`),
        }))}
      />
    </fieldset>
  );
}
