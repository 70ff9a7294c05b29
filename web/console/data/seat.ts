/** The ways between the states of a seat, and the break that is wished for while somebody is on the line. */
import { useEffect, useRef } from 'react';
import { CHOSEN_BREAKS } from '../../../src/contract.ts';
import { readStored, writeStored } from '../lib/storage.ts';
import { createStore, useStore } from '../lib/store.ts';
import { moveSeat, refreshCalls, type SeatView } from './calls.ts';
import { serverNow } from './clock.ts';
import { useMe } from './session.tsx';
import { useSubmit, type Submission } from './submit.ts';

export type ChosenBreak = (typeof CHOSEN_BREAKS)[number];
export type Move = Parameters<typeof moveSeat>[0];

interface Wish {
  userId: string;
  reason: ChosenBreak;
}
const WISH = 'console.break_later';
const kept = readStored<Wish>('sessionStorage', WISH);
/** Of this tab, whichever desk is open; loading the page anew forgets nothing. */
const breakLater = createStore<Wish | null>(
  kept && CHOSEN_BREAKS.includes(kept.reason) ? kept : null,
  (wish) => void writeStored('sessionStorage', WISH, wish ?? undefined),
);

export interface SeatMoves {
  moving: Submission<Move>;
  /** The break that was wished for after this call. */
  later: ChosenBreak | null;
  wish: (reason: ChosenBreak | null) => void;
  go: (to: Move['state']) => void;
  rest: (reason: ChosenBreak) => void;
}

/** Every button and key goes this way: who wished for a break goes there, not to the next caller. */
export function useSeatMoves(seat: SeatView | undefined): SeatMoves {
  const { userId } = useMe();
  const wished = useStore(breakLater);
  const later = wished?.userId === userId ? wished.reason : null;
  const moving = useSubmit(
    (input: Move) => moveSeat(input),
    (_, { state }) => {
      // Not before the platform agreed: where a call came first, the wish holds until that is over.
      if (state === 'break' || state === 'offline') breakLater.set(null);
      void refreshCalls();
    },
  );
  const rest = (breakReason: ChosenBreak) => moving.submit({ state: 'break', breakReason });
  return {
    moving,
    later,
    wish: (reason) => breakLater.set(reason && { userId, reason }),
    go: (to) =>
      to === 'ready' && seat?.state === 'wrap_up' && later
        ? rest(later)
        : moving.submit({ state: to }),
    rest,
  };
}

/** Just before the seat would be ready by itself. */
const BREAK_BEFORE_MS = 2_000;

/** Takes the break that was wished for when the time to write is over, before anybody rings. */
export function useBreakDue(seat: SeatView | undefined, moves: SeatMoves): void {
  const { later } = moves;
  const { state, until = null } = seat ?? {};
  const latest = useRef(moves);
  latest.current = moves;
  useEffect(() => {
    if (!later) return;
    // Had already, or of an earlier shift.
    if (state === 'break' || state === 'offline') return latest.current.wish(null);
    if (state !== 'ready' && state !== 'wrap_up') return;
    const left = state === 'ready' || !until ? 0 : Date.parse(until) - serverNow();
    const take = () => latest.current.rest(later);
    const timer = setTimeout(take, Math.max(0, left - BREAK_BEFORE_MS));
    return () => clearTimeout(timer);
  }, [state, until, later]);
}
