/**
 * Keys of a screen: declared once, they work, stand in the status line and in the list behind `?`.
 * Single letters and digits work where no text field has the focus; there the same key with Alt.
 */
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { TextKey } from '../../../src/contract.ts';
import { createStore } from './store.ts';

export interface KeyBinding {
  /** `J`, `1`, `/`, `?`, `Enter`, `Esc`, `Space`, `F9`, `Ctrl+Enter`, `Alt+1`. */
  keys: string;
  label: TextKey;
  run: () => void;
  /** Not possible now; it stays in the list. */
  off?: boolean;
  /** Works, but stands only behind `?`. */
  quiet?: boolean;
  /** What to show instead of `keys` when several belong together, e.g. `J K`. */
  shown?: string;
  /** What this key does without the others it is shown with; said behind `?`. */
  alone?: TextKey;
}

interface Layer {
  bindings: readonly KeyBinding[];
}
const layers: Layer[] = [];
/** Counts up when the shown keys change. */
export const keysChanged = createStore(0);

export const activeKeys = (): KeyBinding[] => layers.flatMap((layer) => [...layer.bindings]);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)));

const isControl = (target: EventTarget | null): boolean =>
  isTyping(target) ||
  (target instanceof Element && target.closest('button, a, summary, [role=option]') !== null);

const isPressable = (target: EventTarget | null): boolean =>
  isTyping(target) ||
  (target instanceof Element && target.closest('button, input, summary, [role=option]') !== null);

function baseName(event: KeyboardEvent): string {
  if (event.key === 'Escape') return 'Esc';
  if (event.key === '?' || event.key === '/') return event.key;
  if (event.key === ' ') return 'Space';
  const code = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(event.code);
  return code?.[1] ?? code?.[2] ?? event.key;
}

/** The names under which the event may be bound, the exact one first. */
function namesOf(event: KeyboardEvent): string[] {
  const base = baseName(event);
  if (event.ctrlKey || event.metaKey) return [`Ctrl+${base}`];
  const single = base.length === 1;
  if (event.altKey)
    return isTyping(event.target) && single ? [`Alt+${base}`, base] : [`Alt+${base}`];
  // Whoever fills in a form that was asked for does not mean a shortcut.
  if (/^[A-Z]$/.test(base) && isInPanel(event.target)) return [];
  // Letters and corrections belong to the field.
  if ((single || base === 'Backspace') && isTyping(event.target)) return [];
  // A focused row of a list lets Enter do what the screen says; other controls keep their own.
  if (base === 'Enter' && isControl(event.target) && !isRow(event.target)) return [];
  // Space types a blank and presses what has the focus.
  if (base === 'Space' && isPressable(event.target)) return [];
  return [base];
}

const isInPanel = (target: EventTarget | null) =>
  target instanceof Element && target.closest('[data-panel]') !== null;

const isRow = (target: EventTarget | null) =>
  target instanceof Element && target.closest('[data-row]') !== null;

/** An open list of a field uses Esc and Enter itself; a button that opened something uses no key. */
const isBusyField = (event: KeyboardEvent) =>
  event.isComposing ||
  (event.target instanceof Element &&
    event.target.getAttribute('aria-expanded') === 'true' &&
    event.target.closest('button, a, summary') === null);

/** The list of keys is a dialog; Esc closes it and nothing else happens behind it. */
const isDialogOpen = () => document.querySelector('dialog[open]') !== null;

const bindingOf = (name: string): KeyBinding | undefined =>
  [...layers]
    .reverse()
    .flatMap((layer) => [...layer.bindings].reverse())
    .find((binding) => binding.keys === name && !binding.off);

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || isBusyField(event) || isDialogOpen()) return;
  const names = namesOf(event);
  for (const name of names) {
    const found = bindingOf(name);
    if (!found) continue;
    event.preventDefault();
    found.run();
    return;
  }
}

/** Sending works from every field: a list to choose from would open at Ctrl+Enter, or take a row. */
function onSend(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  if (event.isComposing || event.repeat || isDialogOpen()) return;
  const found = bindingOf('Ctrl+Enter');
  if (!found) return;
  event.preventDefault();
  event.stopPropagation();
  found.run();
}

window.addEventListener('keydown', onSend, true);
window.addEventListener('keydown', onKey);

/** Declares the keys of a screen or part for as long as it is shown. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const layer = useRef<Layer>({ bindings });
  const signature = bindings
    .map((b) => `${b.keys}:${b.label}:${b.off === true}:${b.quiet === true}`)
    .join('|');
  // Before anything is seen of it: whoever sees a row may press its key at once.
  useLayoutEffect(() => {
    layer.current.bindings = bindings;
  });
  useLayoutEffect(() => {
    const mine = layer.current;
    layers.push(mine);
    return () => {
      layers.splice(layers.indexOf(mine), 1);
      keysChanged.set(keysChanged.get() + 1);
    };
  }, []);
  useEffect(() => {
    keysChanged.set(keysChanged.get() + 1);
  }, [signature]);
}
