/** A form that was asked for takes the focus; while it is open, single letters are nobody's shortcut. */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

const FIELDS =
  '.act-fields :is(input, textarea, select, .point):not(:disabled, [tabindex="-1"], [type="file"])';
/** Frames to wait for a form that is still being read. */
const TRIES_MAX = 60;

/** The first field, or of a group of radio buttons the chosen one. */
function firstField(panel: HTMLElement): HTMLElement | null {
  const first = panel.querySelector<HTMLElement>(FIELDS);
  if (!(first instanceof HTMLInputElement) || first.type !== 'radio') return first;
  const group = first.closest('fieldset')?.querySelector<HTMLElement>('input:checked');
  return group ?? first;
}

/** Puts the focus into the first field, unless a field of the panel took it by itself. */
function focusIn(panel: HTMLElement | null, tries = 0): void {
  if (!panel?.isConnected || panel.querySelector('.act-fields :focus')) return;
  const field = firstField(panel);
  if (field) field.focus();
  else if (tries < TRIES_MAX) requestAnimationFrame(() => focusIn(panel, tries + 1));
}

export interface Opened {
  /** Stands around the form. */
  ref: RefObject<HTMLDivElement | null>;
  /** Says that the form was asked for: once it is shown, the focus goes into its first field. */
  opened: () => void;
}

export function useOpened(): Opened {
  const ref = useRef<HTMLDivElement>(null);
  const [times, count] = useState(0);
  useEffect(() => {
    if (times > 0) focusIn(ref.current);
  }, [times]);
  return { ref, opened: useCallback(() => count((n) => n + 1), []) };
}

/** What was suggested stands in the form: Enter, on its button, sends it. */
export const focusSend = (inForm: Element | null): void =>
  inForm?.closest('form')?.querySelector<HTMLElement>('button[type="submit"]')?.focus();
