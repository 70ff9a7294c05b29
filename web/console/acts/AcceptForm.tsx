import { Button, Input } from 'antd';
import {
  DEMAND_TYPES,
  TEXT_MAX,
  URGENCIES,
  type DemandType,
  type Urgency,
} from '../../../src/contract.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { useReference, useSuggestion } from '../data/queries.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { Field } from '../parts/Field.tsx';
import { Dots } from '../parts/Marks.tsx';
import {
  AreaPicker,
  CategoryPicker,
  SubjectKindPicker,
  useSubjectKinds,
} from '../parts/Pickers.tsx';
import { SuggestedUnits } from '../parts/Routing.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

interface Fields {
  type: DemandType | undefined;
  urgency: Urgency | undefined;
  categoryCode: string | undefined;
  areaCode: string | undefined;
  subjectKind: string | undefined;
  title: string;
}

const fromOrder = (order: OrderDetail): Fields => ({
  type: order.type ?? undefined,
  urgency: order.urgency ?? undefined,
  categoryCode: order.category?.code,
  areaCode: order.area?.code,
  subjectKind: order.subjectKind ?? undefined,
  title: order.title,
});

/** 受理: type, category and urgency make a demand an order to dispatch. */
export function AcceptForm({ order, onDone }: ActProps & { order: OrderDetail }) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `accept.${order.id}`, fromOrder(order));
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
          <Classification fields={draft.value} set={draft.set} tried={tried} />
          <Field label={say('field.title')} hint={say('field.title_hint')}>
            <Input
              maxLength={TEXT_MAX.title}
              value={title}
              onChange={(e) => draft.set({ title: e.target.value })}
            />
          </Field>
          <CatalogueAdvice fields={draft.value} />
        </>
      )}
    </ActForm>
  );
}

/** What was understood when it came in; one press fills it, nothing fills itself. */
function Understood({
  order,
  set,
}: {
  order: OrderDetail;
  set: (change: Partial<Fields>) => void;
}) {
  const { say, name } = useWords();
  const { data } = useReference();
  const c = order.classification;
  if (!c?.type && !c?.categoryCode && !c?.urgency) return null;
  const category = data?.categories.find(({ code }) => code === c.categoryCode);
  const change = {
    ...(c.type ? { type: c.type } : {}),
    ...(c.urgency ? { urgency: c.urgency } : {}),
    ...(c.categoryCode ? { categoryCode: c.categoryCode } : {}),
    ...(c.areaCode ? { areaCode: c.areaCode } : {}),
    ...(c.subjectKind ? { subjectKind: c.subjectKind } : {}),
  };
  return (
    <p className="row between">
      <span>
        <span className="xs mut">{say('advice.class')}　</span>
        <Dots>
          {c.type && say(`type.${c.type}`)}
          {category && `${category.code} ${name(category)}`}
          {c.urgency && say(`urgency.${c.urgency}`)}
        </Dots>
      </span>
      <Button size="small" onClick={() => set(change)}>
        {say('dispatch.take')}
      </Button>
    </p>
  );
}

/** Optional codes: only those that were chosen. */
export const given = (codes: {
  areaCode: string | undefined;
  subjectKind: string | undefined;
}): { areaCode?: string; subjectKind?: string } => ({
  ...(codes.areaCode ? { areaCode: codes.areaCode } : {}),
  ...(codes.subjectKind ? { subjectKind: codes.subjectKind } : {}),
});

interface ClassificationProps {
  fields: Omit<Fields, 'title'>;
  set: (change: Partial<Fields>) => void;
  tried: boolean;
}
function Classification({ fields, set, tried }: ClassificationProps) {
  const { say } = useWords();
  const kinds = useSubjectKinds(fields.categoryCode);
  const wrong = (value: unknown) => (tried && !value ? say('field.missing') : undefined);
  return (
    <>
      <Choice
        required
        label={say('field.type')}
        value={fields.type}
        onChange={(type) => set({ type })}
        options={DEMAND_TYPES.map((value) => ({ value, label: say(`type.${value}`) }))}
        wrong={wrong(fields.type)}
      />
      <Choice
        required
        label={say('field.urgency')}
        value={fields.urgency}
        onChange={(urgency) => set({ urgency })}
        options={URGENCIES.map((value) => ({ value, label: say(`urgency.${value}`) }))}
        wrong={wrong(fields.urgency)}
      />
      <Field required label={say('field.category')} wrong={wrong(fields.categoryCode)}>
        <CategoryPicker
          value={fields.categoryCode}
          onChange={(categoryCode) => set({ categoryCode, subjectKind: undefined })}
        />
      </Field>
      <Field label={say('field.area')}>
        <AreaPicker value={fields.areaCode} onChange={(areaCode) => set({ areaCode })} />
      </Field>
      {kinds.length > 0 && (
        <Field label={say('field.subject_kind')}>
          <SubjectKindPicker
            kinds={kinds}
            value={fields.subjectKind}
            onChange={(subjectKind) => set({ subjectKind })}
          />
        </Field>
      )}
    </>
  );
}

interface AdviceProps {
  fields: {
    categoryCode: string | undefined;
    areaCode: string | undefined;
    subjectKind: string | undefined;
  };
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
