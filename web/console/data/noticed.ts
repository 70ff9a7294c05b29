/** Which news may come with a notice to whoever hears it: the list of notices is read again for no other. */
import type { Nudge } from '../../../src/contract.ts';

/** What also tells people of the centre: dangers, supervision orders, the ladder. */
export const TELLS_CENTER: ReadonlySet<string> = new Set([
  'work_order.flagged',
  'work_order.supervised',
  'work_order.supervision_replied',
  'deadline.fired',
  'escalation.recorded',
]);

/** What tells a unit. */
export const TELLS_UNIT: ReadonlySet<string> = new Set([
  ...TELLS_CENTER,
  'work_order.supervision_judged',
  'assignment.created',
  'work_order.urged',
  'work_order.audit_failed',
  'reply.sent_back',
]);

/** The notice is written by a duty of its own, after the news: so much later it is there. */
const WRITTEN_MS = 5_000;

/** What to do at news of a notice: reads at once, and once more when the news has been quiet. */
export function readsNotices(read: () => void): () => void {
  let again: ReturnType<typeof setTimeout> | undefined;
  return () => {
    read();
    clearTimeout(again);
    again = setTimeout(read, WRITTEN_MS);
  };
}

/** Whether a notice may have come with it. */
export const tellsOf = ({ room, type }: Pick<Nudge, 'room' | 'type'>): boolean =>
  (room.startsWith('org:') ? TELLS_UNIT : TELLS_CENTER).has(type);
