import { useWords } from '../lib/text.ts';

/** As many orders as are read of one caller. */
const HISTORY_MAX = 20;

/** Said where there may be more of a caller than are listed. */
export function NewestOnly({ count }: { count: number }) {
  const { say } = useWords();
  if (count < HISTORY_MAX) return null;
  return <p className="part xs mut">{say('operator.newest_only', { n: count })}</p>;
}
