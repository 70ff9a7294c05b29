/** Rows of a list by what their clocks show, and whether a whole list is overdue. */
import type { ClockView } from '../../../src/deadline/schema.ts';
import { shownAt } from './clock-words.ts';

export const CLOCK_GROUPS = ['overdue', 'today', 'soon', 'roomy', 'none'] as const;
export type ClockGroup = (typeof CLOCK_GROUPS)[number];

/** Paused and provisional clocks press nobody: they stand with those that have time. */
function groupOf(clock: ClockView | null, now: number): ClockGroup {
  if (!clock) return 'none';
  const { lamp } = shownAt(clock, now);
  return lamp === 'paused' || lamp === 'provisional' ? 'roomy' : lamp;
}

/** Items by urgency of their clock; inside a group the list's own order stays. */
export const byClock = <T>(
  items: readonly T[],
  clockOf: (item: T) => ClockView | null,
  now: number,
): { group: ClockGroup; items: T[] }[] =>
  CLOCK_GROUPS.map((group) => ({
    group,
    items: items.filter((item) => groupOf(clockOf(item), now) === group),
  })).filter(({ items: found }) => found.length > 0);

export const isAllOverdue = (clocks: readonly (ClockView | null)[], now: number): boolean =>
  clocks.length > 1 && clocks.every((clock) => groupOf(clock, now) === 'overdue');
