import type { EvaluationView } from '../../../src/followup/schema.ts';
import { useWords } from '../lib/text.ts';
import { Dots, Stamp, Tag } from './Marks.tsx';

/** What the citizen said, in the citizen's words. */
export const EvaluationList = ({ evaluations }: { evaluations: readonly EvaluationView[] }) => (
  <ul className="evaluations">
    {evaluations.map((evaluation) => (
      <Evaluation key={`${evaluation.round}-${evaluation.at}`} evaluation={evaluation} />
    ))}
  </ul>
);

function Evaluation({ evaluation: e }: { evaluation: EvaluationView }) {
  const { say, list } = useWords();
  const { satisfaction } = e;
  const degree = ([1, 2, 3, 4, 5] as const).find((n) => n === satisfaction);
  return (
    <li className="sm">
      <p>
        <Dots>
          {e.contacted !== null && say(e.contacted ? 'eval.contacted_yes' : 'eval.contacted_no')}
          {e.solved && say(`eval.${e.solved}`)}
          {degree && `${degree} ${say(`satisfaction.${degree}`)}`}
        </Dots>{' '}
        {e.proposesRedo && <Tag kind="line">{say('mark.redo_proposed')}</Tag>}
      </p>
      {e.comment && <p className="said m">“{e.comment.replace(/^[“"]|[”"]$/g, '')}”</p>}
      {e.reasons.length > 0 && (
        <p className="sec">
          {say('timeline.because', { items: list(e.reasons.map((r) => say(`reason.${r}`))) })}
        </p>
      )}
      <p className="xs mut">
        <Dots>
          {say('mark.round', { n: e.round })}
          {say(e.party === 'citizen' ? 'eval.by_link' : 'eval.by_call')}
          <Stamp at={e.at} />
        </Dots>
      </p>
    </li>
  );
}
