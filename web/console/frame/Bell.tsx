import { useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { commandCall, refreshCalls, useCalls, useSeat, type DeskCall } from '../data/calls.ts';
import { useMe } from '../data/session.tsx';
import { useSubmit, type Submission } from '../data/submit.ts';
import { callerOf } from '../desks/operator/form.ts';
import { useKeys } from '../lib/keys.ts';
import { usePhoneSet } from '../lib/phone-set.ts';
import { useRing } from '../lib/ring.ts';
import { useWords } from '../lib/text.ts';
import { KeyButton } from '../parts/Key.tsx';
import { ProblemNotice } from '../parts/States.tsx';
import { DESK_PATH } from './desks.ts';

/** A telephone that rings while its operator is on another page; at the desk the call bar says it. */
export function Bell() {
  return useMe().desks.includes('operator') ? <OperatorsBell /> : null;
}

interface Asked {
  id: string;
  command: 'answer' | 'hangup';
}

/** What the switch refused is told on the page that was gone to, too, while its call stands as it was. */
function OperatorsBell() {
  const { pathname } = useLocation();
  const { ringing, talking } = useCalls();
  const [last, setLast] = useState<Asked>();
  const asking = useSubmit(async (asked: Asked) => {
    setLast(asked);
    await commandCall(asked.id, { command: asked.command });
    await refreshCalls();
  });
  const elsewhere = !pathname.startsWith(DESK_PATH.operator);
  const stands = last && (last.command === 'answer' ? ringing : talking)?.id === last.id;
  return (
    <>
      {elsewhere && <Rings asking={asking} />}
      {stands && <ProblemNotice problem={asking.problem} wrote={false} />}
    </>
  );
}

function Rings({ asking }: { asking: Submission<Asked> }) {
  const { say } = useWords();
  const go = useNavigate();
  const set = usePhoneSet();
  const { ringing, talking } = useCalls();
  const commands = useSeat().data?.commands ?? false;
  const call = talking ? undefined : ringing;
  useRing(call, call?.name ?? '');
  const off = call === undefined;
  // The same key as at the desk, and the same at once: what stands in the form there is put away.
  const answer = () => {
    if (!call) return;
    set?.answer();
    if (commands) asking.submit({ id: call.id, command: 'answer' });
    void go(DESK_PATH.operator, { state: { begin: callerOf(call) } });
  };
  useKeys([{ keys: 'F3', label: 'keys.take_call', run: answer, off, quiet: off }]);
  if (talking)
    return <Talks call={talking} busy={asking.busy} hangUp={commands ? asking.submit : null} />;
  if (!call) return null;
  return (
    <div className="note info" role="alert">
      <b>{say('call.ringing_title', { who: call.name || say('call.no_name') })}</b>
      <button type="button" className="link-button" onClick={answer}>
        {say(commands ? 'call.answer' : 'call.go')} <kbd>F3</kbd>
      </button>
    </div>
  );
}

interface TalksProps {
  call: DeskCall;
  busy: boolean;
  /** Null where it is done at the telephone set. */
  hangUp: ((asked: Asked) => void) | null;
}
/** Who is on the line stays in sight on every page, with the way back and the way to hang up. */
function Talks({ call, busy, hangUp }: TalksProps) {
  const { say } = useWords();
  const end = () => hangUp?.({ id: call.id, command: 'hangup' });
  const off = hangUp === null || busy;
  useKeys([{ keys: 'Alt+Q', label: 'keys.hang_up', run: end, off, quiet: off }]);
  return (
    <div className="note info" role="status">
      <b>{say('call.talks_with', { who: call.name || say('call.no_name') })}</b>
      <Link to={DESK_PATH.operator}>{say('call.to_desk')}</Link>
      {hangUp && (
        <KeyButton size="small" danger keys="Alt+Q" loading={busy} onClick={end}>
          {say('call.hang_up')}
        </KeyButton>
      )}
    </div>
  );
}
