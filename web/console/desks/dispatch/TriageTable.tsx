import type { WaitReason } from '../../../../src/contract.ts';
import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import { isAllOverdue } from '../../lib/clock-groups.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { Dots, UrgencyTag, urgencyOf } from '../../parts/Marks.tsx';
import { OrderExcerpt, OrderPick } from '../../parts/OrderPick.tsx';

interface Props {
  orders: readonly OrderListItem[];
  selected: string | undefined;
  onSelect: (id: string) => void;
}

/** What waits for a dispatcher: how long left, how urgent, what about, and why a person decides. */
export function TriageTable({ orders, selected, onSelect }: Props) {
  const { say } = useWords();
  const now = useClockNow();
  const allOverdue = isAllOverdue(
    orders.map((order) => order.clock),
    now,
  );
  return (
    <table className="t stack">
      <colgroup>
        <col style={{ width: 142 }} />
        <col style={{ width: 52 }} />
        <col />
        <col style={{ width: 204 }} />
        <col style={{ width: 64 }} />
      </colgroup>
      <thead>
        <tr>
          <th>{say('list.clock')}</th>
          <th>{say('field.urgency_short')}</th>
          <th>{say('list.demand')}</th>
          <th>
            <Dots>
              {say('triage.suggested')}
              {say('triage.wait')}
            </Dots>
          </th>
          <th className="num">{say('triage.score')}</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <Row
            key={order.id}
            order={order}
            allOverdue={allOverdue}
            current={order.id === selected}
            onSelect={() => onSelect(order.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  order: OrderListItem;
  allOverdue: boolean;
  current: boolean;
  onSelect: () => void;
}
function Row({ order, allOverdue, current, onSelect }: RowProps) {
  return (
    <tr data-row={order.id} className={current ? 'sel' : ''} onClick={onSelect}>
      <td>{order.clock && <ClockChip clock={order.clock} due allOverdue={allOverdue} />}</td>
      <td>
        <UrgencyTag urgency={urgencyOf(order)} />
      </td>
      <OrderPick order={order} current={current} onPick={onSelect}>
        <OrderExcerpt order={order} />
      </OrderPick>
      <td className="fit">
        <div className="cut">
          <Whom order={order} />
        </div>
        <div className="cut mut">
          <WaitWords order={order} />
        </div>
      </td>
      <td className="num">
        <Score order={order} />
      </td>
    </tr>
  );
}

/** The unit that the catalogue names; none is looked up before the order is accepted. */
function Whom({ order }: { order: OrderListItem }) {
  const { say, name } = useWords();
  const lead = order.suggested?.lead;
  if (lead) return <>{name(lead)}</>;
  return (
    <span className="mut">{order.state === 'registered' ? say('triage.accept_first') : '—'}</span>
  );
}

/** Never rounded up: what falls short of a limit is not shown as having reached it. */
export const percentOf = (score: number): number => Math.floor(score * 100 + 1e-6);

/** How sure the understanding is; it stands out where that is why a person decides. */
function Score({ order }: { order: OrderListItem }) {
  const score = order.suggested?.score;
  if (score === null || score === undefined) return <span className="mut">—</span>;
  const low = order.waits.includes('low_score');
  return <span className={low ? 'score low' : 'score'}>{percentOf(score)}%</span>;
}

/** The reasons in words; none: the system has not looked yet, or goes on by itself. */
export function WaitWords({ order }: { order: OrderListItem }) {
  const { say, list } = useWords();
  const { waits } = order;
  if (waits.length === 0) {
    const none = order.state === 'registered' ? 'triage.not_accepted' : 'triage.none';
    return <span className="mut">{say(none)}</span>;
  }
  const { score, needed } = order.suggested ?? {};
  const short = order.state === 'registered' ? 'triage.short_accept' : 'triage.short_dispatch';
  const words = (reason: WaitReason) =>
    reason === 'low_score' && score != null && needed != null
      ? say(short, { n: percentOf(score), needed: percentOf(needed) })
      : say(`wait.${reason}`);
  return <>{list(waits.map(words))}</>;
}
