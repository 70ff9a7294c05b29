import { Input } from 'antd';
import { DEMAND_TYPES, TEXT_MAX, URGENCIES } from '../../../../src/contract.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { CategoryPicker } from '../../parts/Pickers.tsx';
import type { PartFields } from './form.ts';
import type { Operator } from './useOperator.ts';

/** A text of several matters: one order each, registered together; place and wishes are shared. */
export function Parts({ desk: { draft } }: { desk: Operator }) {
  const { say } = useWords();
  const parts = draft.value.parts ?? [];
  const set = (at: number, change: Partial<PartFields>) =>
    draft.set({ parts: parts.map((part, i) => (i === at ? { ...part, ...change } : part)) });
  const drop = (at: number) => {
    const left = parts.filter((_, i) => i !== at);
    draft.set(left.length > 1 ? { parts: left } : { parts: undefined });
  };
  return (
    <section className="parts" aria-label={say('call.parts', { n: parts.length })}>
      <div className="row between">
        <h2>{say('call.parts', { n: parts.length })}</h2>
        <button
          type="button"
          className="link-button sm"
          onClick={() => draft.set({ parts: undefined })}
        >
          {say('call.parts_undo')}
        </button>
      </div>
      <ol>
        {parts.map((part, i) => (
          <li key={i}>
            <Part at={i + 1} part={part} set={(change) => set(i, change)} onDrop={() => drop(i)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

interface PartProps {
  at: number;
  part: PartFields;
  set: (change: Partial<PartFields>) => void;
  onDrop: () => void;
}
function Part({ at, part, set, onDrop }: PartProps) {
  const { say } = useWords();
  return (
    <fieldset>
      <legend className="unseen">{say('call.part', { n: at })}</legend>
      <div className="row between">
        <b className="sm">{say('call.part', { n: at })}</b>
        <button type="button" className="link-button sm" onClick={onDrop}>
          {say('call.part_drop')}
        </button>
      </div>
      <Input.TextArea
        aria-label={say('call.part', { n: at })}
        autoSize={{ minRows: 1, maxRows: 4 }}
        maxLength={TEXT_MAX.content}
        value={part.content}
        onChange={(e) => set({ content: e.target.value })}
      />
      <div className="part-row">
        <Choice
          look="s"
          label={say('field.type')}
          value={part.type}
          onChange={(type) => set({ type })}
          options={DEMAND_TYPES.map((type) => ({ value: type, label: say(`type.${type}`) }))}
        />
        <Choice
          look="s"
          label={say('field.urgency')}
          value={part.urgency}
          onChange={(urgency) => set({ urgency })}
          options={URGENCIES.map((u) => ({ value: u, label: say(`urgency.${u}`) }))}
        />
        <Field label={say('field.category')}>
          <CategoryPicker
            value={part.categoryCode}
            onChange={(categoryCode) => set({ categoryCode, subjectKind: undefined, title: '' })}
          />
        </Field>
      </div>
    </fieldset>
  );
}
