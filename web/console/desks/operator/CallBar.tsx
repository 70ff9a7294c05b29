import { Button, Input, Select } from 'antd';
import { useEffect, useState } from 'react';
import { CHANNELS } from '../../../../src/contract.ts';
import { answerCall, endCall, refreshCalls, type CallView } from '../../data/calls.ts';
import { serverNow, useNow } from '../../data/clock.ts';
import { useCaller } from '../../data/queries.ts';
import { useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { MaskedPhone } from '../../parts/Masked.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { isDirty, isPhone, isSettled, maskPhone, type OperatorFields } from './form.ts';
import { askToNotify, toggleSound, useRing, useSound } from '../../lib/ring.ts';
import type { Operator } from './useOperator.ts';

/** The 60 px above the desk: who rings, who is on the line, or who stands before it. */
export function CallBar({ desk }: { desk: Operator }) {
  const { ringing, talking } = desk.calls;
  const took = useTaking(desk);
  useRing(talking ? undefined : ringing, useWhoRings(ringing));
  return (
    <>
      {talking ? (
        <Talking desk={desk} call={talking} ringing={ringing} onAnswer={took.submit} />
      ) : ringing ? (
        <Ringing desk={desk} call={ringing} onAnswer={took.submit} busy={took.busy} />
      ) : (
        <Manual desk={desk} />
      )}
      {took.problem && <ProblemNotice problem={took.problem} kind="read" />}
    </>
  );
}

function useWhoRings(call: CallView | undefined): string {
  return call ? call.name || maskPhone(call.phone) : '';
}

/** Answers: the form that stood here is put away, the caller's own begins. */
function useTaking({ next, draft, calls: { talking } }: Operator) {
  const { set, value } = draft;
  const missing = talking !== undefined && value.phone === '' && value.contactId === undefined;
  useEffect(() => {
    // Answered in another tab, or before a reload that lost the number.
    if (missing && talking) set({ phone: talking.phone, name: value.name || talking.name });
  }, [missing, talking, set, value.name]);
  return useSubmit(
    async (call: CallView) => {
      const answered = await answerCall(call.id);
      await refreshCalls();
      return answered;
    },
    ({ phone, name }) => next({ phone, name }),
  );
}

interface RingingProps {
  desk: Operator;
  call: CallView;
  onAnswer: (call: CallView) => void;
  busy: boolean;
}
function Ringing({ desk, call, onAnswer, busy }: RingingProps) {
  const { say } = useWords();
  const answer = () => {
    askToNotify();
    onAnswer(call);
  };
  const refuse = () => void endCall(call.id).finally(refreshCalls);
  useKeys([
    { keys: 'F3', label: 'keys.take_call', run: answer },
    { keys: 'Alt+Q', label: 'keys.refuse_call', run: refuse, quiet: true },
  ]);
  return (
    <section className="call ringing" aria-label={say('call.bar')} role="alert">
      <Lead word={say('call.ringing')} />
      <Caller call={call} name={call.name} />
      <div className="call-acts">
        <KeyButton
          type="primary"
          keys="F3"
          loading={busy}
          onClick={answer}
          ref={(button) => {
            // Whoever is not writing may simply press Enter.
            if (button && !busy && !desk.words.current?.isBusy() && isIdle()) button.focus();
          }}
        >
          {say('call.answer')}
        </KeyButton>
        <KeyButton danger keys="Alt+Q" onClick={refuse}>
          {say('call.refuse')}
        </KeyButton>
      </div>
    </section>
  );
}

/** Nothing is being written. */
const isIdle = (): boolean => {
  const at = document.activeElement;
  const text = at instanceof HTMLTextAreaElement || at instanceof HTMLInputElement ? at.value : '';
  return text === '' && at?.tagName !== 'BUTTON';
};

interface TalkingProps {
  desk: Operator;
  call: CallView;
  ringing: CallView | undefined;
  onAnswer: (call: CallView) => void;
}
function Talking({ desk, call, ringing, onAnswer }: TalkingProps) {
  const { say } = useWords();
  const waiting = ringing !== undefined;
  const hangUp = () => {
    // A form with nothing in it belonged to this caller only.
    const idle = !isDirty(desk.draft.value) && !desk.receipts.shown;
    void endCall(call.id)
      .finally(refreshCalls)
      .finally(() => idle && desk.draft.clear());
  };
  useKeys([
    { keys: 'Alt+Q', label: 'keys.hang_up', run: hangUp },
    {
      keys: 'F3',
      label: 'keys.next_call',
      run: () => ringing && void endCall(call.id).finally(() => onAnswer(ringing)),
      off: !waiting,
    },
    // With a receipt in sight F2 is the receipt's.
    ...(desk.receipts.shown
      ? []
      : [{ keys: 'F2', label: 'keys.begin_anew', run: () => desk.next(), quiet: true } as const]),
  ]);
  return (
    <section
      className={desk.alarm || desk.draft.value.handed.length > 0 ? 'call em' : 'call'}
      aria-label={say('call.bar')}
    >
      <Lead word={say('call.talking')} />
      <Running since={call.answeredAt ?? call.rangAt} />
      <Caller call={call} name={desk.draft.value.name || call.name} />
      {waiting && <span className="sm today-t">{say('call.another_rings')}</span>}
      <div className="call-acts">
        <KeyButton danger keys="Alt+Q" onClick={hangUp}>
          {say('call.hang_up')}
        </KeyButton>
      </div>
    </section>
  );
}

const Lead = ({ word }: { word: string }) => (
  <span className="call-state">
    <span className="wave" aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
      <i />
    </span>
    <b>{word}</b>
  </span>
);

/** How long the call lasts: 02:47. */
/** Longer calls than this are a clock that was moved, as a demo's may be. */
const CALL_MAX_MS = 4 * 3_600_000;

/** How long they have been talking: counted in real time, also where the city's clock jumps. */
function Running({ since }: { since: string }) {
  useNow(1000);
  const [began] = useState(() => {
    const sofar = serverNow() - Date.parse(since);
    return performance.now() - (sofar > 0 && sofar < CALL_MAX_MS ? sofar : 0);
  });
  const seconds = Math.floor((performance.now() - began) / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  return (
    <span className="call-time" role="timer" aria-live="off">
      {two(Math.floor(seconds / 60))}:{two(seconds % 60)}
    </span>
  );
}

function Caller({ call, name }: { call: CallView; name: string }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const { data } = useCaller(call.phone);
  const earlier = data && data.open.length + data.closed.length;
  return (
    <span className="call-who">
      <b>{name || say('call.no_name')}</b>
      {open ? (
        <span className="nb">{call.phone}</span>
      ) : (
        <MaskedPhone phone={maskPhone(call.phone)} />
      )}
      <button type="button" className="link-button sm" onClick={() => setOpen(!open)}>
        {say(open ? 'masked.hide' : 'masked.show')}
      </button>
      {earlier !== undefined && (
        <span className="sm sec">
          {earlier === 0
            ? say('call.first_time')
            : say('call.earlier', { n: earlier, open: data?.open.length ?? 0 })}
        </span>
      )}
    </span>
  );
}

const KINDS = ['natural', 'legal', 'anonymous'] as const;

/** No telephone on the desk, or somebody at the counter: who it is, is typed. */
function Manual({ desk: { draft, receipts, next } }: { desk: Operator }) {
  const { say } = useWords();
  const { demo } = useMe();
  const { channel, kind, name, phone } = receipts.shown?.requester ?? draft.value;
  const off = receipts.shown !== null || isSettled(draft.value);
  const set = (change: Partial<OperatorFields>) => draft.set(change);
  useKeys([{ keys: 'F2', label: 'keys.new_caller', run: () => next() }]);
  return (
    <section className="contact" aria-label={say('operator.contact')}>
      <Field label={say('field.channel')}>
        <Select
          value={channel}
          disabled={off}
          onChange={(value) => set({ channel: value })}
          options={CHANNELS.map((value) => ({ value, label: say(`channel.${value}`) }))}
        />
      </Field>
      <Field
        label={say('field.phone')}
        wrong={phone.trim() !== '' && !isPhone(phone) ? say('field.phone_wrong') : undefined}
      >
        <Input
          autoComplete="off"
          inputMode="tel"
          maxLength={30}
          disabled={off}
          value={phone}
          onChange={(e) => set({ phone: e.target.value })}
        />
      </Field>
      <Field label={say('field.caller_name')}>
        <Input
          autoComplete="off"
          maxLength={40}
          disabled={off}
          value={name}
          onChange={(e) => set({ name: e.target.value })}
        />
      </Field>
      <Choice
        label={say('field.requester_kind')}
        value={kind}
        disabled={off}
        onChange={(value) => set({ kind: value })}
        options={KINDS.map((value) => ({ value, label: say(`requester.${value}`) }))}
      />
      {isSettled(draft.value) && !receipts.shown && (
        <span className="sm sec joined">{say('operator.same_contact')}</span>
      )}
      <span className="next row">
        {demo && <SoundSwitch />}
        <KeyButton keys="F2" onClick={() => next()}>
          {say('operator.next_caller')}
        </KeyButton>
      </span>
    </section>
  );
}

function SoundSwitch() {
  const { say } = useWords();
  const on = useSound();
  return (
    <Button type="text" aria-pressed={on} onClick={toggleSound}>
      {say(on ? 'call.sound_on' : 'call.sound_off')}
    </Button>
  );
}
