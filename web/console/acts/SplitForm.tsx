import { Button, Input } from 'antd';
import { TEXT_MAX } from '../../../src/contract.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import * as api from '../data/api.ts';
import { useMe } from '../data/session.tsx';
import { useSubmit } from '../data/submit.ts';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Field } from '../parts/Field.tsx';
import { AreaPicker, CategoryPicker } from '../parts/Pickers.tsx';
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
          <Field
            required
            label={say('split.kept')}
            hint={say('split.kept_hint')}
            wrong={tried && !kept.content.trim() ? say('field.missing') : undefined}
          >
            <Input.TextArea
              autoSize={{ minRows: 3, maxRows: 12 }}
              maxLength={TEXT_MAX.content}
              value={kept.content}
              onChange={(e) => draft.set({ kept: { ...kept, content: e.target.value } })}
            />
          </Field>
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
      <Field
        required
        label={say('split.words')}
        wrong={tried && !part.content.trim() ? say('field.missing') : undefined}
      >
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 10 }}
          maxLength={TEXT_MAX.content}
          value={part.content}
          onChange={(e) => set({ content: e.target.value })}
        />
      </Field>
      <Field label={say('field.title')}>
        <Input
          maxLength={TEXT_MAX.title}
          value={part.title}
          onChange={(e) => set({ title: e.target.value })}
        />
      </Field>
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
