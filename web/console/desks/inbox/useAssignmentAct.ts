import type { ActResult, AssignmentActInput } from '../../../../src/workorder/schema.ts';
import * as api from '../../data/api.ts';
import { useSubmit } from '../../data/submit.ts';
import type { DraftForm } from '../../lib/drafts.ts';
import type { WorkProps } from './AssignmentPage.tsx';

export interface WorkFormProps extends WorkProps {
  onDone?: (result: ActResult) => void;
}

/** Sends one act on the assignment; the draft is forgotten once it is stored. */
export const useAssignmentAct = <T extends object>(
  { assignment, onDone }: WorkFormProps,
  draft: DraftForm<T>,
) =>
  useSubmit(
    (input: AssignmentActInput, key) => api.actOnAssignment(assignment.id, input, key),
    (result) => {
      draft.clear();
      onDone?.(result);
    },
    draft,
  );
