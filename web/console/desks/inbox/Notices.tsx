import { Link } from 'react-router';
import { useNotifications } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { Stamp } from '../../parts/Marks.tsx';

const SHOWN_MAX = 6;

/** The latest notices to this unit. */
export function Notices() {
  const { say, word } = useWords();
  const items = useNotifications().data?.items.slice(0, SHOWN_MAX);
  if (!items?.length) return null;
  return (
    <div className="extra">
      <h2>{say('inbox.notices')}</h2>
      <ul>
        {items.map((notice) => (
          <li key={notice.id}>
            <Link to={`/orders/${notice.orderId}`} className="notice">
              <span className="cut">{notice.title}</span>
              <span className="xs mut">
                {word(`inbox.notice_${notice.kind}`, '')} <Stamp at={notice.at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
