import { useRef } from 'react';
import type { BoardState } from '../../data/board.ts';
import { useNow } from '../../data/clock.ts';
import { useWords } from '../../lib/text.ts';
import { wallClock } from '../../lib/time.ts';

const KIND = { waiting: 'connecting', live: '', stale: 'stale', refused: 'stale' } as const;

/** Seconds since the last message, by a clock that only runs: the city's may be moved. */
function useAge({ asOf }: BoardState): number {
  useNow(1_000);
  const heard = useRef({ asOf, at: performance.now() });
  if (heard.current.asOf !== asOf) heard.current = { asOf, at: performance.now() };
  return Math.max(0, Math.round((performance.now() - heard.current.at) / 1_000));
}

/** How old the figures are: a word, a shape, and since when where they stand still. */
export function Freshness({ state, frozen = false }: { state: BoardState; frozen?: boolean }) {
  const { say, language } = useWords();
  const age = useAge(state);
  const { time } = wallClock(state.asOf, language);
  const words = frozen
    ? say('board.stopped', { time })
    : state.status === 'live'
      ? say('board.live', { n: age })
      : state.status === 'stale' && state.view
        ? say('board.stale', { time })
        : say('board.waiting');
  return <span className={`live ${frozen ? 'stopped' : KIND[state.status]}`}>{words}</span>;
}
