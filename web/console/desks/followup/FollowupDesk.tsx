import './followup.css';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { CALLBACK_QUEUES, URGENCIES } from '../../../../src/contract.ts';
import type { CallbackItem } from '../../../../src/followup/schema.ts';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import type { CallbackQueue } from '../../data/api.ts';
import { useWatch } from '../../data/live.ts';
import { useCallbackCounts, useCallbacks, useOrder } from '../../data/queries.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useKeys } from '../../lib/keys.ts';
import { useFirstSelected, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { OrderQueue } from '../../parts/OrderQueue.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { FollowedOrder } from './FollowedOrder.tsx';
import { FollowupSide } from './FollowupSide.tsx';
import { QueueTabs } from './QueueTabs.tsx';
import { TaskMarks } from './TaskMarks.tsx';

/** 回访台: asked, answered, what the citizen says of it; supervisors decide on redoing. */
export default function FollowupDesk() {
  const { say } = useWords();
  const { taskId } = useParams();
  const queue = useQueue();
  const select = useSelect(queue);
  const pages = useCallbacks(queue);
  const counts = useCallbackCounts().data;
  const { items, task, gone } = useStaying(pressingFirst(pages.items, queue), queue, taskId);
  const ids = items.map((item) => item.id);
  const order = useOrder(task?.order.id);
  const next = () => select(ids[ids.indexOf(taskId ?? '') + 1] ?? ids.find((id) => id !== taskId));
  useWatch(task?.order.id);
  useListKeys({ ids, selected: taskId, select });
  useFirstSelected(ids, task && taskId, select, innerWidth >= 768);
  useKeys([{ keys: 'Esc', label: 'keys.back', run: () => select(undefined), quiet: true }]);
  return (
    <>
      <DeskTitle title={say('desk.followup_long')} />
      <SplitColumns
        desk="followup"
        leftIs="queue"
        leftLabel={say('followup.queue')}
        chosen={task !== undefined}
        left={
          <>
            <QueueTabs current={queue} counts={counts} />
            <QueryView query={pages}>
              {() =>
                ids.length === 0 ? (
                  <EmptyState title={say(`callback.empty_${queue}`)}>
                    {say(`callback.empty_${queue}_next`)}
                  </EmptyState>
                ) : (
                  <Queue items={items} queue={queue} selected={taskId} />
                )
              }
            </QueryView>
            <LoadMore pages={pages} />
          </>
        }
        side={
          task &&
          order.data &&
          (gone ? (
            <Gone order={order.data} />
          ) : (
            <FollowupSide
              key={task.id}
              task={task}
              order={order.data}
              queue={queue}
              onDone={next}
            />
          ))
        }
        sideLabel={say('followup.answers')}
        sideFlows
        sideOpen={task !== undefined}
      >
        <DoneLine />
        {task ? (
          <QueryView query={order}>
            {(data) => (
              <FollowedOrder key={task.id} task={task} order={data} gone={gone} onNext={next} />
            )}
          </QueryView>
        ) : (
          <EmptyState title={say('followup.choose')}>{say('followup.choose_next')}</EmptyState>
        )}
      </SplitColumns>
    </>
  );
}

/** The task left this list under the agent's hands: nothing is answered any more, nothing jumps. */
function Gone({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  const moved = order.allowed.includes('evaluate');
  return (
    <EmptyState title={say(moved ? 'followup.moved' : 'followup.gone')}>
      {say('followup.gone_next')}
    </EmptyState>
  );
}

/** Calls by urgency, then by when they are due; the other queues keep their order. */
const pressingFirst = (items: CallbackItem[], queue: CallbackQueue): CallbackItem[] =>
  queue === 'call' ? items.toSorted((a, b) => rankOf(a) - rankOf(b) || dueOf(a) - dueOf(b)) : items;
const rankOf = ({ order }: CallbackItem) =>
  order.urgency ? URGENCIES.indexOf(order.urgency) : URGENCIES.length;
const dueOf = ({ order, openedAt }: CallbackItem) => Date.parse(order.clock?.dueAt ?? openedAt);

interface Staying {
  queue: CallbackQueue;
  task: CallbackItem;
  at: number;
}
/** The list with the chosen task kept in its place after it was finished elsewhere. */
function useStaying(items: CallbackItem[], queue: CallbackQueue, taskId: string | undefined) {
  const [held, hold] = useState<Staying>();
  const at = items.findIndex((item) => item.id === taskId);
  const found = items[at];
  if (found && (held?.task !== found || held.at !== at || held.queue !== queue)) {
    hold({ queue, task: found, at });
  }
  if (found || !held || held.task.id !== taskId || held.queue !== queue) {
    return { items, task: found, gone: false };
  }
  return { items: items.toSpliced(held.at, 0, held.task), task: held.task, gone: true };
}

function Queue(props: {
  items: CallbackItem[];
  queue: CallbackQueue;
  selected: string | undefined;
}) {
  const { say } = useWords();
  return (
    <OrderQueue
      selected={props.selected}
      items={props.items.map((task) => ({
        id: task.id,
        order: task.order,
        to: `/followup/${task.id}?queue=${props.queue}`,
        left: task.order.type && say(`type.${task.order.type}`),
        right: <TaskMarks task={task} />,
      }))}
    />
  );
}

/** Supervisors begin with what they have to decide, agents with whom to call. */
function useQueue(): CallbackQueue {
  const me = useMe();
  const [search] = useSearchParams();
  const usual = holds(me, 'callback_agent') ? 'call' : 'redo_proposed';
  return CALLBACK_QUEUES.find((queue) => queue === search.get('queue')) ?? usual;
}

function useSelect(queue: CallbackQueue) {
  const navigate = useNavigate();
  return (id: string | undefined) =>
    void navigate(`/followup${id ? `/${id}` : ''}?queue=${queue}`, { replace: true });
}
