/** Changing calendars: what is written down, and the days that follow from it. */
import { organizationsById } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { userIdOf } from '../kernel/actor.ts';
import { cityDay } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { DbTx } from '../platform/db.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { addWorkingDates, buildDays, dayMinutes } from './rules.ts';
import type { Day, Span } from './rules.ts';
import type {
  CalendarChange,
  CalendarPreview,
  ExceptionsInput,
  HoursInput,
  ImportInput,
} from './schema.ts';
import { calendarById } from './service.ts';
import * as store from './store.ts';
import type { ExceptionRow, Head } from './store.ts';
import { layersOf, learnParents, planOf } from './tree.ts';

/** Dates that an answer shows. */
const SHOWN_DAYS = 400;
const FOR_EVER = 'infinity';

export interface AppliedChange {
  version: number;
  /**
   * Calendars that were built anew; with a new calendar also the one that held for its units until
   * now. Clocks on any other calendar stand as they are.
   */
  calendarIds: string[];
  /** Dates that differ from before, at most 400; newly published ones only where they are special. */
  days: CalendarPreview['days'];
}

interface Made {
  by: string | null;
  at: Date;
}

interface Issue {
  path: string;
  message: string;
  code: string;
}

const refuse = (issues: Issue[]): void => {
  if (issues.length > 0) fail('invalid_input', { issues });
};

/** Paths of values that were there before. */
const duplicates = (path: string, values: readonly (string | number)[]): Issue[] =>
  values.flatMap((v, i) =>
    values.indexOf(v) < i
      ? [{ path: `${path}.${i}`, message: 'given twice', code: 'duplicate' }]
      : [],
  );

// ── Publishing ─────────────────────────────────────────────────────────────────────────────────

export interface Publication extends Made {
  /** What happened, for the history. */
  what: string;
  /** Calendars whose hours or exceptions changed; those below them are built anew as well. */
  changed: readonly string[];
  /** Where more dates are published than before. */
  from?: string | undefined;
  to?: string | undefined;
}

const later = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);

const sameDay = (a: Day | undefined, b: Day): boolean =>
  a !== undefined &&
  a.kind === b.kind &&
  a.name === b.name &&
  JSON.stringify(a.spans) === JSON.stringify(b.spans);

const byDate = (days: readonly Day[]): Map<string, Day> => new Map(days.map((d) => [d.date, d]));

/**
 * Builds the days of the changed calendars, and of those below them, from hours and exceptions as
 * they now stand, and writes what differs under a new version. The caller holds the lock of changes.
 */
export async function publish(db: DbTx, p: Publication): Promise<AppliedChange> {
  const version = await store.nextVersion(db, { what: p.what, by: p.by, at: p.at });
  const heads = await store.listHeads(db);
  const parents = new Map<string, string | null>();
  await learnParents(
    db,
    parents,
    heads.flatMap((h) => h.organizationId ?? []),
  );
  const touched = heads
    .map((head) => ({ head, layers: layersOf(heads, parents, head.organizationId) }))
    .filter(({ layers }) => layers.some((l) => p.changed.includes(l.id)));
  const layerIds = [...new Set(touched.flatMap(({ layers }) => layers.map((l) => l.id)))];
  const hours = await store.hoursOf(db, layerIds);
  const exceptions = await store.exceptionsOf(db, layerIds);
  const known = await store.daysOf(db, layerIds, version);
  const [first, last] = range(known.get(heads[0]!.id) ?? [], p);

  const calendarIds = new Set<string>();
  const shown: CalendarPreview['days'] = [];
  for (const { head, layers } of touched) {
    const plan = planOf(layers, hours, exceptions);
    const own = known.get(head.id)!;
    const written = byDate(own);
    // A calendar that waits for no notice knows its own exceptions as far ahead as they are given.
    const ahead = head.followsCity ? [] : plan.exceptions.map((e) => e.date);
    const to = [own.at(-1)?.date, ...ahead].reduce<string>(later, last);
    const differing = buildDays(plan, first, to).filter((d) => !sameDay(written.get(d.date), d));
    await store.replaceDays(db, head.id, version, differing);
    calendarIds.add(head.id);
    const above = layers[1];
    const isNew = own.length === 0 && above !== undefined;
    if (isNew) calendarIds.add(above.id);
    const held = isNew ? byDate(known.get(above.id)!) : written;
    shown.push(...compare(held, differing, head.name));
  }
  return { version, calendarIds: [...calendarIds], days: shown.slice(0, SHOWN_DAYS) };
}

