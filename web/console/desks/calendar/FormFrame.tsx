import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import type { ChangeFormProps } from './ChangePanel.tsx';

interface Props extends Pick<ChangeFormProps, 'busy' | 'problem' | 'asleep'> {
  /** Something is missing or wrong: it is said under the fields, nothing is sent. */
  wrong: boolean;
  onSubmit: () => void;
  children: (tried: boolean) => ReactNode;
}

/** The frame of a change: fields and the way to its preview. */
export function FormFrame({ wrong, busy, problem, asleep, onSubmit, children }: Props) {
  const { say } = useWords();
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const send = () => {
    if (busy) return;
    if (!wrong) return onSubmit();
    setTried(true);
    requestAnimationFrame(() =>
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
  };
  useKeys(asleep ? [] : [{ keys: 'Ctrl+Enter', label: 'keys.preview', run: send }]);
  const onFormSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form ref={form} className="act-form" onSubmit={onFormSubmit} noValidate>
      <div className="act-fields">{children(tried)}</div>
      {problem && (
        <div className="act-problem">
          <ProblemNotice problem={problem} />
          <Issues problem={problem} />
        </div>
      )}
      <div className="bar">
        <KeyButton type="primary" size="large" htmlType="submit" keys="Ctrl+Enter" loading={busy}>
          {say('change.to_preview')}
        </KeyButton>
        <span className="form-state xs mut">{say('change.preview_rule')}</span>
      </div>
    </form>
  );
}

/** What the server found wrong, by place. */
function Issues({ problem }: { problem: NonNullable<ChangeFormProps['problem']> }) {
  const { issues } = problem.extra;
  if (!Array.isArray(issues)) return null;
  return (
    <ul className="xs over-t issues">
      {(issues as { path?: string; message?: string }[]).slice(0, 8).map((issue, i) => (
        <li key={i}>
          {issue.path} {issue.message}
        </li>
      ))}
    </ul>
  );
}
