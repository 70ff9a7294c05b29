import { EMERGENCY_TARGETS, TEXT_MAX, type EmergencyTarget } from '../../../src/contract.ts';
import type { ActResult } from '../../../src/workorder/schema.ts';
import { handOver } from '../data/advise.ts';
import * as api from '../data/api.ts';
import { holds, useMe } from '../data/session.tsx';
import { useSubmit } from '../data/submit.ts';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import type { ActProps } from './useOrderAct.ts';

interface Fields {
  target: EmergencyTarget | undefined;
  record: string;
}

/**
 * 紧急转接 of an order that exists. An operator hands over from here, at once; who has no line says
 * how it was handed over.
 */
export function EmergencyForm({ order, onDone }: ActProps) {
  const { say } = useWords();
  const me = useMe();
  const byLine = holds(me, 'operator');
  const empty: Fields = { target: order.emergency ?? undefined, record: '' };
  const draft = useDraft(me.userId, `emergency.${order.id}`, empty);
  const { target, record } = draft.value;
  const { submit, busy, problem } = useSubmit(
    async (to: EmergencyTarget, key): Promise<ActResult | void> => {
      if (byLine && !record.trim()) return void (await handOver(lineOf(order.id, to), key));
      return api.actOnOrder(
        order.id,
        { act: 'transfer_emergency', version: order.version, input: { target: to, record } },
        key,
      );
    },
    (result) => {
      draft.clear();
      onDone?.(result ?? { orderId: order.id, state: 'transferred', version: order.version });
    },
    draft,
  );
  return (
    <ActForm
      danger
      submit={target ? say('emergency_act.submit', { target }) : say('act.transfer_emergency')}
      missing={missingOf([
        [target, say('emergency_act.target')],
        ...(byLine ? [] : [[record, say('emergency_act.record')] as const]),
      ])}
      busy={busy}
      problem={problem}
      written={record}
      savedAt={draft.savedAt}
      onSubmit={() => target && submit(target)}
    >
      {(tried) => (
        <>
          <Choice
            required
            look="fill"
            label={say('emergency_act.target')}
            value={target}
            onChange={(value) => draft.set({ target: value })}
            options={EMERGENCY_TARGETS.map((value) => ({ value, label: value }))}
            wrong={tried && !target ? say('field.missing') : undefined}
          />
          <TextField
            required={!byLine}
            tried={tried}
            label={say('emergency_act.record')}
            hint={say(byLine ? 'emergency_act.line_hint' : 'emergency_act.record_hint')}
            max={TEXT_MAX.short}
            value={record}
            onChange={(value) => draft.set({ record: value })}
          />
        </>
      )}
    </ActForm>
  );
}

const lineOf = (orderId: string, target: EmergencyTarget) => ({ target, orderId });
