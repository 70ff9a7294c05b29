import type { BoardState } from '../../data/board.ts';
import { useNow } from '../../data/clock.ts';
import { useWords } from '../../lib/text.ts';
import { wallClock } from '../../lib/time.ts';

const KIND = { waiting: 'connecting', live: '', stale: 'stale', refused: 'stale' } as const;

/** How old the figures are: a word, a shape, and since when where they stand still. */
export function Freshness({ state, frozen = false }: { state: BoardState; frozen?: boolean }) {
  const { say, language } = useWords();
  const now = useNow(1_000);
  const { time } = wallClock(state.asOf, language);
  const age = Math.max(0, Math.round((now - state.asOf) / 1_000));
  const words = frozen
    ? say('board.stopped', { time })
    : state.status === 'live'
      ? say('board.live', { n: age })
      : state.status === 'stale' && state.view
        ? say('board.stale', { time })
        : say('board.waiting');
  return <span className={`live ${frozen ? 'stopped' : KIND[state.status]}`}>{words}</span>;
}
