import { TEXT_MAX } from '../../../src/contract.ts';
import type { OrderActInput, OrderDetail } from '../../../src/workorder/schema.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { CodeFields, codesOf, type Codes } from './CodeFields.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

interface Fields extends Codes {
  title: string;
  reason: string;
}
type Correction = Extract<OrderActInput, { act: 'correct_classification' }>['input'];

const fromOrder = (order: OrderDetail): Fields => ({
  ...codesOf(order),
  title: order.title,
  reason: '',
});

/** Only what differs from the order is sent; an emptied field stays as it was, a kind may be taken off. */
function changes(order: OrderDetail, f: Fields): Omit<Correction, 'reason'> {
  const was = fromOrder(order);
  const differs = <K extends keyof Fields>(key: K) => f[key] !== was[key] && f[key];
  return {
    ...(differs('type') && { type: f.type }),
    ...(differs('urgency') && { urgency: f.urgency }),
    ...(differs('categoryCode') && { categoryCode: f.categoryCode }),
    ...(differs('areaCode') && { areaCode: f.areaCode }),
    ...(f.subjectKind !== was.subjectKind && { subjectKind: f.subjectKind ?? null }),
    title: differs('title') ? f.title : '',
  };
}

const hasChange = ({ title, ...rest }: Omit<Correction, 'reason'>) =>
  title !== '' || Object.keys(rest).length > 0;

/** 改分类: type, class, place, title, with a reason. Urgency only before a unit works by its limits. */
export function CorrectForm({ order, onDone }: ActProps & { order: OrderDetail }) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `correct.${order.id}`, fromOrder(order));
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const change = changes(order, draft.value);
  const { reason, title } = draft.value;
  return (
    <ActForm
      submit={say('correct.submit')}
      missing={missingOf([
        [hasChange(change) || undefined, say('correct.change')],
        [reason, say('flags.reason')],
      ])}
      busy={busy}
      problem={problem}
      written={reason}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({
          act: 'correct_classification',
          version: order.version,
          input: { ...change, reason },
        })
      }
    >
      {(tried) => (
        <>
          <CodeFields
            codes={draft.value}
            set={draft.set}
            urgencyStays={order.lead !== null && say('correct.urgency_stays')}
          />
          <TextField
            label={say('field.title')}
            max={TEXT_MAX.title}
            value={title}
            onChange={(value) => draft.set({ title: value })}
          />
          <TextField
            required
            tried={tried}
            label={say('flags.reason')}
            max={TEXT_MAX.short}
            value={reason}
            onChange={(value) => draft.set({ reason: value })}
          />
        </>
      )}
    </ActForm>
  );
}
