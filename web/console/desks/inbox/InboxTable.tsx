import { Checkbox } from 'antd';
import { Fragment } from 'react';
import type { InboxItem } from '../../../../src/workorder/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import type { ClockGroup } from '../../lib/clock-groups.ts';
import { useWords } from '../../lib/text.ts';
import { dueText } from '../../lib/time.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { excerptOf, Stamp, Tag, UrgencyTag, Waited } from '../../parts/Marks.tsx';
import { OrderPick } from '../../parts/OrderPick.tsx';
import { lacksContact, nextStep, pressingClock } from './next-step.ts';

interface Props {
  groups: readonly { group: ClockGroup; items: InboxItem[] }[];
  selected: string | undefined;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
  /** Rows with a tick; without it nothing is chosen and the boxes stay away. */
  ticks?: Ticked | undefined;
}
/** Which rows have a tick, and which may. */
export interface Ticked {
  checked: ReadonlySet<string>;
  may: (item: InboxItem) => boolean;
  check: (id: string) => void;
}

/** The timetable of a unit: grouped by what the clocks show, one line each. */
export function InboxTable({ groups, selected, onSelect, onOpen, ticks }: Props) {
  const { say } = useWords();
  const widths = [...(ticks ? [36] : []), 150, 116, 52, undefined, 64, 208, 104];
  const onlyOverdue = groups.length === 1 && groups[0]?.group === 'overdue';
  return (
    <table className="t dense stack inbox-table">
      <colgroup>
        {widths.map((width, i) => (
          <col key={i} {...(width ? { style: { width } } : {})} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {ticks && (
            <th>
              <span className="unseen">{say('unit.check')}</span>
            </th>
          )}
          <th>{say('inbox.clock')}</th>
          <th>{say('inbox.due')}</th>
          <th>{say('field.urgency_short')}</th>
          <th>{say('list.demand')}</th>
          <th>{say('inbox.part')}</th>
          <th>{say('inbox.next')}</th>
          <th>{say('inbox.pressed')}</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(({ group, items }) => (
          <Fragment key={group}>
            <tr className="grp">
              <td colSpan={widths.length}>
                <b>{say(`group.${group}`)}</b>
                {say('inbox.n_orders', { n: items.length })}
              </td>
            </tr>
            {items.map((item) => (
              <Row
                key={item.assignment.id}
                item={item}
                selected={item.assignment.id === selected}
                onSelect={() => onSelect(item.assignment.id)}
                onOpen={() => onOpen(item.assignment.id)}
                allOverdue={onlyOverdue}
                ticks={ticks}
              />
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  item: InboxItem;
  selected: boolean;
  onSelect: () => void;
  onOpen: () => void;
  allOverdue: boolean;
  ticks: Ticked | undefined;
}
function Row({ item, selected, onSelect, onOpen, allOverdue, ticks }: RowProps) {
  const { say } = useWords();
  const { assignment } = item;
  const clock = pressingClock(assignment);
  const onPick = innerWidth < 768 ? onOpen : onSelect;
  return (
    <tr
      data-row={assignment.id}
      className={selected ? 'sel' : ''}
      onClick={onPick}
      onDoubleClick={onOpen}
    >
      {ticks && (
        <td className="tick" onClick={(event) => event.stopPropagation()}>
          {ticks.may(item) && (
            <Checkbox
              aria-label={say('unit.check_named', { no: item.orderNo.slice(-4) })}
              checked={ticks.checked.has(assignment.id)}
              onChange={() => ticks.check(assignment.id)}
            />
          )}
        </td>
      )}
      <td>
        {clock ? (
          <ClockChip clock={clock} allOverdue={allOverdue} />
        ) : (
          <Waited since={assignment.createdAt} />
        )}
      </td>
      <td className="sec nb">
        {clock ? (
          clock.dueAt ? (
            <Due at={clock.dueAt} />
          ) : (
            say('inbox.paused')
          )
        ) : (
          <Stamp at={assignment.createdAt} />
        )}
      </td>
      <td>
        <UrgencyTag urgency={item.urgency} />
      </td>
      <OrderPick oneLine order={item} current={selected} onPick={onPick}>
        <span className="mut wide-only">
          {'　'}
          {item.area?.name} {excerptOf(item)}
        </span>
      </OrderPick>
      <td>
        <Tag kind={assignment.kind === 'lead' ? 'pri' : ''}>{say(`kind.${assignment.kind}`)}</Tag>
      </td>
      <td className="fit">
        <div className="cut">
          <span className="phone-only mut">{say('inbox.next')}：</span>
          {assignment.returned && (
            <Tag kind="back">{say(`unit.returned_${assignment.returned}`)}</Tag>
          )}
          <NextStep item={item} />
          {lacksContact(assignment) && <span className="today-t">　{say('unit.no_contact')}</span>}
          {item.round > 1 && <span className="mut">　{say('mark.round', { n: item.round })}</span>}
        </div>
      </td>
      <td className="sec nb">
        <Pressed item={item} />
      </td>
    </tr>
  );
}

function Due({ at }: { at: string }) {
  const { language } = useWords();
  const now = useClockNow();
  return <time dateTime={at}>{dueText(at, now, language)}</time>;
}

/** 签收，限 12:00 前: the next step, with its own clock where that is not the reply's. */
function NextStep({ item }: { item: InboxItem }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const step = nextStep(item.assignment);
  const { stepClock } = item.assignment;
  const own = stepClock?.clock === step ? stepClock : null;
  if (!own?.dueAt) return <>{say(`next.${step}`)}</>;
  const words = { step: say(`next.${step}`), at: dueText(own.dueAt, now, language) };
  return own.lamp === 'overdue' ? (
    <span className="over-t">{say('next.was_due', words)}</span>
  ) : (
    <>{say('next.due', words)}</>
  );
}

/** How far the ladder went; below it, how often the citizen asked. */
function Pressed({ item }: { item: InboxItem }) {
  const { say } = useWords();
  const level = Math.max(item.assignment.clock?.level ?? 0, item.clock?.level ?? 0);
  const urges = item.urges > 0 && say('mark.urges', { n: item.urges });
  if (level === 0) return urges ? <>{urges}</> : null;
  return (
    <span title={urges || undefined}>
      <LevelMark level={level} />
    </span>
  );
}
