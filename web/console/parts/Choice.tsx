import { useId, type ReactNode } from 'react';
import { useWords } from '../lib/text.ts';
import { Kbd } from './Key.tsx';

export interface Option<T extends string> {
  value: T;
  label: ReactNode;
  keys?: string;
  off?: boolean;
}

interface Props<T extends string> {
  label: ReactNode;
  value: T | null | undefined;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  required?: boolean;
  wrong?: string | undefined;
  /** `fill` shares the width, `s` is small. */
  look?: 'fill' | 's' | 'wraps' | '';
  hideLabel?: boolean;
  disabled?: boolean;
}

/** One of a few, all in sight: native radio buttons that look like one control. */
export function Choice<T extends string>(props: Props<T>) {
  const { say } = useWords();
  const name = useId();
  const { label, value, options, onChange, look = '', disabled = false } = props;
  return (
    <fieldset className="f" disabled={disabled}>
      <legend className={props.hideLabel ? 'unseen' : 'lab'}>
        {label} {props.required && <span className="req">{say('field.required')}</span>}
      </legend>
      <div className={`choice ${look}`}>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={option.off ?? false}
              onChange={() => onChange(option.value)}
            />
            {option.keys && <Kbd keys={option.keys} />}
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {props.wrong && <span className="f wrong">{props.wrong}</span>}
    </fieldset>
  );
}
