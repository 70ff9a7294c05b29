import { Button } from 'antd';
import { lazy, Suspense } from 'react';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import * as api from '../../data/api.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useDeliveries, useEvaluations, useReference } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { SideClocks } from '../../parts/ClockFacts.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { EvaluationList } from '../../parts/Evaluations.tsx';
import { SupervisionList } from '../supervision/SupervisionList.tsx';

const ContactCalls = lazy(() => import('./ContactCalls.tsx'));
const ContactChat = lazy(() => import('./ContactChat.tsx'));

interface Props {
  order: OrderDetail;
  center: boolean;
  onExplain: () => void;
}
/** Beside the timeline: what is due, who has it now, how it was rated, which notices went out. */
export function OrderSide({ order, center, onExplain }: Props) {
  const { say, name } = useWords();
  const supervises = useMe().desks.includes('supervision');
  const current = order.assignments.filter(
    (a) => a.round === order.round && a.state !== 'cancelled' && a.state !== 'returned',
  );
  return (
    <>
      <SideClocks clocks={useLivingClocks(order)} onExplain={onExplain} />
      <div className="part">
        <h2>{say('order.in_whose_hands')}</h2>
        {current.length === 0 && <p className="sm sec">{say('order.no_units')}</p>}
        {current.map((a) => (
          <div className="row between sm" key={a.id}>
            <span>
              <span className="mut">{say(`kind.${a.kind}`)}</span> {name(a.organization)}
            </span>
            <span className="st">{say(`assignment.${a.state}`)}</span>
          </div>
        ))}
      </div>
      {order.channel === 'phone' && (
        <Suspense fallback={null}>
          <ContactCalls contactId={order.contactId} />
        </Suspense>
      )}
      {order.channel === 'chat' && (
        <Suspense fallback={null}>
          <ContactChat contactId={order.contactId} />
        </Suspense>
      )}
      {order.classification && <Understood order={order} />}
      {supervises && (
        <div className="part">
          <h2>{say('desk.supervision')}</h2>
          <SupervisionList orderId={order.id} />
        </div>
      )}
      <Evaluations orderId={order.id} />
      {center && <Deliveries orderId={order.id} />}
    </>
  );
}

/** The clock that holds the order, then those of its units. */
function useLivingClocks(order: OrderDetail) {
  const { say, name } = useWords();
  const ofUnits = order.assignments.flatMap((a) =>
    a.clocks.map((clock) => ({
      key: `${a.id}:${clock.clock}`,
      label: `${say(`clock.${clock.clock}`)}　${name(a.organization)}`,
      clock,
    })),
  );
  const { clock } = order;
  if (!clock || ofUnits.some((c) => c.clock.clock === clock.clock)) return ofUnits;
  return [{ key: clock.clock, label: say(`clock.${clock.clock}`), clock }, ...ofUnits];
}

/** What the platform understood, by which words, and why it waits for a person. */
function Understood({ order }: { order: OrderDetail }) {
  const { say, name, list, word } = useWords();
  const { data } = useReference();
  const c = order.classification;
  if (!c) return null;
  const category = data?.categories.find((known) => known.code === c.categoryCode);
  const because = [...new Set(Object.values(c.because).flat())];
  return (
    <div className="part sm">
      <h2>
        {say('unit.understood')}
        <span className="r">{say('unit.score', { n: Math.round(c.score * 100) })}</span>
      </h2>
      <p>
        <Dots>
          {c.type && say(`type.${c.type}`)}
          {category && `${category.code} ${name(category)}`}
          {c.urgency && say(`urgency.${c.urgency}`)}
          {c.proposal !== 'dispatch' && say(`proposal.${c.proposal}`)}
        </Dots>
      </p>
      {because.length > 0 && (
        <p className="sec">
          {say('routing.because')} {list(because.map((term) => `“${term}”`))}
        </p>
      )}
      {order.waits.length > 0 && (
        <p className="today-t">
          {say('unit.waits')} {list(order.waits.map((why) => word(`wait.${why}`)))}
        </p>
      )}
    </div>
  );
}

function Evaluations({ orderId }: { orderId: string }) {
  const { say } = useWords();
  const { data } = useEvaluations(orderId);
  if (!data?.length) return null;
  return (
    <div className="part">
      <h2>{say('eval.title')}</h2>
      <EvaluationList evaluations={data} />
    </div>
  );
}

/** Notices to the citizen and how far they got; never to which number. */
function Deliveries({ orderId }: { orderId: string }) {
  const { say, word } = useWords();
  const items = useDeliveries(orderId, true).data?.items;
  if (!items?.length) return null;
  return (
    <div className="part">
      <h2>{say('delivery.title')}</h2>
      {items.map((item) => (
        <div className="row between sm" key={item.id}>
          <span className="cut">{word(`delivery.kind_${item.kind}`, item.kind)}</span>
          <span
            className={
              item.state === 'dead' || item.receipt === 'undelivered' ? 'over-t nb' : 'mut nb'
            }
          >
            <Dots>
              {farAs(say, item)}
              {item.sentAt ? (
                <Stamp at={item.sentAt} />
              ) : (
                item.attempts > 0 && say('delivery.attempts', { n: item.attempts })
              )}
            </Dots>
            {item.state === 'dead' && <SendAgain id={item.id} />}
          </span>
        </div>
      ))}
    </div>
  );
}

type Item = NonNullable<ReturnType<typeof useDeliveries>['data']>['items'][number];

/** How far a message got: to the provider, to the telephone, or not. */
function farAs(say: ReturnType<typeof useWords>['say'], item: Item): string {
  if (item.receipt === 'undelivered' && item.receiptCode !== '')
    return say('delivery.undelivered_code', { code: item.receiptCode });
  if (item.receipt) return say(`delivery.${item.receipt}`);
  if (item.state === 'obsolete' && item.lastError === 'opted out') return say('delivery.opted_out');
  return say(`delivery.${item.state}`);
}

/** After the last try people decide: a supervisor or an administrator has it sent once more. */
function SendAgain({ id }: { id: string }) {
  const { say } = useWords();
  const me = useMe();
  const again = useSubmit(() => api.redrive(id));
  if (!holds(me, 'supervisor', 'center_admin')) return null;
  return (
    <Button size="small" loading={again.busy} onClick={() => again.submit(undefined)}>
      {say('delivery.again')}
    </Button>
  );
}
