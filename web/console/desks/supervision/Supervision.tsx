import { Link } from 'react-router';
import { VERDICTS } from '../../../../src/contract.ts';
import type { SupervisionView } from '../../../../src/supervision/schema.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { Dots, OrderNo, OrderTags, OrderTitle, Stamp, StateWord } from '../../parts/Marks.tsx';
import { ReplyForm } from './ReplyForm.tsx';
import { Thread } from './Thread.tsx';
import { VERDICT_KEYS, VerdictForm } from './VerdictForm.tsx';

const VERDICT_KEYS_OFF = VERDICTS.map((value) => ({
  keys: VERDICT_KEYS[value],
  label: `supervision.verdict_${value}` as const,
  run: () => {},
  off: true,
}));

interface Props {
  item: SupervisionView;
  onDone: () => void;
}

/** One supervision order: what was asked of whom, the order, the exchange, and the next word. */
export function Supervision({ item, onDone }: Props) {
  const { say, name, word } = useWords();
  const { order, clock } = item;
  const unit = name(item.organization);
  const replies = item.allowed.includes('reply_supervision');
  const judges = item.allowed.includes('judge_supervision');
  const supervisor = holds(useMe(), 'supervisor');
  // The keys of a verdict stand in the list also where there is nothing to judge.
  useKeys(supervisor && !judges ? VERDICT_KEYS_OFF : []);
  return (
    <>
      <div className="head sv-head">
        <div className="grow">
          <div className="row wrap">
            <LevelMark level={item.level} />
            <span className="no">
              <b>{item.number}</b>
            </span>
            <span className="st">{say(`supervision.${item.state}`)}</span>
            {item.returns > 0 && (
              <span className="tag line">{say('supervision.returns', { n: item.returns })}</span>
            )}
          </div>
          <h1>
            <OrderTitle order={order} />
          </h1>
          <p className="sm sec">
            <Dots>
              {say('supervision.to', { unit })}
              {item.cause !== 'manual' && word(`cause.${item.cause}`, '')}
              {item.issuedByName
                ? say('supervision.by', { name: item.issuedByName })
                : say('supervision.by_system')}
              <Stamp at={item.issuedAt} />
            </Dots>
          </p>
        </div>
        {clock && (
          <div className="sv-clock">
            <span className="lab block">{say('clock.supervision_reply')}</span>
            <ClockChip clock={clock} size="long" due />
          </div>
        )}
      </div>
      <div className="part">
        <h2>{say('supervision.demand')}</h2>
        <p className="said">{item.demand}</p>
      </div>
      <div className="part">
        <h2>
          {say('supervision.order')}
          <Link className="r" to={`/orders/${order.id}`}>
            {say('order.open_whole')}
          </Link>
        </h2>
        <p className="row wrap">
          {order.clock && <ClockChip clock={order.clock} />}
          <OrderNo no={order.orderNo} />
          <OrderTags order={order} />
          <StateWord order={order} />
        </p>
        <p className="sm sec sv-words">{order.excerpt}</p>
      </div>
      <div className="part">
        <h2>{say('supervision.thread')}</h2>
        <Thread item={item} />
      </div>
      {replies && <ReplyForm key={`r${item.id}`} item={item} onDone={onDone} />}
      {judges && <VerdictForm key={`v${item.id}`} item={item} onDone={onDone} />}
      {!replies && !judges && <Waits item={item} unit={unit} />}
    </>
  );
}

function Waits({ item, unit }: { item: SupervisionView; unit: string }) {
  const { say } = useWords();
  const words = {
    open: say('supervision.waits_unit', { unit }),
    replied: say('supervision.waits_center'),
    accepted: say('supervision.settled'),
  };
  return (
    <div className="part sm sec" role="status">
      {words[item.state]}
    </div>
  );
}
