import { useState } from 'react';
import { Link } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { AcceptForm } from '../../acts/AcceptForm.tsx';
import { AskSupplementForm } from '../../acts/AskSupplementForm.tsx';
import { CorrectForm } from '../../acts/CorrectForm.tsx';
import { DispatchForm } from '../../acts/DispatchForm.tsx';
import { FlagsForm } from '../../acts/FlagsForm.tsx';
import { SplitForm } from '../../acts/SplitForm.tsx';
import { DirectAnswerForm, RejectForm } from '../../acts/TextForms.tsx';
import { tailOf, tellDone } from '../../data/done.ts';
import { useWatch } from '../../data/live.ts';
import { useOrder } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
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

/** What a dispatcher may do with an order, with its letter; the first that is possible is open. */
const WAYS = {
  dispatch: 'P',
  accept: 'A',
  direct_answer: 'R',
  ask_supplement: 'B',
  split: 'S',
  correct_classification: 'G',
  reject: 'X',
  set_flags: 'F',
} as const;
type Way = keyof typeof WAYS;

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

/** Decisions after which the order is still this desk's: it stays, with its next way open. */
const STAYS: readonly Way[] = ['accept', 'correct_classification', 'set_flags', 'split'];

function Ways({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const { say } = useWords();
  const ways = (Object.keys(WAYS) as Way[]).filter((way) => order.allowed.includes(way));
  const [chosen, setChosen] = useState<Way | undefined>();
  const way = ways.find((w) => w === chosen) ?? ways[0];
  useKeys(
    ways.map((w, i) => ({
      keys: WAYS[w],
      label: `act.${w}` as const,
      run: () => setChosen(w),
      quiet: i > 2,
    })),
  );
  // Of the way whose form was sent: the order may have been read anew meanwhile and allow others.
  const done = (sent: Way) => {
    if (STAYS.includes(sent)) setChosen(undefined);
    else {
      tellDone('triage.done', { act: say(`act.${sent}`), no: tailOf(order) });
      onDone();
    }
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
      <Understood order={order} onDone={() => setChosen(undefined)} />
      <div className="decision-ways">
        <Choice
          hideLabel
          look="wraps"
          label={say('dispatch.way')}
          value={way}
          onChange={setChosen}
          options={ways.map((value) => ({
            value,
            label: (
              <>
                {say(`act.${value}`)} <Kbd keys={WAYS[value]} />
              </>
            ),
          }))}
        />
      </div>
      <WayForm way={way} order={order} onDone={() => done(way)} />
    </>
  );
}

function WayForm({ way, ...props }: { way: Way; order: OrderDetail; onDone: () => void }) {
  switch (way) {
    case 'dispatch':
      return <DispatchForm {...props} keys="Enter" />;
    case 'accept':
      return <AcceptForm {...props} />;
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
