/** Finds thousands of terms in one pass over a text (Aho and Corasick). */
import { expand } from './terms.ts';
import type { Step } from './terms.ts';

/** A text made comparable, with the way back to its offsets. */
export interface Folded {
  /** Lower case, half width, without spaces and invisible characters. */
  text: string;
  /** Offset in the original of every character, and of the end. */
  at: Int32Array;
  /** Number of the sentence and of the clause each character stands in. */
  sentence: Int32Array;
  clause: Int32Array;
}

/** A term found; offsets in the folded text. */
export interface Hit {
  /** Which term of the list the matcher was built from. */
  term: number;
  from: number;
  to: number;
  /** Found as one piece, without gaps. */
  whole: boolean;
  /** The variant that was found, its parts joined by an ellipsis: words of the lexicon, not of the text. */
  words: string;
}

export interface Matcher {
  find(folded: Folded): { hits: Hit[]; steps: number };
}

const SKIPPED = /[\s\u200b-\u200f\u2060\ufeff]/;
const SENTENCE_END = /[。!?;\n…]/;
const CLAUSE_END = /[,、:。!?;\n…]/;

/** One character: full width to half width, upper to lower case; always one UTF-16 unit. */
function foldUnit(unit: string): string {
  const code = unit.charCodeAt(0);
  const half = code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : unit;
  const low = half.toLowerCase();
  return low.length === 1 ? low : half;
}

/** Makes a text comparable; offsets lead back to the original. */
export function fold(original: string): Folded {
  const units: string[] = [];
  const at: number[] = [];
  const sentence: number[] = [];
  const clause: number[] = [];
  let s = 0;
  let c = 0;
  for (let i = 0; i < original.length; i++) {
    const raw = original[i]!;
    if (raw === '\n') [s, c] = [s + 1, c + 1];
    if (SKIPPED.test(raw)) continue;
    const unit = foldUnit(raw);
    units.push(unit);
    at.push(i);
    sentence.push(s);
    clause.push(c);
    if (SENTENCE_END.test(unit)) s++;
    if (CLAUSE_END.test(unit)) c++;
  }
  at.push(original.length);
  return {
    text: units.join(''),
    at: Int32Array.from(at),
    sentence: Int32Array.from(sentence),
    clause: Int32Array.from(clause),
  };
}

/** Offsets in the original text of a stretch of the folded one. */
export const inOriginal = (f: Folded, from: number, to: number): { from: number; to: number } => ({
  from: f.at[from]!,
  to: to > from ? f.at[to - 1]! + 1 : f.at[from]!,
});

/** Where a literal is used: the term and the place in its sequence. */
interface Use {
  term: number;
  steps: Step[];
  index: number;
  /** Under which the beginning of the sequence waits for this step. */
  slot: number;
  literal: string;
}

interface Trie {
  next: Map<number, number>;
  /** How a node was reached: from which one, by which symbol. */
  parent: number[];
  symbol: number[];
  fail: Int32Array;
  /** Nearest node up the failure links that ends a literal. */
  output: Int32Array;
  /** Uses of the literal that ends at a node. */
  uses: (Use[] | undefined)[];
  depth: number[];
  /** How many places in sequences there are. */
  slots: number;
  /** Number of each character, by its code. */
  symbols: Uint16Array;
  known: number;
}

/** Characters of a trie are numbered densely, so that an edge's key stays a small integer. */
const SYMBOLS = 8192;
const key = (node: number, symbol: number) => node * SYMBOLS + symbol;
/** Of a character no term holds. */
const STRANGE = 0;

function symbolOf(trie: Trie, code: number): number {
  const known = trie.symbols[code]!;
  if (known !== STRANGE) return known;
  if (trie.known >= SYMBOLS) throw new Error('the terms hold too many different characters');
  return (trie.symbols[code] = trie.known++);
}

function insert(trie: Trie, literal: string, use: Use): void {
  let node = 0;
  for (let i = 0; i < literal.length; i++) {
    const symbol = symbolOf(trie, literal.charCodeAt(i));
    const k = key(node, symbol);
    let to = trie.next.get(k);
    if (to === undefined) {
      to = trie.depth.push(trie.depth[node]! + 1) - 1;
      trie.next.set(k, to);
      trie.parent.push(node);
      trie.symbol.push(symbol);
      trie.uses.push(undefined);
    }
    node = to;
  }
  (trie.uses[node] ??= []).push(use);
}

/** Every node, the shallow ones first; counted into place, as there are a hundred thousand. */
function breadthFirst(depth: readonly number[]): Int32Array {
  const begin: number[] = [];
  for (const d of depth) begin[d + 1] = (begin[d + 1] ?? 0) + 1;
  begin[0] = 0;
  for (let d = 1; d < begin.length; d++) begin[d]! += begin[d - 1]!;
  const order = new Int32Array(depth.length);
  for (const [node, d] of depth.entries()) order[begin[d]!++] = node;
  return order;
}

