import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Link, useNavigate } from 'react-router';
import type { OrderListItem } from '../../../src/workorder/schema.ts';
import { problemOfQuery } from '../data/problem.ts';
import { useFind } from '../data/queries.ts';
import { findStore } from '../lib/find.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';
import { Kbd } from '../parts/Key.tsx';
import { ClockChip } from '../parts/ClockChip.tsx';
import { Dots, OrderNo, OrderTitle, StateWord } from '../parts/Marks.tsx';
import { useOutside } from './useOutside.ts';

const DIGITS_MIN = 4;
/** Of words of the demand: what one Chinese word has at least. */
const LETTERS_MIN = 2;
/** A mobile telephone, or a landline with its area code. */
const PHONE = /^(?:(?:\+|00)?86)?(?:1\d{10}|0\d{9,11})$/;
const TYPING_PAUSE_MS = 250;

/** What is asked for: a number without its marks, or words; nothing while it is too short. */
function wantedOf(typed: string): string {
  const number = typed.replace(/[\s-]/g, '');
  if (/^\d*$/.test(number)) return number.length >= DIGITS_MIN ? number : '';
  const words = typed.trim();
  return words.length >= LETTERS_MIN ? words : '';
}

/** An order by its number, its last digits, or words of the demand. `keyed`: this one answers to `/`. */
export function Find({ keyed = false }: { keyed?: boolean }) {
  const { say } = useWords();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const wanted = useSettled(wantedOf(typed));
  const query = useFind(wanted);
  useOutside(box, () => setOpen(false));
  useKeys(keyed ? [{ keys: '/', label: 'keys.find', run: () => input.current?.focus() }] : []);
  useEffect(() => {
    if (!keyed) return;
    return findStore.subscribe(() => {
      setTyped(findStore.get()?.typed ?? '');
      input.current?.focus();
    });
  }, [keyed]);
  const close = () => {
    setOpen(false);
    setTyped('');
    input.current?.blur();
  };
  const go = (order: OrderListItem | undefined) => {
    if (!order) return;
    close();
    void navigate(`/orders/${order.id}`);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') go(query.data?.[0]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  };
  return (
    <div className="find" role="search" ref={box}>
      <label className="find-box">
        <span className="unseen">{say('find.label')}</span>
        <input
          ref={input}
          type="search"
          autoComplete="off"
          placeholder={say('find.label')}
          value={typed}
          onFocus={() => setOpen(true)}
          onChange={(e) => setTyped(e.target.value)}
          onKeyDown={onKeyDown}
        />
        <Kbd keys="/" />
      </label>
      {open && typed && (
        <Found
          orders={query.data}
          problem={problemOfQuery(query) !== null}
          isPhone={PHONE.test(wanted)}
          onGo={close}
        />
      )}
    </div>
  );
}

interface FoundProps {
  orders: OrderListItem[] | undefined;
  problem: boolean;
  /** What was typed is no order's number but a telephone's. */
  isPhone: boolean;
  onGo: () => void;
}
function Found({ orders, problem, isPhone, onGo }: FoundProps) {
  const { say } = useWords();
  const hint = problem
    ? 'find.failed'
    : orders?.length === 0
      ? isPhone
        ? 'find.phone'
        : 'find.none'
      : 'find.hint';
  return (
    <div className="float found">
      {orders?.map((order) => (
        <Link key={order.id} to={`/orders/${order.id}`} onClick={onGo}>
          <span className="row between">
            <OrderNo no={order.orderNo} />
            <StateWord order={order} />
            {order.clock && <ClockChip clock={order.clock} bare />}
          </span>
          <span className="sm cut">
            <Dots>
              <OrderTitle order={order} />
            </Dots>
          </span>
        </Link>
      ))}
      {!orders?.length && (
        <p className="pad sm mut" role="status">
          {say(hint)}
        </p>
      )}
    </div>
  );
}

/** The text once typing has paused. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
