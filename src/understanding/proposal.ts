/** What to do with a text: every act by what speaks for it, the pressing ones first. */
import type { DemandType, Ground, Proposal } from '../kernel/words.ts';
import type { Alarm } from './emergency.ts';
import { sumOf, sums } from './evidence.ts';
import type { Lexicon, Reading, Sum } from './evidence.ts';
import type { Guess, Part, ProposalGuess } from './schema.ts';

/** What the rules know when they propose. */
export interface Findings {
  lexicon: Lexicon;
  reading: Reading;
  alarm: Alarm | null;
  categories: Guess<string>[];
  type: DemandType | undefined;
  /** Whether the text or the form names a place. */
  placed: boolean;
  landmarkOnly: boolean;
  parts: Part[];
}

/** From this weight on the words speak for an act by themselves. */
const ENOUGH = 2;
/** “Other and invalid” of the catalogue. */
const NOTHING = '1608';
/** Without any word of the lexicon a text shorter than this holds nothing to work on. */
const EMPTY = 10;
/** Digits as they are typed or spelt, also with the stroke that numbers are shown with. */
const DIGITS = '([0-9][0-9-]{1,22}[0-9]|[零〇一二两三四五六七八九幺]{4,22})';
/** “尾号0387”, “单号20261122-000387”. */
const ORDER_NO = new RegExp(
  `(?:尾号|尾数|[后末最]后?[四4五5六6]位|编号|单号|工单号|受理号|工单)[^0-9。!?]{0,8}?${DIGITS}(?![0-9零〇一二两三四五六七八九幺-]*[天个次年月日元块分小多])`,
  'g',
);
/** “0387那张单”. */
const NUMBERED = /([0-9]{4,20})(?:号的?|的|[那这][个张件])(?:工单|单子|单)/g;
/** Of telephones, cars, lamps and parcels: no order ends so. */
const OF_OTHERS =
  /(?:手机|电话|机|号码|车牌|车|卡|账号|账户|身份证|快递|订|运|包裹|灯|杆|井盖|表|设备|合同|站|桩)号?(?:的|是)?$/;
const SPELT = '零一二三四五六七八九';
const plainDigits = (words: string): string =>
  words
    .replace(/[〇两幺]/g, (c) => ({ 〇: '零', 两: '二', 幺: '一' })[c]!)
    .replace(/[零一二三四五六七八九]/g, (c) => String(SPELT.indexOf(c)))
    .replace(/-/g, '');

const sure = (s: Sum): number => s.score / (s.score + 0.8);

const guess = (act: Proposal, s: Sum): ProposalGuess => ({
  act,
  score: sure(s),
  because: s.because,
});

type Rule = (f: Findings, acts: Map<string, Sum>) => ProposalGuess | null;

/** Tells what an order number named in the text ends in. */
function tail(f: Findings): { orderNoTail?: string } {
  const { text } = f.reading.folded;
  const named = [...text.matchAll(ORDER_NO), ...text.matchAll(NUMBERED)].find(
    (m) =>
      /^工单|^受理/.test(m[0]) || !OF_OTHERS.test(text.slice(Math.max(0, m.index - 6), m.index)),
  );
  return named ? { orderNoTail: plainDigits(named[1]!).slice(-6) } : {};
}

const emergency: Rule = (f) =>
  f.alarm && {
    act: 'transfer_emergency',
    score: Math.min(0.99, f.alarm.score / (f.alarm.score + 0.5)),
    because: f.alarm.guess.because,
  };

const abuse: Rule = (f, acts) => {
  const s = sumOf(acts, 'abuse');
  const matter = sums(f.reading.marks, 'category');
  const most = Math.max(0, ...[...matter.values()].map((m) => m.score));
  return s.score >= ENOUGH && s.score > most ? guess('abuse', s) : null;
};

/** Nothing but a greeting, a number, or idle words. */
const noSubstance: Rule = (f, acts) => {
  const s = sumOf(acts, 'close_no_substance');
  if (f.categories.some((c) => c.value !== NOTHING)) return null;
  if (s.score >= ENOUGH) return guess('close_no_substance', s);
  const letters = f.reading.folded.text.replace(/[^\p{L}]/gu, '').length;
  const said = f.reading.marks.some((m) => !['strip', 'time', 'cue', 'void'].includes(m.domain));
  return letters < EMPTY && !said
    ? { act: 'close_no_substance', score: 0.6, because: s.because }
    : null;
};

const spoken =
  (act: 'redo' | 'progress_answer' | 'append'): Rule =>
  (f, acts) => {
    const s = sumOf(acts, act);
    return s.score >= ENOUGH ? { ...guess(act, s), ...tail(f) } : null;
  };

function strongest(all: Map<string, Sum>): [string, Sum] | undefined {
  return [...all].toSorted((a, b) => b[1].score - a[1].score)[0];
}

const reject: Rule = (f) => {
  const top = strongest(sums(f.reading.marks, 'ground'));
  return top && top[1].score >= ENOUGH + 1
    ? { ...guess('reject', top[1]), ground: top[0] as Ground }
    : null;
};

const transferOut: Rule = (f) => {
  const top = strongest(sums(f.reading.marks, 'target'));
  return top && top[1].score >= ENOUGH + 1
    ? { ...guess('transfer_out', top[1]), target: top[0] }
    : null;
};

const split: Rule = (f) =>
  f.parts.length >= 2
    ? {
        act: 'split',
        score: 0.85,
        because: f.reading.marks
          .filter((m) => m.domain === 'split' && m.weight > 0)
          .map((m) => m.words),
        parts: f.parts,
      }
    : null;

/** Somebody would have to go there, and nothing but “behind the market” says where. */
const supplement: Rule = (f, acts) => {
  const s = sumOf(acts, 'ask_supplement');
  const site = f.lexicon.document.categories[f.categories[0]?.value ?? '']?.site ?? false;
  const wanted = site && f.type !== 'consultation' && !f.placed;
  if (wanted && f.landmarkOnly)
    return { act: 'ask_supplement', score: 0.8, because: s.because, missing: ['address'] };
  if (f.placed || s.score < ENOUGH) return null;
  return { ...guess('ask_supplement', s), missing: site ? ['address'] : ['details'] };
};

/** A question about how things are done; one's own case wants the unit's answer. */
const direct: Rule = (f, acts) => {
  if (f.type !== 'consultation') return null;
  const [general, own] = [sumOf(acts, 'direct_answer'), sumOf(acts, 'dispatch')];
  return general.score >= own.score
    ? {
        act: 'direct_answer',
        score: sure({ ...general, score: general.score + 1 }),
        because: general.because,
      }
    : null;
};

/** The pressing ones first; the first that speaks is proposed. */
const RULES: readonly Rule[] = [
  emergency,
  abuse,
  spoken('redo'),
  spoken('append'),
  spoken('progress_answer'),
  noSubstance,
  reject,
  transferOut,
  split,
  supplement,
  direct,
];

/** What is proposed to do; an ordinary demand is dispatched. */
export function propose(f: Findings): ProposalGuess {
  const acts = sums(f.reading.marks, 'act');
  for (const rule of RULES) {
    const found = rule(f, acts);
    if (found) return found;
  }
  return {
    act: 'dispatch',
    score: f.categories[0]?.score ?? 0.2,
    because: f.categories[0]?.because ?? [],
  };
}
