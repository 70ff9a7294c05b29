import { Link } from 'react-router';
import { useSupervisions } from '../../data/board-live.ts';
import { useMe } from '../../data/session.tsx';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { problemOfQuery } from '../../data/problem.ts';
import './supervision.css';

/** The supervision orders of one order, newest first: number, level, state, what was asked. */
export function SupervisionList({ orderId }: { orderId: string }) {
  const { say, name } = useWords();
  const desk = useMe().desks.includes('supervision');
  const pages = useSupervisions({ orderId });
  const problem = problemOfQuery(pages);
  if (problem && !pages.data) {
    // Whoever may not read supervision orders sees none; other failures say so.
    return problem.code === 'not_allowed' ? null : <p className="sm mut">{say('problem.read')}</p>;
  }
  if (pages.data && pages.items.length === 0)
    return <p className="sm mut">{say('supervision.none_of_order')}</p>;
  return (
    <ul className="sv-list">
      {pages.items.map((item) => (
        <li key={item.id}>
          <div className="row between">
            <span className="row">
              <LevelMark level={item.level} />
              <span className="xs mut">
                <Stamp at={item.issuedAt} />
              </span>
            </span>
            {item.clock ? (
              <ClockChip clock={item.clock} />
            ) : (
              <span className="st">{say(`supervision.${item.state}`)}</span>
            )}
          </div>
          <p className="sm">{item.demand}</p>
          <p className="xs mut">
            <Dots>
              {desk ? (
                <Link to={`/supervision/${item.id}?state=${item.state}`}>{item.number}</Link>
              ) : (
                item.number
              )}
              {name(item.organization)}
              {item.clock && say(`supervision.${item.state}`)}
            </Dots>
          </p>
        </li>
      ))}
    </ul>
  );
}
