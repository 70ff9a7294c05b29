import type { ReactNode } from 'react';
import { useWords } from '../lib/text.ts';

interface Props<T extends string> {
  label: ReactNode;
  options: readonly { value: T; label: ReactNode }[];
  value: readonly T[];
  onChange: (value: T[]) => void;
  required?: boolean;
  wrong?: string | undefined;
}

/** Any of a few, all in sight: native checkboxes that look like chips; the order is the list's own. */
export function Ticks<T extends string>({ label, options, value, onChange, ...rest }: Props<T>) {
  const { say } = useWords();
  const toggle = (item: T, on: boolean) =>
    onChange(options.map((o) => o.value).filter((v) => (v === item ? on : value.includes(v))));
  return (
    <fieldset className={`f ${rest.wrong ? 'missing' : ''}`}>
      <legend className="lab">
        {label} {rest.required && <span className="req">{say('field.required')}</span>}
      </legend>
      <div className="ticks">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="checkbox"
              checked={value.includes(option.value)}
              onChange={(event) => toggle(option.value, event.target.checked)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {rest.wrong && <span className="wrong">{rest.wrong}</span>}
    </fieldset>
  );
}
