/** Computing living clocks anew after the calendar or the policy changed; nobody edits a due instant. */
import { applyChange, calendarsFor, currentVersion } from '../calendar/index.ts';
import type { CalendarChange, CalendarPreview } from '../calendar/schema.ts';
import { fail } from '../kernel/errors.ts';
import { SYSTEM } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import {
  documentOf,
  policyAt,
  policyByVersion,
  withdraw as withdrawRow,
  insertPolicy,
} from './policy.store.ts';
import type { PolicyDocument } from './schema.ts';
import { again, group } from './service.ts';
import * as store from './store.ts';
import { hasStale } from './store.ts';
import type { DeadlineRow } from './store.ts';

/** Clocks of one portion. */
const PORTION = 500;
const SAMPLES_MAX = 50;

type Moves = Omit<CalendarPreview, 'days' | 'version'>;
const nothing = (): Moves => ({
  moved: 0,
  movedEarlier: 0,
  movedLater: 0,
  noLongerProvisional: 0,
  noLongerOverdue: 0,
  samples: [],
});

/**
 * Computes living clocks anew from their ledgers: pauses and extensions are in the ledger and cannot
 * be forgotten.
 * @param which clocks under one version of the policy (which then follow version `to`), or those
 *   that an older calendar made; default: all that run on working time.
 */
async function recompute(tx: Tx, which: store.Stale & { to?: number } = {}): Promise<Moves> {
  const moves = nothing();
  const docs = new Map<number, PolicyDocument>();
  const docOf = async (version: number) => {
    const doc =
      docs.get(version) ?? (await documentOf(tx.db, (await policyByVersion(tx.db, version))!));
    docs.set(version, doc);
    return doc;
  };
  let after: string | null = null;
  for (;;) {
    const rows: DeadlineRow[] = await store.livingPage(tx.db, after, PORTION, which);
    if (rows.length === 0) return moves;
    after = rows.at(-1)!.id;
    const ids = rows.map((r) => r.id);
    const entries = group(await store.entriesOf(tx.db, ids), (e) => e.deadline_id);
    const steps = group(await store.stepsOf(tx.db, ids), (s) => s.deadline_id);
    const calendars = await calendarsFor(
      tx.db,
      rows.map((r) => r.organization_id),
    );
    const same: string[] = [];
    for (const row of rows) {
      const version = which.to ?? row.policy_version;
      const known = steps.get(row.id) ?? [];
      const next = again(
        tx.at,
        row,
        entries.get(row.id)!,
        known,
        await docOf(version),
        calendars.get(row.organization_id)!,
      );
      // Steps after the due instant may move while it stands.
      const changed = note(moves, row, next.set, tx.at) || !sameSteps(known, next.steps);
      if (!changed && which.to === undefined) {
        same.push(row.id);
        continue;
      }
      await store.deleteOpenSteps(tx.db, [row.id]);
      await store.updateDeadline(tx.db, row.id, { ...next.set, policy_version: version });
      await store.insertSteps(tx.db, next.steps);
    }
    await store.markVersion(tx.db, same, [...calendars.values()][0]!.version);
  }
}

/** Whether the steps still to come are those that stand there. */
function sameSteps(known: readonly store.StepRow[], next: readonly store.NewStep[]): boolean {
  const open = known.filter((s) => s.fired_at === null);
  const key = (s: { epoch: number; step: string }) => `${s.epoch} ${s.step}`;
  const at = new Map(open.map((s) => [key(s), s.fire_at.getTime()]));
  return (
    open.length === next.length &&
    next.every((s) => at.get(key(s)) === (s.fire_at as Date).getTime())
  );
}

/** Counts how a clock moves. @returns whether anything of it changes. */
function note(
  moves: Moves,
  row: DeadlineRow,
  set: ReturnType<typeof again>['set'],
  at: Date,
): boolean {
  const before = row.due_at?.getTime() ?? null;
  const after = (set.due_at as Date | null | undefined)?.getTime() ?? null;
  const same =
    before === after &&
    row.provisional === set.provisional &&
    row.calendar_id === set.calendar_id &&
    (row.soon_at?.getTime() ?? null) === ((set.soon_at as Date | null)?.getTime() ?? null) &&
    row.remaining_ms === (set.remaining_ms ?? null);
  if (same) return false;
  if (row.provisional && !set.provisional) moves.noLongerProvisional += 1;
  if (before !== after) {
    moves.moved += 1;
    if (before !== null && after !== null) {
      if (after < before) moves.movedEarlier += 1;
      else moves.movedLater += 1;
      if (before < at.getTime() && after >= at.getTime()) moves.noLongerOverdue += 1;
    }
    if (moves.samples.length < SAMPLES_MAX) {
      moves.samples.push({
        deadlineId: row.id,
        orderId: row.order_id,
        clock: row.clock,
        before: row.due_at?.toISOString() ?? null,
        after: after === null ? null : new Date(after).toISOString(),
      });
    }
  }
  return true;
}

