import { FINAL_STATES, ORDER_STATES } from '../workorder/lifecycle.ts';
import { CITY_OFFSET_MS, DAY_MS } from '../kernel/clock.ts';
import { digitsOf } from '../kernel/typed.ts';
import type { Urgency } from '../kernel/words.ts';

/** When nobody's telephone is disturbed: times of the city's day, `hh:mm`; `from` belongs to it, `to` does not. */
export interface Quiet {
  readonly from: string;
  readonly to: string;
  readonly exceptUrgencies: readonly Urgency[];
}

const MINUTE_MS = 60_000;
const msOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
};

/**
 * Until when a message waits: the end of the quiet time that `at` lies in; null = it may go at once.
 * Quiet time may go over midnight; from and to the same = there is none.
 */
export function notBefore(quiet: Quiet, urgency: Urgency | null, at: Date): Date | null {
  if (urgency && quiet.exceptUrgencies.includes(urgency)) return null;
  const from = msOf(quiet.from);
  const length = (msOf(quiet.to) - from + DAY_MS) % DAY_MS;
  const sinceMidnight = (at.getTime() + CITY_OFFSET_MS) % DAY_MS;
  const sinceFrom = (sinceMidnight - from + DAY_MS) % DAY_MS;
  return sinceFrom < length ? new Date(at.getTime() - sinceFrom + length) : null;
}

/**
 * Tries of one delivery before it is given to people (state `dead`): with the pauses below a day and
 * a half, so that an outage of a day needs nobody (quality.md F9).
 */
export const TRIES_MAX = 150;
/** Seconds that a gateway has to answer. */
export const SEND_TIMEOUT_SECONDS = 8;
/** Seconds after which a try that was never finished may be taken up again. */
export const LEASE_SECONDS = 30;

/** Seconds to wait after the nth failed try: 2, 4, 8 … at most 15 minutes. */
export const backoffSeconds = (attempts: number): number => Math.min(2 ** attempts, 900);

/** Messages to units; nobody opts out of their duty. */
export const UNIT_DELIVERIES = [
  'assigned',
  'urged',
  'reminded',
  'supervised',
  'supervision_due',
  'emergency_heard',
] as const;
/** Messages to the citizen who raised an order. */
export const CITIZEN_DELIVERIES = [
  'receipt',
  'rating_link',
  'supplement_asked',
  'supplement_reminder',
  'supplement_expired',
  'no_substance_closed',
  'answered',
] as const;
/** Answers to a message that somebody sent us, by what came of it. */
export const SMS_ANSWERS = [
  'sms_rated',
  'sms_already_rated',
  'sms_nothing_to_rate',
  'sms_stopped',
  'sms_started',
  'sms_urged',
  'sms_urged_already',
  'sms_nothing_to_urge',
  'sms_progress',
  'sms_no_progress',
  'sms_same',
  'sms_supplemented',
  'sms_which',
  'sms_emergency',
  'sms_help',
] as const;
export type SmsAnswer = (typeof SMS_ANSWERS)[number];
export const DELIVERY_KINDS = [...UNIT_DELIVERIES, ...CITIZEN_DELIVERIES, ...SMS_ANSWERS] as const;
/** Messages; a unit that forgot a supervision order is told so in words of its own. */
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/**
 * What somebody who wants no more messages still gets: the number and code they asked for by raising a
 * demand, what the law has them told of it, and the answer to their own message.
 */
const IN_SPITE: readonly string[] = [
  'receipt',
  'supplement_asked',
  'supplement_expired',
  'no_substance_closed',
  'answered',
  ...SMS_ANSWERS,
];
export const goesInSpiteOfStop = (kind: string): boolean =>
  IN_SPITE.includes(kind) || (UNIT_DELIVERIES as readonly string[]).includes(kind);

/** What a message asks for. `tail`: last digits of an order number, or '' where none was named. */
export type Asked =
  /** `bare`: a digit and nothing else, which may as well answer what was asked. */
  | { what: 'rate'; satisfaction: number; tail: string; bare: boolean }
  | { what: 'stop' | 'start' }
  | { what: 'urge' | 'progress'; tail: string }
  /** `anew`: what is said behind the word that makes it a matter of its own, whatever waits. */
  | { what: 'demand'; anew?: string };

export interface CommandWords {
  readonly stop: readonly string[];
  readonly start: readonly string[];
  readonly urge: readonly string[];
  readonly progress: readonly string[];
  readonly anew: readonly string[];
}

