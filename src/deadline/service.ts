/** Starting, pausing, resuming, stopping and extending clocks, in the transaction of the act. */
import { calendarsFor } from '../calendar/index.ts';
import type { NamedCalendar } from '../calendar/index.ts';
import { userIdOf } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Clock, Party } from '../kernel/words.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { ladderOf, limitFor, stepRulesOf } from './policy.ts';
import type { Facts } from './policy.ts';
import { documentOf, policyAt, policyByVersion, policyVersionsOf } from './policy.store.ts';
import { compute } from './rules.ts';
import type { Computed, Entry, Limit, PauseType } from './rules.ts';
import type { PolicyDocument } from './schema.ts';
import * as store from './store.ts';
import type {
  DeadlineChange,
  DeadlineRow,
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

interface Ruled {
  version: number;
  doc: PolicyDocument;
}

/** The policy of each order: the one it began under, else the one that holds now, as for a fresh one. */
async function policiesOf(
  tx: Tx,
  orderIds: readonly string[],
  fresh = false,
): Promise<(id: string) => Ruled> {
  const known = fresh ? new Map<string, number>() : await policyVersionsOf(tx.db, orderIds);
  const ruled = new Map<number, Ruled>();
  for (const version of new Set(known.values())) {
    const row = await policyByVersion(tx.db, version);
    // A withdrawn version rules nothing new.
    if (row && !row.withdrawn_at)
      ruled.set(version, { version, doc: await documentOf(tx.db, row) });
  }
  const needsCurrent = orderIds.some((id) => !ruled.has(known.get(id) ?? -1));
  let current: Ruled | undefined;
  if (needsCurrent) {
    const row = (await policyAt(tx.db, tx.at)) ?? fail('not_ready', {}, 'no deadline policy');
    current = { version: row.version, doc: await documentOf(tx.db, row) };
  }
  return (id) => ruled.get(known.get(id) ?? -1) ?? current!;
}

/** Facts and limit as the ledger keeps them. */
interface StartDetail {
  facts: Facts;
  limit?: Limit;
}

interface Started {
  deadline: NewDeadline;
  entry: NewEntryRow;
  steps: NewStep[];
}

function startOne(
  tx: Tx,
  s: Start,
  party: Party,
  cycle: number,
  ruled: Ruled,
  calendar: NamedCalendar,
): Started | null {
  const limit = s.limit ?? limitFor(ruled.doc, s.clock, s.facts);
  if (!limit && s.clock !== 'citizen') return null;
  const id = newId();
  const at = s.at ?? tx.at;
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
      party,
      actor_id: userIdOf(tx.actor),
    },
    steps: computed ? stepRows(id, 1, computed, ruled.doc, s.clock) : [],
  };
}

