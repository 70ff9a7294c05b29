/**
 * The little language of terms: literals, `(甲|乙|)` alternatives, `~` a short and `*` a longer gap,
 * `[0-9]` any digit. A step that may be empty may be left out with its gap.
 */

/** Words of which one must stand here, and how far after the one before. */
export interface Step {
  literals: string[];
  gap: number;
  /** Whether the gap may cross a comma; it never crosses the end of a sentence. */
  across: boolean;
}

/** `~` bridges up to 4 characters of one clause, `*` up to 12 of one sentence. */
const GAPS: Record<string, { gap: number; across: boolean }> = {
  '~': { gap: 4, across: false },
  '*': { gap: 12, across: true },
};
/** More literals than this in one step, or more optional steps, is a slip of the pen. */
const MAX_LITERALS = 2000;
const MAX_SEQUENCES = 16;
const DIGIT = '(0|1|2|3|4|5|6|7|8|9)';

/** Characters that stand for themselves, as many as come. */
const PLAIN = /[^()|]+/y;

/** Reads alternatives up to the end of their group; returns them and where reading stopped. */
function alternatives(part: string, start: number): { all: string[]; end: number } {
  const done: string[] = [];
  let all = [''];
  let i = start;
  for (; i < part.length && part[i] !== ')'; i++) {
    const c = part[i]!;
    if (c === '|') {
      done.push(...all);
      all = [''];
    } else if (c === '(') {
      const inner = alternatives(part, i + 1);
      if (part[inner.end] !== ')') throw new Error(`parentheses of a term do not pair: ${part}`);
      all = all.flatMap((a) => inner.all.map((b) => a + b));
      i = inner.end;
    } else {
      PLAIN.lastIndex = i;
      const run = PLAIN.exec(part)![0];
      all = all.map((a) => a + run);
      i += run.length - 1;
    }
    if (all.length > MAX_LITERALS) throw new Error(`term with too many variants: ${part}`);
  }
  return { all: [...done, ...all], end: i };
}

/** All literals of one step. */
function literals(part: string): string[] {
  const { all, end } = alternatives(part, 0);
  if (end < part.length) throw new Error(`parentheses of a term do not pair: ${part}`);
  return [...new Set(all)];
}

/** A document is checked and then built from: each term is read once for both. */
const known = new Map<string, Step[][]>();
const KNOWN_MAX = 20_000;

/**
 * The sequences of steps a term stands for.
 * @throws when it is malformed.
 */
export function expand(term: string): Step[][] {
  const before = known.get(term);
  if (before) return before;
  const made = sequencesOf(term);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(term, made);
  return made;
}

function sequencesOf(term: string): Step[][] {
  const parts = term.replaceAll('[0-9]', DIGIT).split(/([~*])/);
  let sequences: Step[][] = [[]];
  for (let i = 0; i < parts.length; i += 2) {
    const all = literals(parts[i]!);
    const step: Step = {
      literals: all.filter((l) => l !== ''),
      ...(i === 0 ? { gap: 0, across: false } : GAPS[parts[i - 1]!]!),
    };
    if (step.literals.length === 0) throw new Error(`term with an empty part: ${term}`);
    const optional = step.literals.length < all.length;
    sequences = [...sequences.map((s) => [...s, step]), ...(optional ? sequences : [])];
    if (sequences.length > MAX_SEQUENCES)
      throw new Error(`term with too many optional parts: ${term}`);
  }
  return sequences.filter((s) => s.length > 0);
}

/** Whether one lone character would do, which may never decide. */
export const isSingle = (term: string): boolean =>
  expand(term).some((s) => s.length === 1 && s[0]!.literals.some((l) => l.length === 1));
