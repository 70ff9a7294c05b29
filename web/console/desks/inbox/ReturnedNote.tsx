import { useWords } from '../../lib/text.ts';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { useDetailWords } from '../../parts/timeline-words.ts';
import type { WorkProps } from './AssignmentPage.tsx';
import { returnedReply } from './returned.ts';

/** Why the reply came back, in the words of the auditor or of the leader; above the new one. */
export function ReturnedNote({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const now = returnedReply(order, assignment);
  // While the new draft waits, the leader still reads what the audit missed.
  const item =
    now?.item ??
    order.timeline.findLast((i) => i.act === 'audit_fail' && i.round === assignment.round);
  const details = useDetailWords(now?.by === 'leader' ? undefined : item);
  if (!item) return null;
  return (
    <div className="note soon" role="status">
      <b>{say(now?.by === 'leader' ? 'unit.returned_leader' : 'reply.failed')}</b>
      <span>
        {details.length > 0 && `${details.join('　')}　`}
        {item.texts.map((text) => text.body).join('　')}
        <span className="xs mut">
          　
          <Dots>
            {item.actorName}
            <Stamp at={item.at} />
          </Dots>
        </span>
      </span>
    </div>
  );
}
