import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { EscalationView } from '../../../../src/supervision/schema.ts';
import { useEscalations, useSupervisions } from '../../data/board-live.ts';
import { useCallbackCounts } from '../../data/queries.ts';
import { holds, isCenterStaff, useMe } from '../../data/session.tsx';
import { useWords } from '../../lib/text.ts';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { Dots, OrderTitle, Stamp, Tag } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { NotRead } from '../../parts/States.tsx';
import { ESCALATIONS_READ, isEscalation, useCauseWord } from './causes.ts';
import { Operations } from './Operations.tsx';

const ESCALATIONS = 8;
const TO_DECIDE = 6;

/** Clocks that go without saying. */
const OF_THE_ORDER = new Set<string>(['final', 'co']);

interface Props {
  organizationId: string | undefined;
  frozen: boolean;
}

/** What happened last, and what waits for the viewer. */
export function NowColumn({ organizationId, frozen }: Props) {
  const { say } = useWords();
  const me = useMe();
  const leads = holds(me, 'unit_leader');
  return (
    <>
      {isCenterStaff(me) && !organizationId && (
        <Block title={say('ops.title')}>
          <Operations frozen={frozen} />
        </Block>
      )}
      <Block title={say('board.escalations')}>
        <Escalations organizationId={organizationId} frozen={frozen} />
      </Block>
      {holds(me, 'supervisor') && <ToDecide frozen={frozen} />}
      {leads && !holds(me, 'supervisor') && <ToAnswer frozen={frozen} />}
    </>
  );
}

function Block(props: { title: string; children: ReactNode }) {
  return (
    <section className="blk">
      <div className="hd p0">
        <h2>{props.title}</h2>
      </div>
      {props.children}
    </section>
  );
}

function Escalations({ organizationId, frozen }: Pick<Props, 'organizationId' | 'frozen'>) {
  const { say } = useWords();
  const query = useEscalations(organizationId ?? null, ESCALATIONS_READ, !frozen);
  return (
    <QueryView query={query}>
      {(page) => {
        const items = page.items.filter(isEscalation).slice(0, ESCALATIONS);
        return items.length === 0 ? (
          <p className="sm mut">{say('board.no_escalations')}</p>
        ) : (
          <ul className="ev">
            {items.map((item) => (
              <Escalation key={item.id} item={item} />
            ))}
          </ul>
        );
      }}
    </QueryView>
  );
}

function Escalation({ item }: { item: EscalationView }) {
  const { say, name } = useWords();
  const cause = useCauseWord();
  // What people did needs no cause: the level says what it was.
  const byHand = item.step === null && item.cause === 'manual';
  return (
    <li>
      <LevelMark level={item.level} />
      <Link className="cut" to={`/orders/${item.orderId}`}>
        {item.title || item.orderNo.slice(-4)}
      </Link>
      <span className="xs mut nb">
        <Stamp at={item.at} />
      </span>
      <span className="xs sec cut what">
        <Dots>
          {item.organization && name(item.organization)}
          {item.clock && !OF_THE_ORDER.has(item.clock) && say(`clock.${item.clock}`)}
          {!byHand && (cause(item.step ?? item.cause) || say(`board.did_${item.action}`))}
          {item.supervisionNumber}
        </Dots>
      </span>
    </li>
  );
}

/** Replied supervision orders to judge, and citizens who say that nothing was solved. */
function ToDecide({ frozen }: { frozen: boolean }) {
  const { say } = useWords();
  const me = useMe();
  const replied = useSupervisions({ state: 'replied' }, TO_DECIDE, !frozen);
  const followup = me.desks.includes('followup');
  const counts = useCallbackCounts(followup);
  const redo = counts.data?.redo_proposed ?? 0;
  const isKnown = replied.data && (!followup || counts.data);
  const nothing = isKnown && replied.items.length === 0 && redo === 0;
  return (
    <Block title={say('board.decide')}>
      <NotRead query={replied.data ? counts : replied} />
      {nothing && <p className="sm mut">{say('board.nothing_to_decide')}</p>}
      <ul className="ask">
        {replied.items.slice(0, TO_DECIDE).map((item) => (
          <li key={item.id}>
            <LevelMark level={item.level} />
            <span className="grow cut">
              <OrderTitle order={item.order} />
            </span>
            <Link className="ant-like" to={`/supervision/${item.id}?state=replied`}>
              {say('board.judge')}
            </Link>
          </li>
        ))}
        {redo > 0 && (
          <li>
            <Tag>{say('act.redo')}</Tag>
            <span className="grow cut">{say('board.redo_proposed', { n: redo })}</span>
            <Link className="ant-like" to="/followup?queue=redo_proposed">
              {say('board.look')}
            </Link>
          </li>
        )}
      </ul>
    </Block>
  );
}

/** Supervision orders that the leader of a unit has to answer. */
function ToAnswer({ frozen }: { frozen: boolean }) {
  const { say } = useWords();
  const open = useSupervisions({ state: 'open' }, TO_DECIDE, !frozen);
  return (
    <Block title={say('board.our_open')}>
      <NotRead query={open} />
      {open.data && open.items.length === 0 && (
        <p className="sm mut">{say('supervision.none_open')}</p>
      )}
      <ul className="ask">
        {open.items.slice(0, TO_DECIDE).map((item) => (
          <li key={item.id}>
            <LevelMark level={item.level} />
            <span className="grow cut">
              <OrderTitle order={item.order} />
            </span>
            <Link className="ant-like" to={`/supervision/${item.id}?state=open`}>
              {say('board.answer')}
            </Link>
          </li>
        ))}
      </ul>
    </Block>
  );
}
