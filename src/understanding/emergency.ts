/**
 * Whether somebody is in danger now. No single word says so: what speaks for danger is weighed against
 * what says that it is past, asked in advance, or a matter of prevention (domain.md §2.8).
 */
import type { Lexicon, Mark, Reading } from './evidence.ts';
import type { Cue, LexiconDocument } from './lexicon.ts';
import type { EmergencyGuess } from './schema.ts';

/** Who praises tells of a danger that is over. */
const PRAISED = 3;

class Cues extends Map<Cue, Mark[]> {
  praise = 0;
}

/** What words that speak of now and of victims add to a danger that was named. */
const NOW = 1;
const VICTIM = 1;
/** What is left of a danger that is past, asked in advance, or warned of. */
const LEAST = 0.15;
const PER_CUE_POINT = 0.2;
/** What goes over to the next sentence of “it was last year”. */
const CARRIED = 0.5;

/** From this length on an account is long; it never needs more than this many times the evidence. */
const BRIEF = 120;
const LONGEST = 2.2;
/** What a second scene adds: it is told in much the same words. */
const FURTHER_SCENE = 0.25;
/** More signs of one danger say no more. */
const MARKS_MAX = 40;

/** Said just before a danger, it says that there is none. */
const DENIED = /(?:没有?|不是|不会|并非|未|并没有?|别|避免|防止|预防)(?:人|发生|再|出现|什么|被)?$/;

const cuesOf = (marks: readonly Mark[]): Cues => {
  const all = new Cues();
  for (const m of marks) {
    if (m.domain === 'type' && m.key === 'praise' && m.weight >= 4) all.praise = PRAISED;
    if (m.domain !== 'cue') continue;
    const list = all.get(m.key as Cue) ?? [];
    list.push(m);
    all.set(m.key as Cue, list);
  }
  return all;
};

/** How much lies in the past at each clause, 0–4: kept until a word of now, halved by a new sentence. */
function pastAt(r: Reading, cues: Cues): Map<number, number> {
  const weigh = (cue: Cue) => {
    const by = new Map<number, number>();
    for (const m of cues.get(cue) ?? []) {
      const c = r.folded.clause[m.from]!;
      by.set(c, Math.max(by.get(c) ?? 0, m.weight));
    }
    return by;
  };
  const [past, now] = [weigh('past'), weigh('now')];
  const result = new Map<number, number>();
  let held = 0;
  let sentence = 0;
  for (let i = 0; i < r.folded.clause.length; i++) {
    const c = r.folded.clause[i]!;
    if (result.has(c)) continue;
    if (r.folded.sentence[i]! !== sentence) {
      held *= CARRIED;
      sentence = r.folded.sentence[i]!;
    }
    if (past.has(c)) held = now.has(c) ? past.get(c)! / 2 : past.get(c)!;
    else if (now.has(c)) held = 0;
    result.set(c, held);
  }
  return result;
}

/** Strength of a cue around a mark: in its clause, or anywhere in its sentence. */
function near(r: Reading, list: readonly Mark[] | undefined, m: Mark, by: 'clause' | 'sentence') {
  const unit = r.folded[by];
  let most = 0;
  for (const cue of list ?? [])
    if (
      unit[cue.from] === unit[m.from] &&
      (cue.key !== 'victim' || cue.from >= m.to || cue.to <= m.from)
    )
      most = Math.max(most, cue.weight);
  return most;
}

/** How much of a danger lies in the past; of a scene as much as its parts do in the mean. */
function pastOf(r: Reading, past: Map<number, number>, m: Mark): number {
  const parts = m.parts ?? [m];
  const all = parts.map((part) => past.get(r.folded.clause[part.from]!) ?? 0);
  return all.reduce((n, x) => n + x, 0) / parts.length;
}

/** What a danger weighs where it stands. */
function weightOf(r: Reading, cues: Cues, past: Map<number, number>, m: Mark): number {
  if (DENIED.test(r.folded.text.slice(Math.max(0, m.from - 6), m.from))) return 0;
  const against =
    cues.praise +
    pastOf(r, past, m) +
    near(r, cues.get('hypothetical'), m, 'sentence') +
    near(r, cues.get('consult'), m, 'sentence') +
    near(r, cues.get('prevention'), m, 'clause');
  return m.weight * Math.max(LEAST, 1 - PER_CUE_POINT * against);
}

interface Danger {
  index: number;
  score: number;
  marks: Mark[];
}

interface Weighed {
  m: Mark;
  w: number;
}

/** The marks of one danger that are told together: what stands within a sentence of each other. */
function together(r: Reading, all: readonly Weighed[]): Weighed[] {
  const at = (x: Weighed) => r.folded.sentence[x.m.from]!;
  let best: Weighed[] = [];
  let most = -1;
  for (const centre of all) {
    const terms = new Map<string, Weighed>();
    for (const x of all) {
      if (Math.abs(at(x) - at(centre)) > 1) continue;
      const known = terms.get(x.m.term);
      if (!known || known.w < x.w) terms.set(x.m.term, x);
    }
    const sum = [...terms.values()].reduce((n, x) => n + x.w, 0);
    if (sum > most) [best, most] = [[...terms.values()], sum];
  }
  return best.toSorted((x, y) => y.w - x.w);
}

