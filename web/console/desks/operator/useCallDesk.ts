/** The call at the desk: what is asked of the switch, and which form belongs to whom. */
import { useEffect, useRef, useState } from 'react';
import type { CallCommand } from '../../../../src/contract.ts';
import { commandCall, refreshCalls, useSeat, type DeskCall } from '../../data/calls.ts';
import type { Problem } from '../../data/problem.ts';
import { useSubmit, type Submission } from '../../data/submit.ts';
import { readStored, writeStored } from '../../lib/storage.ts';
import { barePhone, callerOf, isDirty } from './form.ts';
import type { Operator } from './useOperator.ts';

export interface CallDesk {
  /** Whether the switch can be asked; else everything is done at the telephone set. */
  commands: boolean;
  /** Takes the call; its form begins at once. */
  answer(call: DeskCall): void;
  command(call: DeskCall, command: CallCommand, target?: string): void;
  /** Puts an empty form away together with its caller. */
  leave(): void;
  busy: boolean;
  problem: Problem | null;
}

interface Asked {
  call: DeskCall;
  command: CallCommand;
  target: string | undefined;
}

export function useCallDesk(desk: Operator): CallDesk {
  const commands = useSeat().data?.commands ?? false;
  const left = useRef<string | null>(null);
  useJoined(desk, left);
  const [answering, setAnswering] = useAnswering();
  const asking = useSubmit(async ({ call, command, target }: Asked) => {
    await commandCall(call.id, { command, ...(target ? { target } : {}) });
    // The next key counts at once.
    void refreshCalls();
  });
  const command = useInTurn(asking);
  return {
    commands,
    command: (call, what, target) => command({ call, command: what, target }),
    answer: (call) => {
      if (commands) {
        setAnswering(call.id);
        command({ call, command: 'answer', target: undefined });
      }
      desk.next(callerOf(call));
    },
    leave: () => {
      left.current = desk.calls.talking?.id ?? null;
      desk.draft.clear();
    },
    // The switch took it; until it says so the telephone still seems to ring.
    busy: asking.busy || (answering !== null && answering === desk.calls.ringing?.id),
    problem: asking.problem,
  };
}

const isSame = (a: Asked, b: Asked | null): boolean =>
  a.call.id === b?.call.id && a.command === b.command && a.target === b.target;

/**
 * A key that is pressed while the switch still thinks of the last one is not lost: unless it asks the
 * same again, or for something after what the switch refused.
 */
function useInTurn({ submit, busy, problem }: Submission<Asked>): (asked: Asked) => void {
  const last = useRef<Asked | null>(null);
  const [then, setThen] = useState<Asked | null>(null);
  const go = (asked: Asked) => {
    last.current = asked;
    submit(asked);
  };
  useEffect(() => {
    if (!then || busy) return;
    setThen(null);
    if (!problem) go(then);
  });
  return (asked) => {
    if (!busy) go(asked);
    else if (!isSame(asked, last.current)) setThen(asked);
  };
}

/** A switch that took a command and never said so is asked again after this long. */
const ANSWERING_MAX_MS = 5_000;

/** The call that was just taken. */
function useAnswering() {
  const [answering, setAnswering] = useState<string | null>(null);
  useEffect(() => {
    if (answering === null) return;
    const timer = setTimeout(() => setAnswering(null), ANSWERING_MAX_MS);
    return () => clearTimeout(timer);
  }, [answering]);
  return [answering, setAnswering] as const;
}

/** The call whose form was begun in this tab: a reload, or another page, does not begin it anew. */
const JOINED = 'console.joined';

/**
 * Whoever is on the line owns the form: what is saved joins the contact of the call, also where the
 * call was answered at the telephone set, in another tab, or before a reload. What somebody else's
 * form held is put away and can be brought back.
 */
function useJoined(desk: Operator, left: React.RefObject<string | null>): void {
  const { calls, draft, receipts, next } = desk;
  const { talking } = calls;
  const [before] = useState(() => readStored<string>('sessionStorage', JOINED));
  const seen = useRef(before);
  useEffect(() => {
    if (!talking?.contactId || left.current === talking.id) return;
    const fresh = seen.current !== talking.id;
    if (fresh) writeStored('sessionStorage', JOINED, talking.id);
    seen.current = talking.id;
    const { value } = draft;
    if (receipts.shown) {
      const same = receipts.shown.requester.phone === (talking.phone ?? '');
      if (fresh && !same) next(callerOf(talking));
      return;
    }
    if (value.contactId === talking.contactId) {
      if (value.name === '' && talking.name && value.unnamed && fresh)
        draft.set({ name: talking.name });
      if (talking.phone && !value.numberGiven && barePhone(value.phone) === talking.phone)
        draft.set({ numberGiven: true });
      return;
    }
    const theirs = value.phone !== '' && barePhone(value.phone) !== (talking.phone ?? '');
    if (value.contactId !== undefined || (theirs && isDirty(value))) {
      if (fresh) next(callerOf(talking));
      return;
    }
    const { name, ...caller } = callerOf(talking);
    draft.set({ ...caller, name: value.name || (name ?? '') });
  }, [talking, draft, receipts, next, left]);
}
