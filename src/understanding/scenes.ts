/**
 * Scenes: what no single term says. A blow and a weapon, water and somebody who does not come out of it:
 * classes of words (`signs`) that stand near each other, in whatever order, speak together.
 */
import type { Mark } from './evidence.ts';
import type { LexiconDocument } from './lexicon.ts';
import type { Folded } from './matcher.ts';

/** How far apart the words of one scene may stand; people tell a scene in one breath. */
const REACH = 36;
/** More words of one class say no more; it bounds the work on a text that says one word over and over. */
const OF_CLASS = 24;
/** A scene told more often is one scene. */
const TOLD = 4;

type Signs = Map<string, Mark[]>;

function signsOf(marks: readonly Mark[]): Signs {
  const all: Signs = new Map();
  for (const m of marks) {
    if (m.domain !== 'sign') continue;
    const list = all.get(m.key) ?? [];
    if (list.length < OF_CLASS) list.push(m);
    all.set(m.key, list);
  }
  return all;
}

const apart = (a: Mark, b: Mark): number =>
  a.from >= b.to ? a.from - b.to : b.from >= a.to ? b.from - a.to : -1;

/** The word of a class that stands nearest, in this sentence or the next, and is none of those taken. */
function nearest(f: Folded, list: readonly Mark[], to: Mark, taken: readonly Mark[]): Mark | null {
  let best: Mark | null = null;
  let least = REACH + 1;
  for (const m of list) {
    const distance = apart(m, to);
    if (distance < 0 || distance >= least) continue;
    if (Math.abs(f.sentence[m.from]! - f.sentence[to.from]!) > 2) continue;
    if (taken.some((t) => apart(t, m) < 0)) continue;
    [best, least] = [m, distance];
  }
  return best;
}

/** One word of every class around the first, or nothing. */
function around(f: Folded, signs: Signs, all: readonly string[], first: Mark): Mark[] | null {
  const taken = [first];
  for (const name of all.slice(1)) {
    const m = nearest(f, signs.get(name)!, first, taken);
    if (!m) return null;
    taken.push(m);
  }
  return taken;
}

function told(f: Folded, signs: Signs, scene: LexiconDocument['scenes'][number]): Mark[][] {
  if (!scene.all.every((name) => signs.has(name))) return [];
  if (scene.none.some((name) => signs.has(name))) return [];
  const found: Mark[][] = [];
  for (const first of signs.get(scene.all[0]!)!) {
    const parts = around(f, signs, scene.all, first);
    if (parts) found.push(parts);
    if (found.length === TOLD) break;
  }
  return found;
}

/** The scenes of a text, as evidence like any other term's. */
export function scenesIn(document: LexiconDocument, f: Folded, marks: readonly Mark[]): Mark[] {
  const signs = signsOf(marks);
  if (signs.size === 0) return [];
  return document.scenes.flatMap((scene) =>
    told(f, signs, scene).flatMap((found) => {
      const parts = found.toSorted((a, b) => a.from - b.from);
      const one = (key: string): Mark => ({
        domain: scene.of,
        key,
        term: scene.all.join('+'),
        weight: scene.weight,
        from: parts[0]!.from,
        to: Math.max(...parts.map((p) => p.to)),
        whole: false,
        words: parts.map((p) => p.words).join('…'),
        parts,
      });
      const keys =
        scene.of === 'flag'
          ? [scene.key]
          : document.emergencies.flatMap((e, i) => (e.kind === scene.key ? [String(i)] : []));
      return keys.map(one);
    }),
  );
}
