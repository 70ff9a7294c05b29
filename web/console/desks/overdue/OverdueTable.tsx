import { Checkbox } from 'antd';
import type { BoardItem } from '../../../../src/supervision/schema.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { Dots, OrderNo, Stamp, Tag } from '../../parts/Marks.tsx';
import { OrderPick } from '../../parts/OrderPick.tsx';
import { useCauseWord } from '../board/causes.ts';

interface Props {
  items: readonly BoardItem[];
  selected: string | undefined;
  checked: ReadonlySet<string>;
  /** Without them nothing is chosen, and the boxes stay away. */
  canAct: boolean;
  allOverdue: boolean;
  onSelect: (id: string) => void;
  onCheck: (id: string) => void;
  onCheckAll: (on: boolean) => void;
  onOpen: (id: string) => void;
}

/** An order may stand here twice: with its lead and with a co-handler. */
export const rowId = (item: BoardItem): string => `${item.order.id}.${item.organization?.id ?? ''}`;

/** Clock, demand, who has it, how far it was pressed, what was done last. */
export function OverdueTable(props: Props) {
  const { say } = useWords();
  const { items, checked, canAct } = props;
  // Beside clocks of working hours, those that never rest are marked.
  const mixed = new Set(items.map((item) => item.clock.dayMs === null)).size > 1;
  const all = items.length > 0 && items.every((item) => checked.has(rowId(item)));
  const some = items.some((item) => checked.has(rowId(item)));
  return (
    <table className="t stack overdue-list">
      <colgroup>
        {canAct && <col style={{ width: 40 }} />}
        <col style={{ width: canAct ? 158 : 174 }} />
        <col />
        <col style={{ width: 172 }} />
        <col style={{ width: 108 }} />
        <col style={{ width: 176 }} />
      </colgroup>
      <thead>
        <tr>
          {canAct && (
            <th>
              <Checkbox
                aria-label={say('overdue.select_all')}
                checked={all}
                indeterminate={some && !all}
                onChange={(e) => props.onCheckAll(e.target.checked)}
              />
            </th>
          )}
          <th>{say('overdue.how_long')}</th>
          <th>{say('list.demand')}</th>
          <th>{say('overdue.lead')}</th>
          <th>{say('overdue.level')}</th>
          <th>{say('overdue.last')}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <Row key={rowId(item)} item={item} mixed={mixed} {...props} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ item, ...props }: Props & { item: BoardItem; mixed: boolean }) {
  const { say, name } = useWords();
  const id = rowId(item);
  const { order, clock, organization, handlerName } = item;
  const current = id === props.selected;
  const on = props.checked.has(id);
  // Where rows are ticked, the ticked ones are selected; the cursor is a frame.
  const look = on || (current && props.checked.size === 0) ? 'sel' : current ? 'cur' : '';
  return (
    <tr
      data-row={id}
      className={look}
      onClick={() => props.onSelect(id)}
      onDoubleClick={() => props.onOpen(id)}
    >
      {props.canAct && (
        <td onClick={(event) => event.stopPropagation()}>
          <Checkbox
            aria-label={`${say('overdue.select')} ${order.orderNo}`}
            checked={on}
            onChange={() => props.onCheck(id)}
          />
        </td>
      )}
      <td>
        <ClockChip clock={clock} due allOverdue={props.allOverdue} />
        {props.mixed && clock.dayMs === null && (
          <span className="natural" title={say('overdue.natural_hint')}>
            <Tag kind="line">{say('overdue.natural')}</Tag>
          </span>
        )}
      </td>
      <OrderPick order={order} current={current} onPick={() => props.onSelect(id)}>
        <span className="cut block">
          <OrderNo no={order.orderNo} />
        </span>
      </OrderPick>
      <td className="fit">
        <div className="cut">{organization ? name(organization) : say('overdue.no_unit')}</div>
        <div className="cut mut">
          {handlerName ?? (organization ? say('overdue.unsigned') : say(`state.${order.state}`))}
        </div>
      </td>
      <td>
        <Reached item={item} />
      </td>
      <td className="fit">
        <LastDeed item={item} />
      </td>
    </tr>
  );
}

/** The level; before anything was sent there is none. */
export function Reached({ item }: { item: BoardItem }) {
  return item.level === 0 && !item.last ? (
    <span className="mut">—</span>
  ) : (
    <LevelMark level={item.level} />
  );
}

function LastDeed({ item }: { item: BoardItem }) {
  const { say } = useWords();
  const cause = useCauseWord();
  const { last } = item;
  if (!last) return <div className="cut mut">{say('board.no_deed')}</div>;
  return (
    <>
      <div className="cut">
        <Dots>
          {say(`board.did_${last.action}`)}
          {cause(last.cause)}
        </Dots>
      </div>
      <div className="cut mut">
        <Stamp at={last.at} />
      </div>
    </>
  );
}
