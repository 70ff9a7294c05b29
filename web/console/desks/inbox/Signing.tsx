/** Signing straight from the list: the chosen row, or all that have a tick, one after the other. */
import { Button } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import type { InboxFacet, InboxItem } from '../../../../src/workorder/schema.ts';
import { BatchState } from '../../acts/BatchState.tsx';
import { useBatch, type Batch } from '../../data/batch.ts';
import { tailOf, tellDone } from '../../data/done.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import type { Ticked } from './InboxTable.tsx';
import { signAssignment } from './sign.ts';

/** An order may come twice, as lead and as co-handler: what is signed is the assignment. */
type Signed = InboxItem & { orderId: string };
const signedOf = (item: InboxItem): Signed => ({
  ...item,
  orderId: item.id,
  id: item.assignment.id,
});

type NoInput = Record<string, never>;

interface Signing {
  /** What would be signed now. */
  targets: InboxItem[];
  ticks: Ticked | undefined;
  batch: Batch<Signed, NoInput>;
  sign: () => void;
  tickAll: () => void;
  untick: () => void;
}

export function useSigning(current: InboxItem | undefined, rows: readonly InboxItem[]): Signing {
  // The server has the last word on who may.
  const mayEver = holds(useMe(), 'unit_receiver', 'command_room');
  const may = (item: InboxItem) => mayEver && item.assignment.state === 'pending_sign';
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const batch = useBatch(({ id, orderId, version }: Signed, _: NoInput, key) =>
    signAssignment({ assignmentId: id, orderId, version }, key),
  );
  const open = rows.filter(may);
  const chosen = open.filter((item) => ticked.has(item.assignment.id));
  const targets = chosen.length > 0 ? chosen : current && may(current) ? [current] : [];
  const check = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
  };
  const sign = () => {
    if (batch.running || targets.length === 0) return;
    void batch.run(targets.map(signedOf), {}).then(({ done, left }) => {
      if (done.length > 1) tellDone('unit.signed_n', { n: done.length });
      else if (done[0]) tellDone('done.signed', { no: tailOf(done[0]) });
      setTicked(new Set(left.length > 0 && targets.length > 1 ? left.map((item) => item.id) : []));
    });
  };
  const untick = () => setTicked(new Set());
  const tickAll = () => setTicked(new Set(open.map((item) => item.assignment.id)));
  useKeys([{ keys: 'S', label: 'keys.sign', run: sign, off: targets.length === 0 }]);
  useKeys(
    open.length > 0
      ? [
          {
            keys: 'X',
            label: 'unit.check',
            off: !current || !may(current),
            run: () => current && check(current.assignment.id),
          },
          { keys: 'A', label: 'unit.sign_all', quiet: true, run: tickAll },
          { keys: 'Esc', label: 'keys.back', quiet: true, off: ticked.size === 0, run: untick },
        ]
      : [],
  );
  const checked = new Set(chosen.map((item) => item.assignment.id));
  const ticks = open.length > 1 ? { checked, may, check } : undefined;
  return { targets, ticks, batch, sign, tickAll, untick };
}

export function SignButton({ signing }: { signing: Signing }) {
  const { say } = useWords();
  const { targets, ticks, batch, sign, tickAll } = signing;
  return (
    <span className="row wrap">
      {ticks && ticks.checked.size === 0 && (
        <KeyButton size="small" keys="A" onClick={tickAll}>
          {say('unit.sign_all')}
        </KeyButton>
      )}
      <KeyButton
        size="small"
        keys="S"
        disabled={targets.length === 0}
        loading={batch.running}
        onClick={sign}
      >
        {targets.length > 1 ? say('unit.sign_n', { n: targets.length }) : say('act.sign')}
      </KeyButton>
    </span>
  );
}

interface BarProps {
  signing: Signing;
  facet: InboxFacet;
  toSign: number;
}
/** On a telephone what can be signed stands at the bottom, under the thumb. */
export function PhoneBar({ signing, facet, toSign }: BarProps) {
  const { say } = useWords();
  const { ticks, targets, batch, sign, tickAll } = signing;
  if (toSign === 0) return null;
  const chosen = ticks?.checked.size ?? 0;
  return (
    <div className="bar phone-bar">
      {facet === 'pending_sign' && ticks ? (
        <>
          <Button size="large" onClick={tickAll}>
            {say('unit.sign_all')}
          </Button>
          <Button
            type="primary"
            size="large"
            disabled={chosen === 0}
            loading={batch.running}
            onClick={sign}
          >
            {say('unit.sign_n', { n: chosen > 0 ? targets.length : 0 })}
          </Button>
        </>
      ) : (
        facet !== 'pending_sign' && (
          <Link className="big-link" to="/inbox?facet=pending_sign">
            {say('unit.go_sign', { n: toSign })}
          </Link>
        )
      )}
    </div>
  );
}

/** What is ticked, how far the signing is, and what was not signed and why. */
export function SigningState({ signing }: { signing: Signing }) {
  const { say } = useWords();
  const { batch, ticks, untick } = signing;
  const chosen = ticks?.checked.size ?? 0;
  const failed = batch.failures[0];
  return (
    <>
      {chosen > 0 && !batch.running && (
        <div className="note info" role="status">
          <b>{say('unit.checked_n', { n: chosen })}</b>
          <span className="r">
            <KeyButton size="small" type="text" keys="Esc" onClick={untick}>
              {say('common.cancel')}
            </KeyButton>
          </span>
        </div>
      )}
      {(batch.running || batch.failures.length > 0) && (
        <div className="pad batch">
          <BatchState batch={batch} />
          {batch.total === 1 && failed && <ProblemNotice problem={failed.problem} wrote={false} />}
        </div>
      )}
    </>
  );
}
