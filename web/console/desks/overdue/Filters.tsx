import { Select } from 'antd';
import { Link, useSearchParams } from 'react-router';
import { STAGES } from '../../../../src/contract.ts';
import type { BoardView, Lamps } from '../../../../src/supervision/schema.ts';
import type { BoardFilter } from '../../data/board-api.ts';
import { useReference } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { grouped } from '../board/figures.ts';
import { countOf, TABS, type Tab } from './filter.ts';

/** The same address with one condition changed. */
export function useAddress() {
  const [search] = useSearchParams();
  return (change: Record<string, string | null>) => {
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(change))
      if (value === null) next.delete(name);
      else next.set(name, value);
    return `/overdue?${next}`;
  };
}

interface Props {
  tab: Tab | undefined;
  lamps: Partial<Lamps> | undefined;
}
/** 超期, 今日到期, 将到期, all, with the board's own counts. */
export function LampTabs({ tab, lamps }: Props) {
  const { say } = useWords();
  const address = useAddress();
  return (
    <nav className="lamp-tabs" aria-label={say('overdue.by_lamp')}>
      {TABS.map((value) => {
        const count = countOf(lamps, value);
        return (
          <Link
            key={value}
            replace
            to={address({ lamp: value })}
            {...(value === tab ? { 'aria-current': 'true' as const } : {})}
          >
            {say(value === 'all' ? 'overdue.all' : `lamp.${value}`)}{' '}
            {count !== undefined && grouped(count)}
          </Link>
        );
      })}
    </nav>
  );
}

export function StagePicker({ stage }: { stage: BoardFilter['stage'] }) {
  const { say } = useWords();
  const [search, setSearch] = useSearchParams();
  const choose = (value: string) => {
    const next = new URLSearchParams(search);
    next.set('stage', value);
    setSearch(next, { replace: true });
  };
  return (
    <Select
      size="small"
      aria-label={say('overdue.stage')}
      className="stage-pick"
      value={stage ?? 'final'}
      onChange={choose}
      options={STAGES.map((value) => ({ value, label: say(`stage.${value}`) }))}
    />
  );
}

/** Conditions that a number of the board brought along, each to be dropped. */
export function Conditions({ filter, view }: { filter: BoardFilter; view?: BoardView }) {
  const { say, name } = useWords();
  const address = useAddress();
  const units = useReference().data?.units;
  const unitName = (id: string) => {
    const unit = view?.unitsById[id] ?? units?.find((u) => u.id === id);
    return unit ? name(unit) : '…';
  };
  const given = [
    filter.organizationId && (['organizationId', unitName(filter.organizationId)] as const),
    filter.unitId && (['unitId', unitName(filter.unitId)] as const),
    filter.urgency && (['urgency', say(`urgency.${filter.urgency}`)] as const),
    filter.channel && (['channel', say(`channel.${filter.channel}`)] as const),
  ].filter((condition) => condition !== undefined && condition !== '');
  if (given.length === 0) return null;
  return (
    <p className="conditions sm">
      <span className="mut">{say('overdue.filter')}</span>
      {given.map(([key, what]) => (
        <Link
          key={key}
          replace
          className="tag pri"
          to={address({ [key]: null })}
          aria-label={say('overdue.drop', { what })}
        >
          {what} <span aria-hidden="true">×</span>
        </Link>
      ))}
    </p>
  );
}
