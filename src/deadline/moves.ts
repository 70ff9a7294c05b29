/** How clocks move when they are computed anew, for previews and answers. Pure. */
import type { CalendarPreview } from '../calendar/schema.ts';
import type { DeadlineChange, DeadlineRow, NewStep, StepRow } from './store.ts';

/** Clocks that an answer names; the others are counted. */
const SAMPLES_MAX = 50;

export type Moves = Omit<CalendarPreview, 'days' | 'version'>;
/** What of a clock changes: its due instant, other fields of it, or only steps to come. */
export type Move = { noLongerOverdue: boolean; due: boolean } | 'steps';

export const noMoves = (): Moves => ({
  moved: 0,
  movedEarlier: 0,
  movedLater: 0,
  noLongerProvisional: 0,
  noLongerOverdue: 0,
  samples: [],
});

const time = (d: unknown): number | null => (d instanceof Date ? d.getTime() : null);

/** What changes; null: nothing. */
export function moveOf(row: DeadlineRow, set: DeadlineChange, now: Date): Move | null {
  const before = time(row.due_at);
  const after = time(set.due_at);
  const same =
    before === after &&
    row.provisional === set.provisional &&
    row.calendar_id === set.calendar_id &&
    time(row.soon_at) === time(set.soon_at) &&
    time(row.today_at) === time(set.today_at) &&
    row.remaining_ms === (set.remaining_ms ?? null);
  if (same) return null;
  const over = before !== null && before < now.getTime();
  return {
    due: before !== after,
    noLongerOverdue: over && after !== null && after >= now.getTime(),
  };
}

/** Counts one clock's move. */
export function addMoves(moves: Moves, row: DeadlineRow, set: DeadlineChange, move: Move): void {
  if (move === 'steps') return;
  if (row.provisional && !set.provisional) moves.noLongerProvisional += 1;
  if (!move.due) return;
  const before = time(row.due_at);
  const after = time(set.due_at);
  moves.moved += 1;
  if (before !== null && after !== null) {
    if (after < before) moves.movedEarlier += 1;
    else moves.movedLater += 1;
  }
  if (move.noLongerOverdue) moves.noLongerOverdue += 1;
  if (moves.samples.length >= SAMPLES_MAX) return;
  moves.samples.push({
    deadlineId: row.id,
    orderId: row.order_id,
    organizationId: row.organization_id,
    clock: row.clock,
    before: row.due_at?.toISOString() ?? null,
    after: after === null ? null : new Date(after).toISOString(),
  });
}

/** What was due first comes first; what had no due instant last. */
export const byOldDue = (samples: Moves['samples']): Moves['samples'] =>
  samples.toSorted((a, b) => (a.before ?? '9').localeCompare(b.before ?? '9'));

/** Whether the steps still to come are those that stand there. */
export function sameSteps(known: readonly StepRow[], next: readonly NewStep[]): boolean {
  const open = known.filter((s) => s.fired_at === null);
  const key = (s: { epoch: number; step: string }) => `${s.epoch} ${s.step}`;
  const at = new Map(open.map((s) => [key(s), s.fire_at.getTime()]));
  return (
    open.length === next.length &&
    next.every((s) => at.get(key(s)) === (s.fire_at as Date).getTime())
  );
}