/** The columns that follow from ledger, policy and calendar. */
export const fieldsOf = (c: Computed | null) => ({
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

/**
 * Starts clocks; those that the policy has no limit for do not run.
 * @throws AppError `not_ready` where no policy or calendar was loaded.
 */
export async function startClocks(tx: Tx, party: Party, starts: readonly Start[]): Promise<void> {
  if (starts.length === 0) return;
  const orderIds = [...new Set(starts.map((s) => s.orderId))];
  // Only what has been before can start again; an order that is being registered never was.
  const fresh = starts.every((s) => s.reason === 'register');
  const ruledFor = await policiesOf(tx, orderIds, fresh);
  const calendars = await calendarsFor(
    tx.db,
    starts.map((s) => s.organizationId),
  );
  const cycles = fresh
    ? new Map<string, number>()
    : await store.cyclesOf(
        tx.db,
        starts.map((s) => s.subjectId),
      );
  const made = starts.flatMap((s) => {
    const cycle = (cycles.get(`${s.subjectId} ${s.clock}`) ?? 0) + 1;
    const calendar = calendars.get(s.organizationId)!;
    return startOne(tx, s, party, cycle, ruledFor(s.orderId), calendar) ?? [];
  });
  if (made.length > 0) await store.insertClocks(tx.db, made);
}

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

interface NewEntry {
  kind: 'pause' | 'resume' | 'stop' | 'extend';
  reason: string;
  detail?: Record<string, unknown>;
}

/** What rules the clocks under each version: that version, or the one that holds where it was withdrawn. */
async function rulesOf(tx: Tx, versions: readonly number[]): Promise<Map<number, Ruled>> {
  const ruled = new Map<number, Ruled>();
  for (const version of versions) {
    const own = (await policyByVersion(tx.db, version))!;
    const row = own.withdrawn_at ? ((await policyAt(tx.db, tx.at)) ?? own) : own;
    ruled.set(version, { version: row.version, doc: await documentOf(tx.db, row) });
  }
  return ruled;
}

/** Everything needed to compute some clocks anew. */
async function known(tx: Tx, rows: readonly DeadlineRow[]) {
  const ids = rows.map((r) => r.id);
  const [entries, steps, calendars] = [
    await store.entriesOf(tx.db, ids),
    await store.stepsOf(tx.db, ids),
    await calendarsFor(
      tx.db,
      rows.map((r) => r.organization_id),
    ),
  ];
  const ruled = await rulesOf(tx, [...new Set(rows.map((r) => r.policy_version))]);
  return {
    entries: group(entries, (e) => e.deadline_id),
    steps: group(steps, (s) => s.deadline_id),
    calendar: (r: DeadlineRow) => calendars.get(r.organization_id)!,
    ruled: (r: DeadlineRow) => ruled.get(r.policy_version)!,
  };
}

export const group = <T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const list = groups.get(key(row));
    if (list) list.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
};

const limitOf = (doc: PolicyDocument, row: DeadlineRow, first: EntryRow): Limit | null => {
  const detail = first.detail as unknown as StartDetail;
  // A policy that no longer knows this case leaves the limit it was given.
  const given = row.amount === null ? null : { amount: row.amount, basis: row.basis };
  return detail.limit ?? limitFor(doc, row.clock, detail.facts) ?? given;
};

/** Writes one entry into each clock's ledger and computes what follows. */
async function enter(
  tx: Tx,
  party: Party,
  rows: readonly DeadlineRow[],
  entry: NewEntry,
): Promise<void> {
  if (rows.length === 0) return;
  const k = await known(tx, rows);
  const added = rows.map((r): NewEntryRow => ({
    id: newId(),
    deadline_id: r.id,
    position: (k.entries.get(r.id)?.length ?? 0) + 1,
    kind: entry.kind,
    at: tx.at,
    reason: entry.reason,
    detail: JSON.stringify(entry.detail ?? {}),
    party,
    actor_id: userIdOf(tx.actor),
  }));
  await store.insertEntries(tx.db, added);
  await store.deleteOpenSteps(
    tx.db,
    rows.map((r) => r.id),
  );
  const steps: NewStep[] = [];
  for (const [i, row] of rows.entries()) {
    const entries = [
      ...(k.entries.get(row.id) ?? []),
      { ...added[i]!, detail: entry.detail ?? {} } as unknown as EntryRow,
    ];
    const { version, doc } = k.ruled(row);
    const next = again(tx.at, row, entries, k.steps.get(row.id) ?? [], doc, k.calendar(row));
    await store.updateDeadline(tx.db, row.id, { ...next.set, policy_version: version });
    steps.push(...next.steps);
  }
  await store.insertSteps(tx.db, steps);
}

/**
 * One clock computed anew: its columns, and the steps that are still to come. A new epoch begins with
 * an extension, and when a step that fired lies ahead again; what fired and stays behind is not repeated.
 */
export function again(
  now: Date,
  row: DeadlineRow,
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
function withoutLimit(row: DeadlineRow, entries: readonly EntryRow[]): DeadlineChange {
  const last = entries.at(-1)!;
  return last.kind === 'stop'
    ? { state: 'stopped', stopped_at: last.at }
    : { state: 'running', stopped_at: null, due_at: row.due_at };
}

interface Which {
  subjectIds: readonly string[];
  /** Default: all that live. */
  clocks?: readonly Clock[];
}

/** Ends clocks: `done` is measured against the due instant, `void` is not. */
export async function stopClocks(
  tx: Tx,
  party: Party,
  which: Which,
  how: 'done' | 'void',
  reason: string,
): Promise<void> {
  if (which.subjectIds.length === 0) return;
  const actorId = userIdOf(tx.actor);
  await store.stopRunning(tx.db, which, { at: tx.at, how, reason, party, actorId });
  // What is paused must first be reckoned up.
  const paused = await store.lockClocks(tx.db, which.subjectIds, ['paused'], which.clocks);
  await enter(tx, party, paused, { kind: 'stop', reason, detail: { how } });
}

/** Pauses what runs; the citizen's clock never pauses. */
export async function pauseClocks(
  tx: Tx,
  party: Party,
  which: Which,
  pause: PauseType,
  reason: string,
): Promise<void> {
  const rows = await store.lockClocks(tx.db, which.subjectIds, ['running'], which.clocks);
  await enter(
    tx,
    party,
    rows.filter((r) => r.clock !== 'citizen'),
    { kind: 'pause', reason, detail: { pause } },
  );
}

/** Lets paused clocks run on; the paused time is added. */
export async function resumeClocks(
  tx: Tx,
  party: Party,
  which: Which,
  reason: string,
): Promise<void> {
  const rows = await store.lockClocks(tx.db, which.subjectIds, ['paused'], which.clocks);
  await enter(tx, party, rows, { kind: 'resume', reason });
}

/**
 * A failed audit: what the named act stopped runs on as if it had never stopped. Only the latest run
 * of each clock.
 */
export async function continueClocks(
  tx: Tx,
  party: Party,
  which: Which & { stoppedBy: string },
  reason: string,
): Promise<void> {
  const rows = await store.lockClocks(tx.db, which.subjectIds, ['stopped'], which.clocks);
  const latest = [...group(rows, (r) => `${r.subject_id} ${r.clock}`).values()].map(
    (list) => list.toSorted((a, b) => b.cycle - a.cycle)[0]!,
  );
  const entries = await store.entriesOf(
    tx.db,
    latest.map((r) => r.id),
  );
  const last = new Map(entries.map((e) => [e.deadline_id, e.reason]));
  await enter(
    tx,
    party,
    latest.filter((r) => last.get(r.id) === which.stoppedBy),
    { kind: 'resume', reason },
  );
}

/** Grants more time. @throws AppError `state_conflict` when no such clock runs. */
export async function extendClocks(
  tx: Tx,
  party: Party,
  which: Which,
  by: Limit,
  reason: string,
): Promise<void> {
  const rows = await store.lockClocks(tx.db, which.subjectIds, ['running'], which.clocks);
  if (rows.length === 0) fail('state_conflict');
  await enter(tx, party, rows, { kind: 'extend', reason, detail: { by } });
}
