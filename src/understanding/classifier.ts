/** The classifier of today: the written lexicon and the gazetteer behind the seam of `schema.ts`. */
import type { DemandType, Flag } from '../kernel/words.ts';
import { emergencyIn } from './emergency.ts';
import type { Alarm } from './emergency.ts';
import { compileLexicon, read, sumOf, sums } from './evidence.ts';
import type { Lexicon, Mark, Reading } from './evidence.ts';
import {
  categoriesOf,
  chosenFirst,
  flagsOf,
  hintsOf,
  subjectOf,
  typesOf,
  typesSaid,
  urgencyOf,
} from './guess.ts';
import type { Categories } from './guess.ts';
import type { Domain, LexiconDocument } from './lexicon.ts';
import { inOriginal } from './matcher.ts';
import { createGazetteer, endsName, whereIs } from './place.ts';
import type { Gazetteer, GazetteerData, Where } from './place.ts';
import { propose } from './proposal.ts';
import { withoutReported } from './reported.ts';
import type {
  Classifier,
  Guess,
  Part,
  ProposalGuess,
  Question,
  Span,
  Understanding,
} from './schema.ts';
import { partsOf } from './split.ts';
import type { Matter } from './split.ts';
import { ALARMED, titleOf } from './title.ts';

/** Name that stands with everything this classifier decided. */
export const LEXICON_CLASSIFIER = 'lexicon';

/** Longer than a demand may be: what follows is not read. */
const READ_MAX = 10_000;
const MAX_SPANS = 60;

/** From which score the system accepts, and dispatches, by itself. */
export interface AutoThresholds {
  accept: number;
  dispatch: number;
  /** Classes, by type, that a person reads first whatever the score. */
  peril: Readonly<Record<string, readonly DemandType[]>>;
}

export interface LexiconClassifier extends Classifier {
  readonly auto: AutoThresholds;
}

interface Tools {
  lexicon: Lexicon;
  gazetteer: Gazetteer;
  version: number;
}

const SPOKEN: Partial<Record<Domain, Span['of']>> = {
  category: 'category',
  subject: 'category',
  type: 'type',
  urgency: 'urgency',
  flag: 'flag',
  time: 'time',
};

/** The words that decided, in the text's own offsets. */
function spansOf(
  r: Reading,
  chosen: ReadonlySet<string>,
  alarm: Alarm | null,
  where: Where,
): Span[] {
  const own = r.marks.flatMap((m): Span[] => {
    const of = SPOKEN[m.domain];
    if (!of || m.weight <= 0) return [];
    if (of !== 'time' && !chosen.has(`${m.domain}:${m.key}`)) return [];
    return [{ ...inOriginal(r.folded, m.from, m.to), of }];
  });
  const danger = (alarm?.marks ?? [])
    .flatMap((m) => m.parts ?? [m])
    .map((m): Span => ({
      ...inOriginal(r.folded, m.from, m.to),
      of: 'emergency',
    }));
  const all = [...danger, ...where.spans, ...own].map(
    (s) => [`${s.from}-${s.to}-${s.of}`, s] as const,
  );
  return [...new Map(all).values()]
    .slice(0, MAX_SPANS)
    .toSorted((a, b) => a.from - b.from || a.to - b.to);
}

/** How long it lasts, or a lone “before”: no time at which something happened. */
const LASTING =
  /^(?:[一两三四五六七八九十几半多好个来0-9]+(?:小时|钟头|天|周|星期|礼拜|个月|年|分钟|晚上)|一直|长期|好久|常年|至今|到现在)+$|^[以之]?前$/;

/** What follows the time at which somebody called before: no time at which something happened. */
const CALLED =
  /^[^,。!?;]{0,4}?(?:打(?:过|了)?(?:[一二两三几]次|一个|个)?(?:电话|热线|12345|你们)|打过(?=[了的,。!?;]|$)|反映(?:过|了|的)|投诉(?:过|了)|举报过|来过?电|联系(?:过|了)你们|登记(?:过|了|的))/;

/** The first time that is told, with what joins on to it; a name of a place tells none. */
function occurredIn(r: Reading, where: Where): string | null {
  const named = (m: Mark) => where.names.some((n) => n.from <= m.from && m.to <= n.to);
  const times = r.marks
    .filter((m) => m.domain === 'time' && !named(m))
    .toSorted((a, b) => a.from - b.from || b.to - a.to);
  const told: { from: number; to: number }[] = [];
  for (const { from, to } of times) {
    const last = told.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else told.push({ from, to });
  }
  const words = told
    .filter((t) => !CALLED.test(r.folded.text.slice(t.to, t.to + 16)))
    .map((t) => r.folded.text.slice(t.from, t.to));
  return words.find((w) => !LASTING.test(w))?.replace(/^[从自]/, '') ?? null;
}

