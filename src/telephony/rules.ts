/** Decisions of the telephone, without a database: seats, who is offered a call, what a call became. */
import { EMERGENCY_TARGETS } from '../kernel/words.ts';
import type { CallOutcome, CallSkill, SeatSkill, SeatState } from './limits.ts';

// ---------------------------------------------------------------- seats

export type Mover = 'operator' | 'system';
export interface SeatMove {
  readonly from: SeatState;
  readonly to: SeatState;
  readonly by: readonly Mover[];
}
const both = ['operator', 'system'] as const;
const system = ['system'] as const;

/** Every legal change of a seat; the check of table seat_change says the pairs a second time. */
export const SEAT_MOVES: readonly SeatMove[] = [
  { from: 'offline', to: 'ready', by: ['operator'] },
  { from: 'offline', to: 'break', by: ['operator'] },
  { from: 'ready', to: 'ringing', by: system },
  { from: 'ready', to: 'talking', by: system },
  { from: 'ready', to: 'break', by: both },
  { from: 'ready', to: 'offline', by: both },
  { from: 'ringing', to: 'talking', by: system },
  { from: 'ringing', to: 'ready', by: system },
  { from: 'ringing', to: 'break', by: system },
  { from: 'ringing', to: 'offline', by: system },
  { from: 'talking', to: 'wrap_up', by: system },
  { from: 'talking', to: 'ready', by: system },
  { from: 'talking', to: 'offline', by: system },
  { from: 'wrap_up', to: 'ready', by: both },
  { from: 'wrap_up', to: 'break', by: ['operator'] },
  { from: 'wrap_up', to: 'offline', by: both },
  // An emergency does not wait until somebody has finished writing.
  { from: 'wrap_up', to: 'ringing', by: system },
  { from: 'wrap_up', to: 'talking', by: system },
  { from: 'break', to: 'ready', by: ['operator'] },
  { from: 'break', to: 'offline', by: both },
  // Who takes a call at a telephone while on a break speaks, whatever was planned.
  { from: 'break', to: 'talking', by: system },
];

export const mayMove = (from: SeatState, to: SeatState, by: Mover): boolean =>
  SEAT_MOVES.some((m) => m.from === from && m.to === to && m.by.includes(by));

/** Where an operator may go from here by themselves; what a refusal names. */
export const movesFrom = (from: SeatState): SeatState[] =>
  SEAT_MOVES.filter((m) => m.from === from && m.by.includes('operator')).map((m) => m.to);

/** How an offer ended whose time is over: a switch that asked since then heard nobody answer. */
export const expiredAs = (offer: { until: Date }, askedAt: Date): 'no_answer' | 'lost' =>
  askedAt >= offer.until ? 'no_answer' : 'lost';

/** A seat after an offer that came to nothing. */
export function afterOffer(
  result: string,
  noAnswers: number,
  absentAfter: number,
): { to: 'ready' | 'break'; noAnswers: number; breakReason: 'absent' | 'unreachable' | null } {
  // A switch that is silent says nothing of the operator.
  if (result === 'lost') return { to: 'ready', noAnswers, breakReason: null };
  const silent = result === 'no_answer' || result === 'unreachable';
  if (!silent) return { to: 'ready', noAnswers: 0, breakReason: null };
  const count = noAnswers + 1;
  if (count < absentAfter) return { to: 'ready', noAnswers: count, breakReason: null };
  const breakReason = result === 'unreachable' ? 'unreachable' : 'absent';
  return { to: 'break', noAnswers: 0, breakReason };
}

// ---------------------------------------------------------------- the queue

/** Before everybody; nothing ever limits it. */
export const EMERGENCY_PRIORITY = 100;
/** A restricted caller who called again at once: it may be an emergency. */
export const PASSED_PRIORITY = 50;

/** A call that was not asked about for that long has no switch that would ring anywhere. */
export const FRESH_SECONDS = 10;

/**
 * Seconds after which we take an offer back that the switch says nothing of: a little more than it
 * rings, so that who answers at the last moment is not overtaken.
 */
export const GRACE_SECONDS = 2;

