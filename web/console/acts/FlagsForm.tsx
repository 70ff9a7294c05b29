import { FLAGS, TEXT_MAX, type Flag } from '../../../src/contract.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { useWords } from '../lib/text.ts';
import { TextField } from '../parts/TextField.tsx';
import { Ticks } from '../parts/Ticks.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

/** 改标记: what marks the order, with a reason; taking off 紧急 says that it is none. */
export function FlagsForm({ order, onDone }: ActProps) {
  const { say, list } = useWords();
  const empty = { flags: order.flags as Flag[], reason: '' };
  const draft = useDraft(useMe().userId, `flags.${order.id}`, empty);
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const { flags, reason } = draft.value;
  const add = flags.filter((flag) => !order.flags.includes(flag));
  const remove = order.flags.filter((flag) => !flags.includes(flag));
  const words = (some: readonly Flag[]) => list(some.map((flag) => say(`flag.${flag}`)));
  return (
    <ActForm
      submit={say('flags.submit')}
      missing={missingOf([
        [add[0] ?? remove[0], say('flags.change')],
        [reason, say('flags.reason')],
      ])}
      busy={busy}
      problem={problem}
      written={reason}
      savedAt={draft.savedAt}
      onSubmit={() =>
        submit({ act: 'set_flags', version: order.version, input: { add, remove, reason } })
      }
    >
      {(tried) => (
        <>
          <Ticks
            label={say('flags.label')}
            options={FLAGS.map((value) => ({ value, label: say(`flag.${value}`) }))}
            value={flags}
            onChange={(value) => draft.set({ flags: value })}
            wrong={tried && !add[0] && !remove[0] ? say('flags.unchanged') : undefined}
          />
          <p className="sm sec" role="status">
            {add.length > 0 && say('flags.added', { items: words(add) })}
            {remove.length > 0 && say('flags.removed', { items: words(remove) })}
          </p>
          <TextField
            required
            tried={tried}
            label={say('flags.reason')}
            max={TEXT_MAX.short}
            value={reason}
            onChange={(value) => draft.set({ reason: value })}
          />
        </>
      )}
    </ActForm>
  );
}
