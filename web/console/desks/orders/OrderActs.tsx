import type { ReactNode } from 'react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { AcceptForm } from '../../acts/AcceptForm.tsx';
import { AskSupplementForm } from '../../acts/AskSupplementForm.tsx';
import { AuditForm } from '../../acts/AuditForm.tsx';
import { CorrectForm } from '../../acts/CorrectForm.tsx';
import { DispatchForm } from '../../acts/DispatchForm.tsx';
import { EmergencyForm } from '../../acts/EmergencyForm.tsx';
import { FlagsForm } from '../../acts/FlagsForm.tsx';
import { LETTERS } from '../../acts/letters.ts';
import { NoSubstanceForm } from '../../acts/NoSubstanceForm.tsx';
import { useOpened, type Opened } from '../../acts/opened.ts';
import { Panel } from '../../acts/Panel.tsx';
import { ProposeRedoForm } from '../../acts/ProposeRedoForm.tsx';
import { ReceiptForm } from '../../acts/ReceiptForm.tsx';
import { SplitForm } from '../../acts/SplitForm.tsx';
import { SupplementForm } from '../../acts/SupplementForm.tsx';
import { SuperviseOrder } from '../../acts/SuperviseForm.tsx';
import { CloseForm, RedoForm, UrgeForm } from '../../acts/SupervisionForms.tsx';
import { DirectAnswerForm, NoteForm, RejectForm, WithdrawForm } from '../../acts/TextForms.tsx';
import { tailOf, tellDone } from '../../data/done.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';

/** The acts of this page; the two halves of an audit are one form. */
export type PageAct = keyof typeof LETTERS;

export interface OrderActs {
  possible: PageAct[];
  chosen: PageAct | undefined;
  choose: (act: PageAct | undefined) => void;
  panel: Opened;
}

export function useOrderActs(order: OrderDetail): OrderActs {
  const [wanted, want] = useState<PageAct | undefined>();
  const panel = useOpened();
  const allowed = (Object.keys(LETTERS) as PageAct[]).filter((act) => order.allowed.includes(act));
  // An open emergency comes before everything; where there is none it stands at the end.
  const possible = allowed.toSorted((a, b) => last(a, order) - last(b, order));
  const chosen = possible.find((act) => act === wanted);
  const choose = (act: PageAct | undefined) => {
    want(act);
    if (act) panel.opened();
  };
  useKeys(
    possible.map((act) => ({
      keys: LETTERS[act],
      label: nameOf(act),
      run: () => choose(act),
      off: chosen !== undefined,
    })),
  );
  return { possible, chosen, choose, panel };
}

const nameOf = (act: PageAct) => (act === 'audit_pass' ? 'order.audit' : (`act.${act}` as const));

const last = (act: PageAct, order: OrderDetail): number =>
  act === 'transfer_emergency' && order.emergency === null ? 1 : 0;

interface BarProps {
  order: OrderDetail;
  acts: OrderActs;
  more: ReactNode;
}
export function ActBar({ order, acts, more }: BarProps) {
  const { say } = useWords();
  const mine = order.assignments.find((a) => a.allowed.length > 0);
  const follows = order.allowed.includes('evaluate') || order.allowed.includes('record_attempt');
  return (
    <div className="bar">
      {mine && (
        <Link className="sm" to={`/inbox/${order.id}/${mine.id}`}>
          {say('order.handle')}
        </Link>
      )}
      {acts.possible.map((act) => (
        <KeyButton
          key={act}
          keys={LETTERS[act]}
          aria-pressed={acts.chosen === act}
          onClick={() => acts.choose(acts.chosen === act ? undefined : act)}
        >
          {say(nameOf(act))}
        </KeyButton>
      ))}
      {follows && (
        <Link className="sm" to="/followup">
          {say('order.go_followup')}
        </Link>
      )}
      {more}
      <span className="form-state xs mut">{say('order.version', { n: order.version })}</span>
    </div>
  );
}

/** The form of the chosen act, in the right column. */
export function ActPanel({ order, acts }: { order: OrderDetail; acts: OrderActs }) {
  const { say } = useWords();
  const act = acts.chosen;
  if (!act) return null;
  const putAway = () => acts.choose(undefined);
  const onDone = () => {
    // The audit says itself how it ended.
    if (act !== 'audit_pass') tellDone('triage.done', { act: say(nameOf(act)), no: tailOf(order) });
    putAway();
  };
  const forms: Record<PageAct, () => ReactNode> = {
    accept: () => <AcceptForm order={order} onDone={onDone} />,
    dispatch: () => <DispatchForm order={order} onDone={onDone} />,
    direct_answer: () => <DirectAnswerForm order={order} onDone={onDone} />,
    audit_pass: () => <AuditForm order={order} onDone={onDone} />,
    redo: () => <RedoForm order={order} onDone={onDone} />,
    close: () => <CloseForm order={order} onDone={onDone} />,
    urge: () => <UrgeForm order={order} onDone={onDone} />,
    supervise: () => <SuperviseOrder order={order} onDone={onDone} />,
    note: () => <NoteForm order={order} onDone={onDone} />,
    reject: () => <RejectForm order={order} onDone={onDone} />,
    transfer_emergency: () => <EmergencyForm order={order} onDone={onDone} />,
    split: () => <SplitForm order={order} onDone={onDone} />,
    ask_supplement: () => <AskSupplementForm order={order} onDone={onDone} />,
    supplement: () => <SupplementForm order={order} onDone={onDone} />,
    receipt: () => <ReceiptForm order={order} onDone={onDone} />,
    propose_redo: () => <ProposeRedoForm order={order} onDone={onDone} />,
    correct_classification: () => <CorrectForm order={order} onDone={onDone} />,
    set_flags: () => <FlagsForm order={order} onDone={onDone} />,
    close_no_substance: () => <NoSubstanceForm order={order} onDone={onDone} />,
    withdraw: () => <WithdrawForm order={order} onDone={onDone} />,
  };
  return (
    <>
      <div className="hd">
        <h2>{say(nameOf(act))}</h2>
        <span className="r">
          <KeyButton size="small" type="text" keys="Esc" onClick={putAway}>
            {say('common.put_away')}
          </KeyButton>
        </span>
      </div>
      <Panel panel={acts.panel} open>
        {forms[act]()}
      </Panel>
    </>
  );
}