export interface Waiting {
  id: string;
  skill: CallSkill;
  /** Seconds since it entered the queue. */
  waited: number;
  /** Who was offered it a moment ago: asked again at once, a telephone that is busy still is. */
  resting?: ReadonlySet<string> | undefined;
}
export interface FreeSeat {
  userId: string;
  skills: readonly string[];
}

/** Whether this operator may be offered this call now: not a moment ago, and skill or a long wait. */
export const suits = (call: Waiting, seat: FreeSeat, widenSeconds: number): boolean =>
  !call.resting?.has(seat.userId) &&
  (call.skill === 'general' ||
    call.skill === 'emergency' ||
    call.waited >= widenSeconds ||
    seat.skills.includes(call.skill));

/** Who was offered a call since then, and it came to nothing: they are left alone with it for now. */
export const restingOf = (
  offers: readonly { userId: string; endedAt: Date | null }[],
  since: Date,
): ReadonlySet<string> =>
  new Set(offers.filter((o) => o.endedAt && o.endedAt > since).map((o) => o.userId));

/**
 * The seats for `call`, best first, after each of those `before` it took its own: longest idle first.
 * Who was offered this very call before comes last.
 * @param seats free ones, longest idle first.
 */
export function seatsFor<S extends FreeSeat>(
  call: Waiting,
  before: readonly Waiting[],
  seats: readonly S[],
  rules: { widenSeconds: number; tried: ReadonlySet<string> },
): S[] {
  const left = [...seats];
  for (const b of before) {
    if (left.length === 0) return [];
    const i = left.findIndex((s) => suits(b, s, rules.widenSeconds));
    if (i >= 0) left.splice(i, 1);
  }
  const mine = left.filter((s) => suits(call, s, rules.widenSeconds));
  const again = mine.filter((s) => rules.tried.has(s.userId));
  return [...mine.filter((s) => !rules.tried.has(s.userId)), ...again];
}

/** How many of the newest answers tell the pace, and how old they may be. */
export const PACE_ANSWERS = 20;
const PACE_SECONDS = 900;
/** Seconds of a call where nothing was answered lately (domain: some minutes a call). */
const USUAL_SECONDS = 180;

/**
 * Seconds until a caller is answered: the pace of the newest answers (of a quarter of an hour, at most
 * 20) times the callers up to this one; without any, a usual call shared by those on duty. Rounded up
 * to ten seconds; a promise to nobody.
 */
export function expectedWait(
  ahead: number,
  answers: readonly Date[],
  now: Date,
  onDuty: number,
): number {
  const ages = answers
    .map((a) => (now.getTime() - a.getTime()) / 1000)
    .filter((s) => s >= 0 && s <= PACE_SECONDS);
  const each =
    ages.length > 0 ? Math.max(...ages, 1) / ages.length : USUAL_SECONDS / Math.max(onDuty, 1);
  return Math.ceil((each * (ahead + 1)) / 10) * 10;
}

// ---------------------------------------------------------------- what a call became

/** What the switch, or we, said of a call. */
export type Said =
  | { type: 'call.ringing'; from: string; to: string; skill?: CallSkill | undefined }
  | { type: 'call.answered'; legId: string; target: string }
  | { type: 'call.held'; on: boolean }
  | { type: 'call.transferred'; target: string; legId: string; mode: 'blind' | 'consult' }
  | { type: 'call.abandoned' }
  | { type: 'call.ended'; by: 'caller' | 'operator' | 'switch'; reason?: string | undefined }
  | { type: 'own.asked'; from: string; to: string; skill?: CallSkill | undefined }
  | { type: 'own.refused' }
  | { type: 'own.overflowed' }
  | { type: 'own.lost' };

/** How far the clock of a switch may be from ours, in minutes. */
const CLOCK_MINUTES = 5;

/** When something was, by a switch's clock where that can be; `receivedAt` is ours, of the first receipt. */
export function plausible(at: Date, receivedAt: Date): Date {
  const [middle, most] = [receivedAt.getTime(), CLOCK_MINUTES * 60_000];
  return new Date(Math.min(Math.max(at.getTime(), middle - most), middle + most));
}

/** One entry of a call's ledger. */
export interface Told {
  /** As it was said. */
  at: Date;
  receivedAt: Date;
  /** The same for the same words; breaks ties of one instant, so that who came first never matters. */
  fingerprint: string;
  /** Who sat at the telephone it speaks of. */
  userId: string | null;
  said: Said;
}

