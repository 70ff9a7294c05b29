import { DAY_MS, cityDay } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { organizationsById } from '../identity/index.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { dayAt, startOfDate } from './rules.ts';
import type { WorkCalendar } from './rules.ts';
import type { CalendarListItem, CalendarView, ClockHealth } from './schema.ts';
import * as store from './store.ts';
import type { Head } from './store.ts';
import { layersOf, learnParents, planOf } from './tree.ts';
import type { Parents } from './tree.ts';

export type NamedCalendar = WorkCalendar & { name: string; organizationId: string | null };

// ── Editions kept in the process ───────────────────────────────────────────────────────────────

/** Editions kept at once: the current one, those of previews, and of other databases in tests. */
const EDITIONS_KEPT = 8;
/** How long the organisation tree is believed, in ms of real time; it hardly ever changes. */
const TREE_MS = 60_000;
/** Fewer days left than this: the next year's notice, of early November, should be there. */
const SOON_DAYS = 60;
/** Dates of one answer. */
const VIEW_DAYS = 400;

/** All calendars in one state. What it says never changes; calendars are filled in when asked for. */
export interface Edition {
  readonly version: number;
  readonly heads: readonly Head[];
  readonly calendars: Map<string, NamedCalendar>;
  parents: Parents;
  parentsSince: number;
}

/**
 * By `mark`, the last used at the end. A transaction reads its own uncommitted edition through here
 * too: nobody else ever sees that mark, and it is gone with a rollback.
 */
const editions = new Map<string, Edition>();

function keep(mark: string, edition: Edition): Edition {
  editions.delete(mark);
  editions.set(mark, edition);
  for (const old of editions.keys()) if (editions.size > EDITIONS_KEPT) editions.delete(old);
  return edition;
}

/** The current edition: one query of one row, a second one only where it is not known yet. */
export async function editionNow(db: Reader): Promise<Edition> {
  const { mark } = await store.currentEdition(db);
  const known = editions.get(mark);
  if (known) return keep(mark, known);
  const fresh = await store.readHeads(db);
  return keep(fresh.mark, {
    version: fresh.version,
    heads: fresh.heads,
    calendars: new Map(),
    parents: new Map(),
    parentsSince: performance.now(),
  });
}

async function parentsIn(
  db: Reader,
  edition: Edition,
  organizationIds: readonly (string | null)[],
): Promise<Parents> {
  if (performance.now() - edition.parentsSince > TREE_MS) {
    edition.parents = new Map();
    edition.parentsSince = performance.now();
  }
  const { parents } = edition;
  await learnParents(
    db,
    parents,
    organizationIds.flatMap((id) => id ?? []),
  );
  return parents;
}

/** Loads calendars of an edition that were not asked for before; their days never change in it. */
async function load(db: Reader, edition: Edition, heads: readonly Head[]): Promise<void> {
  const missing = heads.filter((h) => !edition.calendars.has(h.id));
  if (missing.length === 0) return;
  const parents = await parentsIn(
    db,
    edition,
    missing.map((h) => h.organizationId),
  );
  const layers = missing.map((h) => layersOf(edition.heads, parents, h.organizationId));
  const [hours, days] = await Promise.all([
    store.hoursOf(db, [...new Set(layers.flat().map((h) => h.id))]),
    store.daysOf(
      db,
      missing.map((h) => h.id),
      edition.version,
    ),
  ]);
  for (const [i, head] of missing.entries()) {
    edition.calendars.set(head.id, {
      id: head.id,
      version: edition.version,
      name: head.name,
      organizationId: head.organizationId,
      days: days.get(head.id)!,
      plan: planOf(layers[i]!, hours, new Map()),
      open: !head.followsCity,
    });
  }
}

// ── Reading calendars ──────────────────────────────────────────────────────────────────────────

/** Number of the current publication. */
export const currentVersion = async (db: Reader): Promise<number> =>
  (await store.currentEdition(db)).version;

/**
 * The calendar of each organisation: its own, else the nearest one above it, else the city's (as for
 * null). Asked on every act: costs one query of one row as long as nothing changed.
 */
export async function calendarsFor(
  db: Reader,
  organizationIds: readonly (string | null)[],
): Promise<Map<string | null, NamedCalendar>> {
  if (organizationIds.length === 0) return new Map();
  return calendarsIn(db, await editionNow(db), organizationIds);
}

