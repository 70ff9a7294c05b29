import type { CallbackItem } from '../../../../src/followup/schema.ts';
import { useWords } from '../../lib/text.ts';
import { Stamp, Waited } from '../../parts/Marks.tsx';

/** Attempts before the link is sent (domain.md §2.10). */
const ATTEMPTS_MAX = 3;

/** How often it was tried, or since when the link is out. */
export function TaskMarks({ task }: { task: CallbackItem }) {
  const { say } = useWords();
  if (task.state !== 'open') return <Stamp at={task.openedAt} />;
  if (task.method === 'link') return <Waited since={task.linkSentAt ?? task.openedAt} />;
  const n = task.attempts.length;
  return (
    <>
      {say('callback.tried', { n })}{' '}
      {n > 0 && (
        <span aria-hidden="true">
          {'●'.repeat(Math.min(n, ATTEMPTS_MAX))}
          {'○'.repeat(Math.max(0, ATTEMPTS_MAX - n))}
        </span>
      )}
    </>
  );
}
