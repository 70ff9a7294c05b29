/** What was found in a text, and how it adds up. */
import type { Domain, Entry, LexiconDocument } from './lexicon.ts';
import { flatten } from './lexicon.ts';
import { createMatcher, fold } from './matcher.ts';
import type { Folded, Matcher } from './matcher.ts';
import { scenesIn } from './scenes.ts';

/** A term of the lexicon where it stands; offsets in the folded text. */
export interface Mark extends Entry {
  from: number;
  to: number;
  whole: boolean;
  /** What was said of it, in words of the lexicon. */
  words: string;
  /** Of a scene: the words it is made of. */
  parts?: Mark[];
}

export interface Reading {
  folded: Folded;
  marks: Mark[];
  /** Work done by the matcher; it grows with the text only. */
  steps: number;
}

export interface Lexicon {
  document: LexiconDocument;
  entries: Entry[];
  matcher: Matcher;
}

/** Builds what reading needs, once a version. */
export function compileLexicon(document: LexiconDocument): Lexicon {
  const list = flatten(document);
  return { document, entries: list, matcher: createMatcher(list.map((e) => e.term)) };
}

/** A word of one class of signs does not silence that of another. */
const kindOf = (m: Mark): string => (m.domain === 'sign' ? `sign:${m.key}` : m.domain);

/** Marks that lie within a longer one of their kind, or within a figure of speech, are not heard. */
function heard(marks: Mark[]): Mark[] {
  const covers = new Map<string, Mark[]>();
  for (const m of marks) {
    if (!m.whole) continue;
    const list = covers.get(kindOf(m));
    if (list) list.push(m);
    else covers.set(kindOf(m), [m]);
  }
  const sorted = new Map([...covers].map(([d, list]) => [d, longestAt(list)]));
  return marks.filter((m) => {
    if (m.domain === 'void') return true;
    return !within(sorted.get('void'), m, 0) && !(m.whole && within(sorted.get(kindOf(m)), m, 1));
  });
}

interface Reach {
  /** Starts in order, with the furthest end of everything that starts there or before. */
  from: number[];
  reach: number[];
}

function longestAt(list: Mark[]): Reach {
  const ordered = list.toSorted((a, b) => a.from - b.from || b.to - a.to);
  const from: number[] = [];
  const reach: number[] = [];
  let furthest = -1;
  for (const m of ordered) {
    if (m.to <= furthest) continue;
    furthest = m.to;
    from.push(m.from);
    reach.push(m.to);
  }
  return { from, reach };
}

/** Whether something longer by at least `more` characters covers the mark. */
function within(all: Reach | undefined, m: Mark, more: number): boolean {
  if (!all) return false;
  let low = 0;
  let high = all.from.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (all.from[mid]! <= m.from) low = mid + 1;
    else high = mid;
  }
  const i = low - 1;
  if (i < 0 || all.reach[i]! < m.to) return false;
  return all.reach[i]! - all.from[i]! >= m.to - m.from + more;
}

/** Reads a text in one pass. */
export function read(lexicon: Lexicon, text: string): Reading {
  const folded = fold(text);
  const { hits, steps } = lexicon.matcher.find(folded);
  const marks = hits.map((h): Mark => {
    const { domain, key, term, weight } = lexicon.entries[h.term]!;
    return { domain, key, term, weight, from: h.from, to: h.to, whole: h.whole, words: h.words };
  });
  const own = heard(marks);
  return { folded, marks: [...own, ...scenesIn(lexicon.document, folded, own)], steps };
}

export interface Sum {
  score: number;
  /** Terms that count, strongest first. */
  because: string[];
  marks: Mark[];
}

/** What was added up of a list of marks already: several rules ask for the same. */
const added = new WeakMap<readonly Mark[], Map<Domain, Map<string, Sum>>>();

/** Adds up the marks of a domain by key; a term said twice counts once. Not to be changed by who asks. */
export function sums(marks: readonly Mark[], domain: Domain): Map<string, Sum> {
  const known = added.get(marks) ?? new Map<Domain, Map<string, Sum>>();
  added.set(marks, known);
  const before = known.get(domain);
  if (before) return before;
  const made = addUp(marks, domain);
  known.set(domain, made);
  return made;
}

function addUp(marks: readonly Mark[], domain: Domain): Map<string, Sum> {
  const found = new Map<string, Map<string, Mark>>();
  for (const m of marks) {
    if (m.domain !== domain) continue;
    const terms = found.get(m.key) ?? new Map<string, Mark>();
    if (!terms.has(m.term)) terms.set(m.term, m);
    found.set(m.key, terms);
  }
  return new Map(
    [...found].map(([k, terms]) => {
      const list = [...terms.values()].toSorted((a, b) => b.weight - a.weight);
      return [
        k,
        {
          score: list.reduce((n, m) => n + m.weight, 0),
          because: list.filter((m) => m.weight > 0).map((m) => m.words),
          marks: list,
        },
      ];
    }),
  );
}

/** Sum of one key; nothing found is nought. */
export const sumOf = (all: Map<string, Sum>, k: string): Sum =>
  all.get(k) ?? { score: 0, because: [], marks: [] };

/** What was found, as its words in the text rather than as terms with gaps. */
export const wordsOf = (r: Reading, m: Mark): string => r.folded.text.slice(m.from, m.to);
