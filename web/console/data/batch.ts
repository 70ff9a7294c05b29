/** The same act on several things, one after the other, each with an Idempotency-Key of its own. */
import { useRef, useState } from 'react';
import { doneStore } from './done.ts';
import { newKey } from '../lib/random.ts';
import { asProblem, Problem } from './problem.ts';
import { refreshAll } from './queries.ts';

export interface Failure<T> {
  item: T;
  problem: Problem;
}
export interface Batch<T, I> {
  running: boolean;
  done: number;
  total: number;
  failures: Failure<T>[];
  /** @returns what was done, and what was not. */
  run(items: readonly T[], input: I): Promise<{ done: T[]; left: T[] }>;
  stop(): void;
  reset(): void;
}

const NOTHING = { running: false, done: 0, total: 0 };
/** After these nothing more would succeed: the rest is left as it is. */
const ENDS_ALL = new Set(['not_signed_in', 'no_network', 'no_answer', 'not_allowed']);

export function useBatch<T extends { id: string }, I>(
  send: (item: T, input: I, key: string) => Promise<unknown>,
): Batch<T, I> {
  /** The same content for the same thing keeps its key until it succeeded. */
  const keys = useRef(new Map<string, string>());
  const stopped = useRef(false);
  const busy = useRef(false);
  const [state, setState] = useState({ ...NOTHING, failures: [] as Failure<T>[] });

  const one = async (item: T, input: I): Promise<Problem | null> => {
    const name = `${item.id} ${JSON.stringify(input)}`;
    const key = keys.current.get(name) ?? newKey();
    keys.current.set(name, key);
    try {
      await send(item, input, key);
    } catch (error) {
      const problem = asProblem(error) ?? new Problem('internal');
      if (problem.code === 'idempotency_key_reused') keys.current.delete(name);
      return problem;
    }
    keys.current.delete(name);
    return null;
  };

  const run = async (items: readonly T[], input: I) => {
    const done: T[] = [];
    const failures: Failure<T>[] = [];
    if (busy.current) return { done, left: [...items] };
    busy.current = true;
    doneStore.set(null);
    stopped.current = false;
    const show = (running: boolean) =>
      setState({ running, done: done.length, total: items.length, failures: [...failures] });
    show(true);
    for (const item of items) {
      if (stopped.current) break;
      const problem = await one(item, input);
      if (problem) failures.push({ item, problem });
      else done.push(item);
      show(true);
      if (problem && ENDS_ALL.has(problem.code)) break;
    }
    busy.current = false;
    show(false);
    void refreshAll();
    return { done, left: items.filter((item) => !done.includes(item)) };
  };

  return {
    ...state,
    run,
    stop: () => {
      stopped.current = true;
    },
    reset: () => setState({ ...NOTHING, failures: [] }),
  };
}
