/** Which duties may share a job and a transaction, and how many a job. */
import type { Consumer } from '../src/subscriptions.ts';

/**
 * What one life of an order asks of the workers. Their orders are locked first, in one order; those
 * that answer in a chat lock it after that, and no request of a chat waits for an order. Other duties
 * lock rows of their own or come in floods: each has its own transaction.
 */
const TOGETHER: readonly Consumer[] = [
  'intake.triage',
  'intake.listen',
  'followup.open',
  'followup.conclude',
  'notification.receipt',
  'notification.assigned',
  'notification.rating_link',
  'notification.answered',
  'chat.registered',
  'chat.answered',
];

/** Whether a consumer's duties may be served with those of others. */
export const goesTogether = (consumer: string): boolean =>
  (TOGETHER as readonly string[]).includes(consumer);

/**
 * Messages of one job. They are on their way at once, each with its own time-out, so that one that
 * hangs holds no other.
 */
export const SENDS_PER_JOB = 10;
/** Duties of one job. */
export const DUTIES_PER_JOB = 50;

export const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
