import { Input } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../lib/text.ts';
import { Field } from './Field.tsx';

interface Props {
  label: ReactNode;
  hint?: ReactNode;
  /** Neither empty nor only blanks; marked where it is, once the form was sent (`tried`). */
  required?: boolean;
  tried?: boolean;
  /** Lines at least and at most; without them it is one line. */
  rows?: readonly [number, number];
  /** In characters. */
  max: number;
  value: string;
  autoFocus?: boolean;
  width?: 'w4' | 'w6' | 'w8' | undefined;
  onChange: (value: string) => void;
}

/** A field for words. */
export function TextField({ required = false, tried = false, rows, max, ...props }: Props) {
  const { say } = useWords();
  const { label, hint, value, autoFocus = false, width } = props;
  const control = { maxLength: max, value, autoFocus };
  return (
    <Field
      required={required}
      label={label}
      hint={hint}
      {...(width ? { width } : {})}
      wrong={required && tried && !value.trim() ? say('field.missing') : undefined}
    >
      {rows ? (
        <Input.TextArea
          {...control}
          autoSize={{ minRows: rows[0], maxRows: rows[1] }}
          onChange={(e) => props.onChange(e.target.value)}
        />
      ) : (
        <Input {...control} onChange={(e) => props.onChange(e.target.value)} />
      )}
    </Field>
  );
}
