import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { useCalls } from '../data/calls.ts';
import { useNotifications } from '../data/queries.ts';
import { readStored, writeStored } from '../lib/storage.ts';
import { useWords } from '../lib/text.ts';
import { countText } from '../parts/Facets.tsx';
import { NoticeList } from '../parts/NoticeList.tsx';
import { EscCloses } from './EscCloses.tsx';
import { useOutside } from './useOutside.ts';

/** Up to which notice this browser has shown them. */
const SEEN_KEY = 'console.notices_seen';

/** What the ladder tells this person: reminders, urges, supervision orders; how many are new. */
export function NoticeMenu() {
  const { say } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [seen, setSeen] = useState(() => String(readStored('localStorage', SEEN_KEY) ?? ''));
  const items = useNotifications().data?.items ?? [];
  const fresh = items.filter((item) => item.at > seen).length;
  const { pathname } = useLocation();
  const { ringing } = useCalls();
  // Nothing covers a telephone that rings.
  useEffect(() => setOpen(false), [pathname, ringing?.id]);
  useOutside(box, () => setOpen(false));
  const show = () => {
    const newest = items[0]?.at;
    if (newest) {
      writeStored('localStorage', SEEN_KEY, newest);
      setSeen(newest);
    }
    setOpen(!open);
  };
  return (
    <div className="who notices" ref={box}>
      <button
        type="button"
        className="who-open"
        aria-expanded={open}
        aria-controls="notice-menu"
        onClick={show}
      >
        {say('inbox.notices')} {fresh > 0 && <b className="nb">{countText(fresh)}</b>}
      </button>
      {open && (
        <div className="float menu extra notice-list" id="notice-menu">
          <EscCloses onClose={() => setOpen(false)} />
          {items.length > 0 ? (
            <NoticeList items={items} />
          ) : (
            <p className="sm mut">{say('frame.no_notices')}</p>
          )}
        </div>
      )}
    </div>
  );
}
