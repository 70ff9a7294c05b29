import type { Clock } from '../../../../src/contract.ts';
import type { ClockView } from '../../../../src/deadline/schema.ts';
import type { AssignmentView, OrderDetail } from '../../../../src/workorder/schema.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { Stamp } from '../../parts/Marks.tsx';
import { EmptyState } from '../../parts/States.tsx';

/** Every unit that has or had the order, with its instants. */
export function UnitTable({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  if (order.assignments.length === 0) {
    return <EmptyState title={say('order.no_units')}>{say('order.no_units_next')}</EmptyState>;
  }
  return (
    <table className="t units">
      <thead>
        <tr>
          <th>{say('order.unit')}</th>
          <th>{say('order.dispatched_at')}</th>
          <th>{say('act.sign')}</th>
          <th>{say('act.first_contact')}</th>
          <th>{say('order.reply')}</th>
          <th>{say('clocks.of_unit')}</th>
        </tr>
      </thead>
      <tbody>
        {order.assignments.map((assignment) => (
          <UnitRow key={assignment.id} order={order} assignment={assignment} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  order: OrderDetail;
  assignment: AssignmentView;
}
function UnitRow({ order, assignment: a }: RowProps) {
  const { say, name } = useWords();
  const own = replyClock(a);
  return (
    <tr>
      <td>
        <b>{say(`kind.${a.kind}`)}</b>　{name(a.organization)}
        {a.signedByName && <span className="mut">　{a.signedByName}</span>}
        {order.round > 1 && <span className="mut">　{say('mark.round', { n: a.round })}</span>}
      </td>
      <td>
        <Stamp at={a.createdAt} />
      </td>
      <td>
        <Done at={a.signedAt} clock={clockOf(a, 'sign')} />
      </td>
      <td>
        {a.kind === 'co' && !a.firstContactAt ? (
          <span className="mut">{say('order.not_asked')}</span>
        ) : (
          <Contacted order={order} assignment={a} />
        )}
      </td>
      <td>
        {a.waived ? (
          <span className="mut">{say('order.waived')}</span>
        ) : (
          <Done at={a.submittedAt} />
        )}
        {(a.state === 'cancelled' || a.state === 'returned') && (
          <span className="mut">　{say(`assignment.${a.state}`)}</span>
        )}
      </td>
      <td>{own && <ClockChip clock={own} bare due />}</td>
    </tr>
  );
}

const clockOf = (a: AssignmentView, clock: Clock): ClockView | undefined =>
  a.clocks.find((c) => c.clock === clock);

/** The clock that the reply of a unit is measured by. */
export const replyClock = (a: AssignmentView): ClockView | undefined =>
  clockOf(a, a.kind === 'lead' ? 'final' : 'co');

/** First contacts of this lead that reached nobody, while none has reached the citizen. */
export const triesWithout = (order: OrderDetail, a: AssignmentView): number =>
  a.kind === 'co' || a.firstContactAt
    ? 0
    : order.timeline.filter(
        (item) =>
          item.act === 'first_contact' && item.round === a.round && item.detail.reached === false,
      ).length;

/** 先行联系: when it was made; else its clock, and how often it was tried in vain. */
export function Contacted({ order, assignment: a }: RowProps) {
  const { say } = useWords();
  const tried = triesWithout(order, a);
  const clock = clockOf(a, 'first_contact');
  if (tried === 0) return <Done at={a.firstContactAt} clock={clock} />;
  return (
    <>
      {clock && (
        <>
          <ClockChip clock={clock} bare />{' '}
        </>
      )}
      <span className="today-t">{say('unit.tried_n', { n: tried })}</span>
    </>
  );
}

/** ✓ and the instant; before it the clock that waits for it, or that it is not there yet. */
export function Done({ at, clock }: { at: string | null; clock?: ClockView | undefined }) {
  const { say } = useWords();
  if (!at && clock) return <ClockChip clock={clock} bare />;
  if (!at) return <span className="mut">{say('order.not_yet')}</span>;
  return (
    <span className="ok-t nb">
      ✓ <Stamp at={at} />
    </span>
  );
}
