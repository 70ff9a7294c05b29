import './propose.css';
import { Input } from 'antd';
import { useState } from 'react';
import type { WarnedCallView } from '../../../../src/telephony/schema.ts';
import { tellDone } from '../../data/done.ts';
import { proposeRestriction, useAbusePolicy, useWarned } from '../../data/returns.ts';
import { useSubmit } from '../../data/submit.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { MaskedPhone } from '../../parts/Masked.tsx';
import { ProblemNotice } from '../../parts/States.tsx';

const REASON_MAX = 500;
const REASON_MIN = 2;

/** Whom the operator has warned often enough: a restriction may be asked for, also after the call. */
export function Warned() {
  const { say } = useWords();
  const needed = useAbusePolicy()?.warnings;
  const items = useWarned().data?.items ?? [];
  if (items.length === 0)
    return (
      <p className="part xs mut">
        {needed !== undefined && say('propose.none_warned', { n: needed })}
      </p>
    );
  return (
    <div className="part warned">
      <h2>{say('propose.warned')}</h2>
      <ul>
        {items.map((item) => (
          <One key={item.callId} item={item} />
        ))}
      </ul>
    </div>
  );
}

function One({ item }: { item: WarnedCallView }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <li>
      <p className="row between">
        <MaskedPhone phone={item.phone} />
        {!open && (
          <button type="button" className="link-button sm" onClick={() => setOpen(true)}>
            {say('propose.ask')}
          </button>
        )}
      </p>
      <p className="xs mut">
        <Dots>
          {say('restrict.warnings', { n: item.warnings })}
          <Stamp at={item.warnedAt} />
        </Dots>
      </p>
      {open && <Propose callId={item.callId} onClose={() => setOpen(false)} />}
    </li>
  );
}

interface ProposeProps {
  callId: string;
  onClose: () => void;
  onDone?: () => void;
}
/** Why the number should be restricted, in a line; somebody else decides. */
export function Propose({ callId, onClose, onDone }: ProposeProps) {
  const { say } = useWords();
  const [reason, setReason] = useState('');
  const asking = useSubmit(
    (why: string, key) => proposeRestriction(callId, why, key),
    () => {
      tellDone('propose.done');
      onDone?.();
      onClose();
    },
  );
  const good = reason.trim().length >= REASON_MIN;
  const go = () => good && asking.submit(reason.trim());
  return (
    <span className="propose" role="group" aria-label={say('propose.ask')}>
      <Input
        autoFocus
        size="small"
        aria-label={say('propose.reason')}
        placeholder={say('propose.reason')}
        maxLength={REASON_MAX}
        value={reason}
        onChange={(e) => setReason(e.target.value)}
        onPressEnter={go}
        onKeyDown={(e) => e.key === 'Escape' && (e.preventDefault(), onClose())}
      />
      <KeyButton size="small" keys="Enter" loading={asking.busy} disabled={!good} onClick={go}>
        {say('propose.ask')}
      </KeyButton>
      <button type="button" className="link-button sm" onClick={onClose}>
        {say('common.cancel')}
      </button>
      <ProblemNotice problem={asking.problem} written={reason} />
    </span>
  );
}
