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
}: InboxItem['assignment']): Step {
  if (state === 'pending_sign') return 'sign';
  if (state === 'submitted') return 'wait_audit';
  if (state === 'accepted') return 'done';
  if (state !== 'signed') return 'gone';
  if (kind === 'co') return 'co_reply';
  if (!firstContactAt) return 'first_contact';
  return replyDrafted ? 'countersign' : 'reply';
}
