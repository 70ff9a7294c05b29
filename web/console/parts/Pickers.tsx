/** Fields that choose from the reference lists: by characters, code, full pinyin or initials. */
import { AutoComplete, Select } from 'antd';
import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { AreaView, CategoryView, Reference } from '../../../src/catalogue/schema.ts';
import { useReference } from '../data/queries.ts';
import { bestOf, type Searchable } from '../lib/match.ts';
import { useWords } from '../lib/text.ts';

export interface PickerProps {
  id?: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  status?: 'error' | '';
  disabled?: boolean;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}

/** One row of a list: what it is, and above what it stands. */
interface Row extends Searchable {
  value: string;
  label: string;
  /** Said quietly at the end of the row. */
  note: string;
}
const SHOWN_MAX = 60;
const WIDE = { width: '100%' } as const;

const rowView = ({ data }: { data: { label?: ReactNode; note?: string } }): ReactNode => (
  <span className="pick-row">
    <span>{data.label}</span>
    {data.note && <span className="mut xs">{data.note}</span>}
  </span>
);

/** The search of a Select: it filters nothing itself, the best fit comes first and is lit. */
function useTyped(rows: readonly Row[], clear?: () => void, grouped?: readonly object[]) {
  const [typed, setTyped] = useState('');
  // The ⊗ is the mouse's: Tab passes it by, and what it does is done with nothing typed.
  const onInputKeyDown = (event: KeyboardEvent) => {
    const empties = event.key === 'Delete' || event.key === 'Backspace';
    if (empties && typed === '' && !event.repeat) clear?.();
  };
  const searching = typed.trim() !== '';
  const options = useMemo(
    () => (searching || !grouped ? bestOf(typed, rows, searching ? SHOWN_MAX : 999) : grouped),
    [rows, grouped, typed, searching],
  );
  return {
    options: options as Row[],
    showSearch: { filterOption: false as const, searchValue: typed, onSearch: setTyped },
    optionRender: rowView,
    onOpenChange: (open: boolean) => !open && setTyped(''),
    notFoundContent: <NotFound />,
    allowClear: true,
    onInputKeyDown,
    style: WIDE,
  };
}

function NotFound() {
  const { say } = useWords();
  return <span className="sm mut">{say('pick.none')}</span>;
}

/** Second and third level; accepting needs at least the second. */
export function CategoryPicker(props: PickerProps) {
  const { say, name } = useWords();
  const { data } = useReference();
  const [rows, grouped] = useMemo(() => {
    const all = data?.categories ?? [];
    const tops = all.filter((c) => c.parentCode === null);
    const nameOfTop = new Map(tops.map((top) => [top.code, name(top)]));
    const row = (c: CategoryView): Row => ({
      ...c,
      value: c.code,
      label: `${c.code} ${name(c)}`,
      note: nameOfTop.get(c.code.slice(0, 2)) ?? '',
    });
    const lower = all.filter((c) => c.parentCode !== null).map(row);
    const groups = tops.map((top) => ({
      label: name(top),
      title: name(top),
      options: lower.filter((c) => c.value.startsWith(top.code)).map((c) => ({ ...c, note: '' })),
    }));
    return [lower, groups] as const;
  }, [data, name]);
  const search = useTyped(rows, () => props.onChange(undefined), grouped);
  return <Select {...search} {...props} placeholder={say('pick.category')} />;
}

/** 青屿区 / 南塘街道. */
export function areaPath(code: string | undefined, areas: readonly AreaView[]): string {
  const byCode = new Map(areas.map((area) => [area.code, area]));
  const names: string[] = [];
  for (let at = byCode.get(code ?? ''); at && names.length < 5;) {
    names.unshift(at.name);
    at = at.parentCode === null ? undefined : byCode.get(at.parentCode);
  }
  return names.join(' / ');
}