function range(city: readonly Day[], p: Publication): [string, string] {
  const from = city[0]?.date ?? p.from;
  const to = p.to ? later(p.to, city.at(-1)?.date) : city.at(-1)?.date;
  if (!from || !to) throw new Error('the first publication needs its first and last date');
  return [from, to];
}

/** What changes for whoever works by this calendar. */
const compare = (held: Map<string, Day>, days: readonly Day[], calendarName: string) =>
  days.flatMap((after) => {
    const before = held.get(after.date);
    const special = after.kind !== 'working' && after.kind !== 'weekend';
    if (before ? sameDay(before, after) : !special) return [];
    return [{ date: after.date, before: before ?? null, after, calendarName }];
  });

// ── Changes ────────────────────────────────────────────────────────────────────────────────────

/**
 * Writes a change down and publishes the days that follow. One change at a time: the next one waits
 * until this transaction has ended.
 * @throws AppError `invalid_input` with issues, `unit_unknown`.
 */
export async function applyChange(
  tx: Tx,
  actor: Actor,
  change: CalendarChange,
): Promise<AppliedChange> {
  await store.lockChanges(tx.db);
  const made = { by: userIdOf(actor), at: tx.at };
  const { calendarId, ...done } = await write(tx.db, made, change);
  const answer = await publish(tx.db, { ...made, ...done, changed: [calendarId] });
  await checkWork(tx, answer.calendarIds);
  tx.record({
    type: 'calendar.changed',
    subjectType: 'calendar',
    subjectId: calendarId,
    payload: { version: answer.version },
  });
  return answer;
}

/** Which calendar was changed and how, before its days are built. */
type Written = Pick<Publication, 'what' | 'to'> & { calendarId: string };

function write(db: DbTx, made: Made, change: CalendarChange): Promise<Written> {
  switch (change.change) {
    case 'import':
      return importYear(db, made, change.input);
    case 'hours':
      return setHours(db, made, change.input);
    case 'exceptions':
      return setExceptions(db, made, change.input);
  }
}

interface Place {
  heads: Head[];
  /** Null = the city. */
  organizationId: string | null;
  organizationName: string;
  /** Its own calendar, where it has one. */
  own: Head | undefined;
  /** The one that holds for it now. */
  nearest: Head;
}

/** Where a change applies; the city's government has the city's calendar. */
async function placeOf(db: DbTx, id: string | null | undefined): Promise<Place> {
  // Also refuses to work before the city's calendar was seeded.
  const { heads } = await store.readHeads(db);
  const organization = id ? (await organizationsById(db, [id])).get(id) : undefined;
  if (id && !organization) fail('unit_unknown');
  const organizationId = organization && organization.kind !== 'city' ? organization.id : null;
  const parents = new Map<string, string | null>();
  if (organizationId) await learnParents(db, parents, [organizationId]);
  return {
    heads,
    organizationId,
    organizationName: organization?.name ?? '',
    own: heads.find((h) => h.organizationId === organizationId),
    nearest: layersOf(heads, parents, organizationId)[0]!,
  };
}

/** The place's own calendar, made where there is none. */
async function ownCalendar(db: DbTx, place: Place, name: string, followsCity: boolean) {
  if (place.own) return place.own;
  const head = { id: newId(), organizationId: place.organizationId, name, followsCity };
  await store.insertCalendar(db, head);
  return head;
}

/** First and last published date of the city. */
async function publishedRange(db: DbTx, heads: readonly Head[]): Promise<[string, string]> {
  const { version } = await store.currentEdition(db);
  const days = (await store.daysOf(db, [heads[0]!.id], version)).get(heads[0]!.id)!;
  return [days[0]!.date, days.at(-1)!.date];
}

