import { Checkbox, Input } from 'antd';
import { TEXT_MAX, URGENCIES } from '../../../../src/contract.ts';
import type { Problem } from '../../data/problem.ts';
import type { DraftForm } from '../../lib/drafts.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import {
  AreaPicker,
  CategoryPicker,
  SubjectKindPicker,
  useSubjectKinds,
} from '../../parts/Pickers.tsx';
import type { OperatorFields } from './form.ts';

interface Props {
  draft: DraftForm<OperatorFields>;
  problem: Problem | null;
}
type TextField = 'title' | 'address' | 'occurred' | 'subjectName';

/** Everything but the words may be missing (容缺). */
export function MatterFields({ draft, problem }: Props) {
  const { say } = useWords();
  const { value, set } = draft;
  const kinds = useSubjectKinds(value.categoryCode);
  const text = (field: TextField, label: string, width: 'w4' | 'w6' | 'w8') => (
    <Field label={label} width={width} wrong={problem?.issue(field)}>
      <Input
        autoComplete="off"
        maxLength={field === 'title' ? TEXT_MAX.title : TEXT_MAX.short}
        value={value[field]}
        onChange={(e) => set({ [field]: e.target.value })}
      />
    </Field>
  );
  return (
    <div className="form wide">
      <Field label={say('field.category')} width="w6">
        <CategoryPicker
          value={value.categoryCode}
          onChange={(categoryCode) => set({ categoryCode, subjectKind: undefined })}
        />
      </Field>
      <Field label={say('field.area')} width="w6">
        <AreaPicker value={value.areaCode} onChange={(areaCode) => set({ areaCode })} />
      </Field>
      {kinds.length > 0 && (
        <Field label={say('field.subject_kind')} width="w6">
          <SubjectKindPicker
            kinds={kinds}
            value={value.subjectKind}
            onChange={(subjectKind) => set({ subjectKind })}
          />
        </Field>
      )}
      {text('address', say('field.address'), 'w8')}
      {text('occurred', say('field.occurred'), 'w4')}
      <Choice
        look="fill"
        label={say('field.urgency')}
        value={value.urgency}
        onChange={(urgency) => set({ urgency })}
        options={URGENCIES.map((u) => ({ value: u, label: say(`urgency.${u}`) }))}
      />
      {text('subjectName', say('field.subject'), 'w4')}
      {text('title', say('field.title'), 'w8')}
      <Wishes draft={draft} />
    </div>
  );
}

function Wishes({ draft: { value, set } }: { draft: DraftForm<OperatorFields> }) {
  const { say } = useWords();
  return (
    <fieldset className="f">
      <legend className="lab">{say('field.wishes')}</legend>
      <div className="row wrap wishes">
        {(['wishCallback', 'wishPublic', 'confidential'] as const).map((wish) => (
          <Checkbox
            key={wish}
            checked={value[wish]}
            onChange={(e) => set({ [wish]: e.target.checked })}
          >
            {say(`wish.${wish}`)}
          </Checkbox>
        ))}
      </div>
    </fieldset>
  );
}
