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
  const receipts = useReceipts(me.userId);
  const { shown } = receipts;
  const [erased, setErased] = useState<OperatorFields | null>(null);
  const [side, setSide] = useState(false);
  const registration = useSubmit(
    (fields: OperatorFields, key) => registerAndGoOn(fields, key),
    (done) => {
      draft.clear();
      setErased(null);
      receipts.show(done);
    },
    draft,
  );
  const next = (keep: Partial<OperatorFields> = {}) => {
    if (!shown && draft.value.content.trim()) setErased(draft.value);
    receipts.putAway();
    registration.reset();
    draft.clear(keep);
  };
  useKeys([{ keys: 'F2', label: 'keys.new_caller', run: () => next() }]);
  return (
    <>
      <DeskTitle title={say('desk.operator_long')} />
      <ContactBar draft={draft} told={shown?.requester} onNext={() => next()} />
      <SplitColumns
        desk="operator"
        left={<CallerColumn phone={shown ? shown.requester.phone : draft.value.phone} />}
        leftIs="queue"
        leftLabel={say('operator.caller')}
        chosen
        side={shown ? <div /> : <AdviceColumn fields={draft.value} />}
        sideLabel={say('advice.title')}
        sideOpen={side}
        onSideClose={() => setSide(false)}
        sideFlows
      >
        {erased && (
          <WayBack
            text={say('operator.erased')}
            link={say('common.undo')}
            onClick={() => {
              draft.set(erased);
              setErased(null);
            }}
          />
        )}
        {receipts.away && (
          <WayBack
            text={say('operator.last_receipt', { no: receipts.away.registered.orderNo })}
            link={say('operator.show_receipt')}
            onClick={receipts.bringBack}
          />
        )}
        {shown ? (
          <ReceiptPanel receipt={shown} onNext={next} />
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

/** One line that undoes what a key has just put away. */
const WayBack = ({ text, link, onClick }: { text: string; link: string; onClick: () => void }) => (
  <div className="note info" role="status">
    {text}
    <button type="button" className="link-button" onClick={onClick}>
      {link}
    </button>
  </div>
);

interface Kept {
  receipt: Receipt;
  away: boolean;
}

/**
 * The last receipt. Its query code is told once, so it survives a refresh of this tab, and the next
 * call only puts it away.
 */
function useReceipts(userId: string) {
  const name = `console.receipt.${userId}`;
  const [kept, setKept] = useState(() => readStored<Kept>('sessionStorage', name) ?? null);
  const keep = (next: Kept | null) => {
    writeStored('sessionStorage', name, next ?? undefined);
    setKept(next);
  };
  return {
    shown: kept && !kept.away ? kept.receipt : null,
    away: kept?.away ? kept.receipt : null,
    show: (receipt: Receipt) => keep({ receipt, away: false }),
    putAway: () => keep(kept && !kept.away ? { ...kept, away: true } : null),
    bringBack: () => keep(kept && { ...kept, away: false }),
  };
}
