/** How names are spelt, for type-ahead; on the server only, as the dictionary is large. */
import { pinyin } from 'pinyin-pro';

/** Names change with the lists of the city; what is no longer asked for goes with the process. */
const SPELT_MAX = 10_000;
const spelt = new Map<string, string>();

/**
 * One syllable a character without tones, with blanks between them: 供水 → `gong shui`; ü is typed v.
 * Kept for this process.
 */
export function spell(name: string): string {
  const known = spelt.get(name);
  if (known !== undefined) return known;
  const syllables = pinyin(name.replace(/\s/g, '_'), { toneType: 'none', type: 'array', v: true });
  const made = syllables.join(' ').toLowerCase();
  if (spelt.size >= SPELT_MAX) spelt.clear();
  spelt.set(name, made);
  return made;
}
