/** 催办 from a list: the same words to the units of one or several orders. */
import type { OrderListItem } from '../../../src/workorder/schema.ts';
import * as api from '../data/api.ts';
import { useBatch } from '../data/batch.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { sayToUnits, useWords } from '../lib/text.ts';
import { ActForm } from './ActForm.tsx';
import { BatchState } from './BatchState.tsx';
import { NamedOrders } from './NamedOrders.tsx';
import { UrgeFields, type UrgeLevel } from './UrgeFields.tsx';

interface Props {
  orders: readonly OrderListItem[];
  onDone: (done: string[], left: string[]) => void;
}
interface Fields {
  level: UrgeLevel;
  text: string | undefined;
}
const EMPTY: Fields = { level: '1', text: undefined };

export function UrgeManyForm({ orders, onDone }: Props) {
  const { say } = useWords();
  const draft = useDraft<Fields>(useMe().userId, 'urge.list', EMPTY);
  const batch = useBatch((order: OrderListItem, input: { level: number; text: string }, key) =>
    api.urge(order.id, input, key),
  );
  const late = orders.some((order) => order.clock?.lamp === 'overdue');
  const { level } = draft.value;
  const text = draft.value.text ?? sayToUnits(late ? 'urge.text_overdue' : 'urge.text_due');
  const send = async () => {
    const { done, left } = await batch.run(orders, { level: Number(level), text });
    if (left.length === 0) draft.clear();
    onDone(
      done.map((order) => order.id),
      left.map((order) => order.id),
    );
  };
  return (
    <ActForm
      submit={orders.length > 1 ? say('urge.submit_n', { n: orders.length }) : say('urge.submit')}
      busy={batch.running}
      problem={batch.total === 1 ? (batch.failures[0]?.problem ?? null) : null}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() => void send()}
    >
      {() => (
        <>
          <NamedOrders orders={orders} />
          <UrgeFields level={level} text={text} onChange={(change) => draft.set(change)} />
          <BatchState batch={batch} />
        </>
      )}
    </ActForm>
  );
}
