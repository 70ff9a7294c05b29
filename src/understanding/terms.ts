/** The little language of terms: literals, `(甲|乙)` alternatives, `~` a short and `*` a longer gap. */

/** A literal and how many characters may stand between it and the one before. */
export interface Step {
  literal: string;
  gap: number;
  /** Whether the gap may cross a comma; it never crosses the end of a sentence. */
  across: boolean;
}

/** `~` bridges up to 4 characters of one clause, `*` up to 12 of one sentence. */
const GAPS: Record<string, { gap: number; across: boolean }> = {
  '~': { gap: 4, across: false },
  '*': { gap: 12, across: true },
};
/** More variants than this is a slip of the pen. */
const MAX_VARIANTS = 400;

/** @throws when parentheses do not pair or the variants are too many. */
function variants(term: string): string[] {
  const open = term.lastIndexOf('(');
  if (open < 0) {
    if (/[|)]/.test(term)) throw new Error(`term without a group: ${term}`);
    return [term];
  }
  const close = term.indexOf(')', open);
  if (close < 0) throw new Error(`term without an end of its group: ${term}`);
  const choices = term.slice(open + 1, close).split('|');
  const all = choices.flatMap((c) => variants(term.slice(0, open) + c + term.slice(close + 1)));
  if (all.length > MAX_VARIANTS) throw new Error(`term with too many variants: ${term}`);
  return all;
}

function steps(variant: string): Step[] {
  const parts = variant.split(/([~*])/);
  const list = [{ literal: parts[0]!, gap: 0, across: false }];
  for (let i = 1; i < parts.length; i += 2)
    list.push({ literal: parts[i + 1]!, ...GAPS[parts[i]!]! });
  if (list.some((s) => s.literal === '')) throw new Error(`term with an empty part: ${variant}`);
  return list;
}

/**
 * All sequences of literals a term stands for.
 * @throws when it is malformed.
 */
export const expand = (term: string): Step[][] => [...new Set(variants(term))].map(steps);

/** Whether some variant is one lone character, which may never decide. */
export const isSingle = (term: string): boolean =>
  expand(term).some((v) => v.length === 1 && v[0]!.literal.length === 1);
