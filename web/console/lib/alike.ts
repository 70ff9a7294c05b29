/** How alike two texts are, and what differs between them; both by code alone, nothing is guessed. */

/** Only letters, ideographs and digits count: punctuation and blanks make no reply a different one. */
const bare = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '');

function pairsOf(text: string): Map<string, number> {
  const letters = Array.from(bare(text));
  const pairs = new Map<string, number>();
  for (let i = 0; i + 1 < letters.length; i += 1) {
    const pair = `${letters[i]}${letters[i + 1]}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** Share of neighbouring pairs of characters that both have (Dice), 0–1; 0 where one has none. */
export function likeness(one: string, other: string): number {
  const [a, b] = [pairsOf(one), pairsOf(other)];
  const count = (pairs: Map<string, number>) => [...pairs.values()].reduce((n, c) => n + c, 0);
  const all = count(a) + count(b);
  if (all === 0) return 0;
  let common = 0;
  for (const [pair, n] of a) common += Math.min(n, b.get(pair) ?? 0);
  return (2 * common) / all;
}

export interface Piece {
  kind: 'same' | 'added' | 'gone';
  text: string;
}

/** Clauses with the punctuation that ends them; a reply is read and changed clause by clause. */
const clauses = (text: string): string[] =>
  text.match(/[^，。；！？、,;!?\n]+[，。；！？、,;!?\n]*|[，。；！？、,;!?\n]+/g) ?? [];

/** More would take long and tell nobody anything. */
const CLAUSES_MAX = 400;

/** What was changed from `before` to `after`, in the order of reading. */
export function difference(before: string, after: string): Piece[] {
  const [a, b] = [clauses(before), clauses(after)];
  if (a.length > CLAUSES_MAX || b.length > CLAUSES_MAX)
    return [
      { kind: 'gone', text: before },
      { kind: 'added', text: after },
    ];
  const longest = lengths(a, b);
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(pieces, 'same', a[i] ?? '');
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || longest(i + 1, j) >= longest(i, j + 1))) {
      push(pieces, 'gone', a[i] ?? '');
      i += 1;
    } else {
      push(pieces, 'added', b[j] ?? '');
      j += 1;
    }
  }
  return pieces;
}

/** Length of the longest common row of clauses from (i, j) on. */
function lengths(a: readonly string[], b: readonly string[]): (i: number, j: number) => number {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      table[i * width + j] =
        a[i] === b[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
  return (i, j) => table[i * width + j] ?? 0;
}

function push(pieces: Piece[], kind: Piece['kind'], text: string): void {
  const last = pieces.at(-1);
  if (last?.kind === kind) last.text += text;
  else pieces.push({ kind, text });
}
