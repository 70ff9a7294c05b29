import { useState } from 'react';
import { refreshCalls, useAbuseScript, warnCaller, type DeskCall } from '../../data/calls.ts';
import { useWarned } from '../../data/returns.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Stamp, Tag } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { Propose } from '../calls/Warned.tsx';

/** What the line needs, and what is known of this number: restricted, warned. */
export function CallSigns({ call, warn = false }: { call: DeskCall; warn?: boolean }) {
  const { say } = useWords();
  return (
    <>
      {call.skill !== 'general' && <Tag kind="line">{say(`phone.skill_${call.skill}`)}</Tag>}
      {call.restricted && (
        <span className="sm over-t">
          {say('phone.restricted')} <Stamp at={call.restricted.until} />
        </span>
      )}
      {call.warnings > 0 && (
        <span className="sm today-t">{say('phone.warned', { n: call.warnings })}</span>
      )}
      {warn && <Warning call={call} />}
      {warn && call.warnings > 0 && <Proposing call={call} />}
    </>
  );
}

/** 提请受限: offered once the number was warned often enough and nobody has asked for it. */
function Proposing({ call }: { call: DeskCall }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(false);
  const may = useWarned().data?.items.some(({ callId }) => callId === call.id) ?? false;
  if (asked) return <span className="sm sec">{say('propose.done')}</span>;
  if (open)
    return (
      <Propose callId={call.id} onClose={() => setOpen(false)} onDone={() => setAsked(true)} />
    );
  return may ? (
    <button type="button" className="link-button sm" onClick={() => setOpen(true)}>
      {say('propose.ask')}
    </button>
  ) : null;
}

/** 规范用语: said to who insults, and noted once it was said. */
function Warning({ call }: { call: DeskCall }) {
  const { say, language } = useWords();
  const [open, setOpen] = useState(false);
  // One warning counts for a call, however often the words are read.
  const [noted, setNoted] = useState(0);
  const script = useAbuseScript(open);
  const warning = useSubmit(
    (_: undefined, key) => warnCaller(call.id, key),
    () => {
      setOpen(false);
      setNoted((n) => n + 1);
      void refreshCalls();
    },
  );
  const press = () => (open ? warning.submit(undefined) : setOpen(true));
  useKeys([{ keys: 'Alt+W', label: 'keys.warn', run: press, quiet: true }]);
  if (!open)
    return (
      <>
        <button type="button" className="link-button sm" onClick={() => setOpen(true)}>
          {say('phone.abuse')} <kbd>Alt W</kbd>
        </button>
        {noted > 0 && (
          <span className="sm today-t" role="status">
            {say(noted === 1 ? 'phone.warned_call' : 'phone.warned_again')}
          </span>
        )}
      </>
    );
  return (
    <span className="warn-line" role="group" aria-label={say('phone.abuse')}>
      <span>{(language === 'en' ? script?.en : script?.zh) ?? say('advice.abuse_script')}</span>
      <KeyButton size="small" keys="Alt+W" loading={warning.busy} onClick={press}>
        {say(noted > 0 ? 'phone.warned_more' : 'phone.warned_now')}
      </KeyButton>
      <button type="button" className="link-button sm" onClick={() => setOpen(false)}>
        {say('common.cancel')}
      </button>
      <ProblemNotice problem={warning.problem} wrote={false} />
    </span>
  );
}
