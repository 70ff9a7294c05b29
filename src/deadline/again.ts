/** One clock from what is known of it: how it begins, and how it is computed anew. Pure. */
import type { NamedCalendar } from '../calendar/index.ts';
import { newId } from '../kernel/ids.ts';
import type { Clock } from '../kernel/words.ts';
import type { Ruled } from './book.ts';
import { ladderOf, limitFor, stepRulesOf } from './policy.ts';
import type { Facts } from './policy.ts';
import { compute } from './rules.ts';
import type { Computed, Entry, Limit, PauseType } from './rules.ts';
import type { PolicyDocument } from './schema.ts';
import type {
  ClockRow,
  DeadlineChange,
  EntryRow,
  NewDeadline,
  NewEntryRow,
  NewStep,
  StepRow,
} from './store.ts';

/** A clock to be started. */
export interface Start {
  subjectId: string;
  orderId: string;
  clock: Clock;
  /** Who holds it; null: the centre. */
  organizationId: string | null;
  facts: Facts;
  /** The order is shown by it. */
  leading: boolean;
  /** Why it starts: the name of the act. */
  reason: string;
  /** Instead of the policy's. */
  limit?: Limit;
  /** When it began, where that was earlier (clocks of orders older than the clocks). */
  at?: Date;
}

/** Facts and limit as the ledger keeps them. */
interface StartDetail {
  facts: Facts;
  limit?: Limit;
}

export interface Started {
  deadline: NewDeadline;
  entry: NewEntryRow;
  steps: NewStep[];
}

/** In whose name and at what instant something is written into the ledger. */
export interface Stamp {
  at: Date;
  party: string;
  actorId: string | null;
}

/** The rows of a clock that begins; null where the policy has no limit for it. */
export function startOne(
  by: Stamp,
  s: Start,
  cycle: number,
  ruled: Ruled,
  calendar: NamedCalendar,
): Started | null {
  const limit = s.limit ?? limitFor(ruled.doc, s.clock, s.facts);
  if (!limit && s.clock !== 'citizen') return null;
  const id = newId();
  const at = s.at ?? by.at;
  const computed = limit
    ? compute([{ kind: 'start', at }], limit, stepRulesOf(ruled.doc, s.clock), calendar)
    : null;
  const detail: StartDetail = { facts: s.facts, ...(s.limit && { limit: s.limit }) };
  return {
    deadline: {
      id,
      subject_id: s.subjectId,
      clock: s.clock,
      cycle,
      order_id: s.orderId,
      organization_id: s.organizationId,
      urgency: s.facts.urgency,
      channel: s.facts.channel,
      type: s.facts.type,
      shown: s.leading,
      basis: limit?.basis ?? 'nh',
      amount: limit?.amount ?? null,
      policy_version: ruled.version,
      calendar_id: calendar.id,
      calendar_version: calendar.version,
      started_at: at,
      ...fieldsOf(computed),
    },
    entry: {
      id: newId(),
      deadline_id: id,
      position: 1,
      kind: 'start',
      at,
      reason: s.reason,
      detail: JSON.stringify(detail),
      party: by.party,
      actor_id: by.actorId,
    },
    steps: computed ? stepRows(id, 1, computed, ruled.doc, s.clock) : [],
  };
}

/** The columns that follow from ledger, policy and calendar. */
const fieldsOf = (c: Computed | null) => ({
  state: c?.state ?? ('running' as const),
  due_at: c?.dueAt ?? null,
  soon_at: c?.soonAt ?? null,
  today_at: c?.todayAt ?? null,
  remaining_ms: c?.remainingMs === null || !c ? null : Math.round(c.remainingMs),
  stopped_at: c?.stoppedAt ?? null,
  met: c?.met ?? null,
  provisional: c?.provisional ?? false,
});

