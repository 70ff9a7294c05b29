import './operator.css';
import { useState } from 'react';
import { readStored, writeStored } from '../../lib/storage.ts';
import { useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useDraft } from '../../lib/drafts.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns, SideOpener } from '../../parts/Columns.tsx';
import { CallerColumn } from './CallerColumn.tsx';
import { ContactBar } from './ContactBar.tsx';
import { EMPTY, registerAndGoOn, SECRET, type OperatorFields, type Receipt } from './form.ts';
import { MatterForm } from './MatterForm.tsx';
import { ReceiptPanel } from './ReceiptPanel.tsx';
import { AdviceColumn } from './AdviceColumn.tsx';

/** 接听台: who calls, what they say, what the catalogue knows. */
export default function OperatorDesk() {
  const { say } = useWords();
  const me = useMe();
  const draft = useDraft<OperatorFields>(me.userId, 'register', EMPTY, SECRET);
  const [receipt, setReceipt] = useReceipt(me.userId);
  const [erased, setErased] = useState<OperatorFields | null>(null);
  const [side, setSide] = useState(false);
  const registration = useSubmit(
    (fields: OperatorFields, key) => registerAndGoOn(fields, key),
    (done) => {
      draft.clear();
      setErased(null);
      setReceipt(done);
    },
    draft,
  );
  const next = (keep: Partial<OperatorFields> = {}) => {
    if (!receipt && draft.value.content.trim()) setErased(draft.value);
    setReceipt(null);
    registration.reset();
    draft.clear(keep);
  };
  useKeys([{ keys: 'F2', label: 'keys.new_caller', run: () => next() }]);
  return (
    <>
      <DeskTitle title={say('desk.operator_long')} />
      <ContactBar draft={draft} told={receipt?.requester} onNext={() => next()} />
      <SplitColumns
        desk="operator"
        left={<CallerColumn phone={receipt ? receipt.requester.phone : draft.value.phone} />}
        leftIs="queue"
        leftLabel={say('operator.caller')}
        chosen
        side={receipt ? <div /> : <AdviceColumn fields={draft.value} />}
        sideLabel={say('advice.title')}
        sideOpen={side}
        onSideClose={() => setSide(false)}
        sideFlows
      >
        {erased && (
          <div className="note info" role="status">
            {say('operator.erased')}
            <button
              type="button"
              className="link-button"
              onClick={() => {
                draft.set(erased);
                setErased(null);
              }}
            >
              {say('common.undo')}
            </button>
          </div>
        )}
        {receipt ? (
          <ReceiptPanel receipt={receipt} onNext={next} />
        ) : (
          <MatterForm
            draft={draft}
            registration={registration}
            opener={<SideOpener onOpen={() => setSide(true)}>{say('advice.title')}</SideOpener>}
          />
        )}
      </SplitColumns>
    </>
  );
}

/** The receipt holds the query code, which is told once: it survives a refresh of this tab. */
function useReceipt(userId: string) {
  const name = `console.receipt.${userId}`;
  const [receipt, setReceipt] = useState(() => readStored<Receipt>('sessionStorage', name) ?? null);
  const keep = (next: Receipt | null) => {
    writeStored('sessionStorage', name, next ? { ...next, problem: null } : undefined);
    setReceipt(next);
  };
  return [receipt, keep] as const;
}
