import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import type { Problem } from '../data/problem.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';
import { hourText } from '../lib/time.ts';
import { KeyButton } from '../parts/Key.tsx';
import { ProblemNotice } from '../parts/States.tsx';

interface Props {
  title?: ReactNode;
  /** The words of the one primary button. */
  submit: string;
  keys?: string;
  /** Names of what is still missing; the form then says so and goes there instead of sending. */
  missing?: readonly string[];
  busy: boolean;
  problem: Problem | null;
  /** What was typed, to be carried away after a failure. */
  written?: string;
  savedAt?: number | undefined;
  danger?: boolean;
  /** What it would store is stored already: the button does not press. */
  muted?: boolean;
  onSubmit: () => void;
  /** Further buttons of the bar. */
  more?: ReactNode;
  className?: string;
  /** The form's fields; `tried` says that it was sent while something was missing. */
  children: (tried: boolean) => ReactNode;
}

/** Sends from every field, whatever other key a form has. */
const CHORD = 'Ctrl+Enter';

/** The frame of every act: fields, what went wrong, and a bar with one primary button. */
export function ActForm(props: Props) {
  const { keys = CHORD, missing = [], busy } = props;
  const form = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const send = () => {
    if (busy) return;
    if (missing.length === 0) return props.onSubmit();
    setTried(true);
    requestAnimationFrame(() => focusFirstWrong(form.current));
  };
  useKeys([
    { keys, label: 'keys.submit', run: send },
    ...(keys === CHORD
      ? []
      : [{ keys: CHORD, label: 'keys.submit' as const, run: send, quiet: true }]),
  ]);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form ref={form} className={`act-form ${props.className ?? ''}`} onSubmit={onSubmit} noValidate>
      {props.title && (
        <div className="hd">
          <h2>{props.title}</h2>
        </div>
      )}
      <div className="act-fields">{props.children(tried)}</div>
      {props.problem && (
        <div className="act-problem">
          <ProblemNotice
            problem={props.problem}
            wrote={props.written !== '' || props.savedAt !== undefined}
            {...(props.written ? { written: props.written } : {})}
          />
        </div>
      )}
      <div className="bar">
        <KeyButton
          type={props.muted ? 'default' : 'primary'}
          size="large"
          htmlType="submit"
          disabled={props.muted ?? false}
          danger={props.danger ?? false}
          keys={keys}
          loading={busy}
        >
          {props.submit}
        </KeyButton>
        {props.more}
        <FormState missing={missing} tried={tried} savedAt={props.savedAt} />
      </div>
    </form>
  );
}

interface StateProps {
  missing: readonly string[];
  tried: boolean;
  savedAt: number | undefined;
}
/** What is missing, and since when the draft is safe. */
function FormState({ missing, tried, savedAt }: StateProps) {
  const { say, list } = useWords();
  return (
    <span className="form-state xs mut">
      {missing.length > 0 && (
        <span className={tried ? 'today-t' : ''} role={tried ? 'alert' : undefined}>
          {say('form.missing', { items: list(missing) })}
        </span>
      )}
      {savedAt !== undefined && <span>{say('form.draft', { time: hourText(savedAt) })}</span>}
    </span>
  );
}

function focusFirstWrong(form: HTMLFormElement | null): void {
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"], .missing input');
  field?.focus();
  field?.scrollIntoView({ block: 'center' });
}

/** Names of the wanted fields that are empty. */
export const missingOf = (fields: readonly (readonly [unknown, string])[]): string[] =>
  fields
    .filter(([value]) => value === undefined || value === null || String(value).trim() === '')
    .map(([, name]) => name);