export interface LegFacts {
  legId: string;
  kind: 'operator' | 'extension' | 'emergency' | 'outside';
  target: string;
  userId: string | null;
  mode: '' | 'blind' | 'consult';
  beganAt: Date;
  endedAt: Date | null;
}

/** The row of a call as its ledger makes it. */
export interface CallFacts {
  from: string;
  called: string;
  skill: CallSkill;
  state: 'waiting' | 'talking' | 'held' | 'ended';
  outcome: CallOutcome | null;
  enteredAt: Date;
  answeredAt: Date | null;
  endedAt: Date | null;
  endedBy: 'caller' | 'operator' | 'switch' | 'platform' | null;
  endReason: string;
  /** The last operator who had it. */
  operatorId: string | null;
  /** Whose telephone speaks now. */
  speakerId: string | null;
  legs: LegFacts[];
}

/** Of one instant, what can only come after comes after. */
const RANK: Record<Said['type'], number> = {
  'call.ringing': 0,
  'own.asked': 1,
  'own.refused': 2,
  'own.overflowed': 2,
  'call.answered': 3,
  'call.transferred': 4,
  'call.held': 5,
  'own.lost': 6,
  'call.abandoned': 7,
  'call.ended': 8,
};

/**
 * Everything once, in order, at instants that can be. News that comes late (a platform was away) keeps
 * the order in which it was said; nothing was before the call rang.
 */
function inOrder(told: readonly Told[]): Told[] {
  const once = [...new Map(told.map((t) => [t.fingerprint, t])).values()];
  const key = (t: Told) => Math.min(t.at.getTime(), plausible(t.at, t.receivedAt).getTime());
  const sorted = once.toSorted(
    (a, b) =>
      key(a) - key(b) ||
      RANK[a.said.type] - RANK[b.said.type] ||
      (a.fingerprint < b.fingerprint ? -1 : 1),
  );
  const rang = sorted.find(isRinging);
  const began = rang ? plausible(rang.at, rang.receivedAt) : new Date(0);
  let last = began;
  return sorted.map((t) => {
    const at = plausible(t.at, t.receivedAt);
    last = at > last ? at : last;
    return { ...t, at: t === rang ? began : last };
  });
}

const isRinging = ({ said }: Told): boolean =>
  said.type === 'call.ringing' || said.type === 'own.asked';

const isEmergency = (target: string): boolean =>
  (EMERGENCY_TARGETS as readonly string[]).includes(target);

interface Ending {
  at: Date;
  by: NonNullable<CallFacts['endedBy']>;
  reason: string;
}

/**
 * How it ended: what the switch says comes before what we decided; the first of several holds. Whom a
 * leg was given to has spoken: an end is never before the last leg, unless the caller gave up.
 */
function endingOf(told: readonly Told[], emergency: boolean): Ending | null {
  let abandoned: Ending | null = null;
  let own: Ending | null = null;
  let ended: Ending | null = null;
  for (const { at, said } of told) {
    if (said.type === 'call.ended') ended ??= { at, by: said.by, reason: said.reason ?? '' };
    if (said.type === 'call.abandoned') abandoned ??= { at, by: 'caller', reason: 'abandoned' };
    // Nothing that we decide keeps an emergency out.
    if (said.type === 'own.refused' && !emergency)
      own ??= { at, by: 'platform', reason: 'refused' };
    if (said.type === 'own.overflowed' && !emergency) own ??= { at, by: 'platform', reason: 'overflow' }; // prettier-ignore
    if (said.type === 'own.lost') own ??= { at, by: 'platform', reason: 'lost' };
  }
  if (ended && abandoned)
    return { ...ended, at: ended.at < abandoned.at ? ended.at : abandoned.at };
  if (!ended) return abandoned ?? own;
  const leg = told.findLast(({ said }) => said.type === 'call.answered' || said.type === 'call.transferred'); // prettier-ignore
  return leg && leg.at > ended.at ? { ...ended, at: leg.at } : ended;
}

