/** Which calendars hold for an organisation, and what a calendar is made of. */
import { parentsOf } from '../identity/index.ts';
import type { Reader } from '../platform/db.ts';
import type { Exception, HoursRule, Plan } from './rules.ts';
import type { Head } from './store.ts';

/** Organisation → the one above it; those that are asked for and everything above them. */
export type Parents = Map<string, string | null>;

/** Adds organisations that are not known yet; one query, none when all are known. */
export async function learnParents(
  db: Reader,
  parents: Parents,
  organizationIds: readonly string[],
): Promise<void> {
  const unknown = [...new Set(organizationIds)].filter((id) => !parents.has(id));
  if (unknown.length === 0) return;
  for (const [id, parent] of await parentsOf(db, unknown)) parents.set(id, parent);
  for (const id of unknown) if (!parents.has(id)) parents.set(id, null);
}

/** An organisation and those above it, nearest first. */
function lineOf(parents: Parents, organizationId: string | null): string[] {
  const line = new Set<string>();
  for (let id = organizationId; id && !line.has(id); id = parents.get(id) ?? null) line.add(id);
  return [...line];
}

/** Calendars on the way from an organisation up, nearest first; the last is the city's. */
export function layersOf(
  heads: readonly Head[],
  parents: Parents,
  organizationId: string | null,
): Head[] {
  const line = lineOf(parents, organizationId).flatMap(
    (id) => heads.find((h) => h.organizationId === id) ?? [],
  );
  return [...line, heads.find((h) => h.organizationId === null)!];
}

/**
 * What a calendar is made of: its own hours and exceptions over those of the calendars above it, so
 * that the city's summer hours reach a district that only has a stop-work day of its own. On one
 * date the nearest exception holds, but stop-work from anywhere above holds before all others. The
 * city's exceptions pass by a calendar that does not follow the city; those of units above do not.
 */
export function planOf(
  layers: readonly Head[],
  hours: ReadonlyMap<string, readonly HoursRule[]>,
  exceptions: ReadonlyMap<string, readonly Exception[]>,
): Plan {
  const dates = new Map<string, Exception>();
  for (const layer of layers) {
    if (layer.organizationId === null && !layers[0]!.followsCity) continue;
    for (const e of exceptions.get(layer.id) ?? []) {
      if (!dates.has(e.date) || e.kind === 'stop') dates.set(e.date, e);
    }
  }
  return {
    hours: layers.toReversed().flatMap((layer) => hours.get(layer.id) ?? []),
    exceptions: [...dates.values()],
  };
}
