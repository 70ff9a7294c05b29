import { TEXT_MAX } from '../../../src/contract.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Field } from '../parts/Field.tsx';
import { AreaPicker } from '../parts/Pickers.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

const EMPTY = { text: '', address: '', areaCode: undefined as string | undefined };

/** 补充: what the citizen told on the telephone; the order goes back to where it waited. */
export function SupplementForm({ order, onDone }: ActProps & { order: OrderDetail }) {
  const { say, list } = useWords();
  const draft = useDraft(useMe().userId, `supplement.${order.id}`, EMPTY);
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { text, address, areaCode } = draft.value;
  const asked = order.supplement;
  return (
    <ActForm
      submit={say('supplement.submit')}
      missing={missingOf([[text, say('supplement.text')]])}
      busy={busy}
      problem={problem}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({
          act: 'supplement',
          version: order.version,
          input: { text, address, ...(areaCode ? { areaCode } : {}) },
        })
      }
    >
      {(tried) => (
        <>
          {asked && (
            <p className="sm sec">
              {say('supplement.asked', {
                items: list(asked.missing.map((item) => say(`missing.${item}`))),
              })}
            </p>
          )}
          <TextField
            required
            tried={tried}
            label={say('supplement.text')}
            rows={[3, 12]}
            max={TEXT_MAX.content}
            value={text}
            onChange={(value) => draft.set({ text: value })}
          />
          <TextField
            label={say('field.address')}
            hint={say('supplement.replaces')}
            max={TEXT_MAX.short}
            value={address}
            onChange={(value) => draft.set({ address: value })}
          />
          <Field label={say('field.area')}>
            <AreaPicker value={areaCode} onChange={(code) => draft.set({ areaCode: code })} />
          </Field>
        </>
      )}
    </ActForm>
  );
}