const stepRows = (
  deadlineId: string,
  epoch: number,
  computed: Computed,
  doc: PolicyDocument,
  clock: Clock,
): NewStep[] => {
  const rungs = new Map(ladderOf(doc, clock).map((r) => [r.step, r]));
  return computed.steps.map(({ step, at }) => ({
    deadline_id: deadlineId,
    epoch,
    step,
    level: rungs.get(step)!.level,
    action: rungs.get(step)!.action,
    fire_at: at,
  }));
};

/** The ledger as the rules read it. */
export const ledgerOf = (rows: readonly EntryRow[]): Entry[] =>
  rows.map((r): Entry => {
    const detail = r.detail as { pause?: PauseType; how?: 'done' | 'void'; by?: Limit };
    switch (r.kind) {
      case 'pause':
        return { kind: 'pause', at: r.at, pause: detail.pause! };
      case 'stop':
        return { kind: 'stop', at: r.at, how: detail.how! };
      case 'extend':
        return { kind: 'extend', at: r.at, by: detail.by! };
      default:
        return { kind: r.kind as 'start' | 'resume', at: r.at };
    }
  });

export const group = <T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const list = groups.get(key(row));
    if (list) list.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
};

const limitOf = (doc: PolicyDocument, row: ClockRow, first: EntryRow): Limit | null => {
  const detail = first.detail as unknown as StartDetail;
  // A policy that no longer knows this case leaves the limit it was given.
  const given = row.amount === null ? null : { amount: row.amount, basis: row.basis };
  return detail.limit ?? limitFor(doc, row.clock, detail.facts) ?? given;
};

/**
 * One clock computed anew: its columns, and the steps that are still to come. A new epoch begins with
 * an extension, and when a step that fired lies ahead again; what fired and stays behind is not repeated.
 */
export function again(
  now: Date,
  row: ClockRow,
  entries: readonly EntryRow[],
  steps: readonly StepRow[],
  doc: PolicyDocument,
  calendar: NamedCalendar,
): { set: DeadlineChange; steps: NewStep[] } {
  const limit = row.clock === 'citizen' ? null : limitOf(doc, row, entries[0]!);
  if (!limit) return { set: withoutLimit(row, entries), steps: [] };
  const computed = compute(ledgerOf(entries), limit, stepRulesOf(doc, row.clock), calendar);
  const fired = steps.filter((s) => s.fired_at !== null);
  const current = new Set(fired.filter((s) => s.epoch === row.epoch).map((s) => s.step));
  const extended =
    entries.at(-1)!.kind === 'extend' && entries.at(-1)!.at.getTime() === now.getTime();
  // A step fires after its instant: only what lies after that firing, and after now, lies ahead again.
  const firedAt = new Map(fired.map((s) => [`${s.epoch} ${s.step}`, s.fired_at!]));
  const liesAhead = (s: { step: string; at: Date }) =>
    s.at > now && s.at > (firedAt.get(`${row.epoch} ${s.step}`) ?? s.at);
  const ahead = computed.steps.some((s) => current.has(s.step) && liesAhead(s));
  const epoch = row.epoch + (extended || ahead ? 1 : 0);
  const done = new Set(epoch === row.epoch ? current : []);
  const before = new Set(fired.map((s) => s.step));
  const open =
    computed.state === 'running'
      ? stepRows(row.id, epoch, computed, doc, row.clock).filter(
          (s) => !done.has(s.step) && !(before.has(s.step) && (s.fire_at as Date) <= now),
        )
      : [];
  return {
    set: {
      ...fieldsOf(computed),
      epoch,
      basis: limit.basis,
      amount: limit.amount,
      calendar_id: calendar.id,
      calendar_version: calendar.version,
    },
    steps: open,
  };
}

/** The citizen's clock only measures. */
function withoutLimit(row: ClockRow, entries: readonly EntryRow[]): DeadlineChange {
  const last = entries.at(-1)!;
  return last.kind === 'stop'
    ? { state: 'stopped', stopped_at: last.at }
    : { state: 'running', stopped_at: null, due_at: row.due_at };
}
