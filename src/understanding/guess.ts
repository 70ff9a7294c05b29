/** Type, category, urgency and flags from the evidence. */
import type { Channel, DemandType, Flag, Urgency } from '../kernel/words.ts';
import { DEMAND_TYPES, FLAGS } from '../kernel/words.ts';
import type { Alarm } from './emergency.ts';
import { sumOf, sums } from './evidence.ts';
import type { Lexicon, Mark, Reading, Sum } from './evidence.ts';
import { HINTS } from './schema.ts';
import type { Guess, Hint, ProposalGuess } from './schema.ts';

/** At most so many categories are worth reading. */
const MOST = 5;
/** What the habit of a category weighs in its type. */
const LEAN = 1.3;
/** A question wants words of asking; that people ask about a matter says little. */
const LEAN_TO_ASK = 0.8;
/** What a question at the end says of the whole. */
const ENDS_ASKING = 1.5;
/** A question of this length is one. */
const BRIEF = 70;
/** What words of pressing need lend to a call for help. */
const NEED = 0.4;
/** What a wish for secrecy says of a report. */
const SECRET = 1.5;
/** A text that hints at nothing else is a complaint, barely. */
const BARE = 0.3;

const sure = (own: number, next: number): number => own / (own + 0.8 * Math.max(0, next) + 1);

/** Best first, each scored by how far it is ahead of the best of the others. */
function ranked<T extends string>(all: Map<string, Sum>, least: number): Guess<T>[] {
  const list = [...all]
    .filter(([, s]) => s.score >= least)
    .toSorted((a, b) => b[1].score - a[1].score || (a[0] < b[0] ? -1 : 1));
  return list.map(([value, s], i) => ({
    value: value as T,
    score: sure(s.score, list[i === 0 ? 1 : 0]?.[1].score ?? 0),
    because: s.because,
  }));
}

export interface Categories {
  guesses: Guess<string>[];
  sums: Map<string, Sum>;
}

/** What the second, third and further words add: three hints are more than one, but not three times. */
const LESSENING = [1, 0.6, 0.4, 0.3];
const LEAST_SHARE = 0.2;
/** What is said early is more often the matter than what is said late. */
const EARLY = 0.25;

/** Sum of the words of a category; those that overlap are one. */
function weigh(sum: Sum, length: number): Sum {
  const kept: Mark[] = [];
  for (const m of sum.marks)
    if (m.weight <= 0 || !kept.some((k) => k.from < m.to && m.from < k.to)) kept.push(m);
  const score = kept.reduce((n, m, i) => {
    const early = 1 + EARLY * (1 - m.from / Math.max(1, length));
    return n + (m.weight < 0 ? m.weight : m.weight * early * (LESSENING[i] ?? LEAST_SHARE));
  }, 0);
  return { ...sum, score };
}

/** From this weight on a word speaks for a category by itself. */
const STRONG = 4;
const plainly = (all: Map<string, Sum>, code: string): boolean =>
  sumOf(all, code).marks.some((m) => m.weight >= STRONG);

/** The categories a text speaks of; of threats and the like none is offered without a strong word. */
export function categoriesOf(lexicon: Lexicon, r: Reading, alarm: Alarm | null): Categories {
  const grave = (code: string) => lexicon.document.categories[code]?.urgency === 'U1';
  const length = r.folded.text.length;
  const all = new Map([...sums(r.marks, 'category')].map(([k, s]) => [k, weigh(s, length)]));
  for (const [k, sum] of sums(r.marks, 'subject')) {
    const code = k.slice(0, 4);
    const known = sumOf(all, code);
    // A subject speaks for its category only where something else does.
    if (known.score >= 1) all.set(code, { ...known, score: known.score + sum.score * 0.25 });
  }
  const named = ranked<string>(all, lexicon.document.thresholds.category);
  const guesses = named.filter((g, i) => i === 0 || !grave(g.value) || plainly(all, g.value));
  if (!alarm) return { guesses: guesses.slice(0, MOST), sums: all };
  const danger = { value: alarm.categoryCode, score: 0.9, because: alarm.guess.because };
  return {
    guesses: [danger, ...guesses.filter((g) => g.value !== danger.value)].slice(0, MOST),
    sums: all,
  };
}

/** The subject kind of the catalogue that the words name within a category. */
export function subjectOf(r: Reading, code: string | undefined): string | null {
  const mine = [...sums(r.marks, 'subject')]
    .filter(([k, s]) => k.slice(0, 4) === code && s.score >= 1)
    .toSorted((a, b) => b[1].score - a[1].score);
  return mine[0]?.[0].slice(5) ?? null;
}

/** A text that ends in a question asks, unless it is full of grievances. */
function asking(r: Reading, grievances: number): number {
  if (!/[?]\W*$|[吗么呢伐不]$/.test(r.folded.text)) return 0;
  // Who asks is brief; a long account that ends in a question mark is indignant.
  const brief = Math.min(1, BRIEF / r.folded.text.length);
  return Math.max(0, ENDS_ASKING * brief * brief - 0.3 * grievances);
}