/** Marks of the category that was decided, strongest first, for the title. */
function decidingMarks(r: Reading, code: string | undefined, alarm: Alarm | null): Mark[] {
  const of = code ? sumOf(sums(r.marks, 'category'), code).marks : [];
  return [...(alarm?.marks ?? []), ...of];
}

interface Core {
  reading: Reading;
  alarm: Alarm | null;
  dangerHinted: boolean;
  where: Where;
  categories: Categories;
}

/** Without what a class hears only in the ending of a name; what a subject hears stays. */
const besideNames = (r: Reading, where: Where): Reading => ({
  ...r,
  marks: r.marks.filter((m) => m.domain !== 'category' || !endsName(r.folded, where, m)),
});

function core(tools: Tools, q: Question): Core {
  const whole = read(tools.lexicon, q.content.slice(0, READ_MAX));
  const where = whereIs(tools.gazetteer, whole.folded, q.address);
  const reading = withoutReported(besideNames(whole, where));
  const { alarm, hinted: dangerHinted } = emergencyIn(tools.lexicon, reading);
  const categories = categoriesOf(tools.lexicon, reading, alarm);
  return { reading, alarm, dangerHinted, where, categories };
}

/** What the lexicon calls the matter of a text in this category. */
function matterIn(tools: Tools, c: Core, code: string | undefined): string | null {
  const { text } = c.reading.folded;
  const names = code ? (tools.lexicon.document.categories[code]?.matters ?? []) : [];
  const told = names.find((n) => n.words.some((w) => w === '-' || text.includes(w)));
  return told?.name ?? null;
}

interface Titled {
  code: string | undefined;
  type: DemandType | undefined;
  proposal?: ProposalGuess;
}

const titleFor = (tools: Tools, c: Core, t: Titled): string =>
  titleOf({
    reading: c.reading,
    deciding: decidingMarks(c.reading, t.code, c.alarm),
    place: c.where.names.find((n) => n.place)?.name ?? c.where.names[0]?.name ?? null,
    names: c.where.names,
    matter: c.alarm ? ALARMED[c.alarm.guess.kind] : matterIn(tools, c, t.code),
    asks: !c.alarm && t.type === 'consultation',
    suggests: !c.alarm && t.type === 'suggestion',
    act: t.proposal?.act ?? 'dispatch',
    orderNoTail: t.proposal?.orderNoTail ?? null,
  });

/** One part of several, read on its own. */
function matterOf(tools: Tools, q: Question, content: string): Matter {
  const c = core(tools, { ...q, content });
  const code = c.categories.guesses[0]?.value;
  const type = typesOf(tools.lexicon, c.reading, code, c.alarm)[0]?.value;
  return {
    weight: code ? sumOf(c.categories.sums, code).score : 0,
    part: {
      content,
      title: titleFor(tools, c, { code, type }),
      type: type ?? null,
      categoryCode: code ?? null,
      urgency: urgencyOf(tools.lexicon, c.reading, { category: code, type, alarm: c.alarm }).value,
      subjectKind: subjectOf(c.reading, code),
    },
  };
}

/**
 * How often the category's unit was right at each strength of its evidence, drawn a little lower. It was
 * measured on texts the lexicon was tuned with: of matters it has not met it is right less often, so the
 * thresholds stand high. The score never falls as evidence grows.
 */
const MEASURED: readonly (readonly [strength: number, right: number])[] = [
  [0, 0.05],
  [0.4, 0.5],
  [0.5, 0.65],
  [0.55, 0.8],
  [0.6, 0.88],
  [0.65, 0.94],
  [0.7, 0.96],
  [0.9, 0.985],
  [1, 0.99],
];

function probability(strength: number): number {
  const next = MEASURED.findIndex(([at]) => at >= strength);
  if (next <= 0) return MEASURED[0]![1];
  const [[x0, y0], [x1, y1]] = [MEASURED[next - 1]!, MEASURED[next]!];
  return y0 + ((strength - x0) / (x1 - x0)) * (y1 - y0);
}

