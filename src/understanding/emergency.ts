/**
 * Whether somebody is in danger now. No single word says so: what speaks for danger is weighed against
 * what says that it is past, asked in advance, or a matter of prevention (domain.md §2.8).
 */
import { sums } from './evidence.ts';
import type { Lexicon, Mark, Reading } from './evidence.ts';
import type { Cue, LexiconDocument } from './lexicon.ts';
import type { EmergencyGuess } from './schema.ts';

type Cues = Map<Cue, Mark[]>;

/** What words that speak of now and of victims add to a danger that was named. */
const NOW = 1;
const VICTIM = 1;
/** What is left of a danger that is past, asked in advance, or warned of. */
const LEAST = 0.15;
const PER_CUE_POINT = 0.2;
/** What goes over to the next sentence of “it was last year”. */
const CARRIED = 0.5;

/** Said just before a danger, it says that there is none. */
const DENIED = /(?:没有?|不是|不会|并非|未|并没有?|别|避免|防止|预防)(?:人|发生|再|出现|什么|被)?$/;

const cuesOf = (marks: readonly Mark[]): Cues => {
  const all: Cues = new Map();
  for (const m of marks) {
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
    if (unit[cue.from] === unit[m.from] && (cue.from >= m.to || cue.to <= m.from))
      most = Math.max(most, cue.weight);
  return most;
}

/** What a danger weighs where it stands. */
function weightOf(r: Reading, cues: Cues, past: Map<number, number>, m: Mark): number {
  if (DENIED.test(r.folded.text.slice(Math.max(0, m.from - 6), m.from))) return 0;
  const against =
    (past.get(r.folded.clause[m.from]!) ?? 0) +
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

function dangers(lexicon: Lexicon, r: Reading): Danger[] {
  const cues = cuesOf(r.marks);
  const past = pastAt(r, cues);
  const named = sums(r.marks, 'danger');
  return [...named].map(([k, sum]) => {
    const weighed = sum.marks.map((m) => ({ m, w: weightOf(r, cues, past, m) }));
    const base = weighed.reduce((n, x) => n + x.w, 0);
    const strongest = weighed.toSorted((a, b) => b.w - a.w)[0]!;
    const share = strongest.w / Math.max(0.1, strongest.m.weight);
    const told =
      ((cues.get('now')?.length ?? 0) > 0 ? NOW : 0) +
      (near(r, cues.get('victim'), strongest.m, 'sentence') > 0 ? VICTIM : 0);
    // Cries of now make a danger of a hint, never of next to nothing.
    const around = Math.min(told, base / 2);
    return {
      index: Number(k),
      // What says that it is past weakens the cries around it as well.
      score: base + around * share,
      marks: weighed.filter((x) => x.w >= 1).map((x) => x.m),
    };
  });
}

/** A crash leads before what it did to people when it is told about as plainly. */
const CRASH = 0.6;

/** Who is stuck in a crashed car is the traffic police's first, and the fire brigade's too. */
function leading(document: LexiconDocument, raised: readonly Danger[]): Danger | undefined {
  const kind = (d: Danger) => document.emergencies[d.index]!.kind;
  const [first] = raised;
  if (!first || !['trapped', 'collapse', 'medical'].includes(kind(first))) return first;
  return raised.find((d) => kind(d) === 'traffic' && d.score >= first.score * CRASH) ?? first;
}

export interface Alarm {
  guess: EmergencyGuess;
  categoryCode: string;
  score: number;
  marks: Mark[];
}

/** The danger that is meant, if the evidence reaches the threshold of the lexicon. */
export function emergencyIn(lexicon: Lexicon, r: Reading): Alarm | null {
  const document: LexiconDocument = lexicon.document;
  const raised = dangers(lexicon, r)
    .filter((d) => d.score >= document.thresholds.emergency)
    .toSorted((a, b) => b.score - a.score || a.index - b.index);
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
      because: first.marks.map((m) => m.words),
    },
    categoryCode: kind.categoryCode,
    score: first.score,
    marks: first.marks,
  };
}
