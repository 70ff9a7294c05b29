/** What a unit does next with an assignment, from its instants. */
import type { InboxItem } from '../../../../src/workorder/schema.ts';

export const STEPS = [
  'sign',
  'first_contact',
  'reply',
  'countersign',
  'co_reply',
  'wait_audit',
  'done',
  'gone',
] as const;
export type Step = (typeof STEPS)[number];

export function nextStep({
  kind,
  state,
  firstContactAt,
  replyDrafted,
  returned,
  reachable,
}: InboxItem['assignment']): Step {
  if (state === 'pending_sign') return 'sign';
  if (state === 'submitted') return 'wait_audit';
  if (state === 'accepted') return 'done';
  if (state !== 'signed') return 'gone';
  if (kind === 'co') return 'co_reply';
  if (replyDrafted) return 'countersign';
  return firstContactAt || returned || !reachable ? 'reply' : 'first_contact';
}

/** A reply waits for the leader although nobody has reached the citizen yet. */
export const lacksContact = (assignment: InboxItem['assignment']): boolean =>
  nextStep(assignment) === 'countersign' &&
  assignment.reachable &&
  assignment.firstContactAt === null;

/** What presses now: until it is signed for the clock of the signature, then the reply's. */
export const pressingClock = ({ state, clock, stepClock }: InboxItem['assignment']) =>
  state === 'pending_sign' ? (stepClock ?? clock) : clock;
