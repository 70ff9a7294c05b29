import { useState } from 'react';
import type { CallbackItem } from '../../../../src/followup/schema.ts';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { CloseForm, RedoForm, type Conclusion } from '../../acts/SupervisionForms.tsx';
import type { CallbackQueue } from '../../data/api.ts';
import { tailOf, tellDone } from '../../data/done.ts';
import { useReference } from '../../data/queries.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Stamp } from '../../parts/Marks.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { Questions } from './Questions.tsx';

interface Props {
  task: CallbackItem;
  order: OrderDetail;
  queue: CallbackQueue;
  onDone: () => void;
}

/** What is to be done with this task: ask, wait, or decide. */
export function FollowupSide({ task, order, queue, onDone }: Props) {
  const { say } = useWords();
  const agent = holds(useMe(), 'callback_agent');
  if (queue === 'redo_proposed') return <RedoDecision order={order} onDone={onDone} />;
  if (task.state === 'open' && agent && order.allowed.includes('evaluate')) {
    const evaluated = () => {
      tellDone('done.evaluated', { no: tailOf(task.order) });
      onDone();
    };
    return <Questions task={task} order={order} onDone={evaluated} />;
  }
  if (task.state === 'open' && task.method === 'link') {
    return (
      <EmptyState title={say('callback.link_out')}>
        {task.linkExpiresAt && (
          <>
            {say('callback.link_until')} <Stamp at={task.linkExpiresAt} />
          </>
        )}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={say(task.state === 'open' ? 'callback.not_yours' : `callback.is_${task.state}`)}
    >
      {say('callback.nothing_next')}
    </EmptyState>
  );
}

type Verdict = 'redo' | 'close';

/** The citizen said "not solved": redo or close, with a reason. */
function RedoDecision({ order, onDone }: Pick<Props, 'order' | 'onDone'>) {
  const { say, name } = useWords();
  const units = useReference().data?.units;
  const redone = (leadId: string | undefined) => {
    const lead = units?.find((unit) => unit.id === leadId) ?? order.lead;
    const unit = lead ? name(lead) : '';
    tellDone('followup.did_redo', { no: tailOf(order), unit, n: order.round + 1 });
    onDone();
  };
  const closed = (type: Conclusion | undefined) => {
    const word = type ? say(`closing.${type}`) : '';
    tellDone('followup.did_close', { no: tailOf(order), type: word });
    onDone();
  };
  const ways = (['redo', 'close'] as const).filter((way) => order.allowed.includes(way));
  const [chosen, setChosen] = useState<Verdict>();
  const way = ways.find((w) => w === chosen) ?? ways[0];
  if (!way) {
    return (
      <EmptyState title={say('callback.waits_supervisor')}>
        {say('callback.waits_supervisor_next')}
      </EmptyState>
    );
  }
  return (
    <>
      <div className="hd">
        <h2>{say('followup.decide')}</h2>
      </div>
      {ways.length > 1 && (
        <div className="decide-ways">
          <Choice
            hideLabel
            look="fill"
            label={say('followup.decide')}
            value={way}
            onChange={setChosen}
            options={ways.map((value) => ({ value, label: say(`act.${value}`) }))}
          />
        </div>
      )}
      {way === 'redo' ? (
        <RedoForm order={order} onDone={(_, leadId) => redone(leadId)} />
      ) : (
        <CloseForm order={order} onDone={(_, type) => closed(type)} />
      )}
    </>
  );
}
