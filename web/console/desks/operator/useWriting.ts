/** Who still writes up the last call is left to it: nobody rings into an unfinished order. */
import { useEffect, useRef } from 'react';
import { moveSeat, refreshCalls, useSeat } from '../../data/calls.ts';
import { isDirty } from './form.ts';
import type { Operator } from './useOperator.ts';

/** So often it is said, however fast somebody types. */
const SAY_EVERY_MS = 5_000;

/** @returns whether words stand here that no order holds yet, and nobody is on the line. */
export function useWriting({ draft, calls, receipts }: Operator): boolean {
  const { data: seat } = useSeat();
  const { value } = draft;
  const said = useRef(0);
  const seen = useRef(value);
  const unsaved = isDirty(value) && !receipts.shown && !calls.talking;
  const writes = unsaved && seat?.state === 'wrap_up';
  useEffect(() => {
    const changed = seen.current !== value;
    seen.current = value;
    const now = performance.now();
    if (!writes || !changed || now - said.current < SAY_EVERY_MS) return;
    said.current = now;
    void keepWriting();
  }, [value, writes]);
  return unsaved;
}

/** Asks for more time; where there is none left, the seat says so by itself. */
export async function keepWriting(): Promise<void> {
  try {
    await moveSeat({ state: 'wrap_up' });
  } catch {
    // Too late, or no connection: what the seat shows next is what holds.
  }
  await refreshCalls();
}
