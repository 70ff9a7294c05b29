/** Several matters in one text: where each begins, and whether they are matters of their own. */
import type { Reading } from './evidence.ts';
import { inOriginal } from './matcher.ts';
import type { Part } from './schema.ts';

/** From this weight on a splitting word begins a matter; below it only announces that there are several. */
const BEGINS = 2;
/** Shorter than this is no matter of its own. */
const SHORTEST = 5;
/** More matters in one text are read as one: a person takes it apart. */
const MOST = 6;
const NUMBERED = /(?:^|[。;,:!?])(?:[1-9][、.)](?![0-9])|[(][1-9一二三四五][)])/g;

/** A part with what was understood of it. */
export interface Matter {
  part: Part;
  /** Weight of the category that was found. */
  weight: number;
}

/** How plainly the text says that it holds several matters. */
interface Cuts {
  at: number[];
  /** Announced or counted: “两个事”, “第一…第二…”; else only “另外”. */
  plain: boolean;
}

function cutsOf(r: Reading): Cuts {
  const marks = r.marks.filter((m) => m.domain === 'split');
  const starts = marks.filter((m) => m.weight >= BEGINS && beginsClause(r, m.from));
  const numbered = [...r.folded.text.matchAll(NUMBERED)].map(
    (m) => m.index + (/^[。;,:!?]/.test(m[0]) ? 1 : 0),
  );
  const counted = numbered.length >= 2 ? numbered : [];
  const at = [...new Set([...starts.map((m) => m.from), ...counted])].toSorted((a, b) => a - b);
  const ordinals = starts.filter((m) => m.weight >= 3).length + counted.length;
  return { at, plain: marks.some((m) => m.weight < BEGINS) || ordinals >= 2 };
}

/** A counting word within a clause (“第一个月”) begins nothing. */
function beginsClause(r: Reading, at: number): boolean {
  const clause = r.folded.clause[at];
  return at < 3 || r.folded.clause[at - 3] !== clause || r.folded.clause[at - 1] !== clause;
}

/** The pieces between the cuts, as offsets of the folded text. */
function pieces(r: Reading, cuts: readonly number[]): { from: number; to: number }[] {
  const ends = [...cuts, r.folded.text.length];
  const all = cuts[0] === 0 ? [] : [{ from: 0, to: cuts[0]! }];
  for (let i = 0; i < cuts.length; i++) all.push({ from: cuts[i]!, to: ends[i + 1]! });
  return all.filter((p) => p.to - p.from >= SHORTEST).slice(0, MOST);
}

/** Matters that only stand beside each other are one order; those of different fields are not. */
const apart = (a: string, b: string, plain: boolean) =>
  plain ? a !== b : a.slice(0, 2) !== b.slice(0, 2);

/**
 * The matters of a text, two or more; none where it is about one thing.
 * @param understand what one part says, read on its own.
 */
export function partsOf(
  r: Reading,
  original: string,
  understand: (content: string) => Matter,
  least: number,
): Part[] {
  const cuts = cutsOf(r);
  if (cuts.at.length === 0) return [];
  const found = pieces(r, cuts.at)
    .map((p) => inOriginal(r.folded, p.from, p.to))
    .map((p) => understand(original.slice(p.from, p.to).trim()))
    .filter((m) => m.part.categoryCode !== null && m.weight >= least);
  const kept: Part[] = [];
  for (const { part } of found)
    if (kept.every((k) => apart(k.categoryCode!, part.categoryCode!, cuts.plain))) kept.push(part);
  return kept.length >= 2 ? kept : [];
}