export function AreaPicker(props: PickerProps) {
  const { say } = useWords();
  const { data } = useReference();
  const rows = useMemo(() => {
    const areas = data?.areas ?? [];
    return areas.map((area): Row => {
      const label = areaPath(area.code, areas);
      return { ...area, value: area.code, label, note: '' };
    });
  }, [data]);
  const search = useTyped(rows, () => props.onChange(undefined));
  return <Select {...search} {...props} placeholder={say('pick.area')} />;
}

/** Kinds of subject that the catalogue tells apart in this category or one above it. */
export function useSubjectKinds(categoryCode: string | undefined): string[] {
  const { data } = useReference();
  if (!data || !categoryCode) return [];
  const codes = [2, 4, 6].map((n) => categoryCode.slice(0, n));
  return [...new Set(codes.flatMap((code) => data.subjectKinds[code] ?? []))];
}

export function SubjectKindPicker({ kinds, ...props }: PickerProps & { kinds: string[] }) {
  const { say } = useWords();
  const rows = useMemo(
    () => kinds.map((kind): Row => ({ name: kind, value: kind, label: kind, note: '' })),
    [kinds],
  );
  const search = useTyped(rows, () => props.onChange(undefined));
  return <Select {...search} {...props} placeholder={say('pick.subject_kind')} />;
}

const useUnitRows = (without?: string): Row[] => {
  const { name } = useWords();
  const { data } = useReference();
  return useMemo(
    () =>
      (data?.units ?? [])
        .filter((unit) => unit.dispatchable && unit.id !== without)
        .map(({ code, ...unit }) => ({
          ...unit,
          code: code.toLowerCase(),
          value: unit.id,
          label: name(unit),
          note: '',
        })),
    [data, name, without],
  );
};

export function UnitPicker(props: PickerProps) {
  const { say } = useWords();
  const search = useTyped(useUnitRows(), () => props.onChange(undefined));
  return <Select {...search} {...props} placeholder={say('pick.unit')} />;
}

type UnitsProps = Omit<PickerProps, 'value' | 'onChange'> & {
  value: string[];
  onChange: (value: string[]) => void;
  without?: string | undefined;
};
export function UnitsPicker({ without, ...props }: UnitsProps) {
  const { say } = useWords();
  const search = useTyped(useUnitRows(without));
  return (
    <Select
      {...search}
      {...props}
      mode="multiple"
      maxCount={8}
      // The list stays open after a choice: a second Enter must not take the row that is next.
      defaultActiveFirstOption={search.showSearch.searchValue.trim() !== ''}
      placeholder={say('pick.units')}
    />
  );
}

interface PlaceProps extends Omit<PickerProps, 'onChange' | 'value'> {
  value: string;
  maxLength: number;
  /** What is typed; with the area where a place of the gazetteer was chosen. */
  onChange: (address: string, areaCode?: string) => void;
}
type Places = (Searchable & { areaCode: string })[];
const PLACES_MAX = 8;

/** The address as it is said; places of the gazetteer are offered and bring their area along. */
export function AddressPicker({ value, onChange, maxLength, ...props }: PlaceProps) {
  const { data } = useReference();
  const [offered, setOffered] = useState(false);
  const rows = useMemo(() => {
    const places = ((data as (Reference & { places?: Places }) | undefined)?.places ??
      []) as Places;
    const areas = data?.areas ?? [];
    return places.map((place): Row & { areaCode: string } => ({
      ...place,
      value: place.name,
      label: place.name,
      note: areaPath(place.areaCode, areas),
    }));
  }, [data]);
  const options = useMemo(
    () =>
      !offered || value.trim() === '' || rows.some((row) => row.name === value)
        ? []
        : bestOf(value, rows, PLACES_MAX),
    [rows, value, offered],
  );
  return (
    <AutoComplete
      {...props}
      style={WIDE}
      options={options}
      optionRender={rowView}
      defaultActiveFirstOption={false}
      value={value}
      onFocus={() => setOffered(true)}
      onChange={(typed: string) => onChange((typed ?? '').slice(0, maxLength))}
      onSelect={(name: string, row) => onChange(name, (row as { areaCode?: string }).areaCode)}
    />
  );
}
