import { Input } from 'antd';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import { useClockNow } from '../../data/clock.ts';
import { useCaller } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { dayText } from '../../lib/time.ts';
import { Choice } from '../../parts/Choice.tsx';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, OrderNo, OrderTitle, StateWord } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { NewestOnly } from '../../parts/NewestOnly.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { barePhone, isPhone, isSettled, isWithUnit } from './form.ts';
import type { Operator } from './useOperator.ts';

const TYPING_PAUSE_MS = 400;
/** Digits of a mobile number. */
const WHOLE = 11;

/** Who is on the line, and earlier demands of this number: what is open first. */
export function CallerColumn({ desk }: { desk: Operator }) {
  const { say } = useWords();
  const { ringing, talking } = desk.calls;
  const { shown } = desk.receipts;
  // Whoever rings is who the column speaks of; what was written down before is somebody else's.
  const rings = talking ? undefined : ringing;
  const given = rings ? (rings.phone ?? '') : (shown?.requester.phone ?? talking?.phone);
  const settled = useSettledPhone(given ?? desk.draft.value.phone, given != null);
  const caller = useCaller(settled);
  return (
    <>
      <div className="hd">
        <h2>{say('operator.caller')}</h2>
      </div>
      {talking && !shown && <WhoFields desk={desk} />}
      {settled === undefined ? (
        <EmptyState title={say('operator.no_phone')}>{say('operator.no_phone_next')}</EmptyState>
      ) : (
        <QueryView query={caller}>
          {({ open, closed }) =>
            open.length + closed.length === 0 ? (
              <p className="first-time sm sec">{say('call.first_time_long')}</p>
            ) : (
              <>
                <div className="hd">
                  <h3>{say('operator.open_orders', { n: open.length })}</h3>
                </div>
                {shown && open.length > 0 && (
                  <p className="part xs mut">{say('urge.after_filed')}</p>
                )}
                {open.map((order, i) => (
                  <OpenOrder key={order.id} desk={desk} order={order} keyed={i === 0} />
                ))}
                <div className="hd">
                  <h3>{say('operator.closed_orders', { n: closed.length })}</h3>
                </div>
                <Closed orders={closed} />
                <NewestOnly count={open.length + closed.length} />
              </>
            )
          }
        </QueryView>
      )}
      {!talking && !shown && <p className="here-only xs mut">{say('call.here_only')}</p>}
    </>
  );
}

const KINDS = ['natural', 'legal', 'anonymous'] as const;

/** What the caller says of themselves; with a call on the line it stands here and not in the bar. */
function WhoFields({ desk: { draft } }: { desk: Operator }) {
  const { say } = useWords();
  const off = isSettled(draft.value);
  return (
    <div className="who-fields">
      <Field label={say('field.caller_name')}>
        <Input
          autoComplete="off"
          maxLength={40}
          disabled={off}
          value={draft.value.name}
          onChange={(e) => draft.set({ name: e.target.value })}
        />
      </Field>
      <Choice
        look="s"
        label={say('field.requester_kind')}
        value={draft.value.kind}
        disabled={off}
        onChange={(kind) => draft.set({ kind })}
        options={KINDS.map((value) => ({ value, label: say(`requester.${value}`) }))}
      />
      <p className="xs mut">{say('call.here_only')}</p>
    </div>
  );
}

/** A number that is typed counts once it stands still; one that is given counts at once. */
function useSettledPhone(phone: string, given: boolean): string | undefined {
  const wanted = isPhone(phone) ? barePhone(phone) : undefined;
  const whole = given || wanted === undefined || wanted.length >= WHOLE;
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), whole ? 0 : TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted, whole]);
  return whole ? wanted : settled;
}

interface OpenProps {
  desk: Operator;
  order: OrderListItem;
  keyed: boolean;
}
/** An open order; urging it ends the contact, because that is what was wanted. */
function OpenOrder({ desk, order, keyed }: OpenProps) {
  const { say, name, language } = useWords();
  const now = useClockNow();
  const { busy, problem } = desk.ending;
  const [asked, setAsked] = useState(false);
  const filed = desk.receipts.shown !== null;
  const rings = !desk.calls.talking && desk.calls.ringing !== undefined;
  const off = busy || filed || rings;
  // It ends the call's form: once to ask, once to do.
  const urge = () => {
    setAsked(!asked);
    if (asked) desk.endWith('urged', order);
  };
  useKeys(keyed ? [{ keys: 'Alt+U', label: 'keys.urge', run: urge, quiet: true, off }] : []);
  return (
    <div className="mine">
      <div className="row between">
        <OrderNo no={order.orderNo} />
        <StateWord order={order} />
      </div>
      {order.clock && <ClockChip clock={order.clock} bare />}
      <p className="mine-title">
        <OrderTitle order={order} />
      </p>
      <p className="xs mut">
        <Dots>
          {order.lead && name(order.lead)}
          {say('call.registered', { day: dayText(Date.parse(order.registeredAt), now, language) })}
          {say('mark.urges', { n: order.urges })}
        </Dots>
      </p>
      <div className="row mine-acts">
        <KeyButton size="small" {...(keyed ? { keys: 'Alt+U' } : {})} disabled={off} onClick={urge}>
          {say(asked ? 'urge.confirm' : 'operator.urge')}
        </KeyButton>
        {asked && (
          <button type="button" className="link-button sm" onClick={() => setAsked(false)}>
            {say('common.cancel')}
          </button>
        )}
        <Link to={`/orders/${order.id}`} className="sm">
          {say('common.open')}
        </Link>
      </div>
      {asked && !filed && (
        <p className="sm today-t" role="status">
          {say(desk.draft.value.content.trim() ? 'urge.with_words' : 'urge.no_words')}
          {say(isWithUnit(order) ? 'urge.unit_sees' : 'urge.center_sees')}
          {keyed && say('urge.again')}
        </p>
      )}
      {keyed && problem && <ProblemNotice problem={problem} />}
    </div>
  );
}

function Closed({ orders }: { orders: OrderListItem[] }) {
  const { language } = useWords();
  const now = useClockNow();
  return (
    <ul className="q">
      {orders.map((order) => (
        <li key={order.id}>
          <Link to={`/orders/${order.id}`}>
            <span className="cut">
              <OrderTitle order={order} />
            </span>
            <span className="xs mut row between">
              {dayText(Date.parse(order.registeredAt), now, language)}
              <StateWord order={order} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
