/** The citizen's answers while they are being given; shared by the two columns of the desk. */
import type { RatingReason, Solved } from '../../../../src/contract.ts';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';

export const COMMENT_MAX = 500;

export interface Answers {
  contacted: boolean | null;
  solved: Solved | null;
  satisfaction: number | null;
  reasons: RatingReason[];
  comment: string;
}
const NONE: Answers = {
  contacted: null,
  solved: null,
  satisfaction: null,
  reasons: [],
  comment: '',
};

export const useAnswers = (taskId: string) =>
  useDraft(useMe().userId, `evaluation.${taskId}`, NONE);
