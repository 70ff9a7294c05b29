import { Link } from 'react-router';
import { CALLBACK_QUEUES } from '../../../../src/contract.ts';
import type { CallbackQueue } from '../../data/api.ts';
import { useWords } from '../../lib/text.ts';
import { countText } from '../../parts/Facets.tsx';

interface Props {
  current: CallbackQueue;
  counts: Record<CallbackQueue, number> | undefined;
}

/** To call, waiting for the link, redo proposed, done. */
export function QueueTabs({ current, counts }: Props) {
  const { say } = useWords();
  return (
    <nav className="queue-tabs" aria-label={say('followup.queue')}>
      {CALLBACK_QUEUES.map((queue) => (
        <Link
          key={queue}
          to={`/followup?queue=${queue}`}
          {...(queue === current ? { 'aria-current': 'true' as const } : {})}
        >
          {say(`callback.${queue}`)} <em>{countText(counts?.[queue])}</em>
        </Link>
      ))}
    </nav>
  );
}
