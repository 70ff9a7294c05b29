/** Type-ahead: what was typed against a name, by characters, full pinyin, initials, or mixed. */

export interface Searchable {
  name: string;
  nameEn?: string;
  code?: string;
  /** One syllable per character, with blanks between them: `gong shui`. */
  pinyin?: string;
}

const HIT = { code: 0, exact: 0, head: 1, inside: 4, english: 6 } as const;

/** How well it fits; smaller is better, undefined: not at all. */
export function rankOf(typed: string, thing: Searchable): number | undefined {
  const wanted = typed.toLowerCase().replace(/[\s']/g, '');
  if (wanted === '') return HIT.exact;
  if (thing.code?.toLowerCase().startsWith(wanted)) return HIT.code;
  const at = placeIn(wanted, thing);
  const longer = Math.min(thing.name.length, 40) / 100;
  if (at !== undefined) return (at === 0 ? HIT.head : HIT.inside) + longer;
  const english = thing.nameEn?.toLowerCase() ?? '';
  return new RegExp(`(^|\\W)${escaped(typed.trim().toLowerCase())}`).test(english)
    ? HIT.english + longer
    : undefined;
}

const escaped = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The character at which it fits; undefined: nowhere. */
function placeIn(wanted: string, { name, pinyin = '' }: Searchable): number | undefined {
  const letters = Array.from(name.toLowerCase());
  const syllables = pinyin.toLowerCase().split(' ');
  const spoken = syllables.length === letters.length ? syllables : letters;
  const at = letters.findIndex((_, i) => fits(wanted, letters, spoken, i));
  return at === -1 ? undefined : at;
}

/** Every character is given by itself, by its syllable, or by the beginning of it. */
function fits(wanted: string, letters: string[], spoken: string[], at: number): boolean {
  if (wanted === '') return true;
  const letter = letters[at];
  const syllable = spoken[at];
  if (letter === undefined || syllable === undefined) return false;
  if (wanted.startsWith(letter) && fits(wanted.slice(letter.length), letters, spoken, at + 1))
    return true;
  for (let n = Math.min(syllable.length, wanted.length); n > 0; n--) {
    if (wanted.startsWith(syllable.slice(0, n)) && fits(wanted.slice(n), letters, spoken, at + 1))
      return true;
  }
  return false;
}

/** What fits, best first; as it stood where nothing was typed. */
export function bestOf<T extends Searchable>(
  typed: string,
  things: readonly T[],
  most: number,
): T[] {
  if (typed.trim() === '') return things.slice(0, most);
  return things
    .map((thing) => ({ thing, rank: rankOf(typed, thing) }))
    .filter((hit): hit is { thing: T; rank: number } => hit.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map((hit) => hit.thing);
}
