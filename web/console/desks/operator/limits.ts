/** Until when an order would be due, by the policy and the calendar of today. */
import { useQueries } from '@tanstack/react-query';
import { URGENCIES, type Urgency } from '../../../../src/contract.ts';
import { simulate } from '../../data/clock-api.ts';
import { serverNow, useClockNow } from '../../data/clock.ts';
import { useWords } from '../../lib/text.ts';
import { dueText } from '../../lib/time.ts';
import type { OperatorFields } from './form.ts';

const STEP_MS = 5 * 60_000;

export function useLimits({ type, channel }: OperatorFields): Partial<Record<Urgency, string>> {
  const { say, language } = useWords();
  const now = useClockNow();
  // Asked anew every few minutes; the due instant moves no faster than the clock.
  const receivedAt = new Date(now - (now % STEP_MS)).toISOString();
  const answers = useQueries({
    queries: URGENCIES.map((urgency) => ({
      queryKey: ['suggest', 'limit', receivedAt, urgency, type ?? null, channel],
      staleTime: Infinity,
      retry: false,
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        simulate(
          {
            receivedAt,
            clock: 'final',
            type: type ?? 'help',
            urgency,
            channel,
            redo: false,
            pauses: [],
          },
          signal,
        ),
    })),
  });
  return Object.fromEntries(
    URGENCIES.map((urgency, i) => {
      const due = answers[i]?.data?.dueAt;
      return [urgency, due ? say('call.due', { at: dueText(due, serverNow(), language) }) : ''];
    }),
  );
}