/** Who spoke when, up to the end; legs follow each other. */
function legsOf(told: readonly Told[], end: Date | null): { legs: LegFacts[]; held: boolean } {
  const legs: LegFacts[] = [];
  let held = false;
  const begin = (leg: Omit<LegFacts, 'endedAt'>) => {
    const last = legs.at(-1);
    if (last) last.endedAt = leg.beganAt;
    legs.push({ ...leg, endedAt: null });
    held = false;
  };
  for (const { at, userId, said } of told) {
    if (end && at > end) break;
    if (said.type === 'call.held') held = said.on && legs.length > 0;
    if (said.type === 'call.transferred') {
      const { target, legId, mode } = said;
      const kind = isEmergency(target) ? 'emergency' : userId ? 'extension' : 'outside';
      begin({ legId, kind, target, userId, mode, beganAt: at });
    }
    if (said.type === 'call.answered') {
      const { target, legId } = said;
      const last = legs.at(-1);
      // Where a transfer is picked up, it is the leg that the transfer began; an emergency line's keeps
      // its name, by which a hand-over knows it.
      if (last && last.target === target && last.mode !== '') {
        if (last.kind !== 'emergency') last.legId = legId;
      } else begin({ legId, kind: 'operator', target, userId, mode: '', beganAt: at });
    }
  }
  const last = legs.at(-1);
  if (last && end) last.endedAt = end;
  return { legs, held };
}

/** Whose telephone speaks: who has the last leg, or called an emergency line in and stays as the third. */
export function speakerOf(
  legs: readonly Pick<LegFacts, 'kind' | 'mode' | 'userId'>[],
): string | null {
  const last = legs.findLast((l) => l.kind !== 'emergency' || l.mode !== 'consult');
  return last && last.kind !== 'emergency' && last.kind !== 'outside' ? last.userId : null;
}

/**
 * What a call is, by everything that was said of it: the same for any order of arrival and any number
 * of repeats. `at` decides, as far as it can be; an end is final, but for legs of which it cannot be.
 */
export function callFacts(ledger: readonly Told[]): CallFacts {
  const told = inOrder(ledger);
  const asks = told.flatMap(({ said }) =>
    said.type === 'call.ringing' || said.type === 'own.asked' ? [said] : [],
  );
  const emergency = asks.some((a) => a.skill === 'emergency');
  const rang = told.find(isRinging);
  const ending = endingOf(told, emergency);
  const { legs, held } = legsOf(told, ending?.at ?? null);
  const refused = ending?.by === 'platform' && ending.reason === 'refused';
  const wasRefused = !emergency && told.some((t) => t.said.type === 'own.refused');
  const overflowed = !emergency && told.some((t) => t.said.type === 'own.overflowed');
  const answeredAt = legs.find((l) => l.mode === '')?.beganAt ?? null;
  const last = legs.at(-1);
  const outcome = (): CallOutcome | null => {
    if (answeredAt) return 'answered';
    if (!ending) return null;
    if (refused || wasRefused) return 'refused';
    return ending.by === 'caller' && !overflowed ? 'abandoned' : 'missed';
  };
  return {
    from: asks.findLast((a) => a.from !== '')?.from ?? '',
    called: asks.at(-1)?.to ?? '',
    skill: emergency ? 'emergency' : (asks.findLast((a) => a.skill)?.skill ?? 'general'),
    state: ending ? 'ended' : !last ? 'waiting' : held ? 'held' : 'talking',
    outcome: outcome(),
    enteredAt: (rang ?? told[0]!).at,
    answeredAt,
    endedAt: ending?.at ?? null,
    endedBy: ending?.by ?? null,
    endReason: ending?.reason ?? '',
    operatorId: legs.findLast((l) => l.userId !== null)?.userId ?? null,
    speakerId: ending ? null : speakerOf(legs),
    legs,
  };
}

// ---------------------------------------------------------------- numbers

/** A number as the switch has it, as bare digits of our own country's form; null where it is withheld. */
export function bareNumber(from: string): string | null {
  const digits = from.replace(/^(\+|00)86/, '').replace(/\D/g, '');
  return /^\d{3,20}$/.test(digits) ? digits : null;
}

/** What a seat is able to: always `general` first. */
export const withGeneral = (skills: readonly SeatSkill[]): SeatSkill[] => [
  'general',
  ...new Set(skills.filter((s) => s !== 'general')),
];
