import { Input } from 'antd';
import { useEffect, useRef } from 'react';
import { EMERGENCY_TARGETS, type EmergencyTarget } from '../../../../src/contract.ts';
import type { EmergencyGuess } from '../../../../src/understanding/schema.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import type { Operator } from './useOperator.ts';

/** Keys of the lines; they never mean anything else. */
export const TARGET_KEYS: Record<EmergencyTarget, string> = {
  '119': 'Alt+9',
  '110': 'Alt+8',
  '120': 'Alt+0',
  '122': 'Alt+7',
};

const QUESTIONS = [1, 2, 3] as const;

interface Props {
  desk: Operator;
  alarm: EmergencyGuess;
}

/** The red band: which line, at once; what to ask; everything else waits. No dialog, nothing is lost. */
export function EmergencyBand({ desk, alarm }: Props) {
  const { say } = useWords();
  const handed = desk.draft.value.handed;
  const done = handed.length > 0;
  const calm = () => desk.draft.set({ calm: { kind: alarm.kind, reason: '' }, alarm: undefined });
  useKeys([
    { keys: 'Esc', label: 'keys.not_emergency', run: calm, off: done },
    ...EMERGENCY_TARGETS.map((target) => ({
      keys: TARGET_KEYS[target],
      label: `keys.hand_${target}` as const,
      run: () => desk.handing.submit(target),
      off: handed.some((one) => one.target === target),
      quiet: target !== alarm.target,
    })),
  ]);
  return (
    <>
      <section className="alarm" role="alert" aria-label={say('call.alarm')}>
        <div className="alarm-head">
          <span className="oct" aria-hidden="true">
            !
          </span>
          <div>
            <p className="alarm-title">
              {say('call.alarm')}：{say(`emergency.kind.${alarm.kind}`)}
            </p>
            <p>{say(done ? 'call.alarm_done' : 'call.alarm_first')}</p>
          </div>
        </div>
        <Targets desk={desk} alarm={alarm} />
        {desk.handing.problem && <ProblemNotice problem={desk.handing.problem} />}
      </section>
      <section className="ask" aria-label={say('call.ask')}>
        <h3 className="mut">{say('call.ask')}</h3>
        <ol>
          {QUESTIONS.map((n) => (
            <li key={n}>{say(`emergency.ask.${alarm.kind}.${n}`)}</li>
          ))}
        </ol>
      </section>
    </>
  );
}

/** Most likely line first and widest; it takes the focus once nobody is typing. */
function Targets({ desk, alarm }: Props) {
  const { say } = useWords();
  const first = useRef<HTMLButtonElement>(null);
  const { handed } = desk.draft.value;
  const has = (target: EmergencyTarget) => handed.some((one) => one.target === target);
  const order = [
    alarm.target,
    ...alarm.also.filter((target) => target !== alarm.target),
    ...(['120', '110', '119', '122'] as const),
  ].filter((target, i, all) => all.indexOf(target) === i);
  const settled = useFocusOnceIdle(desk, first, handed.length === 0);
  return (
    <div className="go">
      {order.map((target, i) => (
        <KeyButton
          key={target}
          size="large"
          {...(i === 0 ? { ref: first, type: 'primary', danger: true } : {})}
          keys={TARGET_KEYS[target]}
          disabled={has(target)}
          loading={desk.handing.busy && i === 0}
          onKeyDown={(event) => {
            // What was meant for the text must neither press this nor be lost.
            if (event.key === ' ' && !settled()) event.preventDefault();
            if (isText(event)) desk.words.current?.focus();
          }}
          onClick={(event) => {
            if (event.detail === 0 && !settled()) return;
            desk.handing.submit(target);
          }}
        >
          {say(has(target) ? 'call.handed_to' : i === 0 ? 'call.hand_to' : 'call.line', {
            n: target,
            what: say(`call.line_${target}`),
          })}
        </KeyButton>
      ))}
    </div>
  );
}

const isText = (event: React.KeyboardEvent): boolean =>
  event.key.length === 1 && event.key !== ' ' && !event.altKey && !event.ctrlKey && !event.metaKey;

const LOOK_MS = 200;
const SETTLE_MS = 700;

/**
 * The focus comes here only once nobody is in the middle of a word: a blank that picks a character
 * would otherwise call the fire brigade. @returns whether it has been here long enough to be pressed.
 */
function useFocusOnceIdle(
  desk: Operator,
  button: React.RefObject<HTMLButtonElement | null>,
  wanted: boolean,
): () => boolean {
  const at = useRef(Infinity);
  const { words } = desk;
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => {
      if (words.current?.isBusy()) return;
      clearInterval(timer);
      at.current = performance.now();
      button.current?.focus();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [words, button, wanted]);
  return () => performance.now() - at.current > SETTLE_MS || at.current === Infinity;
}

const REASONS = ['over', 'elsewhere', 'figure', 'consult'] as const;

/** Called none: the order would wait among the emergencies without a reason. */
export function CalmNote({ desk: { draft } }: { desk: Operator }) {
  const { say } = useWords();
  const { calm } = draft.value;
  if (!calm) return null;
  const set = (reason: string) => draft.set({ calm: { ...calm, reason } });
  return (
    <section className="calm" data-at="calm" aria-label={say('call.calm')}>
      <Field
        required
        label={say('call.calm_why', { kind: say(`emergency.kind.${calm.kind}`) })}
        hint={say('call.calm_hint')}
      >
        <Input maxLength={200} value={calm.reason} onChange={(e) => set(e.target.value)} />
      </Field>
      <p className="row wrap sm">
        {REASONS.map((reason) => (
          <button
            key={reason}
            type="button"
            className="link-button"
            onClick={() => set(say(`call.calm_${reason}`))}
          >
            {say(`call.calm_${reason}`)}
          </button>
        ))}
        <button
          type="button"
          className="link-button"
          onClick={() => draft.set({ calm: undefined })}
        >
          {say('call.calm_undo')}
        </button>
      </p>
    </section>
  );
}