/** What kind of demand it is. */
export function typesOf(
  lexicon: Lexicon,
  r: Reading,
  category: string | undefined,
  alarm: Alarm | null,
): Guess<DemandType>[] {
  if (alarm) return [{ value: 'help', score: 0.9, because: alarm.guess.because }];
  const said = sums(r.marks, 'type');
  const lean = category ? lexicon.document.categories[category]?.lean : undefined;
  const need = sumOf(sums(r.marks, 'urgency'), 'U2').score;
  const ask = asking(r, sumOf(said, 'complaint').score);
  // Who must not be known reports somebody.
  const secret = sumOf(sums(r.marks, 'flag'), 'confidential').score >= 2 ? SECRET : 0;
  const all = new Map<string, Sum>();
  for (const t of DEMAND_TYPES) {
    const own = sumOf(said, t);
    const asks = t === 'consultation' && (own.score > 0 || ask > 0);
    const bent = t !== lean ? 0 : t !== 'consultation' ? LEAN : asks ? LEAN_TO_ASK : 0;
    const more =
      t === 'complaint'
        ? BARE
        : t === 'help'
          ? NEED * need
          : t === 'consultation'
            ? ask
            : t === 'report'
              ? secret
              : 0;
    const score = own.score + bent + more;
    if (score > 0) all.set(t, { ...own, score });
  }
  return ranked<DemandType>(all, 0.1);
}

const LEVELS = ['U2', 'U3', 'U4'] as const;

/** How soon: said by the words, else what is usual for the category; questions and praise can wait. */
export function urgencyOf(
  lexicon: Lexicon,
  r: Reading,
  known: { category: string | undefined; type: DemandType | undefined; alarm: Alarm | null },
): Guess<Urgency> {
  if (known.alarm) return { value: 'U1', score: 0.95, because: known.alarm.guess.because };
  const said = sums(r.marks, 'urgency');
  const usual = known.category ? lexicon.document.categories[known.category]?.urgency : undefined;
  if (known.type === 'consultation' || known.type === 'praise' || known.type === 'suggestion') {
    const loud = sumOf(said, 'U2');
    return { value: 'U4', score: loud.score >= 2 ? 0.6 : 0.85, because: [] };
  }
  for (const level of LEVELS) {
    const s = sumOf(said, level);
    const need = level === usual ? 1 : level === 'U3' ? 4 : 2;
    if (s.score >= need) return { value: level, score: sure(s.score + 1, 0), because: s.because };
  }
  return { value: usual ?? 'U4', score: usual ? 0.7 : 0.4, because: [] };
}

const BY_CHANNEL: Partial<Record<Channel, Flag>> = { police_110: 'from_110', grid: 'from_grid' };

/** Marks of the text, of its channel, and of the danger. */
export function flagsOf(
  lexicon: Lexicon,
  r: Reading,
  channel: Channel,
  alarm: Alarm | null,
): Guess<Flag>[] {
  const all = sums(r.marks, 'flag');
  const least = lexicon.document.thresholds.flag;
  const set = new Map<Flag, Guess<Flag>>();
  for (const value of FLAGS) {
    const s = sumOf(all, value);
    if (s.score >= least) set.set(value, { value, score: sure(s.score, 0), because: s.because });
  }
  const door = BY_CHANNEL[channel];
  if (door) set.set(door, { value: door, score: 1, because: [] });
  if (alarm) {
    const because = alarm.guess.because;
    set.set('emergency', { value: 'emergency', score: 0.95, because });
    if (alarm.guess.kind === 'threat') set.set('threat', { value: 'threat', score: 0.95, because });
  }
  // Who knows it from within wants it kept, whether they say so or not.
  if (set.has('whistleblower') && !set.has('confidential'))
    set.set('confidential', { ...set.get('whistleblower')!, value: 'confidential' });
  return [...set.values()].toSorted((a, b) => b.score - a.score);
}

/** From this weight on a text says what is wanted, owed, or usual. */
const DEMANDED = 1;
/** Nobody in danger tells more than this. */
const TELLS_MAX = 60;

/** Whoever is in danger tells what happens; who has a demand says what they want, or how long it has been. */
function tellsOnly({ document }: Lexicon, r: Reading): boolean {
  const said = sumOf(sums(r.marks, 'cue'), 'demand').score;
  const brief = r.folded.text.length <= TELLS_MAX;
  return document.cues.demand !== undefined && brief && said < DEMANDED;
}

/** Marks that are not set and yet hinted at; who praises somebody fears nobody. */
export function hintsOf(
  lexicon: Lexicon,
  r: Reading,
  known: { danger: boolean; type: DemandType | undefined; flags: readonly Guess<Flag>[] },
): Hint[] {
  const all = sums(r.marks, 'flag');
  const faint = sumOf(all, 'confidential').score + Math.max(0, sumOf(all, 'whistleblower').score);
  const least = lexicon.document.thresholds.hint.confidential;
  const hinted: Record<Hint, boolean> = {
    emergency: known.danger || tellsOnly(lexicon, r),
    confidential: faint >= least && known.type !== 'praise',
  };
  return HINTS.filter((hint) => hinted[hint] && !known.flags.some((f) => f.value === hint));
}

/** The one that was decided for leads; nothing after it is surer than it. */
export function chosenFirst(
  all: readonly Guess<string>[],
  code: string | undefined,
): Guess<string>[] {
  const list = all.toSorted((a, b) => Number(b.value === code) - Number(a.value === code));
  const most = list[0]?.score ?? 1;
  return list.map((g) => ({ ...g, score: Math.min(g.score, most) }));
}

/** Who says nothing asks for nothing, and praises nobody. */
export const typesSaid = (
  types: Guess<DemandType>[],
  { act, score, because }: ProposalGuess,
): Guess<DemandType>[] =>
  act === 'close_no_substance'
    ? [{ value: 'other', score, because }, ...types.filter((t) => t.value !== 'other')]
    : types;
