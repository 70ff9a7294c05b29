import './operations.css';
import { Input } from 'antd';
import { useState, type ReactNode } from 'react';
import type { OperationsView } from '../../../../src/reporting/schema.ts';
import { useNow } from '../../data/clock.ts';
import { useConnectRate, useOperations } from '../../data/operations.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useWords } from '../../lib/text.ts';
import { spanText } from '../../lib/time.ts';
import { QueryView } from '../../parts/QueryView.tsx';
import { Num } from './Num.tsx';

/** `91.7 %`; a dash where nothing was counted. */
const share = (n: number, of: number): string =>
  of === 0 ? '—' : `${((n / of) * 100).toFixed(1)} %`;

/** Telephone and chat, just now: who waits, what was answered in time, who sits there. */
export function Operations({ frozen }: { frozen: boolean }) {
  const query = useOperations(!frozen);
  return (
    <QueryView query={query}>
      {(view) => (
        <dl className="ops">
          <Telephone view={view} />
          <Chat view={view} />
          <Seats view={view} />
        </dl>
      )}
    </QueryView>
  );
}

/** One line: its name, a number that people look at, and what belongs to it. */
function Line(props: { name: string; alarm?: boolean; value: ReactNode; children?: ReactNode }) {
  return (
    <div className={props.alarm ? 'ops-line alarm' : 'ops-line'}>
      <dt>{props.name}</dt>
      <dd>
        <b>{props.value}</b>
        <span>{props.children}</span>
      </dd>
    </div>
  );
}

/** A wait goes on between two readings. */
function Longest({ view, seconds }: { view: OperationsView; seconds: number }) {
  const { say, language } = useWords();
  const since = new Date(view.at).getTime() - seconds * 1000;
  const now = useNow(1000);
  return <>{say('ops.longest', { span: spanText(Math.max(0, now - since), language) })}</>;
}

function Telephone({ view }: { view: OperationsView }) {
  const { say } = useWords();
  const t = view.telephone;
  const late = t.returnCallsOverdue;
  return (
    <>
      <Line name={say('ops.calls_waiting')} value={<Num value={t.waiting} />}>
        {t.waiting > 0 && <Longest view={view} seconds={t.longestWaitSeconds} />}
      </Line>
      <Line name={say('ops.in_time')} value={share(t.answeredInTime, t.answered)}>
        {say('ops.of', { n: t.answeredInTime, of: t.answered })}
      </Line>
      <Line name={say('ops.abandoned')} value={<Num value={t.abandoned} />}>
        {t.shortAbandoned > 0 && say('ops.short', { n: t.shortAbandoned })}
      </Line>
      <Line name={say('ops.returns')} value={<Num value={t.returnCallsDue} />} alarm={late > 0}>
        {late > 0 && say('ops.returns_late', { n: late })}
      </Line>
      <ConnectLine view={view} />
    </>
  );
}

/** 接通率 of the last 24 hours; a supervisor may ask for any other 24. */
function ConnectLine({ view }: { view: OperationsView }) {
  const { say } = useWords();
  const me = useMe();
  const [typed, setTyped] = useState('');
  const from = typed && !Number.isNaN(Date.parse(`${typed}:00+08:00`)) ? typed : undefined;
  const asked = useConnectRate(from && new Date(`${from}:00+08:00`).toISOString());
  const rate = from ? asked.data : view.telephone.connectRate24h;
  return (
    <Line name={say('ops.connect')} value={rate ? share(rate.answered, rate.entered) : '—'}>
      {rate && say('ops.of', { n: rate.answered, of: rate.entered })}
      {holds(me, 'supervisor', 'center_admin') && (
        <Input
          type="datetime-local"
          size="small"
          className="ops-from"
          aria-label={say('ops.connect_from')}
          title={say('ops.connect_from')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
    </Line>
  );
}

function Chat({ view }: { view: OperationsView }) {
  const { say } = useWords();
  const c = view.chat;
  return (
    <>
      <Line name={say('ops.chats_waiting')} value={<Num value={c.waiting} />}>
        {c.waiting > 0 && <Longest view={view} seconds={c.longestWaitSeconds} />}
      </Line>
      <Line name={say('ops.chats_open')} value={<Num value={c.open} />}>
        {say('ops.first_answers', {
          share: share(c.firstAnswersInTime, c.firstAnswers),
          n: c.firstAnswersInTime,
          of: c.firstAnswers,
        })}
      </Line>
    </>
  );
}

function Seats({ view }: { view: OperationsView }) {
  const { say } = useWords();
  const o = view.telephone.operators;
  const all = o.ready + o.ringing + o.talking + o.wrapUp + o.break;
  return (
    <Line name={say('ops.seats')} value={<Num value={all} />}>
      {say('ops.seat_states', {
        ready: o.ready,
        ringing: o.ringing,
        talking: o.talking,
        wrap: o.wrapUp,
        rest: o.break,
      })}
    </Line>
  );
}