/** Signs that people put around a word; a hyphen is part of none. */
const AROUND = /^[\s"'“”‘’「」【】()[\]]+|[\s"'“”‘’「」【】()[\].,。，!?、;:~]+$/gu;
/** What may stand between a word and the number of an order. */
const NUMBER_AFTER = /^[\s:,，#-]*(?:单号|工单|尾号|编号)?[\s:,，#-]*(\d[\d-]{2,23})$/u;

/** As it is compared: half width, upper case, without blanks at the ends and signs around it. */
export const bareText = (text: string): string =>
  text.normalize('NFKC').toUpperCase().trim().replace(AROUND, '').trim();

/**
 * Reads a message by the words of the policy. A word counts only where it is the whole message, alone
 * or with the last digits of an order number: who writes a sentence tells of a matter.
 */
export function readWords(text: string, words: CommandWords): Asked {
  const bare = bareText(text);
  const rated = /^([1-5])\s*(?:分|星|颗星)?(?:[\s:,，#-]+(\d[\d-]{2,23}))?$/.exec(bare);
  if (rated) {
    const [satisfaction, tail] = [Number(rated[1]), digitsOf(rated[2] ?? '')];
    return { what: 'rate', satisfaction, tail, bare: bare === rated[1] };
  }
  const tailAfter = (list: readonly string[]): string | null => {
    for (const word of list) {
      const bareWord = bareText(word);
      if (bare === bareWord) return '';
      if (!bare.startsWith(bareWord)) continue;
      const rest = NUMBER_AFTER.exec(bare.slice(bareWord.length));
      if (rest) return digitsOf(rest[1]!);
    }
    return null;
  };
  const isWhole = (list: readonly string[]) => list.some((w) => bareText(w) === bare);
  if (isWhole(words.stop)) return { what: 'stop' };
  if (isWhole(words.start)) return { what: 'start' };
  const urge = tailAfter(words.urge);
  if (urge !== null) return { what: 'urge', tail: urge };
  const progress = tailAfter(words.progress);
  if (progress !== null) return { what: 'progress', tail: progress };
  const anew = anewIn(text, words.anew);
  return anew === null ? { what: 'demand' } : { what: 'demand', anew };
}

/** What stands behind a word that begins another matter, as it was written; null: none begins it. */
function anewIn(text: string, words: readonly string[]): string | null {
  const said = text.trim().replace(/^["'“‘「【(（[]+/u, '');
  const word = words.find((w) => bareText(said.slice(0, w.length)) === bareText(w));
  if (!word) return null;
  const behind = said.slice(word.length);
  const parted = behind.replace(/^[\s"'”’」】)）\]:：,，.。、;；!！+-]+/u, '');
  // `新事物…` is a sentence of its own: nothing of it is cut off.
  return parted === behind && behind !== '' ? said : parted;
}

/** Letters, characters and digits that say something; signs and blanks do not. */
export const substanceOf = (text: string): number =>
  [...text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '')].length;

/** Whether a message may be what we asked for: `3幢` says enough of where, `收到` says nothing. */
export const saysMore = (text: string, substanceMin: number): boolean =>
  substanceOf(text) >= substanceMin || /\p{N}/u.test(text);

/** An order that waits for what its citizen was asked, as far as that decides where a message goes. */
export interface Waiting {
  id: string;
  orderNo: string;
  /** Confidential or anonymous: its citizen is not known by the telephone. */
  secret: boolean;
  emergency: boolean;
  askedAt: Date;
}

/** What is held for an emergency goes on by the hands of those who handle that. */
const takesReply = (w: Waiting): boolean => !w.secret && !w.emergency;

/** `0042 在3幢`: the end of a number, and words behind it. */
const NUMBER_BEFORE = /^(?:单号|工单|尾号|编号)?[\s:,，#]*(\d{8}-\d{6,8}|\d{4,16})(?!\d)(.+)$/su;

/** Those of the waiting that a message begins with the number of. */
function namedBy(text: string, waiting: readonly Waiting[]): Waiting[] {
  const [, number, words] = NUMBER_BEFORE.exec(bareText(text)) ?? [];
  if (!number || substanceOf(words!) === 0) return [];
  return waiting.filter((w) => w.orderNo.endsWith(digitsOf(number)));
}

/**
 * Which of the orders that wait a message answers: the one it names, or the only one, if it was asked
 * after `since`. `unclear` where its words may be meant for one that is kept secret, or for several:
 * nobody else shall read them. Null: it answers none.
 */
export function answersTo(
  text: string,
  waiting: readonly Waiting[],
  q: { since: Date; substanceMin: number },
): Waiting | 'unclear' | null {
  const named = namedBy(text, waiting);
  if (named.length > 0) return named.length === 1 && takesReply(named[0]!) ? named[0]! : 'unclear';
  if (!saysMore(text, q.substanceMin)) return null;
  if (waiting.some((w) => w.secret)) return 'unclear';
  if (!waiting.some((w) => w.askedAt > q.since)) return null;
  if (waiting.length > 1) return 'unclear';
  return takesReply(waiting[0]!) ? waiting[0]! : null;
}

/** How the message that asks says it can be answered: with words alone, behind the number, or not so. */
export function replyWay(id: string, waiting: readonly Waiting[]): 'plain' | 'tail' | null {
  const own = waiting.find((w) => w.id === id);
  if (!own || !takesReply(own)) return null;
  return waiting.length === 1 ? 'plain' : 'tail';
}

/** Joined to another order, or in other hands: nothing is left to do under this number here. */
const ELSEWHERE: readonly string[] = ['merged', 'transferred'];
const OPEN: readonly string[] = ORDER_STATES.filter(
  (s) => !FINAL_STATES.includes(s) && !ELSEWHERE.includes(s),
);
/** Whether somebody still has something to do about an order in this state. */
export const isOpen = (state: string): boolean => OPEN.includes(state);

/**
 * Whether an answer goes back as a message: one of its ways, and it is not read on the page, to which
 * the rating link leads already.
 */
export const goesBackBySms = (ways: readonly string[]): boolean =>
  ways.includes('sms') && !ways.includes('page');
