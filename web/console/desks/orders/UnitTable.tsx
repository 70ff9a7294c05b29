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
          <UnitRow key={assignment.id} assignment={assignment} rounds={order.round} />
        ))}
      </tbody>
    </table>
  );
}

function UnitRow({ assignment: a, rounds }: { assignment: AssignmentView; rounds: number }) {
  const { say, name } = useWords();
  const own = replyClock(a);
  return (
    <tr>
      <td>
        <b>{say(`kind.${a.kind}`)}</b>　{name(a.organization)}
        {a.signedByName && <span className="mut">　{a.signedByName}</span>}
        {rounds > 1 && <span className="mut">　{say('mark.round', { n: a.round })}</span>}
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
          <Done at={a.firstContactAt} clock={clockOf(a, 'first_contact')} />
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
