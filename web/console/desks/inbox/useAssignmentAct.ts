import type { ActResult, AssignmentActInput } from '../../../../src/workorder/schema.ts';
import * as api from '../../data/api.ts';
import { tailOf, tellDone } from '../../data/done.ts';
import { useSubmit } from '../../data/submit.ts';
import type { DraftForm } from '../../lib/drafts.ts';
import type { WorkProps } from './AssignmentPage.tsx';

export interface WorkFormProps extends WorkProps {
  onDone?: (result: ActResult) => void;
}

const DONE_LINES = {
  first_contact: 'done.first_contact',
  progress: 'done.progress',
  submit_co_reply: 'done.co_reply',
} as const;

/** Sends one act on the assignment; the draft is forgotten once it is stored. */
export const useAssignmentAct = <T extends object>(
  { order, assignment, onDone }: WorkFormProps,
  draft: DraftForm<T>,
) =>
  useSubmit(
    (input: AssignmentActInput, key) => api.actOnAssignment(assignment.id, input, key),
    (result, { act }) => {
      draft.clear();
      if (act in DONE_LINES)
        tellDone(DONE_LINES[act as keyof typeof DONE_LINES], { no: tailOf(order) });
      onDone?.(result);
    },
    draft,
  );
