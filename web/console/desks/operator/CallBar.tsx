import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { CallCommand } from '../../../../src/contract.ts';
import { useColleagues, type DeskCall } from '../../data/calls.ts';
import { serverNow, useNow } from '../../data/clock.ts';
import { useCaller } from '../../data/queries.ts';
import { useKeys, type KeyBinding } from '../../lib/keys.ts';
import { usePhoneSet } from '../../lib/phone-set.ts';
import { useRing } from '../../lib/ring.ts';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { clockText } from '../../frame/SeatSign.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { MaskedPhone } from '../../parts/Masked.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { CallSigns } from './CallSigns.tsx';
import './call.css';
import { isDirty, maskPhone } from './form.ts';
import { Manual } from './Manual.tsx';
import { useCallDesk, type CallDesk } from './useCallDesk.ts';
import type { Operator } from './useOperator.ts';

const TransferPanel = lazy(() => import('./TransferPanel.tsx'));

/** The 60 px above the desk: who rings, who is on the line, or who stands before it. */
export function CallBar({ desk }: { desk: Operator }) {
  const { say } = useWords();
  const { ringing, talking } = desk.calls;
  const phone = useCallDesk(desk);
  const missed = useMissed(desk);
  useRing(talking ? undefined : ringing, useWhoRings(ringing));
  return (
    <>
      {talking ? (
        <Talking key={talking.id} desk={desk} call={talking} phone={phone} />
      ) : ringing ? (
        <Ringing desk={desk} call={ringing} phone={phone} />
      ) : (
        <Manual desk={desk} />
      )}
      {missed !== null && (
        <div className="note soon" role="status">
          {say('call.missed', { at: hourText(missed) })}
        </div>
      )}
      {phone.problem && <ProblemNotice problem={phone.problem} kind="read" />}
    </>
  );
}

/** When the telephone last rang here and nobody took it; forgotten as soon as it rings again. */
function useMissed({ calls: { ringing, talking } }: Operator): number | null {
  const rang = useRef<string | null>(null);
  const [missed, setMissed] = useState<number | null>(null);
  const [rings, talks] = [ringing?.id, talking?.id];
  useEffect(() => {
    if (rings !== undefined || talks !== undefined) setMissed(null);
    else if (rang.current !== null) setMissed(serverNow());
    rang.current = talks === undefined ? (rings ?? null) : null;
  }, [rings, talks]);
  return missed;
}

function useWhoRings(call: DeskCall | undefined): string {
  const { say } = useWords();
  if (!call) return '';
  return call.name || (call.phone === null ? say('phone.withheld') : maskPhone(call.phone));
}

