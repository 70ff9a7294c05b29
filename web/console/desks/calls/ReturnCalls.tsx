import type { ReactNode } from 'react';
import type { ReturnCallView } from '../../../../src/telephony/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import { useReturnCalls, type ReturnQueue } from '../../data/returns.ts';
import { useListKeys, useStayingRow } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { SplitColumns } from '../../parts/Columns.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { Dots, Stamp, Tag } from '../../parts/Marks.tsx';
import { MaskedPhone } from '../../parts/Masked.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { ReturnPanel, spaced } from './ReturnPanel.tsx';

interface Props {
  queue: ReturnQueue;
  left: ReactNode;
}

/** Calls to return, the one that is due first on top; beside it what to do with the chosen one. */
export function ReturnCalls({ queue, left }: Props) {
  const { say } = useWords();
  const pages = useReturnCalls(queue);
  const items = pages.items;
  const ids = items.map((item) => item.id);
  const [selected, select] = useStayingRow(queue, ids);
  const chosen = items.find((item) => item.id === selected);
  useListKeys({ ids, selected, select });
  return (
    <SplitColumns
      desk="calls"
      left={left}
      leftLabel={say('return.queue')}
      side={
        chosen ? (
          <ReturnPanel key={chosen.id} item={chosen} />
        ) : (
          <EmptyState title={say('return.choose')}>{say('return.choose_next')}</EmptyState>
        )
      }
      sideLabel={say('return.queue')}
      sideFlows
      sideOpen
    >
      <div className="hd">
        <h2>{say(`return.${queue}`)}</h2>
        {queue !== 'done' && <span className="sm mut">{say('return.rule')}</span>}
      </div>
      <DoneLine />
      <QueryView query={pages}>
        {() =>
          items.length === 0 ? (
            <EmptyState title={say(`return.empty_${queue}`)}>
              {say(`return.empty_${queue}_next`)}
            </EmptyState>
          ) : (
            <ul className="return-list">
              {items.map((item) => (
                <li key={item.id} data-row={item.id} className={item.id === selected ? 'sel' : ''}>
                  <button
                    type="button"
                    aria-pressed={item.id === selected}
                    onClick={() => select(item.id)}
                  >
                    <Due item={item} />
                    <span className="return-who">
                      <MaskedPhone phone={spaced(item.phone)} />
                      {item.skill !== 'general' && (
                        <Tag kind="line">{say(`phone.skill_${item.skill}`)}</Tag>
                      )}
                    </span>
                    <span className="sm sec return-why">
                      <Dots>
                        {say(`return.cause_${item.cause}`)}
                        {item.calls > 1 && say('return.calls', { n: item.calls })}
                        {say('return.made', { at: hourText(Date.parse(item.madeAt)) })}
                        {item.attempts.length > 0 &&
                          say(`return.result_${item.attempts.at(-1)!.result}`)}
                        {item.takenBy && !item.mine && say('return.taken')}
                      </Dots>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
      <LoadMore pages={pages} />
    </SplitColumns>
  );
}

const MINUTE_MS = 60_000;

/** 还有 12 分; 超时 3 分, red and with a word; when it is over, how. */
function Due({ item }: { item: ReturnCallView }) {
  const { say } = useWords();
  const now = useClockNow();
  if (item.reason)
    return (
      <span className="return-due sm sec">
        {say(`return.reason_${item.reason}`)}
        {item.endedAt && <Stamp at={item.endedAt} />}
      </span>
    );
  const left = Math.floor((Date.parse(item.dueAt) - now) / MINUTE_MS);
  const late = item.overdue || left < 0;
  return (
    <span className={late ? 'return-due over-t' : 'return-due'}>
      <b>
        {late
          ? say('return.overdue', { n: Math.max(1, -left) })
          : say('return.due_in', { n: left })}
      </b>
      <span className="xs mut">{say('return.due', { at: hourText(Date.parse(item.dueAt)) })}</span>
    </span>
  );
}
