import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { CHOSEN_BREAKS, SEAT_SKILLS, type SeatSkill } from '../../../../src/contract.ts';
import { useSeat, type SeatView } from '../../data/calls.ts';
import { serverNow, useNow } from '../../data/clock.ts';
import { useBreakDue, useSeatMoves, type ChosenBreak, type SeatMoves } from '../../data/seat.ts';
import { useMe } from '../../data/session.tsx';
import { useKeys } from '../../lib/keys.ts';
import { toggleNotice, toggleSound, useNotice, useSound } from '../../lib/ring.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { QueueSign } from '../../frame/SeatSign.tsx';
import { keepWriting } from './useWriting.ts';

/**
 * The operator's seat: ready, on a break, finishing, away; who waits in the queue.
 * @param unsaved whether words stand on the desk that no order holds yet.
 */
export function SeatBar({ unsaved }: { unsaved: boolean }) {
  const { say } = useWords();
  const { data: seat } = useSeat();
  const moves = useSeatMoves(seat);
  useBreakDue(seat, moves);
  if (!seat) return null;
  return (
    <>
      <section className={`seat ${seat.state}`} aria-label={say('seat.label')}>
        {seat.state === 'offline' ? (
          <Begin seat={seat} moves={moves} />
        ) : (
          <Seated seat={seat} moves={moves} unsaved={unsaved} />
        )}
        <span className="seat-right">
          <QueueSign />
          <RingSwitches />
        </span>
      </section>
      <ProblemNotice problem={moves.moving.problem} wrote={false} />
    </>
  );
}

interface Props {
  seat: SeatView;
  moves: SeatMoves;
}

/** The start of a shift: which telephone, what for; then one key. */
function Begin({ seat, moves: { moving } }: Props) {
  const { say } = useWords();
  const me = useMe();
  const [extension, setExtension] = useState(seat.extension || usualExtension(me));
  const [skills, setSkills] = useState<SeatSkill[]>(seat.skills);
  const good = /^\d{2,12}$/.test(extension);
  const begin = () => {
    if (good) moving.submit({ state: 'ready', extension, skills });
  };
  useKeys([{ keys: 'Alt+J', label: 'keys.ready', run: begin }]);
  return (
    <>
      <StateWord state="offline" />
      <label className="row sm">
        {say('seat.extension')}
        <Input
          className="seat-extension"
          inputMode="numeric"
          autoComplete="off"
          maxLength={12}
          status={good ? '' : 'error'}
          value={extension}
          onChange={(e) => setExtension(e.target.value)}
        />
      </label>
      <Checkbox.Group<SeatSkill>
        value={skills}
        onChange={setSkills}
        options={SEAT_SKILLS.filter((s) => s !== 'general').map((skill) => ({
          value: skill,
          label: say(`phone.skill_${skill}`),
        }))}
      />
      <KeyButton size="small" keys="Alt+J" disabled={!good} loading={moving.busy} onClick={begin}>
        {say('seat.begin')}
      </KeyButton>
    </>
  );
}

/** In a demo every account has a telephone of its own from the start. */
function usualExtension({ demo, login }: { demo: boolean; login: string }): string {
  if (!demo) return '';
  const nth = Number(/\d+$/.exec(login)?.[0] ?? 1);
  return String(8000 + nth);
}

/** On duty: the state, since when or until when, and the way to the others. */
function Seated({ seat, moves, unsaved }: Props & { unsaved: boolean }) {
  const { say } = useWords();
  const [breaking, setBreaking] = useState(false);
  const { moving, later, wish, go, rest } = moves;
  const { state } = seat;
  const busy = state === 'ringing' || state === 'talking';
  const back = state === 'break' || state === 'wrap_up';
  const ask = () => {
    // Whoever chooses is not rung at meanwhile.
    if (state === 'wrap_up' && !breaking) void keepWriting();
    setBreaking(!breaking);
  };
  useKeys([
    {
      keys: 'Alt+J',
      label: state === 'wrap_up' ? 'keys.wrapped' : 'keys.ready',
      run: () => go('ready'),
      off: !back,
      quiet: !back,
    },
    {
      keys: 'Alt+X',
      label: 'keys.break',
      run: ask,
      off: state === 'ringing' || state === 'break',
      quiet: true,
    },
    { keys: 'Alt+L', label: 'keys.offline', run: () => go('offline'), off: busy, quiet: true },
  ]);
  return (
    <>
      <StateWord state={state} />
      {state === 'break' && seat.breakReason && (
        <span className="sm sec">{say(`seat.break_${seat.breakReason}`)}</span>
      )}
      {state === 'wrap_up' && seat.until && (
        <Remaining until={seat.until} unsaved={unsaved} later={later} />
      )}
      {state === 'wrap_up' && <Passed seat={seat} />}
      {state === 'ready' && unsaved && (
        <span className="sm today-t">{say('seat.unsaved_ready')}</span>
      )}
      {later && busy && (
        <span className="sm today-t nb">
          {say('seat.break_later', { what: say(`seat.break_${later}`) })}{' '}
          <button type="button" className="link-button sm" onClick={() => wish(null)}>
            {say('common.cancel')}
          </button>
        </span>
      )}
      <span className="sm mut nb">{say('seat.at', { n: seat.extension })}</span>
      {back && (
        <KeyButton size="small" keys="Alt+J" loading={moving.busy} onClick={() => go('ready')}>
          {say(state === 'wrap_up' ? 'seat.wrapped' : 'seat.back')}
        </KeyButton>
      )}
      {state !== 'ringing' && state !== 'break' && !breaking && !(busy && later) && (
        <KeyButton size="small" type="text" keys="Alt+X" onClick={ask}>
          {say(busy ? 'seat.break_after' : 'seat.break')}
        </KeyButton>
      )}
      {!busy && !breaking && (
        <KeyButton size="small" type="text" keys="Alt+L" onClick={() => go('offline')}>
          {say('seat.offline_go')}
        </KeyButton>
      )}
      {breaking && state !== 'ringing' && state !== 'break' && (
        <Reasons
          onClose={() => setBreaking(false)}
          onChoose={(breakReason) => {
            setBreaking(false);
            if (busy) wish(breakReason);
            else rest(breakReason);
          }}
        />
      )}
    </>
  );
}

