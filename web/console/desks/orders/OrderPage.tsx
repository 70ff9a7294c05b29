import './orders.css';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { useWatch } from '../../data/live.ts';
import { useOrder } from '../../data/queries.ts';
import { isCenterStaff, useMe } from '../../data/session.tsx';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { useTitle } from '../../lib/title.ts';
import { AttachmentList } from '../../parts/Attachments.tsx';
import { OrderLevel, useOrderClockFact } from '../../parts/ClockFacts.tsx';
import { SideOpener, SplitColumns } from '../../parts/Columns.tsx';
import { DeadlinePanel } from '../../parts/DeadlinePanel.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, Tag, Waited, Stamp, titleOf } from '../../parts/Marks.tsx';
import { OrderHead, OrderWords, type Fact } from '../../parts/OrderHead.tsx';
import { FoldedPrints, usePapers } from '../../parts/OfficialPaper.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { TabRow } from '../../parts/Tabs.tsx';
import { Timeline, useTimelineView, visibleItems } from '../../parts/Timeline.tsx';
import { Replies } from '../../parts/Replies.tsx';
import { ActBar, ActPanel, useOrderActs } from './OrderActs.tsx';
import { EmergencyNote, SplitNote, SupplementNote } from './OrderNotes.tsx';
import { UnitTable } from './UnitTable.tsx';
import { OrderSide } from './OrderSide.tsx';

/** One order, whole: the words, what happened, and what this person may do. */
export default function OrderPage() {
  const { orderId } = useParams();
  useWatch(orderId);
  return (
    <QueryView query={useOrder(orderId)}>
      {(order) => <Page key={order.id} order={order} />}
    </QueryView>
  );
}

function Page({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  const navigate = useNavigate();
  const acts = useOrderActs(order);
  const [side, setSide] = useState(false);
  const [deadline, setDeadline] = useState(false);
  const back = () => void navigate(-1);
  const center = isCenterStaff(useMe());
  const { sheets, ...papers } = usePapers(order);
  useTitle(titleOf(order, order.orderNo));
  useKeys([
    {
      keys: 'Esc',
      label: 'keys.back',
      run: () => (acts.chosen ? acts.choose(undefined) : deadline ? setDeadline(false) : back()),
    },
    {
      keys: 'D',
      label: 'keys.deadline',
      run: () => toggle(),
      off: acts.chosen !== undefined,
    },
  ]);
  const toggle = () => {
    acts.choose(undefined);
    setDeadline(!deadline);
  };
  const explains = deadline && !acts.chosen;
  return (
    <>
      <button type="button" className="phone-back link-button" onClick={back}>
        ‹ {say('order.back')}
      </button>
      <OrderHead order={order} facts={useFacts(order)} tags={<HeadTags order={order} />} />
      <SplitColumns
        desk={explains ? 'order with-deadline' : 'order'}
        side={
          acts.chosen ? (
            <ActPanel order={order} acts={acts} />
          ) : deadline ? (
            <DeadlinePanel
              orderId={order.id}
              version={order.version}
              onClose={() => setDeadline(false)}
            />
          ) : (
            <OrderSide order={order} center={center} onExplain={toggle} />
          )
        }
        sideLabel={say('order.side')}
        sideOpen={side || deadline || acts.chosen !== undefined}
        onSideClose={() => {
          setSide(false);
          setDeadline(false);
          acts.choose(undefined);
        }}
      >
        <div className="done-sticks">
          <DoneLine />
        </div>
        <EmergencyNote order={order} />
        <SupplementNote order={order} />
        <div className="wide">
          <OrderWords order={order} />
          <SplitNote order={order} />
        </div>
        <Tabs order={order} />
        <ActBar
          order={order}
          acts={acts}
          more={
            <>
              <KeyButton keys="D" aria-pressed={explains} onClick={toggle}>
                {say('deadline.here')}
              </KeyButton>
              <FoldedPrints {...papers} />
              <SideOpener onOpen={() => setSide(true)}>{say('order.side')}</SideOpener>
            </>
          }
        />
      </SplitColumns>
      {sheets}
    </>
  );
}

function HeadTags({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  return (
    <>
      {order.flags.map((flag) => (
        <Tag key={flag} kind="line">
          {say(`flag.${flag}`)}
        </Tag>
      ))}
      {order.noReturn && <span className="tag line">{say('order.no_return')}</span>}
      {order.anonymous && <span className="tag line">{say('requester.anonymous')}</span>}
      <OrderLevel
        orderId={order.id}
        clocks={[order.clock, ...order.assignments.flatMap((a) => a.clocks)]}
      />
    </>
  );
}

function useFacts(order: OrderDetail): Fact[] {
  const { say, name } = useWords();
  const clock = useOrderClockFact(order);
  return [
    {
      label: say('order.state'),
      value: (
        <Dots>
          {say(`state.${order.state}`)}
          {order.closingType && say(`closing.${order.closingType}`)}
          {say('mark.round', { n: order.round })}
        </Dots>
      ),
    },
    { label: say('kind.lead'), value: order.lead ? name(order.lead) : say('order.no_lead') },
    order.closedAt
      ? { label: say('order.closed_at'), value: <Stamp at={order.closedAt} /> }
      : { label: say('order.citizen_waits'), value: <Waited since={order.registeredAt} /> },
    ...(clock ? [clock] : []),
  ];
}

type TabId = 'timeline' | 'units' | 'replies' | 'files';

function Tabs({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  const [tab, setTab] = useState<TabId>('timeline');
  const [view, chooser] = useTimelineView();
  const replies = order.assignments.flatMap((a) => a.replies).length;
  return (
    <>
      <TabRow<TabId>
        label={say('order.tabs')}
        current={tab}
        onChange={setTab}
        panel="order-panel"
        right={tab === 'timeline' && chooser}
        tabs={[
          {
            id: 'timeline',
            label: say('order.timeline'),
            note: String(visibleItems(order, 'main').length),
          },
          { id: 'units', label: say('order.units'), note: String(order.assignments.length) },
          { id: 'replies', label: say('order.replies'), note: String(replies) },
          ...(order.attachments.length > 0
            ? [
                {
                  id: 'files' as const,
                  label: say('attach.title'),
                  note: String(order.attachments.length),
                },
              ]
            : []),
        ]}
      />
      <div
        id="order-panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        className="order-panel"
        tabIndex={0}
      >
        {tab === 'timeline' && <Timeline order={order} view={view} />}
        {tab === 'units' && <UnitTable order={order} />}
        {tab === 'replies' && <Replies order={order} />}
        {tab === 'files' && (
          <div className="files-by">
            <AttachmentList files={order.attachments} facts />
          </div>
        )}
      </div>
    </>
  );
}
