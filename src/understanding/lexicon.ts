/** The written lexicon: one document a version, kept in table `lexicon`. */
import { z } from 'zod';
import {
  DEMAND_TYPES,
  EMERGENCY_TARGETS,
  FLAGS,
  GROUNDS,
  PROPOSALS,
  URGENCIES,
} from '../kernel/words.ts';
import { expand, isSingle } from './terms.ts';

/** What one character alone may weigh: it never decides. */
const SINGLE_MAX = 0.5;

const term = z
  .string()
  .min(1)
  .max(1000)
  .superRefine((text, ctx) => {
    try {
      expand(text);
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

const weight = z.number().min(-10).max(10);

/** Terms with their weights; a lone character weighs at most half a point. */
const terms = z.record(term, weight).superRefine((all, ctx) => {
  for (const [text, w] of Object.entries(all))
    if (w > SINGLE_MAX && wellFormed(text) && isSingle(text))
      ctx.addIssue({ code: 'custom', message: `one character must not decide: ${text}` });
});

/** A malformed term has its own issue already. */
function wellFormed(text: string): boolean {
  try {
    return expand(text).length > 0;
  } catch {
    return false;
  }
}

const unit = z.number().min(0).max(1);

const category = z.strictObject({
  /** What a demand of this category is when its words do not say: a broken lamp is help, a shop a complaint. */
  lean: z.enum(DEMAND_TYPES),
  urgency: z.enum(URGENCIES),
  /** Whether nobody can go there without an address. */
  site: z.boolean(),
  terms,
  /** Terms by subject kind of the dispatch catalogue. */
  subjects: z.record(z.string().min(1).max(20), terms),
  /** What a title calls the matter, with the words that tell it; the first that is told, `-` always. */
  matters: z
    .array(z.strictObject({ name: z.string().min(2).max(12), words: z.array(z.string().min(1)) }))
    .default([]),
});

const emergency = z.strictObject({
  kind: z.enum([
    'fire',
    'gas',
    'drowning',
    'violence',
    'threat',
    'fraud',
    'medical',
    'traffic',
    'trapped',
    'collapse',
    'other',
  ]),
  target: z.enum(EMERGENCY_TARGETS),
  also: z.array(z.enum(EMERGENCY_TARGETS)),
  categoryCode: z.string().regex(/^\d{4}$/),
  terms,
});

const scene = z.strictObject({
  of: z.enum(['danger', 'flag']),
  /** Kind of the emergency, or the flag. */
  key: z.string().min(1).max(30),
  weight,
  /** Classes of which each has a word near the first one's. */
  all: z.array(z.string()).min(2).max(4),
  /** Classes that must not be found anywhere. */
  none: z.array(z.string()).max(6),
});

/** Words that turn the meaning of others. */
export const CUES = [
  'now',
  'past',
  'hypothetical',
  'consult',
  'prevention',
  'victim',
  'landmark',
  'sited',
  'question',
  'demand',
] as const;
export type Cue = (typeof CUES)[number];

export const lexiconDocument = z.strictObject({
  categories: z.record(z.string().regex(/^\d{4}$/), category),
  types: z.partialRecord(z.enum(DEMAND_TYPES), terms),
  urgency: z.partialRecord(z.enum(URGENCIES), terms),
  flags: z.partialRecord(z.enum(FLAGS), terms),
  emergencies: z.array(emergency).min(1),
  cues: z.partialRecord(z.enum(CUES), terms),
  /** Words that speak for an act; `reject` by ground, `transfer_out` by target. */
  acts: z.partialRecord(z.enum(PROPOSALS), terms),
  grounds: z.partialRecord(z.enum(GROUNDS), terms),
  targets: z.record(z.enum(['petition', 'discipline', 'other_city']), terms),
  /** Classes of words that say something only together, and what they say: see `scenes.ts`. */
  signs: z.record(z.string().min(1).max(30), z.array(term)).default({}),
  scenes: z.array(scene).default([]),
  /** Words that begin a further matter. */
  splits: terms,
  /** Figures of speech and names: what lies within one of them is not heard. */
  void: z.array(term),
  /** What a title leaves out: greetings, fillers, times. */
  strip: z.array(term),
  times: z.array(term),
  thresholds: z.strictObject({
    /** From this score on the system accepts, or dispatches, by itself. */
    accept: unit,
    dispatch: unit,
    /** Weight from which a danger raises the red panel, a flag is set, a category is named. */
    emergency: z.number().positive().max(20),
    flag: z.number().positive().max(20),
    category: z.number().positive().max(20),
    /** Weight from which a danger, or a wish for secrecy, is hinted at: a person looks first. */
    hint: z
      .strictObject({ emergency: z.number().positive(), confidential: z.number().positive() })
      .default({ emergency: 2, confidential: 1 }),
  }),
  /**
   * The second net under the emergencies: classes, by the types named, in which a danger may hide
   * that no word gave away. The system never accepts them; a person reads them first.
   */
  peril: z.record(z.string().regex(/^\d{4}$/), z.array(z.enum(DEMAND_TYPES)).min(1)).default({}),
});
export type LexiconDocument = z.infer<typeof lexiconDocument>;

/** What a term speaks for. */
export type Domain =
  | 'category'
  | 'subject'
  | 'type'
  | 'urgency'
  | 'flag'
  | 'danger'
  | 'cue'
  | 'act'
  | 'ground'
  | 'target'
  | 'split'
  | 'sign'
  | 'void'
  | 'strip'
  | 'time';

export interface Entry {
  domain: Domain;
  /** Within the domain: code, `code/subject`, type, kind … */
  key: string;
  term: string;
  weight: number;
}

const entries = (domain: Domain, key: string, all: Record<string, number> | undefined): Entry[] =>
  Object.entries(all ?? {}).map(([t, w]) => ({ domain, key, term: t, weight: w }));

const group = (domain: Domain, all: Record<string, Record<string, number> | undefined>): Entry[] =>
  Object.entries(all).flatMap(([key, list]) => entries(domain, key, list));

const plain = (domain: Domain, list: readonly string[]): Entry[] =>
  list.map((t) => ({ domain, key: '', term: t, weight: 1 }));

/** The whole document as one list: what the matcher is built from. */
export const flatten = (d: LexiconDocument): Entry[] => [
  ...Object.entries(d.categories).flatMap(([code, c]) => [
    ...entries('category', code, c.terms),
    ...Object.entries(c.subjects).flatMap(([kind, list]) =>
      entries('subject', `${code}/${kind}`, list),
    ),
  ]),
  ...group('type', d.types),
  ...group('urgency', d.urgency),
  ...group('flag', d.flags),
  ...d.emergencies.flatMap((e, i) => entries('danger', String(i), e.terms)),
  ...group('cue', d.cues),
  ...group('act', d.acts),
  ...group('ground', d.grounds),
  ...group('target', d.targets),
  ...entries('split', '', d.splits),
  ...Object.entries(d.signs).flatMap(([key, list]) =>
    list.map((t): Entry => ({ domain: 'sign', key, term: t, weight: 1 })),
  ),
  ...plain('void', d.void),
  ...plain('strip', d.strip),
  ...plain('time', d.times),
];
