/** The citizen's answers while they are being given; shared by the two columns of the desk. */
import { useSyncExternalStore } from 'react';
import type { RatingReason, Solved } from '../../../../src/contract.ts';
import { useMe } from '../../data/session.tsx';
import { newKey } from '../../lib/random.ts';
import { readStored, writeStored } from '../../lib/storage.ts';

export const COMMENT_MAX = 500;

export interface Answers {
  contacted: boolean | null;
  solved: Solved | null;
  satisfaction: number | null;
  reasons: RatingReason[];
  comment: string;
}
const NONE: Answers = {
  contacted: null,
  solved: null,
  satisfaction: null,
  reasons: [],
  comment: '',
};

interface Kept {
  value: Answers;
  key: string;
  savedAt: number | undefined;
}
const kept = new Map<string, Kept>();
const listeners = new Set<() => void>();

function read(name: string): Kept {
  let found = kept.get(name);
  if (!found) {
    found = readStored<Kept>('localStorage', name) ?? { value: NONE, key: newKey(), savedAt: undefined };
    kept.set(name, found);
  }
  return found;
}

function write(name: string, next: Kept | undefined): void {
  if (next) kept.set(name, next);
  else kept.delete(name);
  writeStored('localStorage', name, next);
  for (const listener of [...listeners]) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Survives a refresh, per agent and task, until the evaluation is stored. */
export function useAnswers(taskId: string) {
  const name = `console.draft.${useMe().userId}.evaluation.${taskId}`;
  const state = useSyncExternalStore(subscribe, () => read(name));
  return {
    ...state,
    set: (change: Partial<Answers>) =>
      write(name, { ...state, value: { ...state.value, ...change }, savedAt: Date.now() }),
    renewKey: () => write(name, { ...state, key: newKey() }),
    clear: () => write(name, undefined),
  };
}
