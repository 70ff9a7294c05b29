import { Button } from 'antd';
import type { OrderListItem } from '../../../src/workorder/schema.ts';
import type { Batch } from '../data/batch.ts';
import { useWords } from '../lib/text.ts';
import { Dots, OrderNo, OrderTitle } from '../parts/Marks.tsx';

/** How far several acts are, and which did not succeed and why. */
export function BatchState({ batch }: { batch: Batch<OrderListItem, never> }) {
  const { say, word } = useWords();
  const { running, done, total, failures } = batch;
  return (
    <>
      {running && total > 1 && (
        <div className="row between sm" role="status">
          {say('batch.progress', { done, total })}
          <progress value={done} max={total} />
          <Button size="small" onClick={batch.stop}>
            {say('batch.stop')}
          </Button>
        </div>
      )}
      {!running && failures.length > 0 && total > 1 && (
        <div className="problem" role="alert">
          {done > 0 && <p>{say('batch.done', { n: done })}</p>}
          <span className="head-word">{say('batch.failed', { n: total - done })}</span>
          <ul>
            {failures.map(({ item, problem }) => (
              <li key={item.id}>
                <OrderNo no={item.orderNo} /> <OrderTitle order={item} />{' '}
                <span className="sec">
                  <Dots>
                    {word(`error.${problem.code}`, say('error.internal'))}
                    {problem.traceId && `${say('problem.trace')} ${problem.traceId}`}
                  </Dots>
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
