/** Who is responsible by the catalogue: the first match, with the reason for it. */

/** What the decision needs of a catalogue row. */
export interface Row {
  id: string;
  categoryCode: string;
  areaCode: string | null;
  subjectKind: string | null;
  leadCode: string;
  coCodes: readonly string[];
}

export interface Question {
  categoryCode: string;
  /** The area and the areas above it, nearest first; empty when unknown. */
  areaCodes: readonly string[];
  subjectKind?: string | undefined;
}

export type MatchCode =
  | 'row_category_area_subject'
  | 'row_category_area'
  | 'row_category_subject'
  | 'row_category'
  | 'row_parent_category'
  | 'no_row';

export interface Match {
  row: Row | null;
  code: MatchCode;
}

/** Specificity of a row for a question; higher wins, −1 = does not apply (domain.md §5). */
function score(row: Row, q: Question): number {
  if (!q.categoryCode.startsWith(row.categoryCode)) return -1;
  if (row.subjectKind !== null && row.subjectKind !== q.subjectKind) return -1;
  const near = row.areaCode === null ? -1 : q.areaCodes.indexOf(row.areaCode);
  if (row.areaCode !== null && near < 0) return -1;
  const areaPoints = row.areaCode === null ? 0 : 100 - near;
  return row.categoryCode.length * 1000 + areaPoints * 2 + (row.subjectKind === null ? 0 : 1);
}

const matchCode = (row: Row, q: Question): MatchCode => {
  if (row.areaCode && row.subjectKind) return 'row_category_area_subject';
  if (row.areaCode) return 'row_category_area';
  if (row.subjectKind) return 'row_category_subject';
  return row.categoryCode === q.categoryCode ? 'row_category' : 'row_parent_category';
};

/**
 * The row that names the unit: own category before the one above it, area-specific before general,
 * subject-specific before general. One primary owner per key is kept by the database.
 */
export function firstMatch(rows: readonly Row[], q: Question): Match {
  let best: Row | null = null;
  let bestScore = -1;
  for (const row of rows) {
    const s = score(row, q);
    if (s > bestScore) [best, bestScore] = [row, s];
  }
  return best ? { row: best, code: matchCode(best, q) } : { row: null, code: 'no_row' };
}

/** Codes of the catalogue that stand for "the unit of the place". */
export const PLACE_CODES = ['TOWN', 'DIST'] as const;
export const isPlaceCode = (code: string): code is 'TOWN' | 'DIST' =>
  (PLACE_CODES as readonly string[]).includes(code);
