/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import { orderNoText } from '../../src/kernel/ids.ts';
import type { View } from './view.ts';

/** Something to mend: which field, and how, in words. */
export interface Mistake {
  field: string;
  text: string;
}

export const mistakeOf = (mistakes: readonly Mistake[], field: string): string | undefined =>
  mistakes.find((m) => m.field === field)?.text;

/** Says first what is wrong, with a way to each field; it takes the focus when the page opens. */
export const Mistakes = ({ view, list }: { view: View; list: readonly Mistake[] }) =>
  list.length === 0 ? null : (
    <div class="sum" role="alert" tabindex={-1} autofocus>
      <p>{view.say('citizen.mistakes')}</p>
      <ul>
        {list.map((m) => (
          <li>
            <a href={`#${m.field}`}>{m.text}</a>
          </li>
        ))}
      </ul>
    </div>
  );

interface FieldProps {
  view: View;
  name: string;
  label: string;
  value: string;
  mistakes: readonly Mistake[];
  /** Beside the label: whether it is needed. */
  note: string;
  hint?: string | undefined;
  /** Right of the label, e.g. how many characters are left. */
  count?: string | undefined;
  rows?: number;
  /** Most characters; a script counts what is left of them. */
  max?: number;
  countWords?: Record<string, string>;
  required?: boolean;
  /** Why it is idle where the citizen stays anonymous; the style shows it then. */
  idle?: string;
  attributes?: Record<string, string>;
}

/** One text field with label, note, hint and mistake, tied together for a screen reader. */
export function Field(p: FieldProps) {
  const mistake = mistakeOf(p.mistakes, p.name);
  const about = [p.hint && `${p.name}-hint`, mistake && `${p.name}-err`].filter(Boolean).join(' ');
  const common = {
    id: p.name,
    name: p.name,
    required: p.required,
    'aria-invalid': mistake ? 'true' : undefined,
    'aria-describedby': about || undefined,
    ...p.attributes,
  };
  return (
    <div class={['field', mistake && 'bad', p.idle && 'idle'].filter(Boolean).join(' ')}>
      <label for={p.name}>
        {p.label} <small>{p.note}</small>
        {p.count && (
          <small class="cnt" id={`${p.name}-count`} {...p.countWords}>
            {p.count}
          </small>
        )}
      </label>
      {p.rows ? (
        <textarea {...common} rows={p.rows} data-max={p.max}>
          {p.value}
        </textarea>
      ) : (
        <input class="inp" type="text" {...common} value={p.value} />
      )}
      {p.idle && <p class="hint why mt">{p.idle}</p>}
      {mistake && (
        <p class="err" id={`${p.name}-err`}>
          {mistake}
        </p>
      )}
      {p.hint && (
        <p class="hint mt" id={`${p.name}-hint`}>
          {p.hint}
        </p>
      )}
    </div>
  );
}

interface OptionProps {
  type: 'radio' | 'checkbox';
  name: string;
  value: string;
  checked: boolean;
  /** `dot` and `box` show the control itself, `tick` marks only what is chosen. */
  look: 'dot' | 'box' | 'tick';
  centred?: boolean;
  /** More classes, for the look of this one. */
  kind?: string | undefined;
  id?: string | undefined;
  children?: Child;
}

/** A choice as large as a finger; the control itself lies over it, invisible. */
export const Option = (p: OptionProps) => (
  <label class={['opt', p.centred && 'c', p.kind].filter(Boolean).join(' ')}>
    <input type={p.type} name={p.name} value={p.value} checked={p.checked} id={p.id} />
    <span class={p.look}>{p.children}</span>
  </label>
);

export const Hidden = ({ values }: { values: Record<string, string> }) => (
  <>
    {Object.entries(values).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
  </>
);

/** `20260917-002975` with the last four bold: they are what people say. */
export const OrderNo = ({ no }: { no: string }) => (
  <>
    {orderNoText(no).slice(0, -4)}
    <b>{no.slice(-4)}</b>
  </>
);

/** Words that somebody wrote, in the language they were written in, with their lines. */
export const Words = ({ text }: { text: string }) => (
  <p class="words" lang="zh-CN">
    {text}
  </p>
);
