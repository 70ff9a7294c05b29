import { Select } from 'antd';
import { useMemo, type ReactNode } from 'react';
import { useReference } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { Field } from '../../parts/Field.tsx';

const CITY = '';

interface Props {
  value: string | undefined;
  onChange: (organizationId: string | undefined) => void;
  hint?: ReactNode;
}

/** The whole city, or one unit with everything below it. */
export function PlacePicker({ value, onChange, hint }: Props) {
  const { say, name } = useWords();
  const { data } = useReference();
  const options = useMemo(
    () => [
      { value: CITY, label: say('calendar.city') },
      ...(data?.units ?? []).map((unit) => ({ value: unit.id, label: name(unit) })),
    ],
    [data, name, say],
  );
  return (
    <Field label={say('order.unit')} hint={hint}>
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        style={{ width: '100%' }}
        value={value ?? CITY}
        options={options}
        onChange={(id: string) => onChange(id === CITY ? undefined : id)}
      />
    </Field>
  );
}
