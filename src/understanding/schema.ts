/** What a text is understood to say, and the seam behind which every classifier stands. */
import type {
  Channel,
  DemandType,
  EmergencyTarget,
  Flag,
  Ground,
  MissingItem,
  Proposal,
  Urgency,
} from '../kernel/words.ts';

/** What is known when a text is to be understood. */
export interface Question {
  content: string;
  /** As typed; may be empty. */
  address: string;
  channel: Channel;
  /** What a person chose: the title is made for it, whatever the words seem to be. */
  chosen?: { categoryCode?: string | undefined; type?: DemandType | undefined } | undefined;
}

/** One guess with its score (0–1) and the words of the text that decided, as terms of the lexicon. */
export interface Guess<T> {
  value: T;
  score: number;
  because: string[];
}

/** Where a deciding word stands in the content; `of` = what it speaks for. UTF-16 offsets. */
export interface Span {
  from: number;
  to: number;
  of: 'type' | 'category' | 'urgency' | 'flag' | 'area' | 'time' | 'emergency';
}

/** Marks of which a hint is enough for the system to leave the order to a person. */
export const HINTS = ['emergency', 'confidential'] as const satisfies readonly Flag[];
export type Hint = (typeof HINTS)[number];

export interface EmergencyGuess {
  target: EmergencyTarget;
  /** Other lines that may be needed too, most likely first. */
  also: EmergencyTarget[];
  /** Key of the words of the red panel: `emergency.kind.<kind>`; questions `emergency.ask.<kind>`. */
  kind:
    | 'fire'
    | 'gas'
    | 'drowning'
    | 'violence'
    | 'threat'
    | 'fraud'
    | 'medical'
    | 'traffic'
    | 'trapped'
    | 'collapse'
    | 'other';
  because: string[];
}

/** One matter of several in one text. */
export interface Part {
  content: string;
  title: string;
  type: DemandType | null;
  categoryCode: string | null;
  urgency: Urgency | null;
  subjectKind: string | null;
}

export interface ProposalGuess {
  act: Proposal;
  score: number;
  because: string[];
  /** With `reject`. */
  ground?: Ground;
  /** With `ask_supplement`. */
  missing?: MissingItem[];
  /** With `split`: two or more. */
  parts?: Part[];
  /** With `transfer_out`: petition, discipline, other_city. */
  target?: string;
  /** With `progress_answer`, `append` or `redo`: last digits of an order number that the text names. */
  orderNoTail?: string;
}

/** Everything a classifier says of one text. Guesses are best first; an empty list = it cannot say. */
export interface Understanding {
  /** Name and version of what answered; kept with the order. */
  classifier: string;
  version: number;
  title: string;
  types: Guess<DemandType>[];
  /** Level-2 codes; at most 5. */
  categories: Guess<string>[];
  urgency: Guess<Urgency>;
  flags: Guess<Flag>[];
  /** Marks that are hinted at and not set: too little to raise an alarm by, enough for a person to look first. */
  hints: Hint[];
  /** Codes of areas, the finest known; at most 3. */
  areas: Guess<string>[];
  /** Place found in the text: a name of the gazetteer or the words that tell the address. */
  address: string | null;
  /** Time found in the text, as its words. */
  occurred: string | null;
  subjectKind: string | null;
  emergency: EmergencyGuess | null;
  proposal: ProposalGuess;
  spans: Span[];
  /** How sure the whole is, 0–1: what automatic dispatch is decided by. */
  score: number;
}

/**
 * The seam: today the written lexicon, later a learner. Pure and quick (< 5 ms for 2,000 characters);
 * whatever answers must name itself and its version, so that a decision can be told from where it came.
 */
export interface Classifier {
  readonly name: string;
  readonly version: number;
  understand(q: Question): Understanding;
}

/** What is kept of it with an order (table classification). */
export interface ClassificationView {
  classifier: string;
  version: number;
  type: DemandType | null;
  categoryCode: string | null;
  urgency: Urgency | null;
  areaCode: string | null;
  subjectKind: string | null;
  flags: Flag[];
  hints: Hint[];
  proposal: Proposal;
  score: number;
  /** Terms that decided, by what they decided. */
  because: Partial<
    Record<'type' | 'category' | 'urgency' | 'flags' | 'area' | 'proposal', string[]>
  >;
  ground: Ground | null;
  missing: MissingItem[];
  at: string;
}
