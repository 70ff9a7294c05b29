/** The city's working calendar as the State Council's notices give it, and those of units that differ. */
import { publish, lockChanges } from '../src/calendar/index.ts';
import type { Span } from '../src/calendar/index.ts';
import { newId } from '../src/kernel/ids.ts';
import { appNow } from '../src/platform/db.ts';
import type { DbTx } from '../src/platform/db.ts';
import { readTsv } from './tsv.ts';

/** Published dates of a new installation: the years whose notices stand in `calendar.tsv`. */
const FIRST = '2025-01-01';
const LAST = '2026-12-31';
/** Weekly hours of the seed hold since ever: dates before the first published one are assumed by them. */
const HOURS_FROM = '2000-01-01';

const minutes = (clock: string): number => {
  const [h = 0, m = 0] = clock.split(':').map(Number);
  return h * 60 + m;
};
/** `08:30-12:00,14:00-17:30` → minutes of the day. */
const spansOf = (text: string): Span[] =>
  text.split(',').map((span): Span => {
    const [from = '', to = ''] = span.split('-');
    return [minutes(from), minutes(to)];
  });

async function insertHours(
  db: DbTx,
  calendarId: string,
  rows: readonly { weekday: number; spans: string }[],
): Promise<void> {
  await db
    .insertInto('calendar_hours')
    .values(
      rows.map((r, i) => ({
        id: newId(),
        calendar_id: calendarId,
        valid_from: HOURS_FROM,
        weekday: r.weekday,
        spans: JSON.stringify(spansOf(r.spans)),
        position: i + 1,
      })),
    )
    .execute();
}

/** The city's calendar of 2025 and 2026, as version 1; nothing where the city has one. */
export async function seedCalendar(db: DbTx): Promise<void> {
  await lockChanges(db);
  const known = await db
    .selectFrom('calendar')
    .select('id')
    .where('organization_id', 'is', null)
    .executeTakeFirst();
  if (known) return;
  const at = await appNow(db);
  const id = newId();
  await db
    .insertInto('calendar')
    .values({ id, organization_id: null, name: '全市工作日历' })
    .execute();
  const hours = readTsv('calendar-hours.tsv').map(([weekday = '', spans = '']) => ({
    weekday: Number(weekday),
    spans,
  }));
  await insertHours(db, id, hours);
  const exceptions = readTsv('calendar.tsv').map(
    ([date = '', kind = '', name = '', source = '']) => ({
      id: newId(),
      calendar_id: id,
      date,
      kind,
      name,
      source,
      made_by: null,
      made_at: at,
      revoked_at: null,
    }),
  );
  await db.insertInto('calendar_exception').values(exceptions).execute();
  await publish(db, { what: 'seed', by: null, at, changed: [id], from: FIRST, to: LAST });
}

/** Calendars of the demo's units that never close; units that have one keep it. */
export async function seedUnitCalendars(db: DbTx): Promise<void> {
  await lockChanges(db);
  const have = new Set(
    (
      await db
        .selectFrom('calendar')
        .innerJoin('organization', 'organization.id', 'calendar.organization_id')
        .select('organization.code')
        .execute()
    ).map((r) => r.code),
  );
  const changed: string[] = [];
  for (const [unit = '', name = '', follows = '', days = '', spans = ''] of readTsv(
    'demo/calendars.tsv',
  )) {
    if (have.has(unit)) continue;
    const { id: organization_id } = await db
      .selectFrom('organization')
      .select('id')
      .where('code', '=', unit)
      .executeTakeFirstOrThrow();
    const id = newId();
    await db
      .insertInto('calendar')
      .values({ id, organization_id, name, follows_city: follows === 'true' })
      .execute();
    const weekdays = days.split(',').map(Number);
    await insertHours(
      db,
      id,
      weekdays.map((weekday) => ({ weekday, spans })),
    );
    changed.push(id);
  }
  if (changed.length === 0) return;
  await publish(db, { what: 'seed of units', by: null, at: await appNow(db), changed });
}
