import type { ClosingType } from '../workorder/lifecycle.ts';

/** Closings that end a follow-up; the others belong to acts with conditions of their own. */
export const CONCLUSIONS = [
  'answered',
  'solved',
  'partly_solved',
  'explained',
  'unreasonable',
  'unreachable',
] as const satisfies readonly ClosingType[];

export const CALLBACK_QUEUES = ['call', 'link', 'redo_proposed', 'done'] as const;
