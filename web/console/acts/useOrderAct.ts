import type { ActResult, OrderActInput, OrderListItem } from '../../../src/workorder/schema.ts';
import * as api from '../data/api.ts';
import { useSubmit } from '../data/submit.ts';
import type { DraftForm } from '../lib/drafts.ts';

/** Sends one act on an order; the draft is forgotten once it is stored. */
export function useOrderAct<T extends object>(
  order: OrderListItem,
  draft: DraftForm<T>,
  onDone: ((result: ActResult, input: OrderActInput) => void) | undefined,
) {
  return useSubmit(
    (input: OrderActInput, key) => api.actOnOrder(order.id, input, key),
    (result, input) => {
      draft.clear();
      onDone?.(result, input);
    },
    draft,
  );
}

export interface ActProps {
  order: OrderListItem;
  onDone?: (result: ActResult) => void;
}
