import { useEffect, useRef, useState } from 'react';
import { useKeys } from './keys.ts';

interface ListKeys {
  ids: readonly string[];
  selected: string | undefined;
  select: (id: string) => void;
  /** What Enter does with the selected row; absent where a screen gives Enter another meaning. */
  open?: (id: string) => void;
}

/** J and K move through a list; the focus follows, so that a screen reader does too. */
export function useListKeys({ ids, selected, select, open }: ListKeys): void {
  const found = selected === undefined ? -1 : ids.indexOf(selected);
  const held = useRef(-1);
  useEffect(() => {
    if (found >= 0 || selected === undefined) held.current = found;
  });
  const move = (step: number) => {
    const next = ids[nextRow(ids.length, found, selected === undefined ? -1 : held.current, step)];
    if (next === undefined) return;
    select(next);
    requestAnimationFrame(() => focusRow(next));
  };
  const none = ids.length === 0;
  useKeys([
    {
      keys: 'J',
      shown: 'J K',
      label: 'keys.move',
      alone: 'keys.down',
      run: () => move(1),
      off: none,
    },
    { keys: 'K', label: 'keys.up', run: () => move(-1), off: none, quiet: true },
    ...(open
      ? [
          {
            keys: 'Enter',
            label: 'keys.open' as const,
            off: selected === undefined,
            run: () => selected !== undefined && open(selected),
          },
        ]
      : []),
  ]);
}

/** Where a step leads; from a row that has left the list, to what took its place or stands before it. */
function nextRow(length: number, at: number, held: number, step: number): number {
  if (at >= 0) return at + step;
  if (held >= 0) return Math.max(0, Math.min(step > 0 ? held : held - 1, length - 1));
  return step > 0 ? 0 : length - 1;
}

const rowOf = (id: string) => document.querySelector(`[data-row="${CSS.escape(id)}"]`);

/** Shows a row and gives its first control the focus, or that of the cell which is chosen. */
export function focusRow(id: string): void {
  const row = rowOf(id);
  row?.scrollIntoView({ block: 'nearest' });
  const control = row?.matches('a, button')
    ? row
    : (row?.querySelector('[data-chosen] :is(a, button)') ?? row?.querySelector('a, button'));
  if (control instanceof HTMLElement) control.focus({ preventScroll: true });
}

/** Takes the first row when nothing that is still there is selected. */
export function useFirstSelected(
  ids: readonly string[],
  selected: string | undefined,
  select: (id: string) => void,
  enabled = true,
): void {
  const first = ids[0];
  const missing = enabled && first !== undefined && selected === undefined;
  useEffect(() => {
    if (missing) select(first);
  });
}

interface Held {
  list: string;
  id: string;
  at: number;
}
/**
 * The chosen row of a list that changes by itself: it stays the same thing when rows arrive above
 * it, and the one that takes its place follows when it leaves.
 */
export function useStayingRow(
  list: string,
  ids: readonly string[],
): [selected: string | undefined, select: (id: string) => void] {
  const [held, hold] = useState<Held>();
  const found = held ? ids.indexOf(held.id) : -1;
  const before = held?.list === list ? held.at : 0;
  const at = found >= 0 ? found : Math.min(before, ids.length - 1);
  const id = ids[at];
  if (id !== undefined && (held?.id !== id || held.at !== at || held.list !== list)) {
    hold({ list, id, at });
  }
  return [id, (chosen) => hold({ list, id: chosen, at: Math.max(0, ids.indexOf(chosen)) })];
}

/** A list that was chosen with a filter takes the focus from it, so that Enter opens a row. */
export function useListFocus(list: string, selected: string | undefined): void {
  const shown = useRef(list);
  useEffect(() => {
    if (shown.current === list || selected === undefined) return;
    shown.current = list;
    const focus = document.activeElement;
    if (!focus || focus === document.body || focus.closest('nav')) focusRow(selected);
  });
}
