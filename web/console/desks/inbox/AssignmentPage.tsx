import './inbox.css';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { AssignmentView, OrderDetail } from '../../../../src/workorder/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import { useWatch } from '../../data/live.ts';
import { useOrder } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { useTitle } from '../../lib/title.ts';
import { clockFact, OrderLevel } from '../../parts/ClockFacts.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { DeadlinePanel } from '../../parts/DeadlinePanel.tsx';
import { Stamp, Tag, titleOf, Waited } from '../../parts/Marks.tsx';
import { OrderHead, OrderWords, type Fact } from '../../parts/OrderHead.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { PrintButtons, usePapers } from '../../parts/OfficialPaper.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { SupplementNote } from '../orders/OrderNotes.tsx';
import { Contacted, Done, replyClock } from '../orders/UnitTable.tsx';
import { AssignmentSide } from './AssignmentSide.tsx';
import { AssignmentWork } from './AssignmentWork.tsx';
import { isReachable } from './returned.ts';

/** 承办: one assignment of the unit, from signing to the reply. */
export default function AssignmentPage() {
  const { orderId, assignmentId } = useParams();
  const { say } = useWords();
  const navigate = useNavigate();
  useWatch(orderId);
  useKeys([{ keys: 'Esc', label: 'keys.to_inbox', run: () => void navigate('/inbox') }]);
  return (
    <QueryView query={useOrder(orderId)}>
      {(order) => {
        const assignment = order.assignments.find((a) => a.id === assignmentId);
        return assignment ? (
          <Page key={assignment.id} order={order} assignment={assignment} />
        ) : (
          <EmptyState title={say('assignment.not_here')}>
            <Link to={`/orders/${order.id}`}>{say('order.open_whole')}</Link>
          </EmptyState>
        );
      }}
    </QueryView>
  );
}

export interface WorkProps {
  order: OrderDetail;
  assignment: AssignmentView;
}

function Page({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const [deadline, setDeadline] = useState(false);
  const { sheets, ...papers } = usePapers(order);
  useTitle(titleOf(order, order.orderNo));
  useKeys([{ keys: 'D', label: 'keys.deadline', run: () => setDeadline(!deadline) }]);
  useKeys(
    deadline
      ? [{ keys: 'Esc', label: 'keys.close', run: () => setDeadline(false), quiet: true }]
      : [],
  );
  return (
    <>
      <Link className="phone-back" to="/inbox">
        ‹ {say('desk.inbox')}
      </Link>
      <OrderHead
        order={order}
        facts={useFacts({ order, assignment })}
        tags={
          <>
            <Tag kind="pri">{say(`kind.${assignment.kind}`)}</Tag>
            {order.round > 1 && <Tag kind="line">{say('mark.round', { n: order.round })}</Tag>}
            {order.noReturn && <Tag kind="line">{say('order.no_return')}</Tag>}
            <OrderLevel
              orderId={order.id}
              clocks={assignment.clocks}
              organizationId={assignment.organization.id}
            />
          </>
        }
      />
      <SplitColumns
        desk={deadline ? 'assignment with-deadline' : 'assignment'}
        side={
          deadline ? (
            <DeadlinePanel
              orderId={order.id}
              version={order.version}
              subjectId={assignment.id}
              onClose={() => setDeadline(false)}
            />
          ) : (
            <AssignmentSide
              order={order}
              assignment={assignment}
              onExplain={() => setDeadline(true)}
            />
          )
        }
        sideLabel={say('order.side')}
        sideFlows
      >
        <div className="wide">
          <OrderWords order={order} />
        </div>
        <DoneLine />
        <SupplementNote order={order} />
        <AssignmentWork
          order={order}
          assignment={assignment}
          right={<PrintButtons {...papers} />}
        />
      </SplitColumns>
      {sheets}
    </>
  );
}

function useFacts({ order, assignment: a }: WorkProps): Fact[] {
  const words = useWords();
  const { say } = words;
  const now = useClockNow();
  const due = replyClock(a);
  const signClock = a.clocks.find((c) => c.clock === 'sign');
  return [
    { label: say('order.dispatched_at'), value: <Stamp at={a.createdAt} /> },
    { label: say('act.sign'), value: <Done at={a.signedAt} clock={signClock} /> },
    ...(a.kind === 'lead'
      ? [
          {
            label: say('act.first_contact'),
            value:
              a.firstContactAt || isReachable(order) ? (
                <Contacted order={order} assignment={a} />
              ) : (
                <span className="mut">{say('unit.no_number')}</span>
              ),
          },
        ]
      : []),
    a.submittedAt
      ? { label: say('order.reply'), value: <Done at={a.submittedAt} /> }
      : due
        ? clockFact(due, words, now, false)
        : { label: say('inbox.since_dispatch'), value: <Waited since={a.createdAt} /> },
  ];
}
