import { useState } from 'react';
import { CHANNELS, URGENCIES, type Lamp } from '../../../../src/contract.ts';
import type { BoardView, Lamps } from '../../../../src/supervision/schema.ts';
import type { BoardFilter } from '../../data/board-api.ts';
import { useReference } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { LampGlyph } from '../../parts/ClockChip.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { Drill } from './Drill.tsx';
import {
  addUp,
  KINDS,
  kindOf,
  lit,
  rowsOf,
  sum,
  unitRows,
  type Kind,
  type Row,
} from './figures.ts';
import { Num } from './Num.tsx';

const WAYS = ['unit', 'urgency', 'channel'] as const;
type Way = (typeof WAYS)[number];
/** The table stays on one screen; the rest is one row until it is asked for. */
const ROWS = 8;

interface Props {
  view: BoardView;
  organizationId: string | undefined;
}

/** Who holds the clocks: by unit, by urgency, by channel. The last row is the sum of the others. */
export function Breakdown({ view, organizationId }: Props) {
  const { say } = useWords();
  const [way, setWay] = useState<Way>('unit');
  const [kind, setKind] = useState<Kind>('all');
  const [whole, setWhole] = useState(false);
  const kinds = new Set(rowsOf(view.figures.units).map((r) => kindOf(view.unitsById[r.key]?.kind)));
  const { rows, nameOf, filterOf } = useRows(view, way, kind, organizationId);
  const shown = whole ? rows : rows.slice(0, ROWS);
  const rest = rows.slice(shown.length);
  return (
    <section className="blk units" aria-label={say('board.by_unit')}>
      <div className="hd p0 wrap">
        <h2>{say(`board.by_${way}`)}</h2>
        <span className="sm mut">{say('board.sorted')}</span>
        <span className="r row wrap">
          {way === 'unit' && kinds.size > 1 && (
            <Choice
              hideLabel
              look="s"
              label={say('board.kind')}
              value={kind}
              onChange={setKind}
              options={KINDS.map((value) => ({ value, label: say(`board.kind_${value}`) }))}
            />
          )}
          <Choice
            hideLabel
            look="s"
            label={say('board.by')}
            value={way}
            onChange={setWay}
            options={WAYS.map((value) => ({ value, label: say(`board.by_${value}`) }))}
          />
        </span>
      </div>
      {rows.length === 0 ? (
        <p className="sm mut">{say('board.no_rows')}</p>
      ) : (
        <table className="t dense bt">
          <thead>
            <tr>
              <th>{say(`board.${way}`)}</th>
              {COLUMNS.map(({ id, label }) => (
                <th key={id} className="num">
                  {say(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.key}>
                <td className="fit">
                  <Drill className="cut block" filter={filterOf(row.key)}>
                    {nameOf(row.key)}
                  </Drill>
                </td>
                <Cells lamps={row.lamps} filter={filterOf(row.key)} />
              </tr>
            ))}
            {rest.length > 0 && (
              <tr className="oth">
                <td>
                  {say(way === 'unit' ? 'board.rest' : 'board.rest_other', { n: rest.length })}{' '}
                  <button type="button" className="link-button xs" onClick={() => setWhole(true)}>
                    {say('board.show_rest')}
                  </button>
                </td>
                <Cells lamps={addUp(rest.map((row) => row.lamps))} />
              </tr>
            )}
            <tr className="tot">
              <td>
                {say('board.total')}{' '}
                {whole && rows.length > ROWS && (
                  <button type="button" className="link-button xs" onClick={() => setWhole(false)}>
                    {say('board.fewer')}
                  </button>
                )}
              </td>
              <Cells lamps={addUp(rows.map((row) => row.lamps))} />
            </tr>
          </tbody>
        </table>
      )}
    </section>
  );
}

const COLUMNS = [
  { id: 'all', label: 'fig.in_hand' },
  { id: 'soon', label: 'fig.soon' },
  { id: 'today', label: 'fig.today' },
  { id: 'overdue', label: 'fig.overdue' },
] as const;

/** The four numbers of a row; each opens its orders where the row is one thing. */
function Cells({ lamps, filter }: { lamps: Partial<Lamps>; filter?: BoardFilter | undefined }) {
  return COLUMNS.map(({ id }) => {
    const n = id === 'all' ? sum(lamps) : lit(lamps, id);
    const late = id === 'overdue' && n > 0;
    const inside = (
      <>
        {late && <LampGlyph lamp="overdue" />}
        <Num value={n} />
      </>
    );
    const look = n === 0 ? 'mut' : late ? 'late' : '';
    const lampsOf: Lamp[] | undefined = id === 'all' ? undefined : [id];
    return (
      <td key={id} className="num">
        {filter ? (
          <Drill className={look} n={n} filter={{ ...filter, lamps: lampsOf }}>
            {inside}
          </Drill>
        ) : (
          <span className={look}>{inside}</span>
        )}
      </td>
    );
  });
}

interface Rows {
  rows: Row[];
  nameOf: (key: string) => string;
  /** Undefined: a row without a list of its own, such as orders without urgency. */
  filterOf: (key: string) => BoardFilter | undefined;
}
function useRows(view: BoardView, way: Way, kind: Kind, organizationId?: string): Rows {
  const { say, name } = useWords();
  const units = useReference().data?.units;
  const base: BoardFilter = { organizationId, stage: 'final' };
  if (way === 'urgency')
    return {
      rows: rowsOf(view.figures.urgencies),
      nameOf: (key) => {
        const urgency = URGENCIES.find((u) => u === key);
        return urgency ? say(`urgency.${urgency}`) : say('mark.no_urgency');
      },
      filterOf: (key) => {
        const urgency = URGENCIES.find((u) => u === key);
        return urgency && { ...base, urgency };
      },
    };
  if (way === 'channel')
    return {
      rows: rowsOf(view.figures.channels),
      nameOf: (key) => {
        const channel = CHANNELS.find((c) => c === key);
        return channel ? say(`channel.${channel}`) : key;
      },
      filterOf: (key) => {
        const channel = CHANNELS.find((c) => c === key);
        return channel && { ...base, channel };
      },
    };
  return {
    rows: unitRows(view, kind),
    nameOf: (key) => {
      const unit = view.unitsById[key] ?? units?.find((u) => u.id === key);
      return unit ? name(unit) : key.slice(0, 8);
    },
    filterOf: (key) => ({ ...base, unitId: key }),
  };
}
