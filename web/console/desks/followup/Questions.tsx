import { Checkbox } from 'antd';
import { useState } from 'react';
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
  const at = useQuestionKeys(answers);
  return (
    <>
      <Choice
        look="fill"
        label={<Numbered n={1} text={say('followup.q_contacted')} now={at === 0} />}
        value={value.contacted === null ? null : value.contacted ? 'yes' : 'no'}
        onChange={(answer) => set({ contacted: answer === 'yes' })}
        options={yesNo.map((answer, i) => ({
          value: answer,
          keys: String(i + 1),
          label: say(`followup.contacted_${answer}`),
        }))}
      />
      <Choice
        look="fill"
        label={<Numbered n={2} text={say('followup.q_solved')} now={at === 1} />}
        value={value.solved}
        onChange={(solved) => set({ solved })}
        options={SOLVED.map((solved, i) => ({
          value: solved,
          keys: String(i + 1),
          label: say(`followup.${solved}`),
        }))}
      />
      <Choice
        look="fill"
        label={<Numbered n={3} text={say('followup.q_satisfied')} now={at === 2} />}
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

/** `now`: the next digit answers this one. */
const Numbered = ({ n, text, now }: { n: number; text: string; now: boolean }) => (
  <span className={now ? 'question now' : 'question'}>
    <b>{n}</b>
    {text}
  </span>
);

/** What the digits mean, question by question; a digit that means nothing there does nothing. */
const DIGITS: readonly Record<string, Partial<AnswersProps['answers']['value']>>[] = [
  { 1: { contacted: true }, 2: { contacted: false } },
  Object.fromEntries(SOLVED.map((solved, i) => [String(i + 1), { solved }])),
  Object.fromEntries(DEGREES.map((n) => [String(n), { satisfaction: n }])),
];
const EMPTY_ANSWERS = [{ contacted: null }, { solved: null }, { satisfaction: null }] as const;
const MAX_DIGIT = 5;

/**
 * One hand on the digits: each answers the question at hand and goes on to the next; 0 passes over
 * it, Backspace goes back. With Alt the first two questions are answered wherever the cursor is.
 * @returns the question at hand; 3 when all were asked.
 */
function useQuestionKeys({ set, value }: AnswersProps['answers']): number {
  const asked = [value.contacted, value.solved, value.satisfaction].findLastIndex(
    (v) => v !== null,
  );
  const [at, setAt] = useState(asked + 1);
  const answer = (digit: string) => {
    const change = DIGITS[at]?.[digit];
    if (!change) return;
    set(change);
    setAt(at + 1);
  };
  const back = () => {
    const to = Math.max(0, at - 1);
    set({ ...EMPTY_ANSWERS[to] });
    setAt(to);
  };
  const alt = (n: number, change: Partial<typeof value>, next: number) => ({
    keys: `Alt+${n}`,
    ...(n === 1 ? { shown: 'Alt 1 – 5' } : { quiet: true }),
    label: 'keys.answers' as const,
    run: () => {
      set(change);
      setAt(Math.max(at, next));
    },
  });
  useKeys([
    ...Array.from({ length: MAX_DIGIT }, (_, i) => ({
      keys: String(i + 1),
      ...(i === 0 ? { shown: '1 – 5' } : { quiet: true }),
      label: 'keys.one_hand' as const,
      run: () => answer(String(i + 1)),
      off: at >= DIGITS.length,
    })),
    { keys: '0', label: 'keys.pass_over', quiet: true, run: () => setAt(at + 1) },
    { keys: 'Backspace', label: 'keys.answer_back', quiet: true, run: back, off: at === 0 },
    alt(1, { contacted: true }, 1),
    alt(2, { contacted: false }, 1),
    ...SOLVED.map((solved, i) => alt(i + 3, { solved }, 2)),
  ]);
  return at;
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
