import { useId, type ReactElement, type ReactNode } from 'react';
import { cloneElement } from 'react';
import { useWords } from '../lib/text.ts';

interface Props {
  label: ReactNode;
  required?: boolean;
  hint?: ReactNode;
  /** What is wrong and how to mend it. */
  wrong?: string | undefined;
  width?: 'w4' | 'w6' | 'w8';
  /** One control; it gets the id that the label names. */
  children: ReactElement<{
    id?: string;
    'aria-describedby'?: string;
    'aria-invalid'?: boolean;
    status?: 'error' | '';
  }>;
}

/** Label above, 必填 in words, what is wrong below. */
export function Field({ label, required = false, hint, wrong, width, children }: Props) {
  const { say } = useWords();
  const id = useId();
  const note = `${id}-note`;
  const hasNote = Boolean(wrong ?? hint);
  return (
    <div className={`f ${width ?? ''}`}>
      <label className="lab" htmlFor={id}>
        {label} {required && <span className="req">{say('field.required')}</span>}
      </label>
      {cloneElement(children, {
        id,
        ...(hasNote ? { 'aria-describedby': note } : {}),
        ...(wrong ? { 'aria-invalid': true, status: 'error' as const } : {}),
      })}
      {hasNote && (
        <span id={note} className={wrong ? 'wrong' : 'hint'}>
          {wrong ?? hint}
        </span>
      )}
    </div>
  );
}
