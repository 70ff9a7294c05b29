/** Urging a unit; redoing and closing an order after its evaluation. */
import { CONCLUSIONS } from '../../../src/contract.ts';
import type { ActResult, OrderDetail } from '../../../src/workorder/schema.ts';
import * as api from '../data/api.ts';
import { useMe } from '../data/session.tsx';
import { useSubmit } from '../data/submit.ts';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { Field } from '../parts/Field.tsx';
import { CategoryPicker, UnitPicker, UnitsPicker } from '../parts/Pickers.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { NamedOrders } from './NamedOrders.tsx';
import { UrgeFields, type UrgeLevel } from './UrgeFields.tsx';
import type { ActProps } from './useOrderAct.ts';

const TEXT_LIMIT = 500;

export function UrgeForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const empty = { level: '1' as UrgeLevel, text: '' };
  const draft = useDraft(useMe().userId, `urge.${order.id}`, empty);
  const { level, text } = draft.value;
  const { submit, busy, problem } = useSubmit(
    (_: void, key) => api.urge(order.id, { level: Number(level), text }, key),
    (result) => {
      draft.clear();
      onDone?.(result);
    },
    draft,
  );
  return (
    <ActForm
      submit={say('urge.submit')}
      busy={busy}
      problem={problem}
      written={text}
      savedAt={draft.savedAt}
      onSubmit={() => submit()}
    >
      {() => (
        <>
          <NamedOrders orders={[order]} />
          {order.urges > 0 && <p className="sm sec">{say('mark.urges', { n: order.urges })}</p>}
          <UrgeFields level={level} text={text} onChange={(change) => draft.set(change)} />
        </>
      )}
    </ActForm>
  );
}

/** Units of the last round, which a redo goes back to unless others are named. */
function lastUnits(order: OrderDetail) {
  const last = order.assignments.filter((a) => a.round === order.round);
  return {
    leadId: last.find((a) => a.kind === 'lead')?.organization.id,
    coIds: last.filter((a) => a.kind === 'co').map((a) => a.organization.id),
  };
}

interface RedoProps {
  order: OrderDetail;
  onDone?: (result: ActResult, leadId: string | undefined) => void;
}

/** 重办: back to the unit for another round; it cannot be returned. */
export function RedoForm({ order, onDone }: RedoProps) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `redo.${order.id}`, {
    reason: '',
    categoryCode: order.category?.code,
    ...lastUnits(order),
  });
  const { reason, leadId, coIds, categoryCode } = draft.value;
  // What the centre answered itself was with no unit yet.
  const byUnit = lastUnits(order).leadId !== undefined;
  // What was answered at once may never have been classified.
  const unclassified = order.category === null;
  const { submit, busy, problem } = useSubmit(
    (_: void, key) =>
      api.redo(
        order.id,
        {
          version: order.version,
          reason,
          coIds,
          ...(leadId ? { leadId } : {}),
          ...(unclassified && categoryCode ? { categoryCode } : {}),
        },
        key,
      ),
    (result) => {
      draft.clear();
      onDone?.(result, leadId);
    },
    draft,
  );
  return (
    <ActForm
      submit={say('redo.submit')}
      missing={missingOf([
        [leadId, say('field.lead')],
        [reason, say('redo.reason')],
        ...(unclassified ? [[categoryCode, say('field.category')] as const] : []),
      ])}
      busy={busy}
      problem={problem}
      written={reason}
      savedAt={draft.savedAt}
      onSubmit={() => submit()}
    >
      {(tried) => (
        <>
          <p className="sm sec">
            {say(byUnit ? 'redo.what' : 'redo.what_first', { n: order.round + 1 })}
          </p>
          <TextField
            required
            tried={tried}
            label={say('redo.reason')}
            rows={[3, 8]}
            max={TEXT_LIMIT}
            value={reason}
            onChange={(value) => draft.set({ reason: value })}
          />
          {unclassified && (
            <Field
              required
              label={say('field.category')}
              wrong={tried && !categoryCode ? say('field.missing') : undefined}
            >
              <CategoryPicker
                value={categoryCode}
                onChange={(code) => draft.set({ categoryCode: code })}
              />
            </Field>
          )}
          <Field
            required
            label={say('field.lead')}
            hint={say(byUnit ? 'redo.lead_hint' : 'redo.lead_hint_first')}
            wrong={tried && !leadId ? say('dispatch.choose_lead') : undefined}
          >
            <UnitPicker value={leadId} onChange={(id) => draft.set({ leadId: id })} />
          </Field>
          <Field label={say('field.co')}>
            <UnitsPicker
              value={coIds}
              without={leadId}
              onChange={(ids) => draft.set({ coIds: ids })}
            />
          </Field>
        </>
      )}
    </ActForm>
  );
}

/** Closing types that a person may choose; the others follow from an act. */
export type Conclusion = (typeof CONCLUSIONS)[number];

interface CloseProps extends Omit<ActProps, 'onDone'> {
  onDone?: (result: ActResult, closingType: Conclusion | undefined) => void;
}

/** 办结: where the citizen's word asks for a redo, closing declines it and says why. */
export function CloseForm({ order, onDone }: CloseProps) {
  const { say } = useWords();
  const empty = { closingType: undefined as Conclusion | undefined, reason: '' };
  const draft = useDraft(useMe().userId, `close.${order.id}`, empty);
  const { closingType, reason } = draft.value;
  const declines = order.redoProposed;
  const { submit, busy, problem } = useSubmit(
    (type: Conclusion, key) =>
      api.close(
        order.id,
        { version: order.version, closingType: type, reason: declines ? reason : '' },
        key,
      ),
    (result) => {
      draft.clear();
      onDone?.(result, closingType);
    },
    draft,
  );
  return (
    <ActForm
      submit={say('close.submit')}
      missing={missingOf([
        [closingType, say('close.type')],
        ...(declines ? [[reason, say('close.reason')] as const] : []),
      ])}
      busy={busy}
      problem={problem}
      written={reason}
      savedAt={draft.savedAt}
      onSubmit={() => closingType && submit(closingType)}
    >
      {(tried) => (
        <>
          <Choice
            required
            label={say('close.type')}
            look="wraps"
            value={closingType}
            onChange={(value) => draft.set({ closingType: value })}
            options={CONCLUSIONS.map((value) => ({ value, label: say(`closing.${value}`) }))}
            wrong={tried && !closingType ? say('field.missing') : undefined}
          />
          {declines && (
            <TextField
              required
              tried={tried}
              label={say('close.reason')}
              rows={[3, 8]}
              max={TEXT_LIMIT}
              value={reason}
              onChange={(value) => draft.set({ reason: value })}
            />
          )}
        </>
      )}
    </ActForm>
  );
}