/** Ends a transaction that was only meant to show what would happen. */
class Shown extends Error {
  readonly preview: CalendarPreview;
  constructor(preview: CalendarPreview) {
    super('preview');
    this.preview = preview;
  }
}

async function change(tx: Tx, actor: Actor, what: CalendarChange): Promise<CalendarPreview> {
  const { version, days } = await applyChange(tx, actor, what);
  const moves = await recompute(tx);
  return { ...moves, days: days.slice(0, 400), version };
}

/** Changes a calendar and computes every living clock anew, in one transaction. */
export const changeCalendar = (
  deps: Deps,
  actor: Actor,
  what: CalendarChange,
  call?: Call,
): Promise<CalendarPreview> => inTransaction(deps, actor, (tx) => change(tx, actor, what), call);

/**
 * Clocks whose transaction read the calendar before a change and was committed after it: the change
 * could not see them. Called by the schedule.
 */
export async function catchUp(deps: Deps): Promise<number> {
  const version = await currentVersion(deps.db);
  if (!(await hasStale(deps.db, version))) return 0;
  return inTransaction(deps, SYSTEM, async (tx) => {
    const moves = await recompute(tx, { calendarBefore: version });
    if (moves.moved > 0) {
      const id = newId();
      tx.record({
        type: 'calendar.changed',
        subjectType: 'calendar',
        subjectId: id,
        payload: { version },
      });
    }
    return moves.moved;
  });
}

/** What a change would move: it is really done, looked at, and taken back. */
export async function previewCalendar(
  deps: Deps,
  actor: Actor,
  what: CalendarChange,
): Promise<CalendarPreview> {
  try {
    await inTransaction(deps, actor, async (tx) => {
      throw new Shown({ ...(await change(tx, actor, what)), version: null });
    });
  } catch (error) {
    if (error instanceof Shown) return error.preview;
    throw error;
  }
  return fail('internal');
}

/** Publishes a version of the policy; orders that began before keep theirs. */
export const publishPolicy = (
  deps: Deps,
  actor: Actor,
  input: { document: PolicyDocument; note: string; validFrom?: Date | null },
  call?: Call,
): Promise<{ version: number }> =>
  inTransaction(
    deps,
    actor,
    async (tx) => {
      const id = newId();
      const version = await insertPolicy(tx.db, {
        id,
        valid_from: input.validFrom ?? tx.at,
        document: input.document,
        note: input.note,
        published_by: actor.kind === 'staff' ? actor.userId : null,
        published_at: tx.at,
      });
      tx.record({
        type: 'policy.published',
        subjectType: 'deadline',
        subjectId: id,
        payload: { version },
      });
      return { version };
    },
    call,
  );

/**
 * Withdraws a version: from now on nothing fires by it, and the living clocks under it follow the
 * version that holds instead, with their pauses and extensions.
 * @throws AppError `not_found`, `already_done`, `state_conflict` for the only version there is.
 */
export const withdrawPolicy = (
  deps: Deps,
  actor: Actor,
  version: number,
  call?: Call,
): Promise<Moves> =>
  inTransaction(
    deps,
    actor,
    async (tx) => {
      const row = (await policyByVersion(tx.db, version)) ?? fail('not_found');
      if (!(await withdrawRow(tx.db, version, tx.at))) fail('already_done');
      const next = (await policyAt(tx.db, tx.at)) ?? fail('state_conflict');
      const moves = await recompute(tx, { policyVersion: version, to: next.version });
      tx.record({
        type: 'policy.withdrawn',
        subjectType: 'deadline',
        subjectId: row.id,
        payload: { version },
      });
      return moves;
    },
    call,
  );
