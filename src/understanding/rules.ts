/** What counts as a correction of a suggestion. */
import type { DemandType, Flag, Urgency } from '../kernel/words.ts';

/** A field with what was suggested and what a person chose instead. */
export interface Correction {
  field: 'type' | 'category' | 'urgency' | 'area' | 'flags' | 'lead';
  suggested: string | null;
  chosen: string | null;
}

/** What a correction is measured against. */
export interface Suggested {
  type: DemandType | null;
  categoryCode: string | null;
  urgency: Urgency | null;
  areaCode: string | null;
  flags: readonly Flag[];
}

/** What a person settled; a field that is left out was not looked at. */
export interface Chosen {
  type?: DemandType | null;
  categoryCode?: string | null;
  urgency?: Urgency | null;
  areaCode?: string | null;
  flags?: readonly Flag[];
  /** The lead's code with what the catalogue had proposed. */
  lead?: { suggested: string | null; chosen: string | null };
}

const listed = (flags: readonly Flag[]): string => flags.toSorted().join(',');

/** The fields in which a person chose otherwise than was suggested. */
export function correctionsOf(suggested: Suggested, chosen: Chosen): Correction[] {
  const pairs: [Correction['field'], string | null, string | null | undefined][] = [
    ['type', suggested.type, chosen.type],
    ['category', suggested.categoryCode, chosen.categoryCode],
    ['urgency', suggested.urgency, chosen.urgency],
    ['area', suggested.areaCode, chosen.areaCode],
    ['flags', listed(suggested.flags), chosen.flags && listed(chosen.flags)],
    ['lead', chosen.lead?.suggested ?? null, chosen.lead?.chosen],
  ];
  return pairs.flatMap(([field, was, is]) =>
    is === undefined || is === was ? [] : [{ field, suggested: was, chosen: is }],
  );
}
