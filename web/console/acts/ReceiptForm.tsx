import { TEXT_MAX } from '../../../src/contract.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

const NUMBER_MAX = 60;

/** 收到回执: the number that the receiving line gave; with it the order is closed here. */
export function ReceiptForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `receipt.${order.id}`, { receiptNo: '', note: '' });
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { receiptNo, note } = draft.value;
  return (
    <ActForm
      submit={say('receipt_act.submit')}
      missing={missingOf([[receiptNo, say('receipt_act.no')]])}
      busy={busy}
      problem={problem}
      written={note}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({ act: 'receipt', version: order.version, input: { receiptNo, note } })
      }
    >
      {(tried) => (
        <>
          <TextField
            required
            tried={tried}
            label={say('receipt_act.no')}
            hint={say('receipt_act.no_hint')}
            max={NUMBER_MAX}
            value={receiptNo}
            onChange={(value) => draft.set({ receiptNo: value })}
          />
          <TextField
            label={say('receipt_act.note')}
            rows={[3, 8]}
            max={TEXT_MAX.content}
            value={note}
            onChange={(value) => draft.set({ note: value })}
          />
        </>
      )}
    </ActForm>
  );
}
