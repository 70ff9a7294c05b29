import { useNotifications } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { NoticeList } from '../../parts/NoticeList.tsx';

const SHOWN_MAX = 6;

/** The latest notices to this unit. */
export function Notices() {
  const { say } = useWords();
  const items = useNotifications().data?.items.slice(0, SHOWN_MAX);
  if (!items?.length) return null;
  return (
    <div className="extra">
      <h2>{say('inbox.notices')}</h2>
      <NoticeList items={items} />
    </div>
  );
}
