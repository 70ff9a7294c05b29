import { Input } from 'antd';
import { DEMAND_TYPES, TEXT_MAX, URGENCIES } from '../../../src/contract.ts';
import type { DemandType, Urgency } from '../../../src/contract.ts';
import type { OrderActInput, OrderDetail } from '../../../src/workorder/schema.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { Field } from '../parts/Field.tsx';
import {
  AreaPicker,
  CategoryPicker,
  SubjectKindPicker,
  useSubjectKinds,
} from '../parts/Pickers.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

interface Fields {
  type: DemandType | undefined;
  urgency: Urgency | undefined;
  categoryCode: string | undefined;
  areaCode: string | undefined;
  subjectKind: string | undefined;
  title: string;
  reason: string;
}
type Correction = Extract<OrderActInput, { act: 'correct_classification' }>['input'];

const fromOrder = (order: OrderDetail): Fields => ({
  type: order.type ?? undefined,
  urgency: order.urgency ?? undefined,
  categoryCode: order.category?.code,
  areaCode: order.area?.code,
  subjectKind: order.subjectKind ?? undefined,
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
          <Codes order={order} fields={draft.value} set={draft.set} />
          <Field label={say('field.title')}>
            <Input
              maxLength={TEXT_MAX.title}
              value={title}
              onChange={(e) => draft.set({ title: e.target.value })}
            />
          </Field>
          <Field
            required
            label={say('flags.reason')}
            wrong={tried && !reason.trim() ? say('field.missing') : undefined}
          >
            <Input
              maxLength={TEXT_MAX.short}
              value={reason}
              onChange={(e) => draft.set({ reason: e.target.value })}
            />
          </Field>
        </>
      )}
    </ActForm>
  );
}

interface CodesProps {
  order: OrderDetail;
  fields: Fields;
  set: (change: Partial<Fields>) => void;
}
function Codes({ order, fields, set }: CodesProps) {
  const { say } = useWords();
  const kinds = useSubjectKinds(fields.categoryCode);
  const free = order.lead === null;
  return (
    <>
      <Choice
        label={say('field.type')}
        look="wraps"
        value={fields.type}
        onChange={(type) => set({ type })}
        options={DEMAND_TYPES.map((value) => ({ value, label: say(`type.${value}`) }))}
      />
      {free && (
        <Choice
          label={say('field.urgency')}
          value={fields.urgency}
          onChange={(urgency) => set({ urgency })}
          options={URGENCIES.map((value) => ({ value, label: say(`urgency.${value}`) }))}
        />
      )}
      {!free && <p className="xs mut">{say('correct.urgency_stays')}</p>}
      <Field label={say('field.category')}>
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
