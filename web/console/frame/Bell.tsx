import { Link, useLocation, useNavigate } from 'react-router';
import { useCalls } from '../data/calls.ts';
import { useMe } from '../data/session.tsx';
import { useKeys } from '../lib/keys.ts';
import { useRing } from '../lib/ring.ts';
import { useWords } from '../lib/text.ts';
import { DESK_PATH } from './desks.ts';

/** A telephone that rings while its operator is on another page; at the desk the call bar says it. */
export function Bell() {
  const me = useMe();
  const { pathname } = useLocation();
  const elsewhere = !pathname.startsWith(DESK_PATH.operator);
  return me.desks.includes('operator') && elsewhere ? <Rings /> : null;
}

function Rings() {
  const { say } = useWords();
  const go = useNavigate();
  const { ringing, talking } = useCalls();
  const call = talking ? undefined : ringing;
  useRing(call, call?.name ?? '');
  const off = call === undefined;
  useKeys([
    {
      keys: 'F3',
      label: 'keys.take_call',
      run: () => void go(DESK_PATH.operator),
      off,
      quiet: off,
    },
  ]);
  if (!call) return null;
  return (
    <div className="note info" role="alert">
      <b>{say('call.ringing_title', { who: call.name || say('call.no_name') })}</b>
      <Link to={DESK_PATH.operator}>
        {say('call.go')} <kbd>F3</kbd>
      </Link>
    </div>
  );
}
