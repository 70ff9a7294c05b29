/** Reading the policy document: which limit a clock has, which steps climb from it. Pure. */
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

export const ladderOf = (doc: PolicyDocument, clock: Clock): LadderRow[] =>
  doc.ladder.filter((r) => r.clocks.includes(clock));

export const stepRulesOf = (doc: PolicyDocument, clock: Clock): StepRule[] =>
  ladderOf(doc, clock).map(({ step, at }) => ({ step, at }));

/** The row behind a step that fired. */
export const rungOf = (doc: PolicyDocument, clock: Clock, step: string): LadderRow | undefined =>
  ladderOf(doc, clock).find((r) => r.step === step);
