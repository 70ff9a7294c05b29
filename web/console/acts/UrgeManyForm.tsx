/** 催办 from a list: the same words to the units of one or several orders. */
import type { OrderListItem } from '../../../src/workorder/schema.ts';
import * as api from '../data/api.ts';
import { useBatch } from '../data/batch.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { sayToUnits, useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm } from './ActForm.tsx';
import { BatchState } from './BatchState.tsx';
import { NamedOrders } from './NamedOrders.tsx';

const TEXT_LIMIT = 500;
const LEVELS = ['1', '0'] as const;

interface Props {
  orders: readonly OrderListItem[];
  onDone: (done: string[], left: string[]) => void;
}
interface Fields {
  level: (typeof LEVELS)[number];
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
          <Choice
            label={say('urge.level')}
            value={level}
            onChange={(value) => draft.set({ level: value })}
            options={LEVELS.map((value) => ({ value, label: say(`urge.level_${value}`) }))}
          />
          <TextField
            autoFocus
            label={say('urge.text')}
            hint={say('urge.hint')}
            rows={[3, 8]}
            max={TEXT_LIMIT}
            value={text}
            onChange={(value) => draft.set({ text: value })}
          />
          <BatchState batch={batch} />
        </>
      )}
    </ActForm>
  );
}