interface BarProps {
  desk: Operator;
  call: DeskCall;
  phone: CallDesk;
}
function Ringing({ desk, call, phone }: BarProps) {
  const { say } = useWords();
  const set = usePhoneSet();
  const answer = () => {
    set?.answer();
    phone.answer(call);
  };
  const refuse = () => phone.command(call, 'hangup');
  const button = useRef<HTMLButtonElement>(null);
  const { words } = desk;
  useEffect(() => {
    // Whoever is not writing may simply press Enter; once, so that it takes no word away later.
    if (!words.current?.isBusy() && isIdle()) button.current?.focus();
  }, [call.id, words]);
  useKeys([
    { keys: 'F3', label: 'keys.take_call', run: answer },
    {
      keys: 'Alt+Q',
      label: 'keys.refuse_call',
      run: refuse,
      quiet: true,
      off: !phone.commands,
    },
  ]);
  return (
    <section className="call ringing" aria-label={say('call.bar')} role="alert">
      <Lead word={say('call.ringing')} />
      <Caller call={call} name={call.name} />
      <CallSigns call={call} />
      {!phone.commands && <span className="sm today-t">{say('phone.at_the_set_answer')}</span>}
      <div className="call-acts">
        <KeyButton type="primary" keys="F3" loading={phone.busy} onClick={answer} ref={button}>
          {say(phone.commands ? 'call.answer' : 'phone.begin_form')}
        </KeyButton>
        {phone.commands && (
          <KeyButton danger keys="Alt+Q" onClick={refuse}>
            {say('call.refuse')}
          </KeyButton>
        )}
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

function Talking({ desk, call, phone }: BarProps) {
  const { say } = useWords();
  const [passing, setPassing] = useState<'transfer' | 'consult' | null>(null);
  const [consulting, setConsulting] = useState<string | null>(null);
  const whom = useNameAt(consulting ?? '');
  const { handed } = desk.draft.value;
  const held = call.state === 'held';
  const acts = useTalkActs({ desk, call, phone }, consulting, setPassing, setConsulting);
  return (
    <>
      <section
        className={desk.alarm || handed.length > 0 ? 'call em' : held ? 'call held' : 'call'}
        aria-label={say('call.bar')}
      >
        <Lead word={say(held ? 'phone.held' : 'call.talking')} />
        <Running since={call.answeredAt ?? call.enteredAt} />
        <Waits held={held} />
        <Caller call={call} name={desk.draft.value.name || call.name} />
        <CallSigns call={call} warn />
        {consulting && <span className="sm today-t">{say('phone.consulting', { n: whom })}</span>}
        {!phone.commands && <span className="sm sec">{say('phone.at_the_set')}</span>}
        <div className="call-acts">
          {acts.map(({ keys, word, run, danger, pressed }) => (
            <KeyButton
              key={keys}
              keys={keys}
              danger={danger ?? false}
              onClick={run}
              {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
            >
              {say(word)}
            </KeyButton>
          ))}
        </div>
      </section>
      {passing && (
        <Suspense fallback={null}>
          <TransferPanel
            mode={passing}
            onClose={() => setPassing(null)}
            onChoose={(target) => {
              setPassing(null);
              phone.command(call, passing, target);
              if (passing === 'consult') setConsulting(target);
            }}
            onEmergency={(target) => {
              setPassing(null);
              desk.handing.submit(target);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

/** Who sits at a telephone, as the choice of colleagues showed; else its number. */
function useNameAt(extension: string): string {
  // Nothing is asked for: the choice left its answer.
  const { data = [] } = useColleagues(false);
  return data.find((one) => one.extension === extension)?.name || extension;
}

interface TalkAct {
  keys: string;
  label: KeyBinding['label'];
  word: KeyBinding['label'];
  run: () => void;
  danger?: boolean;
  pressed?: boolean;
}

/** What can be done with the call now, each with its key. */
function useTalkActs(
  { desk, call, phone }: BarProps,
  consulting: string | null,
  setPassing: (mode: 'transfer' | 'consult' | null) => void,
  setConsulting: (target: string | null) => void,
): TalkAct[] {
  const set = usePhoneSet();
  const command = (what: CallCommand) => () => phone.command(call, what);
  const consulted = (what: CallCommand) => () => {
    setConsulting(null);
    phone.command(call, what);
  };
  const hangUp = () => {
    // A form with nothing in it belonged to this caller only.
    const idle = !isDirty(desk.draft.value) && !desk.receipts.shown;
    phone.command(call, 'hangup');
    if (idle) phone.leave();
  };
  const held = call.state === 'held';
  const mute: TalkAct[] = set
    ? [
        {
          keys: 'F4',
          label: 'keys.mute',
          word: set.muted ? 'phone.unmute' : 'phone.mute',
          run: () => set.mute(!set.muted),
          pressed: set.muted,
        },
      ]
    : [];
  const passing: TalkAct[] =
    consulting === null
      ? [
          { keys: 'F6', label: 'keys.hold', word: held ? 'phone.unhold' : 'phone.hold', run: command(held ? 'unhold' : 'hold'), pressed: held }, // prettier-ignore
          { keys: 'F7', label: 'keys.consult', word: 'phone.consult', run: () => setPassing('consult') }, // prettier-ignore
          { keys: 'F8', label: 'keys.transfer', word: 'phone.transfer', run: () => setPassing('transfer') }, // prettier-ignore
        ]
      : [
          { keys: 'F7', label: 'keys.consult_back', word: 'phone.consult_back', run: consulted('cancel') }, // prettier-ignore
          { keys: 'F8', label: 'keys.consult_on', word: 'phone.consult_on', run: consulted('complete') }, // prettier-ignore
        ];
  const acts: TalkAct[] = phone.commands
    ? [
        ...mute,
        ...passing,
        { keys: 'Alt+Q', label: 'keys.hang_up', word: 'call.hang_up', run: hangUp, danger: true },
      ]
    : [];
  useKeys([
    ...acts.map(({ keys, label, run }) => ({
      keys,
      label,
      run,
      quiet: keys !== 'Alt+Q',
    })),
    // With a receipt in sight F2 is the receipt's.
    ...(desk.receipts.shown
      ? []
      : [{ keys: 'F2', label: 'keys.begin_anew', run: () => desk.next(), quiet: true } as const]),
  ]);
  return acts;
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

/** How long the caller waits on hold; not told where the desk was opened meanwhile. */
function Waits({ held }: { held: boolean }) {
  const { say } = useWords();
  useNow(1000);
  const before = useRef(held);
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => {
    if (before.current !== held) setSince(held ? performance.now() : null);
    before.current = held;
  }, [held]);
  if (!held || since === null) return null;
  return (
    <span className="sm today-t nb">
      {say('phone.held_for', { time: clockText(Math.floor((performance.now() - since) / 1000)) })}
    </span>
  );
}

/** Longer calls than this are a clock that was moved, as a demo's may be. */
const CALL_MAX_MS = 4 * 3_600_000;

/** How long they have been talking, 02:47: counted in real time, also where the city's clock jumps. */
function Running({ since }: { since: string }) {
  useNow(1000);
  const [began] = useState(() => {
    const sofar = serverNow() - Date.parse(since);
    return performance.now() - (sofar > 0 && sofar < CALL_MAX_MS ? sofar : 0);
  });
  return (
    <span className="call-time" role="timer" aria-live="off">
      {clockText(Math.floor((performance.now() - began) / 1000))}
    </span>
  );
}

function Caller({ call, name }: { call: DeskCall; name: string }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const { data } = useCaller(call.phone ?? undefined);
  const earlier = data && data.open.length + data.closed.length;
  return (
    <span className="call-who">
      <b>{name || say('call.no_name')}</b>
      {call.phone === null ? (
        <span>{say('phone.withheld')}</span>
      ) : open ? (
        <span className="nb">{call.phone}</span>
      ) : (
        <MaskedPhone phone={maskPhone(call.phone)} />
      )}
      {call.phone !== null && (
        <button type="button" className="link-button sm" onClick={() => setOpen(!open)}>
          {say(open ? 'masked.hide' : 'masked.show')}
        </button>
      )}
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
