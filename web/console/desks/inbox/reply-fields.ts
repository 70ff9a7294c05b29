import type { Solved, Truth } from '../../../../src/contract.ts';
import type { AttachmentView } from '../../../../src/workorder/schema.ts';

/** What a final reply holds while it is written; without a screen, so that rules may read it. */
export interface ReplyFields {
  truth: Truth | undefined;
  finding: string;
  measures: string;
  basis: string;
  solved: Solved | undefined;
  /** Undefined: nothing was ticked. */
  contactMade: boolean | undefined;
  publicVersion: string;
  waiverReason: string;
  /** Evidence: photos and papers that are stored already. */
  files: AttachmentView[];
}
