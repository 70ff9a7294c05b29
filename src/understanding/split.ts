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
/** So far in, “two matters:” is said in front of both. */
const ANNOUNCED_BY = 24;
/** Counts that an announcement names. */
const COUNTED = [
  [/[两二俩]/, 2],
  [/三/, 3],
  [/四/, 4],
] as const;
/** From this weight on a matter is plainly told. */
const PLAINLY = 4;
/** Clauses read one by one where matters are announced and nothing else parts them. */
const CLAUSES_MAX = 12;
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
  /** Where the first matter begins: after “两件事情：”. */
  start: number;
  /** How many there are, where it is said. */
  most: number;
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
  const announced = marks.filter((m) => m.weight > 0 && m.weight < BEGINS);
  const colon = announced.map((m) => /^[:,。]/.exec(r.folded.text.slice(m.to)) && m.to + 1);
  return {
    at,
    plain: announced.length > 0 || ordinals >= 2,
    start: colon.find((to) => to !== null && to <= ANNOUNCED_BY) ?? 0,
    most: COUNTED.find(([word]) => announced.some((m) => word.test(m.words)))?.[1] ?? MOST,
  };
}

/** A counting word within a clause (“第一个月”) begins nothing. */
function beginsClause(r: Reading, at: number): boolean {
  const clause = r.folded.clause[at];
  return at < 3 || r.folded.clause[at - 3] !== clause || r.folded.clause[at - 1] !== clause;
}

/** The pieces between the cuts, as offsets of the folded text. */
function pieces(r: Reading, { at, start }: Cuts): { from: number; to: number }[] {
  const cuts = at.filter((c) => c > start);
  const ends = [...cuts, r.folded.text.length];
  return [start, ...cuts]
    .map((from, i) => ({ from, to: ends[i]! }))
    .filter((p) => p.to - p.from >= SHORTEST)
    .slice(0, MOST);
}

/**
 * Matters that only stand beside each other are one order; those of different fields are not, nor a lamp
 * to mend and a shop to complain of, where both are plainly told.
 */
function apart(a: Matter, b: Matter, plain: boolean): boolean {
  const [one, other] = [a.part.categoryCode!, b.part.categoryCode!];
  if (plain || one === other) return one !== other;
  const plainly = Math.min(a.weight, b.weight) >= PLAINLY;
  return one.slice(0, 2) !== other.slice(0, 2) || (plainly && a.part.type !== b.part.type);
}

/** Where a clause plainly tells another matter: “两件事情：” and no word between the two. */
function turns(
  r: Reading,
  { start, most }: Cuts,
  read: (from: number, to: number) => Matter,
): number[] {
  const { text, clause } = r.folded;
  const begins = Array.from({ length: text.length - start }, (_, i) => start + i).filter(
    (i) => i === start || clause[i] !== clause[i - 1],
  );
  const at: number[] = [];
  let last: Matter | null = null;
  for (const [i, from] of begins.slice(0, CLAUSES_MAX).entries()) {
    const m = read(from, begins[i + 1] ?? text.length);
    if (m.part.categoryCode === null || m.weight < PLAINLY) continue;
    if (last && apart(last, m, true)) at.push(from);
    last = m;
  }
  return at.slice(0, most - 1);
}

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
  const read = (from: number, to: number): Matter => {
    const p = inOriginal(r.folded, from, to);
    return understand(original.slice(p.from, p.to).trim());
  };
  const cuts = cutsOf(r);
  if (cuts.at.length === 0 && cuts.start > 0) cuts.at = turns(r, cuts, read);
  if (cuts.at.length === 0) return [];
  const kept: Matter[] = [];
  for (const m of pieces(r, cuts).map((p) => read(p.from, p.to))) {
    if (m.part.categoryCode === null || m.weight < least) continue;
    if (kept.every((k) => apart(k, m, cuts.plain))) kept.push(m);
  }
  return kept.length >= 2 ? kept.map((m) => m.part) : [];
}
