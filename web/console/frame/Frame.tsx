import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'react-router';
import type { Me } from '../../../src/identity/schema.ts';
import { useLive, useLiveConnection } from '../data/live.ts';
import { useWords } from '../lib/text.ts';
import { hourText } from '../lib/time.ts';
import { useKeys } from '../lib/keys.ts';
import { forgetReceipts } from '../lib/storage.ts';
import { Bell } from './Bell.tsx';
import { DemoBanner } from './DemoBanner.tsx';
import { KeyHelp } from './KeyHelp.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TopBar } from './TopBar.tsx';

/** A short gap is nobody's business; a longer one is said above the desk. */
const TELL_STALE_AFTER_MS = 4_000;

/** Top bar, desk, status line. */
export function Frame({ me, children }: { me: Me; children: ReactNode }) {
  const { say } = useWords();
  const [help, setHelp] = useState(false);
  useLiveConnection(me.userId);
  const showKeys = () => setHelp(true);
  useKeys([
    { keys: 'F1', label: 'keys.all', run: showKeys, quiet: true },
    { keys: '?', label: 'keys.all_outside', run: showKeys, quiet: true },
  ]);
  useEffect(() => forgetReceipts(me.userId), [me.userId]);
  useTopOnMove();
  return (
    <div className="app">
      <a className="skip" href="#main">
        {say('frame.skip')}
      </a>
      <DemoBanner me={me} />
      <TopBar me={me} onHelp={() => setHelp(true)} />
      <main className="desk" id="main" tabIndex={-1}>
        <StaleNote />
        <Bell />
        {children}
      </main>
      <StatusLine onHelp={() => setHelp(true)} />
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </div>
  );
}

/** On a phone a new page starts at its top. */
function useTopOnMove(): void {
  const { pathname } = useLocation();
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [pathname]);
}

function StaleNote() {
  const { say } = useWords();
  const { state, since } = useLive();
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (state !== 'stale') return setTold(false);
    const timer = setTimeout(() => setTold(true), TELL_STALE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [state]);
  if (!told) return null;
  return (
    <div className="note soon" role="status">
      <b>{say('live.note', { time: hourText(since) })}</b>
      <span>{say('live.note_more')}</span>
    </div>
  );
}
