import { z } from 'zod';

/** A code of a list: short, without blanks and control characters. */
const code = z.string().regex(/^[\p{L}\p{N}_-]{1,20}$/u);

export const suggestInput = z.object({
  categoryCode: z.string().regex(/^(\d{2}){1,3}$/),
  areaCode: code.optional(),
  subjectKind: code.optional(),
});
export type SuggestInput = z.infer<typeof suggestInput>;

/** One step of the reasoning, as a code with its facts; the words are in the i18n catalogue. */
export interface RoutingStep {
  code:
    | 'row_category_area_subject'
    | 'row_category_area'
    | 'row_category_subject'
    | 'row_category'
    | 'row_parent_category'
    | 'district_fallback'
    | 'town_of_area'
    | 'district_of_area'
    | 'area_unknown'
    | 'transfer_target'
    | 'answer_directly'
    | 'no_row';
  facts: Record<string, string>;
}

/** Who should handle it by the catalogue of today, and why. */
export interface RoutingSuggestion {
  catalogueId: string | null;
  lead: { id: string; code: string; name: string; nameEn: string } | null;
  co: { id: string; code: string; name: string; nameEn: string }[];
  steps: RoutingStep[];
}
