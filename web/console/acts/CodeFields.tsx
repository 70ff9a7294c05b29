import { DEMAND_TYPES, URGENCIES } from '../../../src/contract.ts';
import type { DemandType, Urgency } from '../../../src/contract.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { Field } from '../parts/Field.tsx';
import {
  AreaPicker,
  CategoryPicker,
  SubjectKindPicker,
  useSubjectKinds,
} from '../parts/Pickers.tsx';

/** What a demand is counted and dispatched by. */
export interface Codes {
  type: DemandType | undefined;
  urgency: Urgency | undefined;
  categoryCode: string | undefined;
  areaCode: string | undefined;
  subjectKind: string | undefined;
}

export const codesOf = (order: OrderDetail): Codes => ({
  type: order.type ?? undefined,
  urgency: order.urgency ?? undefined,
  categoryCode: order.category?.code,
  areaCode: order.area?.code,
  subjectKind: order.subjectKind ?? undefined,
});

interface Props {
  codes: Codes;
  set: (change: Partial<Codes>) => void;
  /** Type, urgency and category must be there. */
  required?: boolean;
  /** It was sent already: what must be there and is not is marked. */
  tried?: boolean;
  /** Said in place of the urgency, where it is not to be chosen any more. */
  urgencyStays?: string | false;
}

export function CodeFields({ codes, set, required = false, tried, urgencyStays }: Props) {
  const { say } = useWords();
  const kinds = useSubjectKinds(codes.categoryCode);
  const wrong = (value: unknown) =>
    required && tried && !value ? say('field.missing') : undefined;
  return (
    <>
      <Choice
        required={required}
        label={say('field.type')}
        look="wraps"
        value={codes.type}
        onChange={(type) => set({ type })}
        options={DEMAND_TYPES.map((value) => ({ value, label: say(`type.${value}`) }))}
        wrong={wrong(codes.type)}
      />
      {urgencyStays ? (
        <p className="xs mut">{urgencyStays}</p>
      ) : (
        <Choice
          required={required}
          label={say('field.urgency')}
          value={codes.urgency}
          onChange={(urgency) => set({ urgency })}
          options={URGENCIES.map((value) => ({ value, label: say(`urgency.${value}`) }))}
          wrong={wrong(codes.urgency)}
        />
      )}
      <Field required={required} label={say('field.category')} wrong={wrong(codes.categoryCode)}>
        <CategoryPicker
          value={codes.categoryCode}
          onChange={(categoryCode) => set({ categoryCode, subjectKind: undefined })}
        />
      </Field>
      <Field label={say('field.area')}>
        <AreaPicker value={codes.areaCode} onChange={(areaCode) => set({ areaCode })} />
      </Field>
      {kinds.length > 0 && (
        <Field label={say('field.subject_kind')}>
          <SubjectKindPicker
            kinds={kinds}
            value={codes.subjectKind}
            onChange={(subjectKind) => set({ subjectKind })}
          />
        </Field>
      )}
    </>
  );
}
