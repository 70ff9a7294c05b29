/** Small marks of an order: number, urgency, state, tags, instants, waits. */
import { Fragment, type ReactNode } from 'react';
import type { Urgency } from '../../../src/contract.ts';
import type { OrderListItem } from '../../../src/workorder/schema.ts';
import { useClockNow, useNow } from '../data/clock.ts';
import { orderNoParts } from '../lib/order-no.ts';
import { useWords } from '../lib/text.ts';
import { spanText, stampText } from '../lib/time.ts';

/** 20260921-00**4127**: the day quiet, the last four bold. */
export function OrderNo({ no }: { no: string }) {
  const { head, tail } = orderNoParts(no);
  return (
    <span className="no">
      {head}
      <b>{tail}</b>
    </span>
  );
}

/** Goes or went to an emergency line. */
const isEmergency = ({ emergency, state, closingType }: OrderListItem): boolean =>
  emergency !== null || state === 'transferred' || closingType === 'transferred';

/** What an order's list shows before anybody set it: an emergency is of the first urgency. */
export const urgencyOf = (order: OrderListItem): Urgency | null =>
  order.urgency ?? (isEmergency(order) ? 'U1' : null);

/** 紧急 119: what has to be, or was, handed over. */
export function EmergencyMark({ order }: { order: OrderListItem }) {
  const { say } = useWords();
  if (!isEmergency(order)) return null;
  return (
    <span className="ur ur-U1">
      <span aria-hidden="true">! </span>
      {say('mark.emergency')}
      {order.emergency && ` ${order.emergency}`}
    </span>
  );
}

export function UrgencyTag({ urgency }: { urgency: Urgency | null }) {
  const { say } = useWords();
  if (!urgency) return <span className="ur ur-U4">{say('mark.no_urgency')}</span>;
  return <span className={`ur ur-${urgency}`}>{say(`urgency.${urgency}`)}</span>;
}

export function StateWord({ order }: { order: OrderListItem }) {
  const { say } = useWords();
  return (
    <span className="st">
      <Dots>
        {say(`state.${order.state}`)}
        {order.closingType && say(`closing.${order.closingType}`)}
        {order.round > 1 && say('mark.round', { n: order.round })}
      </Dots>
    </span>
  );
}

export const Tag = ({ kind = '', children }: { kind?: string; children: ReactNode }) => (
  <span className={`tag ${kind}`}>{children}</span>
);

/** Parts of one line with a small point between them; what is missing leaves no point. */
export function Dots({ children }: { children: ReactNode[] | ReactNode }) {
  const parts = (Array.isArray(children) ? children : [children]).filter(
    (part) => part !== null && part !== undefined && part !== false && part !== '',
  );
  return (
    <>
      {parts.map((part, i) => (
        <Fragment key={i}>
          {i > 0 && <i className="sep" />}
          {part}
        </Fragment>
      ))}
    </>
  );
}

/** Type, category, confidential, redo: what a page head and a queue line say in tags. */
export function OrderTags({ order, full = false }: { order: OrderListItem; full?: boolean }) {
  const { say, name } = useWords();
  const { category } = order;
  return (
    <>
      {order.type && <Tag>{say(`type.${order.type}`)}</Tag>}
      {category && <Tag>{full ? `${category.code} ${name(category)}` : name(category)}</Tag>}
      {order.confidential && <Tag kind="lock">{say('mark.confidential')}</Tag>}
      {order.redoProposed && <Tag kind="line">{say('mark.redo_proposed')}</Tag>}
      {order.urges > 0 && <Tag kind="line">{say('mark.urges', { n: order.urges })}</Tag>}
      <EmergencyMark order={order} />
    </>
  );
}

/** An instant as staff read it. */
export function Stamp({ at }: { at: string }) {
  const { language } = useWords();
  const now = useClockNow();
  return (
    <time dateTime={at} className="nb">
      {stampText(at, now, language)}
    </time>
  );
}

/** How long something has been waiting, by the server's clock. */
export function Waited({ since }: { since: string }) {
  const { language, say } = useWords();
  const now = useNow();
  return (
    <span className="waited nb">
      {say('mark.waited')} <b>{spanText(now - Date.parse(since), language)}</b>
    </span>
  );
}

const FIRST_CLAUSES = /^[\s\S]{8,28}?(?=[，。！？；,.!?;\n])/;
const CUT_AT = 24;

/** The title; without one, the first clauses of the words. */
export function titleOf(order: OrderListItem, untitled: string): string {
  const { title, excerpt } = order;
  if (title) return title;
  const clauses = FIRST_CLAUSES.exec(excerpt)?.[0];
  return (
    (clauses ?? (excerpt.length > CUT_AT ? `${excerpt.slice(0, CUT_AT)}…` : excerpt)) || untitled
  );
}

/** The excerpt beside the title; nothing where it only says the title again. */
export const excerptOf = ({ title, excerpt }: OrderListItem): string =>
  excerpt.startsWith(title) ? '' : excerpt;

export function OrderTitle({ order }: { order: OrderListItem }) {
  const { say } = useWords();
  return <>{titleOf(order, say('mark.untitled'))}</>;
}
