import './operator.css';
import './emergency.css';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { orderNoText } from '../../lib/order-no.ts';
import { useWords } from '../../lib/text.ts';
import { SideOpener, SplitColumns } from '../../parts/Columns.tsx';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { AdviceColumn } from './AdviceColumn.tsx';
import { CallBar } from './CallBar.tsx';
import { CallerColumn } from './CallerColumn.tsx';
import { isDirty, type OperatorFields } from './form.ts';
import { HandoverLog } from './HandoverLog.tsx';
import { MatterForm } from './MatterForm.tsx';
import { ReceiptPanel } from './ReceiptPanel.tsx';
import { SeatBar } from './SeatBar.tsx';
import { mayStand, useOperator, type Operator } from './useOperator.ts';
import { useWriting } from './useWriting.ts';
import { OpenHandovers, WrittenEmergencies } from './Waiting.tsx';

/** 接听台: who calls, what they say, what it seems to be. The form is the screen. */
export default function OperatorDesk() {
  const { say } = useWords();
  const desk = useOperator();
  useAsked(desk);
  const unsaved = useWriting(desk);
  const { shown } = desk.receipts;
  const [side, setSide] = useState(false);
  return (
    <>
      <DeskTitle title={say('desk.operator_long')} />
      <SeatBar unsaved={unsaved} />
      <CallBar desk={desk} />
      <WrittenEmergencies />
      <OpenHandovers desk={desk} />
      <SplitColumns
        desk="operator"
        left={<CallerColumn desk={desk} />}
        leftIs="queue"
        leftLabel={say('operator.caller')}
        chosen
        side={shown ? <div /> : <Side desk={desk} />}
        sideLabel={say('advice.title')}
        sideOpen={side}
        onSideClose={() => setSide(false)}
        sideFlows
      >
        <WaysBack desk={desk} />
        {shown ? (
          <ReceiptPanel
            receipt={shown}
            onNext={desk.next}
            talks={desk.calls.talking !== undefined}
          />
        ) : (
          <MatterForm
            desk={desk}
            opener={<SideOpener onOpen={() => setSide(true)}>{say('advice.title')}</SideOpener>}
          />
        )}
      </SplitColumns>
    </>
  );
}

/** Another page has begun a form for somebody, such as a caller who was called back. */
function useAsked({ next }: Operator): void {
  const go = useNavigate();
  const state = useLocation().state as { begin?: Partial<OperatorFields> } | null;
  const begin = state?.begin;
  const begun = useRef<unknown>(null);
  useEffect(() => {
    if (!begin || begun.current === begin) return;
    begun.current = begin;
    next(begin);
    // Said once: a reload does not begin anew.
    void go('/operator', { replace: true, state: null });
  }, [begin, next, go]);
}

/** In an emergency only what was done and what comes next. */
const Side = ({ desk }: { desk: Operator }) =>
  desk.alarm || desk.draft.value.handed.length > 0 ? (
    <HandoverLog desk={desk} alarm={desk.alarm} />
  ) : (
    <AdviceColumn desk={desk} />
  );

/** Lines that bring back what was put away; while somebody is on the line nothing of somebody else's. */
function WaysBack({ desk }: { desk: Operator }) {
  const { say } = useWords();
  const { aside, restore, discard, receipts, calls, draft } = desk;
  const { away } = receipts;
  const [last] = away?.filed ?? [];
  const rings = !calls.talking && calls.ringing !== undefined;
  const { phone } = draft.value;
  return (
    <>
      {rings && isDirty(draft.value) && !mayStand(phone, calls) && (
        <div className="note soon" role="status">
          {say('operator.others_words')}
        </div>
      )}
      {aside && (
        <WayBack text={say('operator.erased')} link={say('operator.take_up')} onClick={restore}>
          <button type="button" className="link-button" onClick={discard}>
            {say('operator.discard')}
          </button>
        </WayBack>
      )}
      {last && away && mayStand(away.requester.phone, calls) && (
        <WayBack
          text={say('operator.last_receipt', { no: orderNoText(last.registered.orderNo) })}
          link={say('operator.show_receipt')}
          onClick={receipts.bringBack}
        />
      )}
    </>
  );
}

interface WayBackProps {
  text: string;
  link: string;
  onClick: () => void;
  children?: ReactNode;
}
const WayBack = ({ text, link, onClick, children }: WayBackProps) => (
  <div className="note info" role="status">
    {text}
    <button type="button" className="link-button" onClick={onClick}>
      {link}
    </button>
    {children}
  </div>
);
