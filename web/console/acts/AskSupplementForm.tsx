import { MISSING_ITEMS, TEXT_MAX, type MissingItem } from '../../../src/contract.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { TextField } from '../parts/TextField.tsx';
import { Ticks } from '../parts/Ticks.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

interface Fields {
  missing: MissingItem[];
  /** Undefined: the sentences that belong to what is missing. */
  question: string | undefined;
}

/** 请求补充: what is missing, in words that the citizen reads; the clock stands still meanwhile. */
export function AskSupplementForm({ order, onDone }: ActProps & { order: OrderDetail }) {
  const { say } = useWords();
  // What was understood to be missing is offered, ticked; the question stays the asker's own.
  const empty: Fields = { missing: order.classification?.missing ?? [], question: undefined };
  const draft = useDraft(useMe().userId, `ask.${order.id}`, empty);
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { missing } = draft.value;
  const question =
    draft.value.question ?? missing.map((item) => say(`missing.ask.${item}`)).join('\n');
  return (
    <ActForm
      submit={say('ask.submit')}
      missing={missingOf([
        [missing[0], say('ask.missing')],
        [question, say('ask.question')],
      ])}
      busy={busy}
      problem={problem}
      written={question}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({ act: 'ask_supplement', version: order.version, input: { missing, question } })
      }
    >
      {(tried) => (
        <>
          <p className="sm sec">{say('ask.what')}</p>
          <Ticks
            required
            label={say('ask.missing')}
            options={MISSING_ITEMS.map((value) => ({ value, label: say(`missing.${value}`) }))}
            value={missing}
            onChange={(value) => draft.set({ missing: value })}
            wrong={tried && missing.length === 0 ? say('field.missing') : undefined}
          />
          <TextField
            required
            tried={tried}
            label={say('ask.question')}
            hint={say('ask.question_hint')}
            rows={[3, 12]}
            max={TEXT_MAX.content}
            value={question}
            onChange={(value) => draft.set({ question: value })}
          />
        </>
      )}
    </ActForm>
  );
}