/** Failure and output links, breadth first. */
function link(trie: Trie): void {
  trie.fail = new Int32Array(trie.depth.length);
  trie.output = new Int32Array(trie.depth.length);
  for (const to of breadthFirst(trie.depth)) {
    const from = trie.parent[to]!;
    const symbol = trie.symbol[to]!;
    let up = trie.fail[from]!;
    let found = from === 0 ? undefined : trie.next.get(key(up, symbol));
    while (found === undefined && up !== 0) {
      up = trie.fail[up]!;
      found = trie.next.get(key(up, symbol));
    }
    const fail = from === 0 ? 0 : (found ?? 0);
    trie.fail[to] = fail;
    trie.output[to] = trie.uses[fail] ? fail : trie.output[fail]!;
  }
}

function build(terms: readonly string[]): Trie {
  const trie: Trie = {
    next: new Map(),
    // The root comes from nowhere, by no symbol.
    parent: [0],
    symbol: [STRANGE],
    fail: new Int32Array(),
    output: new Int32Array(),
    uses: [undefined],
    depth: [0],
    slots: 1,
    symbols: new Uint16Array(65_536),
    known: STRANGE + 1,
  };
  let slot = 0;
  for (const [term, text] of terms.entries())
    for (const steps of expand(text)) {
      // Last first: where one literal stands twice, the later place is asked before the earlier waits.
      for (let index = steps.length - 1; index >= 0; index--)
        for (const literal of steps[index]!.literals)
          insert(trie, foldLiteral(literal), { term, steps, index, slot: slot + index, literal });
      slot += steps.length;
    }
  trie.slots = slot + 1;
  link(trie);
  return trie;
}

const foldLiteral = (literal: string) => literal.toLowerCase();

/** The beginnings of terms with gaps that wait for their continuation, by slot. */
interface Waiting {
  from: Int32Array;
  /** End of the beginning; nought where nothing waits. */
  to: Int32Array;
  /** Which use began or continued it last: leads back to its words. */
  use: (Use | undefined)[];
  /** What to clear before the next text. */
  touched: number[];
}

/** Whether the beginning of the term stands near enough before `from`. */
function begun(f: Folded, waiting: Waiting, use: Use, from: number): boolean {
  const to = waiting.to[use.slot]!;
  const step = use.steps[use.index]!;
  if (to === 0 || to > from || from - to > step.gap) return false;
  const unit = step.across ? f.sentence : f.clause;
  return unit[to - 1] === unit[from];
}

/** The literals found, first to last. */
function wordsFound(waiting: Waiting, use: Use): string {
  const words = [use.literal];
  for (let i = 0; i < use.index; i++) words.unshift(waiting.use[use.slot - i]!.literal);
  return words.join('…');
}

function take(f: Folded, waiting: Waiting, use: Use, at: { from: number; to: number }): Hit | null {
  if (use.index > 0 && !begun(f, waiting, use, at.from)) return null;
  const from = use.index > 0 ? waiting.from[use.slot]! : at.from;
  if (use.index === use.steps.length - 1)
    return {
      term: use.term,
      from,
      to: at.to,
      whole: use.steps.length === 1,
      words: wordsFound(waiting, use),
    };
  waiting.from[use.slot + 1] = from;
  waiting.to[use.slot + 1] = at.to;
  waiting.use[use.slot + 1] = use;
  waiting.touched.push(use.slot + 1);
  return null;
}

const nobody = (slots: number): Waiting => ({
  from: new Int32Array(slots),
  to: new Int32Array(slots),
  use: Array.from({ length: slots }, () => undefined),
  touched: [],
});

function clear(waiting: Waiting): void {
  for (const slot of waiting.touched) waiting.to[slot] = 0;
  waiting.touched.length = 0;
}

/** Builds the matcher once; every later text is one pass. */
export function createMatcher(terms: readonly string[]): Matcher {
  const trie = build(terms);
  // Reading never pauses, so one set of places serves every text.
  const waiting = nobody(trie.slots);
  return {
    find(f) {
      const hits: Hit[] = [];
      clear(waiting);
      let node = 0;
      let steps = 0;
      for (let i = 0; i < f.text.length; i++) {
        const code = trie.symbols[f.text.charCodeAt(i)]!;
        let to = trie.next.get(key(node, code));
        while (to === undefined && node !== 0) {
          node = trie.fail[node]!;
          to = trie.next.get(key(node, code));
          steps++;
        }
        node = to ?? 0;
        steps++;
        for (let n = trie.uses[node] ? node : trie.output[node]!; n !== 0; n = trie.output[n]!) {
          const at = { from: i + 1 - trie.depth[n]!, to: i + 1 };
          for (const use of trie.uses[n]!) {
            steps++;
            const hit = take(f, waiting, use, at);
            if (hit) hits.push(hit);
          }
        }
      }
      return { hits, steps };
    },
  };
}