/** The same in an edition that was read before: no query for units and calendars known to it. */
export async function calendarsIn(
  db: Reader,
  edition: Edition,
  organizationIds: readonly (string | null)[],
): Promise<Map<string | null, NamedCalendar>> {
  const ids = [...new Set(organizationIds)];
  if (ids.length === 0) return new Map();
  const parents = await parentsIn(db, edition, ids);
  const heads = ids.map((id) => layersOf(edition.heads, parents, id)[0]!);
  await load(db, edition, heads);
  return new Map(ids.map((id, i) => [id, edition.calendars.get(heads[i]!.id)!]));
}

/**
 * A calendar as an earlier publication had it, for explaining what was computed then. Days that no
 * publication had are assumed by the weekly hours of now.
 */
export async function calendarAt(db: Reader, id: string, version: number): Promise<NamedCalendar> {
  const now = await calendarById(db, id);
  if (version >= now.version) return now;
  const days = (await store.daysOf(db, [id], version)).get(id) ?? [];
  return { ...now, version, days: days.length > 0 ? days : now.days };
}

/** @throws AppError `not_found`. */
export async function calendarById(db: Reader, id: string): Promise<NamedCalendar> {
  const edition = await editionNow(db);
  const head = edition.heads.find((h) => h.id === id) ?? fail('not_found');
  await load(db, edition, [head]);
  return edition.calendars.get(id)!;
}

// ── Views ──────────────────────────────────────────────────────────────────────────────────────

async function organizationViews(db: Reader, heads: readonly { organizationId: string | null }[]) {
  const found = await organizationsById(
    db,
    heads.flatMap((h) => h.organizationId ?? []),
  );
  return (id: string | null) => {
    const o = id === null ? undefined : found.get(id);
    return o ? { id: o.id, name: o.name, nameEn: o.nameEn } : null;
  };
}

/** All calendars, the city's first. */
export async function listCalendars(db: Reader): Promise<CalendarListItem[]> {
  const heads = await store.listHeads(db);
  const [organization, last] = await Promise.all([
    organizationViews(db, heads),
    store.lastDates(db),
  ]);
  return heads.map((h) => ({
    id: h.id,
    name: h.name,
    organization: organization(h.organizationId),
    followsCity: h.followsCity,
    publishedTo: h.followsCity ? (last.get(h.id) ?? null) : null,
  }));
}

const dateAfter = (date: string, days: number): string =>
  cityDay(new Date(startOfDate(date).getTime() + days * DAY_MS));
const daysBetween = (from: string, to: string): number =>
  Math.round((startOfDate(to).getTime() - startOfDate(from).getTime()) / DAY_MS);

/**
 * The days that hold for an organisation, with those that are only assumed.
 * @throws AppError `invalid_input` for too many dates, `unit_unknown`.
 */
export async function viewDays(
  db: Reader,
  q: { organizationId?: string | undefined; from: string; to: string },
): Promise<CalendarView> {
  const count = daysBetween(q.from, q.to) + 1;
  if (count < 1 || count > VIEW_DAYS) {
    const message = `1 to ${VIEW_DAYS} days`;
    fail('invalid_input', { issues: [{ path: 'to', message, code: 'range' }] });
  }
  const id = q.organizationId ?? null;
  if (id && !(await organizationsById(db, [id])).has(id)) fail('unit_unknown');
  const calendar = (await calendarsFor(db, [id])).get(id)!;
  const organization = await organizationViews(db, [calendar]);
  return {
    id: calendar.id,
    name: calendar.name,
    organization: organization(calendar.organizationId),
    followsCity: !calendar.open,
    version: calendar.version,
    publishedTo: calendar.open ? null : (calendar.days.at(-1)?.date ?? null),
    days: Array.from({ length: count }, (_, i) => {
      const { day, published } = dayAt(calendar, dateAfter(q.from, i));
      return { ...day, published };
    }),
  };
}

/** How far the city's calendar is published, and whether a notice is missing. */
export async function publishedUntil(db: Reader): Promise<Omit<ClockHealth, 'provisional'>> {
  const city = (await calendarsFor(db, [null])).get(null)!;
  const publishedTo = city.days.at(-1)!.date;
  const left = daysBetween(cityDay(await appNow(db)), publishedTo);
  return {
    publishedTo,
    daysLeft: Math.max(left, 0),
    warning: left < 0 ? 'over' : left < SOON_DAYS ? 'soon' : 'none',
  };
}
