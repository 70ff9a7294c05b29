import type { InboxItem } from '../../../../src/workorder/schema.ts';
import { Fragment } from 'react';
import { useWords } from '../../lib/text.ts';
import { OrderTitle, Stamp, Tag, UrgencyTag, Waited } from '../../parts/Marks.tsx';
import { nextStep, type Step } from './next-step.ts';

interface Props {
  groups: readonly { step: Step; items: InboxItem[] }[];
  selected: string | undefined;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
}

/** The timetable of a unit: grouped by next step, one line each. */
export function InboxTable({ groups, selected, onSelect, onOpen }: Props) {
  const { say } = useWords();
  const widths = [132, 112, 52, undefined, 64, 176, 64];
  return (
    <table className="t dense stack inbox-table">
      <colgroup>
        {widths.map((width, i) => (
          <col key={i} {...(width ? { style: { width } } : {})} />
        ))}
      </colgroup>
      <thead>
        <tr>
          <th>{say('inbox.waited')}</th>
          <th>{say('inbox.came')}</th>
          <th>{say('field.urgency_short')}</th>
          <th>{say('list.demand')}</th>
          <th>{say('inbox.part')}</th>
          <th>{say('inbox.next')}</th>
          <th>{say('act.urge')}</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(({ step, items }) => (
          <Fragment key={step}>
            <tr className="grp">
              <td colSpan={widths.length}>
                <b>{say(`step.${step}`)}</b>
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
}
function Row({ item, selected, onSelect, onOpen }: RowProps) {
  const { say } = useWords();
  const { assignment } = item;
  return (
    <tr
      data-row={assignment.id}
      className={selected ? 'sel' : ''}
      onClick={innerWidth < 768 ? onOpen : onSelect}
      onDoubleClick={onOpen}
    >
      <td>
        <Waited since={assignment.createdAt} />
      </td>
      <td className="sec">
        <Stamp at={assignment.createdAt} />
      </td>
      <td>
        <UrgencyTag urgency={item.urgency} />
      </td>
      <td className="fit">
        <button
          type="button"
          className="pick cut"
          aria-current={selected ? 'true' : undefined}
          onClick={(event) => {
            event.stopPropagation();
            (innerWidth < 768 ? onOpen : onSelect)();
          }}
        >
          <span className="ti">
            <OrderTitle order={item} />
          </span>
          <span className="mut wide-only">
            {'　'}
            {item.area?.name} {item.excerpt}
          </span>
        </button>
      </td>
      <td>
        <Tag kind={assignment.kind === 'lead' ? 'pri' : ''}>{say(`kind.${assignment.kind}`)}</Tag>
      </td>
      <td className="fit">
        <div className="cut">
          <span className="phone-only mut">{say('inbox.next')}：</span>
          {say(`next.${nextStep(assignment)}`)}
          {item.round > 1 && <span className="mut">　{say('mark.round', { n: item.round })}</span>}
        </div>
      </td>
      <td className="sec nb">{item.urges > 0 ? say('mark.urges', { n: item.urges }) : null}</td>
    </tr>
  );
}
