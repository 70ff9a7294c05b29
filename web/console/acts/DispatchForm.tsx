import { useRef, type KeyboardEvent, type RefObject } from 'react';
import { TEXT_MAX, type DispatchMode } from '../../../src/contract.ts';
import type { RoutingSuggestion } from '../../../src/routing/schema.ts';
import type { ActResult } from '../../../src/workorder/schema.ts';
import { useOrderRouting, useReference } from '../data/queries.ts';
import { useMe } from '../data/session.tsx';
import { useDraft, type DraftForm } from '../lib/drafts.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { Field } from '../parts/Field.tsx';
import { KeyButton } from '../parts/Key.tsx';
import { UnitPicker, UnitsPicker } from '../parts/Pickers.tsx';
import { QueryView } from '../parts/QueryView.tsx';
import { RoutingReason } from '../parts/Routing.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { focusSend } from './opened.ts';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

interface Fields {
  leadId: string | undefined;
  coIds: string[];
  mode: DispatchMode;
  note: string;
}
const FLAT = { display: 'contents' } as const;
const EMPTY: Fields = { leadId: undefined, coIds: [], mode: 'single', note: '' };

interface Props {
  order: ActProps['order'];
  keys?: string;
  /** `unit`: the name of who leads now. */
  onDone?: (result: ActResult, unit: string | undefined) => void;
}

/** 派单: the catalogue proposes with its reasons, the dispatcher chooses, one key sends. */
export function DispatchForm({ order, onDone, keys }: Props) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `dispatch.${order.id}`, EMPTY);
  const { leadId, coIds, mode, note } = draft.value;
  const unit = useUnitName(leadId);
  const { submit, busy, problem } = useOrderAct(order, draft, (result) => onDone?.(result, unit));
  const fields = useRef<HTMLDivElement>(null);
  const lead = useOrderRouting(order.id).data?.lead ?? null;
  const take = useTake(order.id, draft, fields);
  return (
    <ActForm
      {...(keys ? { keys } : {})}
      submit={unit ? say('dispatch.to', { unit }) : say('act.dispatch')}
      missing={missingOf([[leadId, say('field.lead')]])}
      busy={busy}
      problem={problem}
      written={note}
      savedAt={note ? draft.savedAt : undefined}
      onSubmit={() =>
        leadId &&
        submit({ act: 'dispatch', version: order.version, input: { leadId, coIds, mode, note } })
      }
    >
      {(tried) => (
        <>
          <Proposal orderId={order.id} draft={draft} take={take} />
          <div
            ref={fields}
            style={FLAT}
            onKeyDownCapture={(event) => lead && takesByDigit(event) && take()}
          >
            <Units draft={draft} tried={tried} suggested={lead !== null} />
          </div>
          <TextField
            label={say('dispatch.note')}
            rows={[2, 6]}
            max={TEXT_MAX.content}
            value={note}
            onChange={(value) => draft.set({ note: value })}
          />
        </>
      )}
    </ActForm>
  );
}

function useUnitName(id: string | undefined): string | undefined {
  const { name } = useWords();
  const unit = useReference().data?.units.find((u) => u.id === id);
  return unit && name(unit);
}

/** Takes what the catalogue names into the form; Enter then sends it. */
function useTake(orderId: string, draft: DraftForm<Fields>, inForm: RefObject<Element | null>) {
  const suggestion = useOrderRouting(orderId).data;
  return () => {
    if (!suggestion?.lead) return;
    const coIds = suggestion.co.map((unit) => unit.id);
    draft.set({ leadId: suggestion.lead.id, coIds, mode: coIds.length > 0 ? 'joint' : 'single' });
    focusSend(inForm.current);
  };
}

/** 1 in an empty field for units is no search: no unit's code or spelling begins with it. */
function takesByDigit(event: KeyboardEvent): boolean {
  const { target } = event;
  const empty = target instanceof HTMLInputElement && target.value === '';
  if (event.key !== '1' || event.ctrlKey || event.metaKey || event.altKey || !empty) return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

interface UnitsProps {
  draft: DraftForm<Fields>;
  tried: boolean;
  /** The catalogue names somebody. */
  suggested: boolean;
}
function Units({ draft, tried, suggested }: UnitsProps) {
  const { say } = useWords();
  const { leadId, coIds, mode } = draft.value;
  const modes: DispatchMode[] = ['single', 'joint', 'consult'];
  return (
    <>
      <Field
        required
        label={say('field.lead')}
        wrong={
          tried && !leadId
            ? say(suggested ? 'dispatch.choose_lead' : 'dispatch.choose_lead_only')
            : undefined
        }
      >
        <UnitPicker
          value={leadId}
          onChange={(id) => draft.set({ leadId: id, coIds: coIds.filter((co) => co !== id) })}
        />
      </Field>
      <Field label={say('field.co')}>
        <UnitsPicker
          value={coIds}
          without={leadId}
          onChange={(ids) =>
            draft.set({ coIds: ids, mode: ids.length > 0 ? modeWithCo(mode) : 'single' })
          }
        />
      </Field>
      {coIds.length > 0 && (
        <Choice
          label={say('field.mode')}
          value={mode}
          onChange={(value) => draft.set({ mode: value })}
          options={modes.map((value) => ({ value, label: say(`mode.${value}`) }))}
        />
      )}
    </>
  );
}

const modeWithCo = (mode: DispatchMode): DispatchMode => (mode === 'single' ? 'joint' : mode);

function Proposal({ orderId, ...rest }: Omit<CandidateProps, 'suggestion'> & { orderId: string }) {
  const { say } = useWords();
  const routing = useOrderRouting(orderId);
  return (
    <div>
      <h2 className="small-head">{say('dispatch.proposal')}</h2>
      <QueryView query={routing}>
        {(suggestion) => <Candidate suggestion={suggestion} {...rest} />}
      </QueryView>
    </div>
  );
}

interface CandidateProps {
  suggestion: RoutingSuggestion;
  draft: DraftForm<Fields>;
  take: () => void;
}
function Candidate({ suggestion, draft, take }: CandidateProps) {
  const { say, name, list } = useWords();
  const { lead, co, steps } = suggestion;
  useKeys([{ keys: '1', label: 'keys.take', run: take, off: !lead }]);
  const taken = lead !== null && draft.value.leadId === lead.id;
  return (
    <div className={taken ? 'candidate on' : 'candidate'}>
      <div className="row between">
        <span className="big">{lead ? name(lead) : say('routing.nobody')}</span>
        {lead && (
          <KeyButton size="small" keys="1" onClick={take} aria-pressed={taken}>
            {say(taken ? 'dispatch.taken' : 'dispatch.take')}
          </KeyButton>
        )}
      </div>
      {steps.map((step) => (
        <RoutingReason key={step.code} step={step} />
      ))}
      {co.length > 0 && (
        <p className="sm mut">
          {say('kind.co')}　{list(co.map(name))}
        </p>
      )}
    </div>
  );
}