// ── A year's notice ────────────────────────────────────────────────────────────────────────────

const yearOf = (date: string): number => Number(date.slice(0, 4));

/**
 * Publishes a year by its notice. A notice may reach into the neighbouring weeks (元旦 2018 began on
 * 2017-12-30), so what an earlier import of the year brought goes by what came together.
 */
async function importYear(db: DbTx, made: Made, input: ImportInput): Promise<Written> {
  const { heads } = await placeOf(db, null);
  const city = heads[0]!;
  const [first, last] = await publishedRange(db, heads);
  refuse(wrongImport(input, yearOf(first), yearOf(last) + 1));

  const { year } = input;
  const named = new Set(input.days.map((d) => d.date));
  const rows = await store.standing(db, city.id, `${year - 1}-01-01`, `${year + 1}-12-31`);
  const notices = rows.filter((r) => r.kind !== 'stop');
  const mainYears = mainYearsOf(notices);
  const replaced = notices.filter((r) => mainYears.get(batchOf(r)) === year || named.has(r.date));
  await store.setRevoked(
    db,
    replaced.map((r) => r.id),
    made.at,
  );
  // What the notice says of a stop-work day lies under it from the start.
  const stops = new Map(rows.filter((r) => r.kind === 'stop').map((r) => [r.date, r.madeAt]));
  await store.insertExceptions(
    db,
    city.id,
    input.days.map((d) => ({
      id: newId(),
      date: d.date,
      kind: d.isOffDay ? ('off' as const) : ('makeup' as const),
      name: d.name,
      source: input.source,
      revokedAt: stops.get(d.date),
    })),
    made,
  );
  return { calendarId: city.id, what: `import ${year}: ${input.source}`, to: `${year}-12-31` };
}

function wrongImport({ year, days }: ImportInput, first: number, next: number): Issue[] {
  if (year < first || year > next) {
    return [{ path: 'year', message: `${first} to ${next} can be published`, code: 'range' }];
  }
  if (!days.some((d) => yearOf(d.date) === year)) {
    return [{ path: 'days', message: `no day of ${year}`, code: 'empty' }];
  }
  const outside = days.flatMap(({ date }, i) =>
    date < `${year - 1}-12-25` || date > `${year + 1}-01-07`
      ? [{ path: `days.${i}.date`, message: `not of ${year}`, code: 'range' }]
      : [],
  );
  const dates = days.map((d) => d.date);
  return [...outside, ...duplicates('days', dates)];
}

/** What came in one act from one notice. */
const batchOf = (r: ExceptionRow): string => `${r.madeAt.getTime()} ${r.source}`;

/** The year that most dates of each batch lie in; of two with as many, the later. */
function mainYearsOf(rows: readonly ExceptionRow[]): Map<string, number> {
  const years = new Map<string, number[]>();
  for (const r of rows) {
    const batch = batchOf(r);
    years.set(batch, [...(years.get(batch) ?? []), yearOf(r.date)]);
  }
  const commonest = (list: number[]) => {
    const count = (y: number) => list.filter((x) => x === y).length;
    return list.reduce((a, b) => (count(b) < count(a) || (count(b) === count(a) && b < a) ? a : b));
  };
  return new Map([...years].map(([batch, list]) => [batch, commonest(list)]));
}

// ── Weekly hours ───────────────────────────────────────────────────────────────────────────────

/** Hours from a date on, until the date `to` (no longer included) where one is given. */
async function setHours(db: DbTx, made: Made, input: HoursInput): Promise<Written> {
  refuse(wrongHours(input));
  const place = await placeOf(db, input.organizationId);
  const { name, followsCity } = input;
  const calendar = await ownCalendar(db, place, name, followsCity);
  // The city's calendar keeps its name: what came is the name of a season.
  if (place.own && calendar.organizationId) {
    await store.updateCalendar(db, { ...calendar, name, followsCity });
  }
  const rules = input.week.map(({ weekday, spans }) => ({
    id: newId(),
    from: input.from,
    to: input.to ?? FOR_EVER,
    weekday,
    spans,
  }));
  await store.appendHours(db, calendar.id, rules);
  return { calendarId: calendar.id, what: `hours from ${input.from}: ${name}` };
}

