import { Checkbox, Input } from 'antd';
import { TEXT_MAX, URGENCIES } from '../../../../src/contract.ts';
import { useReference } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots } from '../../parts/Marks.tsx';
import {
  AddressPicker,
  AreaPicker,
  CategoryPicker,
  SubjectKindPicker,
  areaPath,
  useSubjectKinds,
} from '../../parts/Pickers.tsx';
import { reclassed } from './form.ts';
import { useLimits } from './limits.ts';
import { isEmptyChange, isTaken, placeOf } from './take.ts';
import type { Operator } from './useOperator.ts';

type TextField = 'title' | 'occurred' | 'subjectName';

/** What these fields need of a desk. */
export type FieldsDesk = Pick<Operator, 'draft' | 'registration' | 'advised'>;

interface Props {
  desk: FieldsDesk;
  /** In an emergency only where and when; the rest can wait. */
  urgent: boolean;
}

/** Everything but the words may be missing (容缺). */
export function MatterFields({ desk, urgent }: Props) {
  const { say } = useWords();
  const { draft } = desk;
  const { value, set } = draft;
  const { problem } = desk.registration;
  const { data } = useReference();
  const kinds = useSubjectKinds(value.categoryCode);
  const whole = value.parts === undefined && !urgent;
  const u = desk.advised.advice?.understanding;
  const said = value.occurred !== '' && value.occurred === u?.occurred;
  // Three stand in the row of two, so that nothing below them is pushed out of sight.
  const third = whole && kinds.length > 0 ? 'w4' : 'w6';
  const made = desk.advised.advice?.title;
  const hintOf = (field: TextField) =>
    field === 'title' && made ? say('operator.title_made', { title: made }) : undefined;
  const text = (field: TextField, label: string, width: 'w4' | 'w6' | 'w8', hint?: string) => (
    <Field label={label} width={width} wrong={problem?.issue(field)} hint={hint}>
      <Input
        autoComplete="off"
        maxLength={field === 'title' ? TEXT_MAX.title : TEXT_MAX.short}
        placeholder={hintOf(field)}
        value={value[field]}
        onChange={(e) => set({ [field]: e.target.value })}
      />
    </Field>
  );
  return (
    <div className="form wide">
      <Field
        label={say('field.address')}
        width="w8"
        wrong={problem?.issue('address')}
        hint={areaPath(value.areaCode, data?.areas ?? [])}
      >
        <AddressPicker
          maxLength={TEXT_MAX.short}
          value={value.address}
          onChange={(address, areaCode) => set(areaCode ? { address, areaCode } : { address })}
        />
      </Field>
      {text('occurred', say('field.occurred'), 'w4', said ? say('advice.from_words') : undefined)}
      {urgent && <HeardPlace desk={desk} />}
      {whole && (
        <Field label={say('field.category')} width={third}>
          <CategoryPicker
            value={value.categoryCode}
            onChange={(categoryCode) => set(reclassed(value, categoryCode))}
          />
        </Field>
      )}
      <Field label={say('field.area')} width={third}>
        <AreaPicker value={value.areaCode} onChange={(areaCode) => set({ areaCode })} />
      </Field>
      {whole && kinds.length > 0 && (
        <Field label={say('field.subject_kind')} width={third}>
          <SubjectKindPicker
            kinds={kinds}
            value={value.subjectKind}
            onChange={(subjectKind) => set({ subjectKind })}
          />
        </Field>
      )}
      {whole && <UrgencyChoice desk={desk} />}
      {!urgent && text('subjectName', say('field.subject'), 'w4')}
      {whole && text('title', say('field.title'), 'w8')}
      {!urgent && <Wishes desk={desk} />}
    </div>
  );
}

/** In an emergency there is no column of advice: the place that was heard is taken here. */
function HeardPlace({ desk: { draft, advised } }: { desk: FieldsDesk }) {
  const { say } = useWords();
  const { data } = useReference();
  const u = advised.advice?.understanding;
  const change = u ? placeOf(u) : {};
  const off = isEmptyChange(change) || isTaken(change, draft.value);
  const take = () => draft.set(change);
  useKeys([{ keys: 'Alt+3', label: 'keys.take_place', run: take, off, quiet: true }]);
  if (off) return null;
  return (
    <p className="row heard-place">
      <span className="sm sec">{say('advice.heard_place')}</span>
      <span>
        <Dots>
          {areaPath(change.areaCode, data?.areas ?? [])}
          {change.address}
          {change.occurred}
        </Dots>
      </span>
      <KeyButton size="small" keys="Alt+3" onClick={take}>
        {say('dispatch.take')}
      </KeyButton>
    </p>
  );
}

/** Each with the instant until which it would be due. */
function UrgencyChoice({ desk: { draft } }: { desk: FieldsDesk }) {
  const { say } = useWords();
  const limits = useLimits(draft.value);
  return (
    <Choice
      look="fill"
      label={say('field.urgency')}
      value={draft.value.urgency}
      onChange={(urgency) => draft.set({ urgency })}
      options={URGENCIES.map((u) => ({
        value: u,
        label: (
          <span className="limit">
            {say(`urgency.${u}`)}
            {limits[u] && <small>{limits[u]}</small>}
          </span>
        ),
      }))}
    />
  );
}

function Wishes({ desk }: { desk: FieldsDesk }) {
  const { say } = useWords();
  const { value, set } = desk.draft;
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
            {say(`wish.${wish}`)} <span className="xs mut">{say(`wish.why_${wish}`)}</span>
          </Checkbox>
        ))}
      </div>
    </fieldset>
  );
}
