/** What the list shows, as its address says it. */
import { CHANNELS, LAMPS, STAGES, URGENCIES, type Lamp } from '../../../../src/contract.ts';
import type { BoardFigures, Lamps } from '../../../../src/supervision/schema.ts';
import type { BoardFilter } from '../../data/board-api.ts';
import { lit, sum } from '../board/figures.ts';

/** The tabs; an address may also name other lamps, such as those that are paused. */
export const TABS = ['overdue', 'today', 'soon', 'all'] as const;
export type Tab = (typeof TABS)[number];

export function filterIn(search: URLSearchParams): BoardFilter & { tab: Tab | undefined } {
  const asked = search.get('lamp') ?? 'overdue';
  const lamps = asked.split(',').flatMap((word) => LAMPS.find((lamp) => lamp === word) ?? []);
  const tab = TABS.find((t) => t === asked);
  return {
    tab,
    lamps: asked === 'all' ? undefined : lamps.length > 0 ? lamps : ['overdue'],
    stage: STAGES.find((stage) => stage === search.get('stage')) ?? 'final',
    organizationId: search.get('organizationId') ?? undefined,
    unitId: search.get('unitId') ?? undefined,
    urgency: URGENCIES.find((urgency) => urgency === search.get('urgency')),
    channel: CHANNELS.find((channel) => channel === search.get('channel')),
  };
}

/**
 * How many of each lamp, as the board counts them; undefined where it does not count this selection
 * (two conditions at once).
 */
export function lampsOf(
  figures: BoardFigures | undefined,
  filter: BoardFilter,
): Partial<Lamps> | undefined {
  if (!figures) return undefined;
  const { stage = 'final', unitId, urgency, channel } = filter;
  const conditions = [unitId, urgency, channel].filter((c) => c !== undefined).length;
  if (conditions === 0) return figures.stages[stage];
  if (conditions > 1 || stage !== 'final') return undefined;
  if (unitId) return figures.units[unitId] ?? {};
  if (urgency) return figures.urgencies[urgency] ?? {};
  return channel && (figures.channels[channel] ?? {});
}

export function countOf(lamps: Partial<Lamps> | undefined, tab: Tab | readonly Lamp[]) {
  if (!lamps) return undefined;
  if (tab === 'all') return sum(lamps);
  if (typeof tab === 'string') return lit(lamps, tab);
  return tab.reduce((n, lamp) => n + lit(lamps, lamp), 0);
}
