import { Button, Input } from 'antd';
import { useEffect, useState } from 'react';
import type { RequesterView } from '../../../src/workorder/schema.ts';
import * as api from '../data/api.ts';
import { asProblem, type Problem } from '../data/problem.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';
import { ProblemNotice } from './States.tsx';

const OPEN_SECONDS = 30;
type Revealed = Awaited<ReturnType<typeof api.reveal>>;

/** 138 **** 4471; empty: its days are over. */
export function MaskedPhone({ phone }: { phone: string }) {
  const { say } = useWords();
  if (phone === '') return <span className="nb mut">{say('masked.erased')}</span>;
  const [, head = '', stars = '', tail = ''] = /^([^*]*)(\*+)([^*]*)$/.exec(phone) ?? [];
  if (!stars) return <span className="nb">{phone}</span>;
  return (
    <span className="nb">
      <span aria-hidden="true">
        {head} <i className="ph-mask">{stars}</i> {tail}
      </span>
      <span className="unseen">{say('masked.spoken', { head, tail })}</span>
    </span>
  );
}

interface RequesterProps {
  orderId: string;
  who: RequesterView;
  /** To call is the work here: a key opens it, and the reason is written already. */
  calling?: boolean;
}
/** Who raised it: masked; a look costs a reason, is logged, and closes after 30 seconds. */
export function Requester({ orderId, who, calling = false }: RequesterProps) {
  const { say } = useWords();
  const [asking, setAsking] = useState(false);
  const [shown, close, open] = useRevealed();
  const may = calling && who.canReveal && who.phone !== null && !who.hidden;
  useKeys(
    may ? [{ keys: 'T', label: 'keys.show_number', run: () => setAsking(true), off: asking }] : [],
  );
  if (who.hidden) return <span>{say('masked.hidden')}</span>;
  if (!who.name && !who.phone) return <span>{say(`masked.none_${who.kind}`)}</span>;
  if (shown) return <Open shown={shown} onClose={close} />;
  return (
    <>
      <span>
        {say('masked.requester')} {who.name} {who.phone && <MaskedPhone phone={who.phone} />}
      </span>{' '}
      {who.canReveal && !asking && (
        <button type="button" className="link-button" onClick={() => setAsking(true)}>
          {say('masked.show')}
          {may && <kbd>T</kbd>}
        </button>
      )}
      {asking && (
        <Ask
          orderId={orderId}
          usual={calling ? say('masked.reason_callback') : ''}
          onCancel={() => setAsking(false)}
          onShown={(revealed) => {
            setAsking(false);
            open(revealed);
          }}
        />
      )}
    </>
  );
}

function useRevealed() {
  const [shown, setShown] = useState<(Revealed & { until: number }) | null>(null);
  const open = (revealed: Revealed) =>
    setShown({ ...revealed, until: Date.now() + OPEN_SECONDS * 1000 });
  return [shown, () => setShown(null), open] as const;
}

interface OpenProps {
  shown: Revealed & { until: number };
  onClose: () => void;
}
function Open({ shown, onClose }: OpenProps) {
  const { say } = useWords();
  const [left, setLeft] = useState(OPEN_SECONDS);
  useEffect(() => {
    const timer = setInterval(() => {
      const seconds = Math.ceil((shown.until - Date.now()) / 1000);
      if (seconds <= 0) onClose();
      else setLeft(seconds);
    }, 500);
    return () => clearInterval(timer);
  });
  return (
    <span>
      {say('masked.requester')} {shown.name} {shown.phone && <b>{spaced(shown.phone)}</b>}{' '}
      <span className="xs mut">{say('masked.closes', { n: left })}</span>{' '}
      <button type="button" className="link-button" onClick={onClose}>
        {say('masked.hide')}
      </button>
    </span>
  );
}

const spaced = (phone: string) => phone.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3');

interface AskProps {
  orderId: string;
  /** The reason as far as the screen knows it. */
  usual: string;
  onCancel: () => void;
  onShown: (revealed: Revealed) => void;
}
function Ask({ orderId, usual, onCancel, onShown }: AskProps) {
  const { say } = useWords();
  const [reason, setReason] = useState(usual);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async () => {
    if (busy || !reason.trim()) return;
    setBusy(true);
    try {
      onShown(await api.reveal(orderId, reason.trim()));
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <span className="reveal">
      <Input
        autoFocus
        size="small"
        aria-label={say('masked.reason')}
        placeholder={say('masked.reason')}
        maxLength={200}
        value={reason}
        onChange={(e) => setReason(e.target.value)}
        onPressEnter={() => void send()}
        onKeyDown={(e) => e.key === 'Escape' && (e.preventDefault(), onCancel())}
      />
      <Button size="small" loading={busy} disabled={!reason.trim()} onClick={() => void send()}>
        {say('masked.show_logged')}
      </Button>
      <Button size="small" type="text" onClick={onCancel}>
        {say('common.cancel')}
      </Button>
      <ProblemNotice problem={problem} kind="read" />
    </span>
  );
}
