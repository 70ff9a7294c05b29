/**
 * Form drafts that survive a refresh and a sign-out: kept per user and form until they succeed.
 * Who raised a demand is no reader's business on a shared machine: fields named `secret` stay in
 * this tab only (sessionStorage).
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { newKey } from './random.ts';
import { readStored, writeStored } from './storage.ts';

interface Kept<T> {
  value: Partial<T>;
  /** The Idempotency-Key of this form: repeated until the server has taken it. */
  key: string;
  savedAt: number;
}

export interface DraftForm<T> {
  value: T;
  set(change: Partial<T>): void;
  /** The Idempotency-Key of this form. */
  key: string;
  /** When the draft was last stored, ms of the browser; undefined: nothing stored. */
  savedAt: number | undefined;
  /** Empties the form and forgets the draft. `keep` stays, under a new key. */
  clear(keep?: Partial<T>): void;
  /** A new key for the same content; after the server refused the old one. */
  renewKey(): void;
}

const SAVE_DELAY_MS = 300;
const nameOf = (userId: string, form: string) => `console.draft.${userId}.${form}`;

export function useDraft<T extends object>(
  userId: string,
  form: string,
  empty: T,
  secret: readonly (keyof T)[] = [],
): DraftForm<T> {
  const name = nameOf(userId, form);
  const start = useRef({ empty, secret });
  const [state, setState] = useState(() => load(name, empty));
  const latest = useRef(state);
  latest.current = state;

  useEffect(() => {
    if (!state.dirty) return;
    const timer = setTimeout(() => {
      const savedAt = save(name, latest.current, start.current.secret);
      setState((s) => ({ ...s, dirty: false, savedAt }));
    }, SAVE_DELAY_MS);
    return () => clearTimeout(timer);
  }, [state, name]);

  useEffect(() => {
    const flush = () => latest.current.dirty && save(name, latest.current, start.current.secret);
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [name]);

  const set = useCallback(
    (change: Partial<T>) =>
      setState((s) => ({ ...s, value: { ...s.value, ...change }, dirty: true })),
    [],
  );
  const clear = useCallback(
    (keep: Partial<T> = {}) => {
      forget(name);
      const value = { ...start.current.empty, ...keep };
      const dirty = Object.keys(keep).length > 0;
      const next = { value, key: newKey(), savedAt: undefined, dirty };
      latest.current = next;
      setState(next);
    },
    [name],
  );
  const renewKey = useCallback(() => setState((s) => ({ ...s, key: newKey(), dirty: true })), []);
  const { value, key, savedAt } = state;
  return useMemo(
    () => ({ value, set, key, savedAt, clear, renewKey }),
    [value, set, key, savedAt, clear, renewKey],
  );
}

interface State<T> {
  value: T;
  key: string;
  savedAt: number | undefined;
  dirty: boolean;
}

function load<T extends object>(name: string, empty: T): State<T> {
  const kept = readStored<Kept<T>>('localStorage', name);
  const hidden = readStored<Partial<T>>('sessionStorage', name);
  return {
    value: { ...empty, ...kept?.value, ...hidden },
    key: kept?.key ?? newKey(),
    savedAt: kept?.savedAt,
    dirty: false,
  };
}

function save<T extends object>(name: string, state: State<T>, secret: readonly (keyof T)[]) {
  const savedAt = Date.now();
  const open: Partial<T> = { ...state.value };
  const hidden: Partial<T> = {};
  for (const field of secret) {
    hidden[field] = state.value[field];
    delete open[field];
  }
  if (secret.length > 0) writeStored('sessionStorage', name, hidden);
  const kept: Kept<T> = { value: open, key: state.key, savedAt };
  return writeStored('localStorage', name, kept) ? savedAt : undefined;
}

function forget(name: string): void {
  writeStored('localStorage', name, undefined);
  writeStored('sessionStorage', name, undefined);
}
