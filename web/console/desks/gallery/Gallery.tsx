import './gallery.css';
import { Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { LAMPS, URGENCIES, type Urgency } from '../../../../src/contract.ts';
import { Problem } from '../../data/problem.ts';
import { useClockNow } from '../../data/clock.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { Field } from '../../parts/Field.tsx';
import { Kbd, KeyButton } from '../../parts/Key.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { OrderNo, Tag, UrgencyTag } from '../../parts/Marks.tsx';
import { MaskedPhone } from '../../parts/Masked.tsx';
import { OrderQueue } from '../../parts/OrderQueue.tsx';
import { OrderTable } from '../../parts/OrderTable.tsx';
import { Said } from '../../parts/Said.tsx';
import { EmptyState, Loading, ProblemNotice } from '../../parts/States.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import { sampleClock, sampleOrder, sampleTimeline } from './samples.ts';

/** Every part of the console in every state, light or dark as the page is (look 30, 31). */
export default function Gallery() {
  const { say } = useWords();
  return (
    <div className="gallery">
      <DeskTitle title={say('gallery.title')} />
      <header className="hd">
        <h2>{say('gallery.title')}</h2>
        <span className="r sm mut">{say('gallery.rule')}</span>
      </header>
      <div className="gallery-cols">
        <div>
          <Clocks />
          <Marks />
          <Numbers />
          <Buttons />
          <Fields />
        </div>
        <div>
          <Orders />
          <PublicAndInternal />
          <History />
          <States />
        </div>
      </div>
    </div>
  );
}

const Shown = ({ title, hint, children }: { title: string; hint: string; children: ReactNode }) => (
  <section className="shown">
    <h3>{title}</h3>
    <p className="sm mut">{hint}</p>
    {children}
  </section>
);

/** Taken once, so that the samples do not walk while one looks. */
const useStill = () => useState(useClockNow())[0];

function Clocks() {
  const { say } = useWords();
  const now = useStill();
  return (
    <Shown title={say('gallery.clock')} hint={say('gallery.clock_hint')}>
      <table className="t gallery-clocks">
        <thead>
          <tr>
            <th>{say('gallery.short')}</th>
            <th>{say('gallery.long')}</th>
            <th>{say('gallery.bare')}</th>
            <th>{say('gallery.when')}</th>
          </tr>
        </thead>
        <tbody>
          {LAMPS.map((lamp) => (
            <tr key={lamp}>
              <td>
                <ClockChip clock={sampleClock(lamp, now)} />
              </td>
              <td>
                <ClockChip clock={sampleClock(lamp, now)} size="long" />
              </td>
              <td>
                <ClockChip clock={sampleClock(lamp, now)} bare />
              </td>
              <td className="sm">{say(`gallery.${lamp}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="grey row wrap">
        <span className="sm">{say('gallery.grey')}</span>
        {LAMPS.map((lamp) => (
          <ClockChip key={lamp} clock={sampleClock(lamp, now)} />
        ))}
      </p>
    </Shown>
  );
}

function Marks() {
  const { say } = useWords();
  return (
    <>
      <Shown title={say('gallery.level')} hint={say('gallery.level_hint')}>
        <p className="row wrap">
          {[0, 1, 2, 3, 4].map((level) => (
            <LevelMark key={level} level={level} />
          ))}
        </p>
      </Shown>
      <Shown title={say('gallery.urgency')} hint={say('gallery.urgency_hint')}>
        <p className="row wrap">
          {URGENCIES.map((urgency) => (
            <UrgencyTag key={urgency} urgency={urgency} />
          ))}
          <UrgencyTag urgency={null} />
          <Tag>{say('type.complaint')}</Tag>
          <Tag kind="pri">{say('kind.lead')}</Tag>
          <Tag kind="line">{say('mark.urges', { n: 1 })}</Tag>
          <Tag kind="lock">{say('gallery.unit_only')}</Tag>
        </p>
      </Shown>
    </>
  );
}

function Numbers() {
  const { say } = useWords();
  return (
    <>
      <Shown title={say('gallery.number')} hint={say('gallery.number_hint')}>
        <p>
          <MaskedPhone phone="138****4471" />
        </p>
      </Shown>
      <Shown title={say('gallery.order_no')} hint={say('gallery.order_no_hint')}>
        <p className="row wrap">
          <OrderNo no="20260921004127" />
          <OrderNo no="20260917029754" />
        </p>
      </Shown>
    </>
  );
}

function Buttons() {
  const { say } = useWords();
  return (
    <Shown title={say('gallery.buttons')} hint={say('gallery.buttons_hint')}>
      <p className="row wrap">
        <KeyButton type="primary" keys="Enter">
          {say('act.dispatch')}
        </KeyButton>
        <KeyButton keys="F10">{say('act.direct_answer')}</KeyButton>
        <Button type="link">{say('common.more')}</Button>
        <Button danger>{say('act.withdraw')}</Button>
        <Button danger type="primary">
          {say('act.transfer_emergency')}
        </Button>
        <Button disabled>{say('gallery.off')}</Button>
        <Kbd keys="Alt+1" />
      </p>
    </Shown>
  );
}

function Fields() {
  const { say } = useWords();
  const [urgency, setUrgency] = useState<Urgency>('U3');
  return (
    <Shown title={say('gallery.fields')} hint={say('gallery.fields_hint')}>
      <div className="gallery-fields">
        <Field label={say('field.address')} required wrong={say('gallery.wrong')}>
          <Input />
        </Field>
        <Choice
          label={say('field.urgency')}
          look="fill"
          value={urgency}
          onChange={setUrgency}
          options={URGENCIES.map((value) => ({ value, label: say(`urgency.${value}`) }))}
        />
      </div>
    </Shown>
  );
}

function Orders() {
  const { say, name } = useWords();
  const now = useStill();
  const place = {
    category: say('gallery.sample_category'),
    lead: say('gallery.sample_lead'),
    area: say('gallery.sample_area'),
  };
  const orders = [
    sampleOrder(now, 'today', {
      ...place,
      title: say('gallery.sample_title'),
      excerpt: say('gallery.sample_words'),
    }),
    sampleOrder(now, 'overdue', {
      ...place,
      title: say('gallery.sample_late'),
      excerpt: say('gallery.sample_late_words'),
    }),
  ];
  return (
    <Shown title={say('gallery.order')} hint={say('gallery.order_hint')}>
      <OrderTable orders={orders} selected={orders[1]?.id} onSelect={() => undefined} states />
      <OrderQueue
        selected={orders[1]?.id}
        items={orders.map((order) => ({
          id: order.id,
          order,
          to: '/gallery',
          left: order.lead ? name(order.lead) : '',
          right: <OrderNo no={order.orderNo} />,
        }))}
      />
    </Shown>
  );
}

function PublicAndInternal() {
  const { say } = useWords();
  return (
    <Shown title={say('gallery.public')} hint={say('gallery.public_hint')}>
      <Said words={say('gallery.sample_words')} medium />
      <p className="quote">{say('gallery.public_text')}</p>
      <p className="quote hatch">
        <span className="hatch-text">{say('gallery.internal_text')}</span>{' '}
        <Tag kind="lock">{say('visibility.unit')}</Tag>
      </p>
    </Shown>
  );
}

function History() {
  const { say } = useWords();
  const now = useStill();
  const words = { open: say('gallery.public_text'), inside: say('gallery.internal_text') };
  return (
    <Shown title={say('gallery.timeline')} hint={say('gallery.timeline_hint')}>
      <Timeline order={sampleTimeline(now, words)} />
    </Shown>
  );
}

function States() {
  const { say } = useWords();
  return (
    <Shown title={say('gallery.states')} hint={say('gallery.states_hint')}>
      <EmptyState title={say('gallery.nothing')}>{say('gallery.nothing_next')}</EmptyState>
      <div className="row between sm" role="status">
        {say('batch.progress', { done: 31, total: 47 })}
        <progress value={31} max={47} />
        <Button size="small">{say('batch.stop')}</Button>
      </div>
      <Loading />
      <ProblemNotice
        problem={
          new Problem('version_conflict', 409, '4f9c1e27-a0d3-7c11-9f00-000000000000', {
            state: 'dispatched',
          })
        }
        written={say('gallery.public_text')}
      />
      <ProblemNotice problem={new Problem('no_network')} kind="read" retry={() => undefined} />
    </Shown>
  );
}
