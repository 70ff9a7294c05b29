import { Input } from 'antd';
import { useState } from 'react';
import { EMERGENCY_TARGETS, type EmergencyTarget } from '../../../../src/contract.ts';
import { useColleagues, type ColleagueView } from '../../data/calls.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { TARGET_KEYS } from './Emergency.tsx';

const SHOWN_MAX = 8;
/** A number that is no colleague's: an extension or a telephone outside. */
const NUMBER = /^\d{2,15}$/;

interface Props {
  mode: 'transfer' | 'consult';
  onChoose: (target: string) => void;
  onEmergency: (target: EmergencyTarget) => void;
  onClose: () => void;
}

/** Whom to pass the call on to: type, Enter. It pushes the desk down; nothing is covered. */
export default function TransferPanel({ mode, onChoose, onEmergency, onClose }: Props) {
  const { say } = useWords();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = useMatches(typed.trim());
  const one = found[Math.min(at, found.length - 1)];
  const number = NUMBER.test(typed.trim()) ? typed.trim() : undefined;
  // Enter does no more than the button: a colleague who is not ready is not rung at.
  const away = one && one.state !== 'ready' && typed !== '' ? one : undefined;
  const chosen = one ? (one.state === 'ready' ? one.extension : undefined) : number;
  const go = () => chosen && onChoose(chosen);
  useKeys([
    { keys: 'Esc', label: 'keys.close', run: onClose },
    ...EMERGENCY_TARGETS.map((target) => ({
      keys: TARGET_KEYS[target],
      label: `keys.hand_${target}` as const,
      run: () => onEmergency(target),
      quiet: true,
    })),
  ]);
  const move = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(found.length - 1, at + step)));
  };
  return (
    <section className="passing" aria-label={say(`phone.${mode}_to`)}>
      <Input
        autoFocus
        autoComplete="off"
        aria-label={say(`phone.${mode}_to`)}
        placeholder={say('phone.whom')}
        maxLength={20}
        value={typed}
        onChange={(e) => {
          setTyped(e.target.value);
          setAt(0);
        }}
        onKeyDown={move}
        onPressEnter={go}
      />
      <ul className="passing-list">
        {found.map((one, i) => (
          <li key={one.userId}>
            <button
              type="button"
              aria-pressed={i === at}
              disabled={one.state !== 'ready'}
              onClick={() => onChoose(one.extension)}
            >
              <b>{one.extension}</b> {one.name}
              <span className="xs mut">{say(`seat.${one.state}`)}</span>
            </button>
          </li>
        ))}
        {found.length === 0 && (
          <li className="sm sec">
            {say(number ? 'phone.nobody_there' : 'phone.nobody', { n: number ?? '' })}
          </li>
        )}
        {away && (
          <li className="sm today-t" role="status">
            {say('phone.not_ready', { n: `${away.extension} ${away.name}` })}
          </li>
        )}
      </ul>
      {mode === 'transfer' && (
        <span className="row wrap">
          {EMERGENCY_TARGETS.map((target) => (
            <KeyButton
              key={target}
              size="small"
              danger
              keys={TARGET_KEYS[target]}
              onClick={() => onEmergency(target)}
            >
              {say('call.line', { n: target, what: say(`call.line_${target}`) })}
            </KeyButton>
          ))}
        </span>
      )}
      <button type="button" className="link-button sm" onClick={onClose}>
        {say('common.cancel')} <kbd>Esc</kbd>
      </button>
    </section>
  );
}

/** Who is ready comes first; found by extension or by name. */
function useMatches(typed: string): ColleagueView[] {
  const { data = [] } = useColleagues(true);
  const rank = (one: ColleagueView) => (one.state === 'ready' ? 0 : 1);
  return data
    .filter((one) => one.extension.startsWith(typed) || one.name.includes(typed))
    .toSorted((a, b) => rank(a) - rank(b) || a.extension.localeCompare(b.extension))
    .slice(0, SHOWN_MAX);
}
