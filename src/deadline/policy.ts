/** Reading the policy document: which limit a clock has, which steps climb from it. Pure. */
import { DEMAND_TYPES, URGENCIES } from '../kernel/words.ts';
import type { Channel, Clock, DemandType, Urgency } from '../kernel/words.ts';
import type { Limit, StepRule } from './rules.ts';
import type { LadderRow, PolicyDocument } from './schema.ts';

/** What a limit is looked up by; kept in the ledger, so that a due instant can be computed anew. */
export interface Facts {
  urgency: Urgency | null;
  type: DemandType | null;
  channel: Channel | null;
  redo: boolean;
  /** Of a supervision order. */
  level?: number;
}

const fits = <T>(wanted: T | undefined, given: T | null | undefined) =>
  wanted === undefined || wanted === given;

/** The first row that fits; null: this clock does not run for such an order. */
export function limitFor(doc: PolicyDocument, clock: Clock, f: Facts): Limit | null {
  // Type 其他 has rows of its own; an order without type yet runs like one (life-cycle.md).
  const type = f.type ?? 'other';
  const row = doc.limits.find(
    (r) =>
      r.clock === clock &&
      fits(r.urgency, f.urgency) &&
      fits(r.type, type) &&
      fits(r.channel, f.channel) &&
      fits(r.redo, f.redo) &&
      fits(r.level, f.level),
  );
  return row ? { amount: row.amount, basis: row.basis } : null;
}

/** The end of the wait for a supplement is no matter of policy: without it the order waits for ever. */
const SUPPLEMENT_ENDS: LadderRow = {
  clocks: ['supplement'],
  step: 'due',
  at: { after: 0 },
  level: 0,
  action: 'remind',
  to: [],
  message: false,
};

export function ladderOf(doc: PolicyDocument, clock: Clock): LadderRow[] {
  const own = doc.ladder.filter((r) => r.clocks.includes(clock));
  if (clock !== 'supplement') return own;
  const ends = own.find((r) => r.step === 'due' && 'after' in r.at) ?? SUPPLEMENT_ENDS;
  return [...own.filter((r) => r.step !== 'due'), ends];
}

export const stepRulesOf = (doc: PolicyDocument, clock: Clock): StepRule[] =>
  ladderOf(doc, clock).map(({ step, at }) => ({ step, at }));

/** The row behind a step that fired. */
export const rungOf = (doc: PolicyDocument, clock: Clock, step: string): LadderRow | undefined =>
  ladderOf(doc, clock).find((r) => r.step === step);

/** Clocks that every order must have; praise is only acknowledged and is not signed for. */
const NEEDED: readonly Clock[] = [
  'accept',
  'dispatch',
  'sign',
  'final',
  'co',
  'supplement',
  'audit',
  'callback',
];
const NOT_FOR_PRAISE: readonly Clock[] = ['sign'];
const NOBODY: Facts = { urgency: null, type: null, channel: null, redo: false };

/** What a policy leaves unwatched; empty: nothing. What is not watched is not done. */
export function unwatched(doc: PolicyDocument): string[] {
  const cases = URGENCIES.flatMap((urgency) =>
    DEMAND_TYPES.flatMap((type) => [false, true].map((redo) => ({ urgency, type, redo }))),
  );
  const limits = NEEDED.flatMap((clock) =>
    cases
      .filter((f) => f.type !== 'praise' || !NOT_FOR_PRAISE.includes(clock))
      .filter((f) => !limitFor(doc, clock, { ...f, channel: 'phone' }))
      .map((f) => `limits: ${clock} ${f.urgency} ${f.type}${f.redo ? ' redo' : ''}`),
  );
  const replies = [2, 3, 4]
    .filter((level) => !limitFor(doc, 'supervision_reply', { ...NOBODY, level }))
    .map((level) => `limits: supervision_reply level ${level}`);
  const after = ladderOf(doc, 'final').some((r) => 'after' in r.at);
  return [...limits, ...replies, ...(after ? [] : ['ladder: final has no step after it is due'])];
}
