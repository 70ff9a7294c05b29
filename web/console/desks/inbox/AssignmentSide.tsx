import { Link } from 'react-router';
import type { AssignmentView, OrderDetail } from '../../../../src/workorder/schema.ts';
import { useWords } from '../../lib/text.ts';
import { useSupervisions } from '../../data/board-live.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { SideClocks } from '../../parts/ClockFacts.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import { Done } from '../orders/UnitTable.tsx';
import { SupervisionList } from '../supervision/SupervisionList.tsx';
import type { WorkProps } from './AssignmentPage.tsx';
import { useReplyDraft } from './reply-draft.ts';
import { isReachable, returnedReply } from './returned.ts';
import { selfCheck, type Checked } from './self-check.ts';

const TIMELINE_MAX = 6;

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
  const draft = assignment.replies.findLast((r) => r.kind === 'lead' && r.state === 'draft');
  const waiting = returnedReply(order, assignment) ? undefined : draft;
  return (
    <>
      {replying && <SelfCheck order={order} assignment={assignment} />}
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
      <Pressed order={order} />
      {co.length > 0 && <CoUnits co={co} />}
      <div className="part side-line">
        <h2>
          {say('assignment.latest')}
          <Link className="r" to={`/orders/${order.id}`}>
            {say('order.open_whole')}
          </Link>
        </h2>
        {waiting && (
          <p className="sm sec draft-waits">
            {say('unit.draft_waits', { name: waiting.authorName, n: waiting.version })}
          </p>
        )}
        <Timeline order={order} limit={TIMELINE_MAX} />
      </div>
    </>
  );
}

const BY_EYE = ['all_matters', 'no_buck_passing', 'no_third_party_data'] as const;

/** What the records and the written text show; the rest only a reader can judge. */
export function SelfCheck({ order, assignment }: WorkProps) {
  const { say, list } = useWords();
  const { value } = useReplyDraft(order, assignment);
  const points = selfCheck(order, assignment, value);
  const done = points.filter(({ ok }) => ok).length;
  const compared = points.some(({ point }) => point === 'not_a_copy');
  const byEye = [...BY_EYE, ...(compared ? [] : (['not_a_copy'] as const))];
  return (
    <div className="part">
      <h2>
        {say('assignment.self_check')}
        <span className="r">
          {done} / {points.length}
        </span>
      </h2>
      <ul className="sm self-check">
        {points.map((checked) => (
          <CheckedPoint key={checked.point} {...checked} />
        ))}
      </ul>
      {!isReachable(order) && <p className="xs mut">{say('unit.no_number')}</p>}
      <p className="xs mut">
        {say('assignment.by_eye', { items: list(byEye.map((item) => say(`check.${item}`))) })}
      </p>
    </div>
  );
}

function CheckedPoint({ point, ok, found }: Checked) {
  const { say } = useWords();
  const label = point === 'no_numbers' ? say('unit.no_numbers') : say(`check.${point}`);
  if (point === 'not_a_copy' && found === '1.00') {
    return <li className="missing">{say('unit.same_as_before')}</li>;
  }
  return (
    <li className={ok ? '' : 'missing'}>
      {label}
      {found !== undefined &&
        (point === 'not_a_copy' ? say('unit.alike', { n: found }) : say('unit.found', { found }))}
      <span className="unseen">{say(ok ? 'assignment.ok' : 'assignment.missing')}</span>
    </li>
  );
}

/** 催办、督办: how often it was asked for, and the supervision orders, each a step from its answer. */
function Pressed({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  const supervised = useSupervisions({ orderId: order.id }, 1).items.length > 0;
  const urges = order.timeline.filter((item) => item.act === 'urge');
  const last = urges.at(-1);
  if (!supervised && !last) return null;
  return (
    <div className="part">
      <h2>{say('unit.pressed')}</h2>
      {last && (
        <div className="sm">
          <Dots>
            <b>{say('unit.urged', { n: urges.length })}</b>
            <Stamp at={last.at} />
          </Dots>
          {last.texts.map((text, i) => (
            <p key={i} className="sec">
              {text.body}
            </p>
          ))}
        </div>
      )}
      {supervised && <SupervisionList orderId={order.id} />}
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
