import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { DemoState } from '../../../src/demo/schema.ts';
import type { Me } from '../../../src/identity/schema.ts';
import { call } from '../data/client.ts';
import { setServerNow, useNow } from '../data/clock.ts';
import { refreshAll } from '../data/queries.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';
import { stampText } from '../lib/time.ts';
import { useOutside } from './useOutside.ts';
import './demo-banner.css';

/** How often the state is read while the fortnight is played, and otherwise. */
const PLAYING_MS = 2_000;
const QUIET_MS = 60_000;
const DAY_MS = 86_400_000;

const useDemoState = () =>
  useQuery<DemoState>({
    queryKey: ['demo-state'],
    queryFn: ({ signal }) => call<DemoState>('GET', '/demo/state', { signal }),
    refetchInterval: (query) =>
      query.state.data?.play.state === 'playing' ? PLAYING_MS : QUIET_MS,
  });

/** One line above everything, only in a demo: the city's time, the play, other roles, the telephone. */
export function DemoBanner({ me }: { me: Me }) {
  const { say, language } = useWords();
  const state = useDemoState().data;
  const now = useNow(15_000);
  const [open, setOpen] = useState(false);
  if (!me.demo) return null;
  const time = stampText(new Date(now).toISOString(), now, language);
  return (
    <aside className="demo-bar" aria-label={say('demo.banner_label')}>
      <b>{say('demo.banner')}</b>
      <span className="demo-time">{say('demo.time', { time })}</span>
      {state && <PlayNote play={state.play} />}
      <button
        type="button"
        className="demo-more"
        aria-expanded={open}
        aria-controls="demo-tools"
        onClick={() => setOpen(!open)}
      >
        {say('demo.more')}
      </button>
      <div className={open ? 'demo-tools open' : 'demo-tools'} id="demo-tools">
        <Roles me={me} accounts={state?.accounts ?? []} />
        <a href="/demo/phone" target="_blank" rel="noreferrer">
          {say('demo.phone')}
        </a>
        <a href="/demo/phone?to=ring" target="_blank" rel="noreferrer">
          {say('demo.ring')}
        </a>
        <ClockButtons playing={state?.play.state === 'playing'} />
      </div>
    </aside>
  );
}

/** How far the play is. */
function PlayNote({ play }: { play: DemoState['play'] }) {
  const { say } = useWords();
  if (play.state === 'interrupted') {
    return <span className="demo-note">{say('demo.interrupted')}</span>;
  }
  if (play.state !== 'playing' || !play.cityTime || !play.endAt) return null;
  const { days, done, total } = play;
  const left = (Date.parse(play.endAt) - Date.parse(play.cityTime)) / DAY_MS;
  const day = Math.min(days, Math.max(1, Math.ceil(days - left)));
  return (
    <span className="demo-note">
      <progress value={days - left} max={days} aria-hidden="true" />
      {say('demo.playing', { day, days })}
      <span className="demo-count">{say('demo.playing_orders', { done, total })}</span>
    </span>
  );
}

interface RolesProps {
  me: Me;
  accounts: DemoState['accounts'];
}

/** Sits down at another desk with one press. */
function Roles({ me, accounts }: RolesProps) {
  const { say } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [failed, setFailed] = useState(false);
  useOutside(box, () => setOpen(false));
  useKeys(
    open ? [{ keys: 'Esc', label: 'keys.close', run: () => setOpen(false), quiet: true }] : [],
  );
  const change = async (login: string) => {
    setFailed(false);
    try {
      await call<Me>('POST', '/demo/session', { body: { login } });
      // A new person begins anew, at the desk that is theirs.
      window.location.assign('/console/');
    } catch {
      setFailed(true);
    }
  };
  return (
    <div className="demo-roles" ref={box}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls="demo-roles"
        onClick={() => setOpen(!open)}
      >
        {say('demo.role')} <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <ul className="float demo-list" id="demo-roles" aria-label={say('demo.role_title')}>
          {accounts.map((account) => (
            <li key={account.login}>
              <button
                type="button"
                aria-current={account.login === me.login ? 'true' : undefined}
                onClick={() => void change(account.login)}
              >
                <span>{say(`role.${account.role}`)}</span>
                <small>
                  {account.name} · {account.organizationName}
                </small>
              </button>
            </li>
          ))}
        </ul>
      )}
      {failed && <span role="alert">{say('demo.switch.failed')}</span>}
    </div>
  );
}

/** The city's time goes ahead, for everybody. */
function ClockButtons({ playing }: { playing: boolean }) {
  const { say } = useWords();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const ahead = async (step: 'hour' | 'working_day') => {
    setBusy(true);
    setFailed(false);
    try {
      const { now } = await call<{ now: string }>('POST', '/demo/clock', { body: { step } });
      setServerNow(now);
      await refreshAll();
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  const off = busy || playing;
  return (
    <>
      <button type="button" disabled={off} onClick={() => void ahead('hour')}>
        {say('demo.clock.hour')}
      </button>
      <button type="button" disabled={off} onClick={() => void ahead('working_day')}>
        {say('demo.clock.working_day')}
      </button>
      {failed && <span role="alert">{say('demo.clock.failed')}</span>}
    </>
  );
}
