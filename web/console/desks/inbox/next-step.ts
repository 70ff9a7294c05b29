/** What a unit does next with an assignment, from its instants; the groups of the inbox. */
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

/** Items by next step, in the order of the road; inside a group the list's own order stays. */
export function byStep(items: readonly InboxItem[]): { step: Step; items: InboxItem[] }[] {
  return STEPS.map((step) => ({
    step,
    items: items.filter((item) => nextStep(item.assignment) === step),
  })).filter((group) => group.items.length > 0);
}
