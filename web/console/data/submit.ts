/** Sends a form or an act: once at a time, with the same Idempotency-Key until it succeeded. */
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { doneStore } from './done.ts';
import { newKey } from '../lib/random.ts';
import { asProblem, type Problem } from './problem.ts';
import { refreshAll } from './queries.ts';

export interface Submission<I> {
  submit(input: I): void;
  busy: boolean;
  problem: Problem | null;
  reset(): void;
}

interface KeyOwner {
  key: string;
  renewKey(): void;
}

/**
 * @param draft owner of the key where it must survive a refresh; else it lives as long as the page.
 */
export function useSubmit<I, O>(
  send: (input: I, key: string) => Promise<O>,
  done?: (output: O, input: I) => void,
  draft?: KeyOwner,
): Submission<I> {
  const own = useRef(newKey());
  const busy = useRef(false);
  const renew = () => {
    own.current = newKey();
    draft?.renewKey();
  };
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (input: I) => send(input, draft?.key ?? own.current),
    onSuccess: (output, input) => {
      own.current = newKey();
      done?.(output, input);
      void refreshAll();
    },
    onError: (failure) => {
      // The old key belongs to other content; what is on screen now may be sent under a new one.
      if (asProblem(failure)?.code === 'idempotency_key_reused') renew();
    },
    onSettled: () => {
      busy.current = false;
    },
  });
  return {
    submit: (input) => {
      if (busy.current) return;
      busy.current = true;
      doneStore.set(null);
      mutate(input);
    },
    busy: isPending,
    problem: asProblem(error),
    reset,
  };
}