function dangerOf(r: Reading, cues: Cues, index: number, all: readonly Weighed[]): Danger {
  const told = together(r, all);
  const scenes = told.filter((x) => x.m.parts);
  const base = told.reduce((n, x) => n + (scenes.indexOf(x) > 0 ? x.w * FURTHER_SCENE : x.w), 0);
  const strongest = told[0]!;
  const share = strongest.w / Math.max(0.1, strongest.m.weight);
  const cries =
    ((cues.get('now')?.length ?? 0) > 0 ? NOW : 0) +
    (near(r, cues.get('victim'), strongest.m, 'sentence') > 0 ? VICTIM : 0);
  return {
    index,
    // Cries of now make a danger of a hint, never of next to nothing; what is past weakens them too.
    score: base + Math.min(cries, base / 2) * share,
    marks: told.filter((x) => x.w >= 1).map((x) => x.m),
  };
}

function dangers(document: LexiconDocument, r: Reading): Danger[] {
  const cues = cuesOf(r.marks);
  // Thanks may be a farewell.
  const thanked = cues.praise;
  const past = pastAt(r, cues);
  const by = new Map<string, Weighed[]>();
  for (const m of r.marks) {
    if (m.domain !== 'danger') continue;
    const list = by.get(m.key) ?? [];
    cues.praise = document.emergencies[Number(m.key)]!.kind === 'threat' ? 0 : thanked;
    if (list.length < MARKS_MAX) list.push({ m, w: weightOf(r, cues, past, m) });
    by.set(m.key, list);
  }
  return [...by].map(([k, all]) => dangerOf(r, cues, Number(k), all));
}

/** Who is in danger is brief: a long account needs plainer words. */
function needed(document: LexiconDocument, length: number): number {
  const longer = Math.max(0, length - BRIEF) / BRIEF;
  return document.thresholds.emergency * Math.min(LONGEST, 1 + longer * 0.7);
}

/** What did it leads before what it did to people, when it is told about as plainly. */
const CAUSES: readonly string[] = ['traffic', 'gas', 'fire', 'drowning'];
const CRASH = 0.6;

/** Who is stuck in a crashed car is the traffic police's first, and the fire brigade's too. */
function leading(document: LexiconDocument, raised: readonly Danger[]): Danger | undefined {
  const kind = (d: Danger) => document.emergencies[d.index]!.kind;
  const [first] = raised;
  if (!first || !['trapped', 'collapse', 'medical'].includes(kind(first))) return first;
  return raised.find((d) => CAUSES.includes(kind(d)) && d.score >= first.score * CRASH) ?? first;
}

export interface Alarm {
  guess: EmergencyGuess;
  categoryCode: string;
  score: number;
  marks: Mark[];
}

/** What is told of danger: the alarm it raises, and whether there was a hint of any. */
export interface Told {
  alarm: Alarm | null;
  hinted: boolean;
}

/** The danger that is meant, if the evidence reaches the threshold of the lexicon. */
export function emergencyIn({ document }: Lexicon, r: Reading): Told {
  const least = needed(document, r.folded.text.length);
  const told = dangers(document, r);
  const raised = told
    .filter((d) => d.score >= least)
    .toSorted((a, b) => b.score - a.score || a.index - b.index);
  return {
    alarm: alarmOf(document, raised),
    hinted: told.some((d) => d.score >= document.thresholds.hint.emergency),
  };
}

/** So many words say why; more are the same words in other pairs. */
const SAID_MAX = 4;

/** The strongest words, none of which is said within another. */
function plainest(marks: readonly Mark[]): Mark[] {
  const kept: Mark[] = [];
  const pieces = (m: Mark) => m.parts ?? [m];
  const meet = (a: Mark, b: Mark) =>
    pieces(a).some((x) => pieces(b).some((y) => x.from < y.to && y.from < x.to));
  for (const m of marks) if (!kept.some((k) => meet(k, m))) kept.push(m);
  return kept.slice(0, SAID_MAX);
}

function alarmOf(document: LexiconDocument, raised: readonly Danger[]): Alarm | null {
  const first = leading(document, raised);
  if (!first) return null;
  const kind = document.emergencies[first.index]!;
  const others = raised
    .filter((d) => d !== first)
    .map((d) => document.emergencies[d.index]!.target);
  const also = [...new Set([...others, ...kind.also])].filter((t) => t !== kind.target);
  return {
    guess: {
      target: kind.target,
      also,
      kind: kind.kind,
      because: plainest(first.marks).map((m) => m.words),
    },
    categoryCode: kind.categoryCode,
    score: first.score,
    marks: first.marks,
  };
}
