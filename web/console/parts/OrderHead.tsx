/** Head, words and facts of one order, the same on every page that shows it whole. */
import type { ReactNode } from 'react';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { filesOfDemand } from '../data/attachments.ts';
import { useWords } from '../lib/text.ts';
import { AttachmentList } from './Attachments.tsx';
import { Requester } from './Masked.tsx';
import { Dots, OrderNo, OrderTags, OrderTitle, Stamp, UrgencyTag, urgencyOf } from './Marks.tsx';
import { Said } from './Said.tsx';

export interface Fact {
  label: string;
  value: ReactNode;
}

interface HeadProps {
  order: OrderDetail;
  tags?: ReactNode;
  facts: readonly Fact[];
}
export const OrderHead = ({ order, tags, facts }: HeadProps) => (
  <header className="head">
    <div className="grow">
      <div className="row wrap">
        <OrderNo no={order.orderNo} />
        <UrgencyTag urgency={urgencyOf(order)} />
        <OrderTags order={order} full />
        {tags}
      </div>
      <h1>
        <OrderTitle order={order} />
      </h1>
    </div>
    <ul className="facts">
      {facts.map((fact) => (
        <li key={fact.label}>
          <span>{fact.label}</span>
          <b>{fact.value}</b>
        </li>
      ))}
    </ul>
  </header>
);

/** The words, then where they came from, of whom and about where. */
export function OrderWords({ order, medium = false }: { order: OrderDetail; medium?: boolean }) {
  return (
    <>
      <Said words={order.content} medium={medium} />
      <OrderOrigin order={order} />
      <AttachmentList files={filesOfDemand(order)} />
    </>
  );
}

export function OrderOrigin({ order, calling = false }: { order: OrderDetail; calling?: boolean }) {
  const { say, list } = useWords();
  const wishes = [
    order.wishPublic && say('wish.wishPublic'),
    order.wishCallback ? say('wish.wishCallback') : say('wish.no_callback'),
  ].filter((wish): wish is string => typeof wish === 'string');
  return (
    <div className="sm mut origin">
      <Dots>
        <span>
          {say(`channel.${order.channel}`)} <Stamp at={order.registeredAt} />
        </span>
        {order.area?.name}
        {order.address}
        {order.occurred && say('order.occurred', { when: order.occurred })}
        {order.subjectName && say('order.about', { what: order.subjectName })}
        <Requester orderId={order.id} who={order.requester} calling={calling} />
        {list(wishes)}
      </Dots>
    </div>
  );
}
