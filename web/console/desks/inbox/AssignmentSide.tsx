import { Link } from 'react-router';
import type { AssignmentView, OrderDetail } from '../../../../src/workorder/schema.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { SideClocks } from '../../parts/ClockFacts.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import { Done } from '../orders/UnitTable.tsx';
import type { WorkProps } from './AssignmentPage.tsx';
import { useReplyDraft } from './reply-draft.ts';

const TIMELINE_MAX = 6;
/** A date as people write it in a measure: 9月27日, 9-27, 2026.9.27, 月底前. */
const HAS_DATE = /\d+\s*月|\d+\s*[-/.]\s*\d+|[日周月]底?前|\d+\s*(个)?(工作)?日内/;

interface Props extends WorkProps {
  onExplain: () => void;
}
/** Beside the work: what is still missing, what is due, the co-handlers, the way here. */
export function AssignmentSide({ order, assignment, onExplain }: Props) {
  const { say } = useWords();
  const co = order.assignments.filter((a) => a.kind === 'co' && a.round === order.round);
  const replying =
    assignment.kind === 'lead' &&
    (assignment.allowed.includes('draft_reply') || assignment.allowed.includes('submit_reply'));
  return (
    <>
      {replying && <SelfCheck order={order} assignment={assignment} co={co} />}
      {assignment.clocks.length > 0 && (
        <SideClocks
          onExplain={onExplain}
          clocks={assignment.clocks.map((clock) => ({
            key: clock.clock,
            label: say(`clock.${clock.clock}`),
            clock,
          }))}
        />
      )}
      {co.length > 0 && <CoUnits co={co} />}
      <div className="part side-line">
        <h2>
          {say('assignment.latest')}
          <Link className="r" to={`/orders/${order.id}`}>
            {say('order.open_whole')}
          </Link>
        </h2>
        <Timeline order={order} limit={TIMELINE_MAX} />
      </div>
    </>
  );
}

interface CheckProps extends WorkProps {
  co: AssignmentView[];
}
/** What the records and the written text show; the rest only a reader can judge. */
function SelfCheck({ assignment, co }: CheckProps) {
  const { say, list } = useWords();
  const { value } = useReplyDraft(assignment);
  const points = [
    ['first_contact', assignment.firstContactAt !== null],
    ['finding', value.finding.trim() !== ''],
    ['measures_dated', HAS_DATE.test(value.measures)],
    ['solved_consistent', value.solved !== undefined, 'assignment.solved_chosen'],
    ['public_version', value.publicVersion.trim() !== ''],
    ['co_handlers_in', co.every((a) => a.waived || a.submittedAt !== null)],
  ] as const;
  const done = points.filter(([, ok]) => ok).length;
  const byEye = ['all_matters', 'not_a_copy', 'no_buck_passing', 'no_third_party_data'] as const;
  return (
    <div className="part">
      <h2>
        {say('assignment.self_check')}
        <span className="r">
          {done} / {points.length}
        </span>
      </h2>
      <ul className="sm self-check">
        {points.map(([item, ok, other]) => (
          <li key={item} className={ok ? '' : 'todo'}>
            {other ? say(other) : say(`check.${item}`)}
            <span className="unseen">{say(ok ? 'assignment.ok' : 'assignment.todo')}</span>
          </li>
        ))}
      </ul>
      <p className="xs mut">
        {say('assignment.by_eye', { items: list(byEye.map((item) => say(`check.${item}`))) })}
      </p>
    </div>
  );
}

const coClock = (a: AssignmentView) => a.clocks.find((c) => c.clock === 'co');

function CoUnits({ co }: { co: OrderDetail['assignments'] }) {
  const { say, name } = useWords();
  return (
    <div className="part">
      <h2>{say('field.co')}</h2>
      {co.map((a) => (
        <div key={a.id} className="row between sm">
          <span>{name(a.organization)}</span>
          {a.submittedAt ? (
            <Done at={a.submittedAt} />
          ) : coClock(a) && !a.waived ? (
            <ClockChip clock={coClock(a)!} />
          ) : (
            <span className="mut">
              {a.waived ? say('order.waived') : say(`assignment.${a.state}`)}
            </span>
          )}
        </div>
      ))}
    </div>
  );
}
