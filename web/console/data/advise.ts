/** What is understood while the operator types, hand-overs, and contacts that make no order. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import type {
  Advice,
  AdviseInput,
  contactInput,
  contactOutcomeInput,
  handoverInput,
  HandoverView,
} from '../../../src/intake/schema.ts';
import { call } from './client.ts';

type Signal = AbortSignal | undefined;
const on = (signal: Signal) => (signal ? { signal } : {});

export const advise = (input: AdviseInput, signal?: Signal) =>
  call<Advice>('POST', '/advise', { body: input, ...on(signal) });
export const startContact = (input: z.input<typeof contactInput>, key: string) =>
  call<{ contactId: string }>('POST', '/contacts', { body: input, key });
export const endContact = (id: string, input: z.input<typeof contactOutcomeInput>, key: string) =>
  call<unknown>('POST', `/contacts/${id}/outcome`, { body: input, key });
export const handOver = (input: z.input<typeof handoverInput>, key: string) =>
  call<HandoverView>('POST', '/handovers', { body: input, key });
export const handovers = (signal?: Signal) => call<HandoverView[]>('GET', '/handovers', on(signal));

export const useHandovers = () =>
  useQuery({ queryKey: ['handovers'], queryFn: ({ signal }) => handovers(signal) });

/** A pause in typing, and the longest that somebody types on without being read. */
const PAUSE_MS = 250;
const LONGEST_MS = 900;
const WORDS_MIN = 2;

export interface Advised {
  advice: Advice | null;
  /** The words it speaks of; what is on screen may have gone on. */
  of: string;
  /** `stale`: the last one could not be asked for; what is shown is the one before. */
  state: 'none' | 'fresh' | 'asking' | 'stale';
}
const NOTHING: Advised = { advice: null, of: '', state: 'none' };

/**
 * Advice that follows what is typed. The last one stays in sight until the next has come; an answer
 * that was overtaken is dropped; without network the last one simply stays.
 */
export function useAdvice(input: AdviseInput): Advised {
  const [advised, setAdvised] = useState(NOTHING);
  const asked = useRef<AbortController | null>(null);
  const typedSince = useRef<number | null>(null);
  const signature = JSON.stringify(input);
  const empty = input.content.trim().length < WORDS_MIN;
  useEffect(() => {
    if (empty) return;
    const ask = async () => {
      typedSince.current = null;
      asked.current?.abort();
      const mine = new AbortController();
      asked.current = mine;
      setAdvised((last) => ({ ...last, state: 'asking' }));
      try {
        const wanted = JSON.parse(signature) as AdviseInput;
        const advice = await advise(wanted, mine.signal);
        if (!mine.signal.aborted) setAdvised({ advice, of: wanted.content, state: 'fresh' });
      } catch {
        if (!mine.signal.aborted) setAdvised((last) => ({ ...last, state: 'stale' }));
      }
    };
    typedSince.current ??= performance.now();
    const left = LONGEST_MS - (performance.now() - typedSince.current);
    const timer = setTimeout(() => void ask(), Math.min(PAUSE_MS, Math.max(0, left)));
    return () => clearTimeout(timer);
  }, [signature, empty]);
  useEffect(() => {
    if (!empty) return;
    asked.current?.abort();
    typedSince.current = null;
    setAdvised(NOTHING);
  }, [empty]);
  useEffect(() => () => asked.current?.abort(), []);
  return empty ? NOTHING : advised;
}
