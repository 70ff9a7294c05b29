import { useRef } from 'react';
import { TEXT_MAX } from '../../../src/contract.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { useReference, useSuggestion } from '../data/queries.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';
import { KeyButton } from '../parts/Key.tsx';
import { Dots } from '../parts/Marks.tsx';
import { SuggestedUnits } from '../parts/Routing.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { CodeFields, codesOf, type Codes } from './CodeFields.tsx';
import { focusSend } from './opened.ts';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

interface Props extends ActProps {
  order: OrderDetail;
  keys?: string;
}
/** 受理: type, category and urgency make a demand an order to dispatch. */
export function AcceptForm({ order, onDone, keys }: Props) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `accept.${order.id}`, {
    ...codesOf(order),
    title: order.title,
  });
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { type, urgency, categoryCode, title, ...rest } = draft.value;
  const missing = missingOf([
    [type, say('field.type')],
    [categoryCode, say('field.category')],
    [urgency, say('field.urgency')],
  ]);
  const send = () => {
    if (!type || !urgency || !categoryCode) return;
    const input = { type, urgency, categoryCode, title, ...given(rest) };
    submit({ act: 'accept', version: order.version, input });
  };
  return (
    <ActForm
      {...(keys ? { keys } : {})}
      submit={say('accept.submit')}
      missing={missing}
      busy={busy}
      problem={problem}
      savedAt={draft.savedAt}
      onSubmit={send}
    >
      {(tried) => (
        <>
          <Understood order={order} set={draft.set} />
          <CodeFields required codes={draft.value} set={draft.set} tried={tried} />
          <TextField
            label={say('field.title')}
            hint={say('field.title_hint')}
            max={TEXT_MAX.title}
            value={title}
            onChange={(value) => draft.set({ title: value })}
          />
          <CatalogueAdvice fields={draft.value} />
        </>
      )}
    </ActForm>
  );
}

const understood = (c: NonNullable<OrderDetail['classification']>): Partial<Codes> => ({
  ...(c.type ? { type: c.type } : {}),
  ...(c.urgency ? { urgency: c.urgency } : {}),
  ...(c.categoryCode ? { categoryCode: c.categoryCode } : {}),
  ...(c.areaCode ? { areaCode: c.areaCode } : {}),
  ...(c.subjectKind ? { subjectKind: c.subjectKind } : {}),
});

/** What was understood when it came in; one press fills it, nothing fills itself. */
function Understood({ order, set }: { order: OrderDetail; set: (change: Partial<Codes>) => void }) {
  const { say, name } = useWords();
  const { data } = useReference();
  const c = order.classification;
  const row = useRef<HTMLParagraphElement>(null);
  const some = Boolean(c?.type ?? c?.categoryCode ?? c?.urgency);
  const take = () => {
    if (c) set(understood(c));
    focusSend(row.current);
  };
  useKeys([{ keys: '1', label: 'keys.take', run: take, off: !some }]);
  if (!c || !some) return null;
  const category = data?.categories.find(({ code }) => code === c.categoryCode);
  return (
    <p className="row between" ref={row}>
      <span>
        <span className="xs mut">{say('advice.class')}　</span>
        <Dots>
          {c.type && say(`type.${c.type}`)}
          {category && `${category.code} ${name(category)}`}
          {c.urgency && say(`urgency.${c.urgency}`)}
        </Dots>
      </span>
      <KeyButton size="small" keys="1" onClick={take}>
        {say('dispatch.take')}
      </KeyButton>
    </p>
  );
}

/** Optional codes: only those that were chosen. */
export const given = (
  codes: Pick<Codes, 'areaCode' | 'subjectKind'>,
): { areaCode?: string; subjectKind?: string } => ({
  ...(codes.areaCode ? { areaCode: codes.areaCode } : {}),
  ...(codes.subjectKind ? { subjectKind: codes.subjectKind } : {}),
});

interface AdviceProps {
  fields: Pick<Codes, 'categoryCode' | 'areaCode' | 'subjectKind'>;
}
/** What the catalogue says of this category and place: a statement, it fills nothing. */
export function CatalogueAdvice({ fields }: AdviceProps) {
  const { say } = useWords();
  const { categoryCode } = fields;
  const { data } = useSuggestion(categoryCode ? { categoryCode, ...given(fields) } : undefined);
  return (
    <div className="advice">
      <h2 className="small-head">{say('advice.unit')}</h2>
      {data && categoryCode ? (
        <SuggestedUnits suggestion={data} />
      ) : (
        <p className="sm mut">{say('advice.unit_none')}</p>
      )}
    </div>
  );
}
