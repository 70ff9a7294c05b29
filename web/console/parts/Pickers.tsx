/** Fields that choose from the reference lists, by typing a code or a part of the name. */
import { Select } from 'antd';
import { useMemo } from 'react';
import type { AreaView, CategoryView } from '../../../src/catalogue/schema.ts';
import { useReference } from '../data/queries.ts';
import { useWords } from '../lib/text.ts';

interface PickerProps {
  id?: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  status?: 'error' | '';
  disabled?: boolean;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}

const filterOption = (typed: string, option?: { label?: unknown; value?: unknown }) =>
  `${String(option?.label)} ${String(option?.value)}`.toLowerCase().includes(typed.toLowerCase());
const search = {
  showSearch: { filterOption },
  allowClear: true,
  style: { width: '100%' },
} as const;

/** Second and third level; accepting needs at least the second. */
export function CategoryPicker(props: PickerProps) {
  const { say, name } = useWords();
  const { data } = useReference();
  const options = useMemo(() => {
    const all = data?.categories ?? [];
    return all
      .filter((c) => c.parentCode === null)
      .map((top) => ({
        label: name(top),
        title: name(top),
        options: below(all, top.code).map((c) => ({
          value: c.code,
          label: `${c.code} ${name(c)}`,
        })),
      }));
  }, [data, name]);
  return <Select {...search} {...props} options={options} placeholder={say('pick.category')} />;
}

const below = (all: CategoryView[], top: string) =>
  all.filter((c) => c.parentCode !== null && c.code.startsWith(top));

export function AreaPicker(props: PickerProps) {
  const { say } = useWords();
  const { data } = useReference();
  const options = useMemo(() => {
    const areas = data?.areas ?? [];
    const byCode = new Map(areas.map((area) => [area.code, area]));
    return areas.map((area) => ({ value: area.code, label: areaPath(area, byCode) }));
  }, [data]);
  return <Select {...search} {...props} options={options} placeholder={say('pick.area')} />;
}

/** 青屿区 / 南塘街道. */
function areaPath(area: AreaView, byCode: Map<string, AreaView>): string {
  const names = [area.name];
  for (let up = parentOf(area, byCode); up && names.length < 5; up = parentOf(up, byCode)) {
    names.unshift(up.name);
  }
  return names.join(' / ');
}
const parentOf = (area: AreaView, byCode: Map<string, AreaView>) =>
  area.parentCode === null ? undefined : byCode.get(area.parentCode);

/** Kinds of subject that the catalogue tells apart in this category or one above it. */
export function useSubjectKinds(categoryCode: string | undefined): string[] {
  const { data } = useReference();
  if (!data || !categoryCode) return [];
  const codes = [2, 4, 6].map((n) => categoryCode.slice(0, n));
  return [...new Set(codes.flatMap((code) => data.subjectKinds[code] ?? []))];
}

export function SubjectKindPicker({ kinds, ...props }: PickerProps & { kinds: string[] }) {
  const { say } = useWords();
  const options = kinds.map((kind) => ({ value: kind, label: kind }));
  return <Select {...search} {...props} options={options} placeholder={say('pick.subject_kind')} />;
}

const useUnitOptions = () => {
  const { name } = useWords();
  const { data } = useReference();
  return useMemo(
    () =>
      (data?.units ?? [])
        .filter((unit) => unit.dispatchable)
        .map((unit) => ({ value: unit.id, label: name(unit) })),
    [data, name],
  );
};

export function UnitPicker(props: PickerProps) {
  const { say } = useWords();
  const options = useUnitOptions();
  return <Select {...search} {...props} options={options} placeholder={say('pick.unit')} />;
}

type UnitsProps = Omit<PickerProps, 'value' | 'onChange'> & {
  value: string[];
  onChange: (value: string[]) => void;
  without?: string | undefined;
};
export function UnitsPicker({ without, ...props }: UnitsProps) {
  const { say } = useWords();
  const options = useUnitOptions().filter((option) => option.value !== without);
  return (
    <Select
      {...search}
      {...props}
      mode="multiple"
      maxCount={8}
      options={options}
      placeholder={say('pick.units')}
    />
  );
}
