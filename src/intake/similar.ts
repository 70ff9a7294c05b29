import type { Candidate } from '../workorder/index.ts';
import { bigrams, likeness } from './rules.ts';
import type { Because, Side } from './rules.ts';

/** An order with how alike it is. */
export interface Ranked {
  candidate: Candidate;
  score: number;
  because: Because[];
  sameCaller: boolean;
}

/** Compares a demand with candidates; the most alike first, of equals the newer. Pure. */
export function rank(
  side: Side,
  list: readonly Candidate[],
  o: { own: readonly string[]; days: number },
): Ranked[] {
  const own = new Set(o.own);
  const pairs = bigrams(side.content);
  return list
    .map((candidate) => {
      const sameCaller = candidate.requesterId !== null && own.has(candidate.requesterId);
      const other = { ...candidate, place: null, at: candidate.registeredAt };
      return {
        candidate,
        sameCaller,
        ...likeness(side, other, { pairs, sameCaller, days: o.days }),
      };
    })
    .toSorted((a, b) => b.score - a.score);
}
