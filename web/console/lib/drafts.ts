/**
 * Form drafts that survive a refresh and a sign-out: kept per user and form until they succeed, and
 * shared by all parts of a page that show the same form. Who raised a demand is no reader's business
 * on a shared machine: fields named `secret` stay in this tab only (sessionStorage).
 */
import { useMemo, useRef, useSyncExternalStore } from 'react';
import { serverNow } from '../data/clock.ts';
import { newKey } from './random.ts';
import { readStored, writeStored } from './storage.ts';

interface Kept<T> {
  value: Partial<T>;
  key: string;
  savedAt: number | undefined;
}

export interface DraftForm<T> {
  value: T;
  set(change: Partial<T>): void;
  /** The Idempotency-Key of this form: repeated until the server has taken it. */
  key: string;
  /** When the draft was last stored, ms of the server's clock; undefined: nothing stored. */
  savedAt: number | undefined;
  /** Empties the form and forgets the draft. `keep` stays, under a new key or the one it had before. */
  clear(keep?: Partial<T>, key?: string): void;
  /** Forgets what is stored, keeps what is shown; for a form whose content the server now has. */
  forget(): void;
  /** A new key for the same content; after the server refused the old one. */
  renewKey(): void;
}

const SAVE_DELAY_MS = 300;

class Draft<T extends object> {
  readonly #name: string;
  readonly #empty: T;
  readonly #secret: readonly (keyof T)[];
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  state: { value: T; key: string; savedAt: number | undefined };

  constructor(name: string, empty: T, secret: readonly (keyof T)[]) {
    this.#name = name;
    this.#empty = empty;
    this.#secret = secret;
    const kept = readStored<Kept<T>>('localStorage', name);
    const hidden = readStored<Partial<T>>('sessionStorage', name);
    this.state = {
      value: { ...empty, ...kept?.value, ...hidden },
      key: kept?.key ?? newKey(),
      savedAt: kept?.savedAt,
    };
  }

  get shown(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.flush();
      setTimeout(() => !this.shown && drafts.delete(this.#name));
    };
  };
  read = () => this.state;

  set = (change: Partial<T>) => this.#change({ value: { ...this.state.value, ...change } });
  renewKey = () => this.#change({ key: newKey() });
  forget = () => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    writeStored('localStorage', this.#name, undefined);
    writeStored('sessionStorage', this.#name, undefined);
    this.#tell({ value: this.state.value, key: newKey(), savedAt: undefined });
  };
  clear = (keep: Partial<T> = {}, key: string = newKey()) => {
    this.forget();
    this.#tell({ ...this.state, key, value: { ...this.#empty, ...keep } });
    if (Object.keys(keep).length > 0) this.#saveSoon();
  };

  /** Stores at once what is still to be stored. */
  flush = () => {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#save();
  };

  #change(change: Partial<typeof this.state>) {
    this.#tell({ ...this.state, ...change });
    this.#saveSoon();
  }
  #tell(next: typeof this.state) {
    this.state = next;
    for (const listener of Array.from(this.#listeners)) listener();
  }
  #saveSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.flush, SAVE_DELAY_MS);
  }
  #save() {
    const open: Partial<T> = { ...this.state.value };
    const hidden: Partial<T> = {};
    for (const field of this.#secret) {
      hidden[field] = this.state.value[field];
      delete open[field];
    }
    if (this.#secret.length > 0) writeStored('sessionStorage', this.#name, hidden);
    const savedAt = serverNow();
    const kept: Kept<T> = { value: open, key: this.state.key, savedAt };
    if (writeStored('localStorage', this.#name, kept)) this.#tell({ ...this.state, savedAt });
  }
}

const drafts = new Map<string, Draft<object>>();
window.addEventListener('pagehide', () => drafts.forEach((draft) => draft.flush()));

/** The one draft of this name while anybody shows it; then it begins with what is stored. */
function draftOf<T extends object>(name: string, empty: T, secret: readonly (keyof T)[]): Draft<T> {
  const open = drafts.get(name);
  if (open) return open as unknown as Draft<T>;
  const draft = new Draft(name, empty, secret);
  drafts.set(name, draft as unknown as Draft<object>);
  return draft;
}

const verbsOf = <T extends object>({ set, clear, forget, renewKey }: Draft<T>) => ({
  set,
  clear,
  forget,
  renewKey,
});

/** @param form stays the same while a component is mounted. */
export function useDraft<T extends object>(
  userId: string,
  form: string,
  empty: T,
  secret: readonly (keyof T)[] = [],
): DraftForm<T> {
  const name = `console.draft.${userId}.${form}`;
  const own = useRef<{ name: string; draft: Draft<T> } | null>(null);
  if (own.current?.name !== name) own.current = { name, draft: draftOf(name, empty, secret) };
  const { draft } = own.current;
  const state = useSyncExternalStore(draft.subscribe, draft.read);
  return useMemo(() => ({ ...state, ...verbsOf(draft) }), [state, draft]);
}