/** 已转接 8003: where the call went that is written up now. */
function Passed({ seat }: { seat: SeatView }) {
  const { say } = useWords();
  const last = seat.call?.legs.at(-1);
  const stayed = last?.kind === 'emergency' && last.mode === 'consult';
  if (!last?.mode || stayed || last.target === seat.extension) return null;
  const whom = [last.target, last.who].filter(Boolean).join(' ');
  return <b className="sm ok-t nb">{say('seat.passed', { n: whom })}</b>;
}

interface ReasonProps {
  onChoose: (reason: ChosenBreak) => void;
  onClose: () => void;
}
/** Why the break: a digit says it. */
function Reasons({ onChoose, onClose }: ReasonProps) {
  const { say } = useWords();
  useKeys([
    { keys: 'Esc', label: 'keys.close', run: onClose, quiet: true },
    ...CHOSEN_BREAKS.flatMap((reason, i) =>
      [`Alt+${i + 1}`, String(i + 1)].map((keys) => ({
        keys,
        label: 'keys.break_reason' as const,
        run: () => onChoose(reason),
        quiet: true,
      })),
    ),
  ]);
  return (
    <span className="row" role="group" aria-label={say('seat.break')}>
      {CHOSEN_BREAKS.map((reason, i) => (
        <KeyButton
          key={reason}
          size="small"
          keys={String(i + 1)}
          ref={(button) => {
            if (i === 0 && button && !button.dataset.met) {
              button.dataset.met = 'yes';
              button.focus();
            }
          }}
          onClick={() => onChoose(reason)}
        >
          {say(`seat.break_${reason}`)}
        </KeyButton>
      ))}
    </span>
  );
}

function StateWord({ state }: { state: SeatView['state'] }) {
  const { say } = useWords();
  return (
    <b className="seat-state" role="status">
      {say(`seat.${state}`)}
    </b>
  );
}

interface RemainingProps {
  until: string;
  unsaved: boolean;
  later: ChosenBreak | null;
}
/** Seconds left to finish writing, which grow while somebody writes; then the seat is ready by itself. */
function Remaining({ until, unsaved, later }: RemainingProps) {
  const { say } = useWords();
  useNow(1000);
  const left = Math.max(0, Math.ceil((Date.parse(until) - serverNow()) / 1000));
  const next = later
    ? say('seat.left_break', { n: left, what: say(`seat.break_${later}`) })
    : say('seat.left', { n: left });
  return (
    <>
      <span className="sm sec nb">{next}</span>
      {unsaved && (
        <span className="sm today-t nb">
          {say('seat.unsaved')}{' '}
          <button type="button" className="link-button sm" onClick={() => void keepWriting()}>
            {say('seat.write_on')}
          </button>
        </span>
      )}
    </>
  );
}

function RingSwitches() {
  const { say } = useWords();
  const sound = useSound();
  const notice = useNotice();
  return (
    <>
      <Button size="small" type="text" aria-pressed={sound} onClick={toggleSound}>
        {say(sound ? 'call.sound_on' : 'call.sound_off')}
      </Button>
      {notice !== null && (
        <Button size="small" type="text" aria-pressed={notice} onClick={() => void toggleNotice()}>
          {say(notice ? 'seat.notice_on' : 'seat.notice_off')}
        </Button>
      )}
    </>
  );
}
