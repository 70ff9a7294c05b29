import { useEffect } from 'react';
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
  const move = (step: number) => {
    const at = selected === undefined ? -1 : ids.indexOf(selected);
    const next = ids[at < 0 ? (step > 0 ? 0 : ids.length - 1) : at + step];
    if (next === undefined) return;
    select(next);
    requestAnimationFrame(() => focusRow(next));
  };
  const none = ids.length === 0;
  useKeys([
    { keys: 'J', shown: 'J K', label: 'keys.move', run: () => move(1), off: none },
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

const rowOf = (id: string) => document.querySelector(`[data-row="${CSS.escape(id)}"]`);

function focusRow(id: string): void {
  const row = rowOf(id);
  row?.scrollIntoView({ block: 'nearest' });
  const control = row?.matches('a, button') ? row : row?.querySelector('a, button');
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
