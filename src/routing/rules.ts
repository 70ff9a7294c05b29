/** Who is responsible by the catalogue, with the reason for it; and what the system may decide alone. */
import { isSecret } from '../kernel/words.ts';
import type { DemandType, Flag, Proposal, Urgency, WaitReason } from '../kernel/words.ts';

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

/** What the platform understood of the words. */
export interface Understood {
  type: DemandType | null;
  categoryCode: string | null;
  urgency: Urgency | null;
  proposal: Proposal;
  /** 0–1: how sure the whole is. */
  score: number;
}

/** What somebody chose; null where nobody did. */
export interface Chosen {
  type: DemandType | null;
  categoryCode: string | null;
  urgency: Urgency | null;
}

interface Facts {
  emergency: boolean;
  round: number;
  /** The citizen was asked for more and answered: whoever asked decides. */
  supplemented: boolean;
  understood: Understood | null;
  chosen: Chosen;
  /** Score from which on the system may go ahead. */
  threshold: number;
}
export interface AcceptFacts extends Facts {
  /** Of a class in which a danger may hide that no word gave away, or hinted at. */
  peril: boolean;
}
export interface DispatchFacts extends Facts {
  confidential: boolean;
  /** The words hint at a fear of being known, and do not say so. */
  wary: boolean;
  flags: readonly Flag[];
  /** By the catalogue; null where there is no category to ask it for. */
  suggestion: { hasLead: boolean; steps: readonly string[] } | null;
  /** Every unit of the suggestion takes orders and has somebody who may sign. */
  unitsAble: boolean;
  /** An open order of the same category and place says nearly the same. */
  duplicate: boolean;
}

/** Marks with which a person looks before a unit is bothered. */
export const FLAGS_HELD = [
  'group',
  'media',
  'bouncing',
  'false_completion',
  'threat',
  'safety',
] as const satisfies readonly Flag[];

const reasonsOf = (list: readonly [WaitReason, boolean][]): WaitReason[] => [
  ...new Set(list.filter(([, holds]) => holds).map(([reason]) => reason)),
];

const gapOf = (u: Understood | null, c: Chosen): boolean =>
  !u || !(c.type ?? u.type) || !(c.categoryCode ?? u.categoryCode) || !(c.urgency ?? u.urgency);

const unlike = <T>(chosen: T | null, understood: T | null | undefined): boolean =>
  chosen !== null && chosen !== understood;

const common = (f: Facts): [WaitReason, boolean][] => [
  ['emergency', f.emergency],
  ['redone', f.round > 1],
  ['supplemented', f.supplemented],
  ['not_understood', gapOf(f.understood, f.chosen)],
  ['low_score', f.understood !== null && f.understood.score < f.threshold],
  ['proposal', f.understood !== null && f.understood.proposal !== 'dispatch'],
];

/**
 * Whether the system may accept a demand that no operator took: why not; empty = it may. What the
 * citizen chose must be what was understood.
 */
export function mayAccept(f: AcceptFacts): WaitReason[] {
  const { chosen, understood } = f;
  const differs =
    understood !== null &&
    (unlike(chosen.type, understood.type) ||
      unlike(chosen.categoryCode, understood.categoryCode) ||
      unlike(chosen.urgency, understood.urgency));
  return reasonsOf([...common(f), ['peril', f.peril], ['differs', differs]]);
}

/** Where the catalogue names no unit that handles, the step that says why. */
const NO_LEAD: Readonly<Record<string, WaitReason>> = {
  transfer_target: 'transfer_target',
  answer_directly: 'answer_directly',
};

function missingIn(s: DispatchFacts['suggestion']): WaitReason | null {
  if (!s) return 'not_understood';
  // A lead, or a co-handler, that is the unit of the place.
  if (s.steps.includes('area_unknown')) return 'area_unknown';
  return s.hasLead ? null : (s.steps.map((code) => NO_LEAD[code]).find(Boolean) ?? 'no_row');
}

/**
 * Whether the system may dispatch an accepted order: why not; empty = it may. Never what is
 * confidential, most urgent (understood or chosen) or an emergency; never where a person's category
 * is not the one understood.
 */
export function mayDispatch(f: DispatchFacts): WaitReason[] {
  const { chosen, understood, suggestion } = f;
  const mostUrgent = chosen.urgency === 'U1' || understood?.urgency === 'U1';
  const missing = missingIn(suggestion);
  const secret = f.confidential || f.flags.some(isSecret);
  return reasonsOf([
    ...common(f),
    ['most_urgent', mostUrgent],
    ['confidential', secret],
    // What is secret is waited for already.
    ['wary', f.wary && !secret],
    // Who reports may be in danger without having said so (domain.md §2.8): a person looks first.
    ['report', (chosen.type ?? understood?.type) === 'report'],
    ['differs', understood !== null && unlike(chosen.categoryCode, understood.categoryCode)],
    ['flagged', f.flags.some((flag) => (FLAGS_HELD as readonly Flag[]).includes(flag))],
    [missing ?? 'no_row', missing !== null],
    ['unit_unable', suggestion?.hasLead === true && !f.unitsAble],
    ['possible_duplicate', f.duplicate],
  ]);
}