/** How sure the whole is: as sure as its category, less for an act that is itself unsure. */
function certainty(category: number, proposal: ProposalGuess): number {
  const whole = probability(category);
  return proposal.act === 'dispatch' ? whole : 0.7 * whole + 0.3 * proposal.score;
}

const landmark = (c: Core): boolean =>
  c.where.names.length === 0 &&
  c.where.address === null &&
  sumOf(sums(c.reading.marks, 'cue'), 'landmark').score >= 2;

/** Type, category and urgency of the whole; of several matters the first stays with the order. */
function verdict(tools: Tools, c: Core, parts: readonly Part[]) {
  const { reading, alarm, categories } = c;
  const [first] = parts;
  const code = first?.categoryCode ?? categories.guesses[0]?.value;
  const guesses = chosenFirst(categories.guesses, code);
  const types = typesOf(tools.lexicon, reading, code, alarm).toSorted(
    (a, b) => Number(b.value === first?.type) - Number(a.value === first?.type),
  );
  const own = urgencyOf(tools.lexicon, reading, { category: code, type: types[0]?.value, alarm });
  return {
    code,
    categories: guesses,
    types,
    urgency: first?.urgency ? { ...own, value: first.urgency } : own,
    subjectKind: first ? first.subjectKind : subjectOf(reading, code),
  };
}

function proposalFor(tools: Tools, c: Core, parts: Part[], type: DemandType | undefined) {
  return propose({
    lexicon: tools.lexicon,
    reading: c.reading,
    alarm: c.alarm,
    categories: c.categories.guesses,
    type,
    placed: c.where.areas.length > 0 || c.where.address !== null,
    landmarkOnly: landmark(c),
    parts,
  });
}

function understand(tools: Tools, q: Question): Understanding {
  const c = core(tools, q);
  const { reading, alarm, where } = c;
  const least = tools.lexicon.document.thresholds.category;
  const parts = alarm ? [] : partsOf(reading, q.content, (text) => matterOf(tools, q, text), least);
  const v = verdict(tools, c, parts);
  const type = v.types[0]?.value;
  const proposal = proposalFor(tools, c, parts, type);
  const flags = withLandmark(flagsOf(tools.lexicon, reading, q.channel, alarm), landmark(c));
  return {
    classifier: LEXICON_CLASSIFIER,
    version: tools.version,
    title: titleFor(tools, c, {
      // The lexicon names matters of the second level.
      code: q.chosen?.categoryCode?.slice(0, 4) ?? v.code,
      type: q.chosen?.type ?? type,
      proposal,
    }),
    types: typesSaid(v.types, proposal),
    categories: v.categories,
    urgency: v.urgency,
    flags,
    hints: hintsOf(tools.lexicon, reading, { danger: c.dangerHinted, type, flags }),
    areas: where.areas,
    address: where.address,
    occurred: occurredIn(reading, where),
    subjectKind: v.subjectKind,
    emergency: alarm?.guess ?? null,
    proposal,
    spans: spansOf(reading, chosenKeys(v.code, type, v.urgency.value, flags), alarm, where),
    score: certainty(v.categories[0]?.score ?? 0, proposal),
  };
}

const withLandmark = (flags: Guess<Flag>[], landmarkOnly: boolean): Guess<Flag>[] =>
  landmarkOnly ? [...flags, { value: 'landmark_only', score: 0.8, because: [] }] : flags;

const chosenKeys = (
  code: string | undefined,
  type: string | undefined,
  urgency: string,
  flags: readonly Guess<Flag>[],
): ReadonlySet<string> =>
  new Set([
    ...(code ? [`category:${code}`] : []),
    ...(type ? [`type:${type}`] : []),
    `urgency:${urgency}`,
    ...flags.map((f) => `flag:${f.value}`),
  ]);

/**
 * Builds the classifier once; every text is one pass over it.
 * @param version of the lexicon; it stands with everything that is decided by it.
 */
export function createLexiconClassifier(
  document: LexiconDocument,
  places: GazetteerData,
  version: number,
): LexiconClassifier {
  const tools: Tools = {
    lexicon: compileLexicon(document),
    gazetteer: createGazetteer(places),
    version,
  };
  const { accept, dispatch } = document.thresholds;
  return {
    name: LEXICON_CLASSIFIER,
    version,
    auto: { accept, dispatch, peril: document.peril },
    understand: (q) => understand(tools, q),
  };
}