function wrongHours(input: HoursInput): Issue[] {
  const ends =
    input.to != null && input.to <= input.from
      ? [{ path: 'to', message: 'not after the first day', code: 'range' }]
      : [];
  const weekdays = input.week.map((w) => w.weekday);
  return [
    ...ends,
    ...duplicates('week', weekdays),
    ...input.week.flatMap(({ spans }, i) => wrongSpans(spans, `week.${i}.spans`)),
  ];
}

const wrongSpans = (spans: readonly Span[], path: string): Issue[] =>
  spans.flatMap(([start, end], i) => {
    const before = spans[i - 1];
    if (start >= end) return [{ path: `${path}.${i}`, message: 'ends before it begins', code: 'order' }]; // prettier-ignore
    if (before && start < before[1]) return [{ path: `${path}.${i}`, message: 'begins before the one above ends', code: 'overlap' }]; // prettier-ignore
    return [];
  });

// ── Single dates ───────────────────────────────────────────────────────────────────────────────

/** The last word on a date holds; only the lifting of a stop-work day brings back what was under it. */
async function setExceptions(db: DbTx, made: Made, input: ExceptionsInput): Promise<Written> {
  const { dates, kind, name, source } = input;
  const place = await placeOf(db, input.organizationId);
  const [first, last] = await publishedRange(db, place.heads);
  refuse(wrongDates(dates, first, `${yearOf(last) + 1}-12-31`));
  const what = `${kind} ${dates[0]}${dates.length > 1 ? ` +${dates.length - 1}` : ''}: ${name}`;
  const sorted = dates.toSorted();
  const rows = place.own ? await store.standing(db, place.own.id, sorted[0]!, sorted.at(-1)!) : [];
  const onThem = rows.filter((r) => dates.includes(r.date));
  const idsOf = (list: ExceptionRow[]) => list.map((r) => r.id);

  if (kind === 'regular') {
    const nothing = { path: 'dates', message: 'nothing to lift on these dates', code: 'unknown' };
    const calendar = place.own;
    if (!calendar || onThem.length === 0) return fail('invalid_input', { issues: [nothing] });
    await store.setRevoked(db, idsOf(onThem.filter((r) => !r.covered)), made.at);
    await store.setRevoked(db, idsOf(onThem.filter((r) => r.covered)), null);
    return { calendarId: calendar.id, what };
  }
  const followsCity = place.nearest.followsCity;
  const calendar = await ownCalendar(db, place, place.organizationName, followsCity);
  // Revoked at the instant the new one is made: what a stop covers is found by that.
  await store.setRevoked(db, idsOf(onThem), made.at);
  const fresh = dates.map((date) => ({ id: newId(), date, kind, name, source }));
  await store.insertExceptions(db, calendar.id, fresh, made);
  return { calendarId: calendar.id, what };
}

function wrongDates(dates: readonly string[], first: string, last: string): Issue[] {
  const outside = dates.flatMap((date, i) =>
    date < first || date > last
      ? [{ path: `dates.${i}`, message: `${first} to ${last}`, code: 'range' }]
      : [],
  );
  const none = dates.length === 0 ? [{ path: 'dates', message: 'none', code: 'empty' }] : [];
  return [...none, ...outside, ...duplicates('dates', dates)];
}

/** Working days that every calendar must have ahead: longer than the longest limit of domain.md §3.3. */
const WORK_AHEAD_DAYS = 60;

/** A calendar without working time would make every clock on it impossible. */
async function checkWork(tx: Tx, calendarIds: readonly string[]): Promise<void> {
  for (const id of calendarIds) {
    const calendar = await calendarById(tx.db, id);
    const last = calendar.days.at(-1)?.date ?? cityDay(tx.at);
    try {
      dayMinutes(calendar);
      for (const date of [cityDay(tx.at), last]) addWorkingDates(calendar, date, WORK_AHEAD_DAYS);
    } catch {
      const message = `${calendar.name}: no working time`;
      fail('invalid_input', { issues: [{ path: 'input', message, code: 'no_work' }] });
    }
  }
}
