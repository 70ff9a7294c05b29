import { Button } from 'antd';
import { TEXT_MAX } from '../../../src/contract.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import * as api from '../data/api.ts';
import { useMe } from '../data/session.tsx';
import { useSubmit } from '../data/submit.ts';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Field } from '../parts/Field.tsx';
import { AreaPicker, CategoryPicker } from '../parts/Pickers.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import type { ActProps } from './useOrderAct.ts';

const PARTS_MAX = 4;
interface PartFields {
  content: string;
  title: string;
  categoryCode: string | undefined;
  areaCode: string | undefined;
}
interface Fields {
  kept: { content: string; title: string };
  parts: PartFields[];
}

/** What is taken out begins empty but for the place, which is mostly the same. */
const emptyPart = (order: OrderDetail): PartFields => ({
  content: '',
  title: '',
  categoryCode: undefined,
  areaCode: order.area?.code,
});

/** 拆单: one matter stays, each other becomes an order of its own. The words as they came are kept. */
export function SplitForm({ order, onDone }: ActProps & { order: OrderDetail }) {
  const { say } = useWords();
  const empty: Fields = {
    kept: { content: order.content, title: order.title },
    parts: [emptyPart(order)],
  };
  const draft = useDraft<Fields>(useMe().userId, `split.${order.id}`, empty);
  const { kept, parts } = draft.value;
  const { submit, busy, problem } = useSubmit(
    (_: void, key) =>
      api.splitOrder(order.id, order.version, { kept, parts: parts.map(sent) }, key),
    (result) => {
      draft.clear();
      onDone?.(result);
    },
    draft,
  );
  const setPart = (at: number, change: Partial<PartFields>) =>
    draft.set({ parts: parts.map((p, i) => (i === at ? { ...p, ...change } : p)) });
  return (
    <ActForm
      submit={say('split.submit', { n: parts.length })}
      missing={missingOf([
        [kept.content, say('split.kept')],
        ...parts.map((p, i) => [p.content, say('split.part', { n: i + 1 })] as const),
      ])}
      busy={busy}
      problem={problem}
      written={[kept, ...parts].map((p) => p.content).join('\n\n')}
      savedAt={draft.savedAt}
      onSubmit={() => submit()}
    >
      {(tried) => (
        <>
          <TextField
            required
            tried={tried}
            label={say('split.kept')}
            hint={say('split.kept_hint')}
            rows={[3, 12]}
            max={TEXT_MAX.content}
            value={kept.content}
            onChange={(content) => draft.set({ kept: { ...kept, content } })}
          />
          {parts.map((part, i) => (
            <Part
              key={i}
              n={i + 1}
              part={part}
              tried={tried}
              set={(change) => setPart(i, change)}
              onRemove={
                parts.length > 1
                  ? () => draft.set({ parts: parts.filter((_, other) => other !== i) })
                  : undefined
              }
            />
          ))}
          {parts.length < PARTS_MAX && (
            <div>
              <Button onClick={() => draft.set({ parts: [...parts, emptyPart(order)] })}>
                {say('split.add')}
              </Button>
            </div>
          )}
        </>
      )}
    </ActForm>
  );
}

const sent = ({ content, title, categoryCode, areaCode }: PartFields) => ({
  content,
  title,
  ...(categoryCode ? { categoryCode } : {}),
  ...(areaCode ? { areaCode } : {}),
});

interface PartProps {
  n: number;
  part: PartFields;
  tried: boolean;
  set: (change: Partial<PartFields>) => void;
  onRemove: (() => void) | undefined;
}
function Part({ n, part, tried, set, onRemove }: PartProps) {
  const { say } = useWords();
  return (
    <fieldset className="split-part">
      <legend className="row between">
        <b>{say('split.part', { n })}</b>
        {onRemove && (
          <Button
            size="small"
            type="text"
            aria-label={say('split.remove', { n })}
            onClick={onRemove}
          >
            {say('attach.remove')}
          </Button>
        )}
      </legend>
      <TextField
        required
        tried={tried}
        label={say('split.words')}
        rows={[2, 10]}
        max={TEXT_MAX.content}
        value={part.content}
        onChange={(value) => set({ content: value })}
      />
      <TextField
        label={say('field.title')}
        max={TEXT_MAX.title}
        value={part.title}
        onChange={(value) => set({ title: value })}
      />
      <Field label={say('field.category')}>
        <CategoryPicker
          value={part.categoryCode}
          onChange={(categoryCode) => set({ categoryCode })}
        />
      </Field>
      <Field label={say('field.area')}>
        <AreaPicker value={part.areaCode} onChange={(areaCode) => set({ areaCode })} />
      </Field>
    </fieldset>
  );
}
