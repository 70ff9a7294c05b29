import type { SupervisionView } from '../../../../src/supervision/schema.ts';
import { useWords } from '../../lib/text.ts';
import { Dots, Stamp } from '../../parts/Marks.tsx';

/** Answers and verdicts in the order they were given. */
export function Thread({ item }: { item: SupervisionView }) {
  const { say, name } = useWords();
  const unit = name(item.organization);
  const system = say('role.system');
  const entries = [
    ...item.replies.map((reply) => ({
      at: reply.at,
      who: `${say('supervision.replied_by', { unit })} ${reply.byName ?? ''}`,
      text: reply.text,
      look: '',
    })),
    ...item.verdicts.map((verdict) => ({
      at: verdict.at,
      who: `${say('supervision.judged_by', { name: verdict.byName ?? system })} ${say(`supervision.verdict_${verdict.verdict}`)}`,
      text: verdict.note,
      look: verdict.verdict === 'accepted' ? 'pub' : 'warn',
    })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (entries.length === 0)
    return (
      <p className="sm mut">
        <Dots>
          {say('supervision.no_reply')}
          {say('supervision.no_reply_next')}
        </Dots>
      </p>
    );
  return (
    <ol className="tl">
      {entries.map((entry) => (
        <li key={entry.at + entry.who} className={entry.look}>
          <Stamp at={entry.at} />
          <span className="dot" />
          <div>
            <p>
              <span className="act">{entry.who}</span>
            </p>
            {entry.text && <p className="quote">{entry.text}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
