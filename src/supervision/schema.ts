import { z } from 'zod';
import { optionalText } from '../workorder/schema.ts';

/** A reminder to the unit; staff give its level of domain.md §2.7, citizens always urge at level 1. */
export const urgeInput = z.object({
  level: z.int().min(0).max(1).default(1),
  text: optionalText(500),
});
export type UrgeInput = z.infer<typeof urgeInput>;
