/** Sums, orders and addresses of the board's numbers; no page, no socket. */
import { LAMPS, type Lamp } from '../../../../src/contract.ts';
import type { BoardFigures, BoardView, Lamps, Stage } from '../../../../src/supervision/schema.ts';
import { filterQuery, type BoardFilter } from '../../data/board-api.ts';

/** A lamp that nobody shows may be missing. */
export const lit = (lamps: Partial<Lamps> | undefined, lamp: Lamp): number => lamps?.[lamp] ?? 0;
export const sum = (lamps: Partial<Lamps> | undefined): number =>
  LAMPS.reduce((n, lamp) => n + lit(lamps, lamp), 0);
export const stageSum = (figures: BoardFigures, stage: Stage): number => sum(figures.stages[stage]);

export function addUp(rows: readonly Partial<Lamps>[]): Lamps {
  const total = { roomy: 0, soon: 0, today: 0, overdue: 0, paused: 0, provisional: 0 };
  for (const row of rows) for (const lamp of LAMPS) total[lamp] += lit(row, lamp);
  return total;
}

/** Overdue in the stages that are neither in hand nor (like signing) a part of it. */
export const lateElsewhere = (figures: BoardFigures): number =>
  (['accept', 'dispatch', 'audit', 'callback'] as const).reduce(
    (n, stage) => n + lit(figures.stages[stage], 'overdue'),
    0,
  );

/** The list behind a number. Without a lamp: all of them. */
export function listAddress(filter: BoardFilter): string {
  const query = { ...filterQuery(filter), lamp: filter.lamps?.join(',') ?? 'all' };
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return `/overdue?${new URLSearchParams(given as [string, string][])}`;
}

export const KINDS = ['all', 'department', 'district', 'street'] as const;
export type Kind = (typeof KINDS)[number];
const KIND_OF: Record<string, Kind> = {
  district: 'district',
  street: 'street',
  command_room: 'street',
  station: 'street',
  grid: 'street',
};
export const kindOf = (kind: string | undefined): Kind => KIND_OF[kind ?? ''] ?? 'department';

export interface Row {
  key: string;
  lamps: Partial<Lamps>;
}

/** Most overdue first, then most due today, then most in hand. */
export const byPressure = (a: Row, b: Row): number =>
  lit(b.lamps, 'overdue') - lit(a.lamps, 'overdue') ||
  lit(b.lamps, 'today') - lit(a.lamps, 'today') ||
  sum(b.lamps) - sum(a.lamps) ||
  (a.key < b.key ? -1 : 1);

export const rowsOf = (counts: Record<string, Partial<Lamps>>): Row[] =>
  Object.entries(counts)
    .map(([key, lamps]) => ({ key, lamps }))
    .filter((row) => sum(row.lamps) > 0)
    .sort(byPressure);

/** Units of a kind; a unit that came by push and is not named yet counts as a department. */
export const unitRows = (view: BoardView, kind: Kind): Row[] =>
  rowsOf(view.figures.units).filter(
    (row) => kind === 'all' || kindOf(view.unitsById[row.key]?.kind) === kind,
  );

/** 3,412. */
export const grouped = (n: number): string => n.toLocaleString('en-US');
