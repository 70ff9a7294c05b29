import { Select } from 'antd';
import { useMemo } from 'react';
import type { BoardView } from '../../../../src/supervision/schema.ts';
import { useReference } from '../../data/queries.ts';
import { isCenterStaff, useMe } from '../../data/session.tsx';
import { useWords } from '../../lib/text.ts';
import { KINDS, kindOf } from './figures.ts';

/** The widest scope of a viewer has no id in the address. */
const WIDEST = '';

interface Props {
  value: string | undefined;
  view: BoardView | undefined;
  onChange: (organizationId: string | undefined) => void;
}

/** The centre chooses a department, district or street; people of a unit see their own. */
export function ScopePicker({ value, view, onChange }: Props) {
  const { say } = useWords();
  const me = useMe();
  const center = isCenterStaff(me);
  const options = useScopeOptions(center);
  const { name } = useWords();
  if (!center && options.length < 2)
    return <b className="sm">{view?.organization ? name(view.organization) : ''}</b>;
  return (
    <span className="row">
      <label className="lab" htmlFor="board-scope">
        {say('board.scope')}
      </label>
      <Select
        id="board-scope"
        size="small"
        className="board-scope"
        value={value ?? (center ? WIDEST : (me.grants[0]?.organization.id ?? WIDEST))}
        showSearch={{ optionFilterProp: 'label' }}
        options={options}
        onChange={(id: string) => onChange(id === WIDEST ? undefined : id)}
      />
    </span>
  );
}

interface Option {
  value: string;
  label: string;
}
function useScopeOptions(center: boolean): (Option | { label: string; options: Option[] })[] {
  const { say, name } = useWords();
  const me = useMe();
  const units = useReference().data?.units;
  return useMemo(() => {
    if (!center) {
      const own = new Map(me.grants.map(({ organization }) => [organization.id, organization]));
      return [...own.values()].map((unit) => ({ value: unit.id, label: name(unit) }));
    }
    const groups = KINDS.filter((kind) => kind !== 'all').map((kind) => ({
      label: say(`board.kind_${kind}`),
      options: (units ?? [])
        .filter((unit) => unit.kind !== 'city' && unit.kind !== 'center')
        .filter((unit) => kindOf(unit.kind) === kind)
        .map((unit) => ({ value: unit.id, label: name(unit) })),
    }));
    return [{ value: WIDEST, label: say('board.scope_city') }, ...groups];
  }, [center, me, units, say, name]);
}
