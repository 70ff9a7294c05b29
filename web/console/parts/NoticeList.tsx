import { Link } from 'react-router';
import type { NotificationView } from '../../../src/notification/schema.ts';
import { useWords } from '../lib/text.ts';
import { Stamp } from './Marks.tsx';

/** Notices, newest first: which order, what happened, when. */
export function NoticeList({ items }: { items: readonly NotificationView[] }) {
  const { word } = useWords();
  return (
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
  );
}
