import { useState } from 'react';
import { Link } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { AcceptForm } from '../../acts/AcceptForm.tsx';
import { AskSupplementForm } from '../../acts/AskSupplementForm.tsx';
import { CorrectForm } from '../../acts/CorrectForm.tsx';
import { DispatchForm } from '../../acts/DispatchForm.tsx';
import { FlagsForm } from '../../acts/FlagsForm.tsx';
import { LETTERS } from '../../acts/letters.ts';
import { useOpened } from '../../acts/opened.ts';
import { Panel } from '../../acts/Panel.tsx';
import { SplitForm } from '../../acts/SplitForm.tsx';
import { DirectAnswerForm, RejectForm } from '../../acts/TextForms.tsx';
import { tailOf, tellDone } from '../../data/done.ts';
import { useWatch } from '../../data/live.ts';
import { useOrder } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { focusRow } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { AttachmentList } from '../../parts/Attachments.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { Kbd } from '../../parts/Key.tsx';
import { OrderWords } from '../../parts/OrderHead.tsx';
import { OrderNo, OrderTags, UrgencyTag } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { Understood } from './Understood.tsx';

/** What a dispatcher may do with an order; the first that is possible is open. */
const WAYS = [
  'dispatch',
  'accept',
  'direct_answer',
  'ask_supplement',
  'split',
  'correct_classification',
  'reject',
  'set_flags',
] as const;
type Way = (typeof WAYS)[number];

/**
 * The chosen order and what becomes of it.
 * @param onDone once the order is somebody else's.
 */
export function Decision({ orderId, onDone }: { orderId: string; onDone: () => void }) {
  useWatch(orderId);
  return (
    <QueryView query={useOrder(orderId)}>
      {(order) => <Decide order={order} onDone={onDone} />}
    </QueryView>
  );
}

function Decide({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const { say } = useWords();
  return (
    <>
      <div className="decision-head">
        <div className="row wrap">
          {order.clock && <ClockChip clock={order.clock} size="short" />}
          <OrderNo no={order.orderNo} />
          <UrgencyTag urgency={order.urgency} />
          <OrderTags order={order} />
          <Link className="sm open" to={`/orders/${order.id}`}>
            {say('order.open_whole')}
          </Link>
        </div>
        <OrderWords order={order} medium />
        {order.attachments.length > 0 && (
          <AttachmentList files={order.attachments} label={say('attach.title')} />
        )}
      </div>
      <Ways order={order} onDone={onDone} />
    </>
  );
}

/** Decisions after which the order is still to be decided: it stays, with its next way open. */
const STAYS: readonly Way[] = ['correct_classification', 'set_flags', 'split'];

function Ways({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const { say } = useWords();
  const panel = useOpened();
  const ways = WAYS.filter((way) => order.allowed.includes(way));
  const [chosen, setChosen] = useState<Way | undefined>();
  const way = ways.find((w) => w === chosen) ?? ways[0];
  const open = way !== undefined && way === chosen;
  const ask = (w: Way) => {
    setChosen(w);
    panel.opened();
  };
  const putAway = () => {
    setChosen(undefined);
    focusRow(order.id);
  };
  useKeys([
    ...ways.map((w, i) => ({
      keys: LETTERS[w],
      label: `act.${w}` as const,
      run: () => ask(w),
      quiet: i > 2,
      off: open,
    })),
    { keys: 'Esc', label: 'common.put_away', run: putAway, off: !open },
  ]);
  // Of the way whose form was sent: the order may have been read anew meanwhile and allow others.
  const done = (sent: Way, unit?: string) => {
    const no = tailOf(order);
    if (sent === 'dispatch' && unit) tellDone('triage.done_dispatch', { no, unit });
    else if (sent === 'accept') tellDone('triage.done_accept', { no });
    else tellDone('triage.done', { act: say(`act.${sent}`), no });
    if (STAYS.includes(sent)) putAway();
    else onDone();
  };
  if (!way) {
    return (
      <EmptyState title={say('dispatch.nothing', { state: say(`state.${order.state}`) })}>
        {say('dispatch.nothing_next')}
      </EmptyState>
    );
  }
  return (
    <>
      <Understood order={order} />
      <div className="decision-ways">
        <Choice
          hideLabel
          look="wraps"
          label={say('dispatch.way')}
          value={way}
          onChange={(w) => (isStepping() ? setChosen(w) : ask(w))}
          options={ways.map((value) => ({
            value,
            label: (
              <>
                {say(`act.${value}`)} <Kbd keys={LETTERS[value]} />
              </>
            ),
          }))}
        />
      </div>
      <Panel panel={panel} open={open}>
        <WayForm way={way} order={order} onDone={(unit) => done(way, unit)} />
      </Panel>
    </>
  );
}

/** Arrow keys step through the ways: the focus stays among them. */
const isStepping = () => document.querySelector('.decision-ways input:focus-visible') !== null;

interface WayProps {
  way: Way;
  order: OrderDetail;
  onDone: (unit?: string) => void;
}
function WayForm({ way, order, onDone }: WayProps) {
  const props = { order, onDone: () => onDone() };
  switch (way) {
    case 'dispatch':
      return <DispatchForm order={order} keys="Enter" onDone={(_, unit) => onDone(unit)} />;
    case 'accept':
      return <AcceptForm {...props} keys="Enter" />;
    case 'direct_answer':
      return <DirectAnswerForm {...props} />;
    case 'ask_supplement':
      return <AskSupplementForm {...props} />;
    case 'split':
      return <SplitForm {...props} />;
    case 'correct_classification':
      return <CorrectForm {...props} />;
    case 'reject':
      return <RejectForm {...props} />;
    case 'set_flags':
      return <FlagsForm {...props} />;
  }
}
