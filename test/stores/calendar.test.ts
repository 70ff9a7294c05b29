/** Calendars against a real database: what a date is for whom, and how a change is published. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { seedCalendar, seedUnitCalendars } from '../../db/seed-calendar.ts';
import {
  addWorking,
  applyChange,
  calendarById,
  calendarsFor,
  currentVersion,
  dayAt,
  publishedUntil,
} from '../../src/calendar/index.ts';
import type { AppliedChange } from '../../src/calendar/index.ts';
import type { CalendarChange, CalendarView } from '../../src/calendar/schema.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import { connect } from '../../src/platform/db.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import type { Tx } from '../../src/platform/unit-of-work.ts';
import { newDatabase } from '../database.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

const AT = '2026-09-21T02:24:00Z';
const OFFICE = [
  [510, 720],
  [840, 1050],
];
const ALWAYS = [[0, 1440]];
const SUMMER = [
  [510, 720],
  [870, 1080],
];
const FIVE = [1, 2, 3, 4, 5];

/** A city of its own for each group: a change of one must not be seen by the next. */
let w: World;
const freshWorld = () => {
  beforeAll(async () => {
    w = await createWorld({ at: AT });
  });
  afterAll(() => w.close());
};

const change = (c: CalendarChange, world = w): Promise<AppliedChange> =>
  inTransaction(world.deps, SYSTEM, (tx) => applyChange(tx, SYSTEM, c));
const exceptions = async (
  unit: string | null,
  dates: string[],
  kind: 'off' | 'makeup' | 'stop' | 'regular' = 'stop',
  name = '台风停工',
) =>
  change({
    change: 'exceptions',
    input: {
      organizationId: unit === null ? null : await w.unit(unit),
      dates,
      kind,
      name,
      source: '市防指〔2026〕3号',
    },
  });
const hours = async (
  unit: string | null,
  more: { from: string; to?: string; spans?: number[][]; week?: number[]; followsCity?: boolean },
) =>
  change({
    change: 'hours',
    input: {
      organizationId: unit === null ? null : await w.unit(unit),
      name: '夏令作息',
      followsCity: more.followsCity ?? true,
      from: more.from,
      to: more.to ?? null,
      week: (more.week ?? FIVE).map((weekday) => ({
        weekday,
        spans: (more.spans ?? SUMMER) as [number, number][],
      })),
    },
  });
type NoticeDay = { date: string; name: string; isOffDay: boolean };
const off = (date: string, name = '元旦'): NoticeDay => ({ date, name, isOffDay: true });
const work = (date: string, name = '元旦'): NoticeDay => ({ date, name, isOffDay: false });
const notice = (year: number, days: NoticeDay[], source = `关于${year}年的通知`) =>
  change({ change: 'import', input: { year, source, days } });

const calendarOf = async (unit: string | null) => {
  const id = unit === null ? null : await w.unit(unit);
  return (await calendarsFor(w.db, [id])).get(id)!;
};
/** The kind of a date for a unit. */
const kindOf = async (unit: string | null, date: string) => {
  const { day, published } = dayAt(await calendarOf(unit), date);
  return published ? day.kind : `${day.kind}?`;
};
const spansOf = async (unit: string | null, date: string) =>
  dayAt(await calendarOf(unit), date).day.spans;
const rowsOf = async (calendarId: string, date: string) =>
  w.db
    .selectFrom('calendar_day')
    .select(['version', 'replaced_in', 'kind', 'name'])
    .where('calendar_id', '=', calendarId)
    .where('date', '=', date)
    .orderBy('version')
    .execute();
/** Codes of the issues a change is refused with, with their paths. */
const refused = async (doing: Promise<unknown>) => {
  const error = (await doing.then(
    () => ({ code: 'done', extra: {} }),
    (e: unknown) => e,
  )) as { code: string; extra: { issues?: { path: string; code: string }[] } };
  return [error.code, ...(error.extra.issues ?? []).map((i) => `${i.path} ${i.code}`)];
};

const ROOM = 'TOWN_QINGYU_1_ROOM';
const STREET = 'TOWN_QINGYU_1';
const DISTRICT = 'DIST_QINGYU';
const ELSEWHERE = 'TOWN_ZHUYUAN_1_ROOM';

describe('the seed', () => {
  freshWorld();

  it('knows the days off and make-up days of 2025 and 2026', async () => {
    const expected: Record<string, string> = {
      '2025-01-01': 'off',
      '2025-01-26': 'makeup',
      '2025-10-08': 'off',
      '2025-10-11': 'makeup',
      '2026-01-04': 'makeup',
      '2026-02-14': 'makeup',
      '2026-02-15': 'off',
      '2026-02-23': 'off',
      '2026-02-24': 'working',
      '2026-02-28': 'makeup',
      '2026-05-09': 'makeup',
      '2026-09-19': 'weekend',
      '2026-09-20': 'makeup',
      '2026-09-27': 'off',
      '2026-10-05': 'off',
      '2026-10-08': 'working',
      '2026-10-10': 'makeup',
      '2026-12-31': 'working',
      '2027-01-01': 'working?',
      '2027-01-02': 'weekend?',
    };
    const city = await calendarOf(null);
    const got = Object.fromEntries(
      Object.keys(expected).map((date) => {
        const { day, published } = dayAt(city, date);
        return [date, published ? day.kind : `${day.kind}?`];
      }),
    );
    expect(got).toEqual(expected);
    expect(city.days).toHaveLength(730);
    expect(dayAt(city, '2026-02-14').day).toMatchObject({ name: '春节', spans: OFFICE });
    expect(city.days.filter((d) => d.kind === 'off')).toHaveLength(28 + 33);
    expect(city.days.filter((d) => d.kind === 'makeup')).toHaveLength(5 + 6);
  });

  it('agrees with the cases of the domain', async () => {
    const city = await calendarOf(null);
    const seven = 7 * 3_600_000;
    // Friday 2026-02-13 16:00 and 1.5 hours to go; then the make-up Saturday; then the holidays.
    const due = addWorking(city, new Date('2026-02-13T08:00:00Z'), 1.5 * 3_600_000 + 5 * seven);
    expect(due).toEqual({
      at: new Date('2026-02-27T09:30:00Z'),
      date: '2026-02-27',
      provisional: false,
    });
  });

  it('says nothing twice: repeated, it changes nothing', async () => {
    const before = await currentVersion(w.db);
    const counts = () =>
      sql<{ n: string }>`select (select count(*) from calendar) || ' ' ||
        (select count(*) from calendar_hours) || ' ' || (select count(*) from calendar_exception)
        || ' ' || (select count(*) from calendar_day) as n`.execute(w.db);
    const rows = (await counts()).rows;
    const seed = () =>
      w.db.transaction().execute(async (tx) => {
        await seedCalendar(tx);
        await seedUnitCalendars(tx);
      });
    await seed();
    await Promise.all([seed(), seed()]);
    expect(await currentVersion(w.db)).toBe(before);
    expect((await counts()).rows).toEqual(rows);
  });

  it('units that never close work on holidays and wait for no notice', async () => {
    const water = await calendarOf('WATER');
    expect(water).toMatchObject({ open: true, organizationId: await w.unit('WATER') });
    expect(dayAt(water, '2026-10-05').day).toMatchObject({ kind: 'working', spans: ALWAYS });
    // Nobody publishes anything for it: a far date is as sure as a near one.
    expect(await kindOf('WATER', '2031-01-01')).toBe('working');
    expect(await spansOf('POWER', '2026-09-26')).toEqual(ALWAYS);
  });

  it('everybody else has the calendar of the city, also who does not exist', async () => {
    const city = await calendarOf(null);
    for (const unit of ['HOTLINE', 'ZJJ', STREET, ROOM]) {
      expect((await calendarOf(unit)).id).toBe(city.id);
    }
    const nobody = newId();
    expect((await calendarsFor(w.db, [nobody, null])).get(nobody)).toBe(city);
    expect(await calendarById(w.db, city.id)).toBe(city);
    await expect(calendarById(w.db, newId())).rejects.toMatchObject({ code: 'not_found' });
    expect(await calendarsFor(w.db, [])).toEqual(new Map());
  });

  it('its pages list the calendars and show the days of a unit', async () => {
    const staff = await w.as('water');
    const { body } = await staff.get('/api/calendars');
    expect(body.items.map((c: { followsCity: boolean }) => c.followsCity)).toEqual([true, false, false, false]); // prettier-ignore
    expect(body.items[0]).toMatchObject({ organization: null, publishedTo: '2026-12-31' });
    expect(body.items[1].publishedTo).toBeNull();
    const at = async (query: string) => staff.get<CalendarView>(`/api/calendars/days?${query}`);
    const city = await at('from=2026-12-30&to=2027-01-02');
    expect(city.body.days.map((d) => [d.date, d.kind, d.published])).toEqual([
      ['2026-12-30', 'working', true],
      ['2026-12-31', 'working', true],
      ['2027-01-01', 'working', false],
      ['2027-01-02', 'weekend', false],
    ]);
    const water = await at(`organizationId=${await w.unit('WATER')}&from=2026-10-01&to=2026-10-01`);
    expect(water.body).toMatchObject({
      organization: { name: '市水务集团' },
      followsCity: false,
      publishedTo: null,
      days: [{ kind: 'working', published: true }],
    });
    expect((await at('from=2026-01-01&to=2027-02-04')).status).toBe(200);
    for (const bad of ['from=2026-01-01&to=2027-02-05', 'from=2026-01-02&to=2026-01-01']) {
      expect((await at(bad)).status).toBe(422);
    }
    expect((await at(`organizationId=${newId()}&from=2026-01-01&to=2026-01-01`)).status).toBe(422);
    expect((await w.anonymous.get('/api/calendars')).status).toBe(401);
    expect((await w.anonymous.get('/api/calendars/days?from=2026-01-01&to=2026-01-01')).status).toBe(401); // prettier-ignore
  });

  it.each([
    ['2026-09-21T02:24:00Z', 101, 'none'],
    ['2026-11-01T01:00:00Z', 60, 'none'],
    ['2026-11-02T01:00:00Z', 59, 'soon'],
    // The last minute of the year in the city, and the next.
    ['2026-12-31T15:59:00Z', 0, 'soon'],
    ['2026-12-31T16:00:00Z', 0, 'over'],
  ])('at %s: %i days left, %s', async (at, daysLeft, warning) => {
    await w.moveTo(at);
    expect(await publishedUntil(w.db)).toEqual({ publishedTo: '2026-12-31', daysLeft, warning });
  });
});

describe('an installation without a demo', () => {
  it('has no calendar until it is seeded, then the city’s alone, whoever seeds', async () => {
    const database = await newDatabase('empty');
    await migrate(database.ownerUrl, { kind: 'production', appUrl: database.appUrl });
    const { db, close } = connect(database.appUrl, { max: 3 });
    try {
      await expect(calendarsFor(db, [null])).rejects.toMatchObject({ code: 'not_ready' });
      await expect(currentVersion(db)).rejects.toMatchObject({ code: 'not_ready' });
      const seeds = [1, 2, 3].map(() => db.transaction().execute(seedCalendar));
      await Promise.all(seeds);
      expect(await currentVersion(db)).toBe(1);
      const city = (await calendarsFor(db, [null])).get(null)!;
      expect(dayAt(city, '2026-10-05').day.name).toBe('国庆节');
      expect(await publishedUntil(db)).toMatchObject({ publishedTo: '2026-12-31' });
    } finally {
      await close();
      await database.drop();
    }
  });
});

describe('a stop-work day', () => {
  freshWorld();

  it('given to a district reaches the command room of its street and no other district', async () => {
    const before = await currentVersion(w.db);
    const city = await calendarOf(null);
    const done = await exceptions(DISTRICT, ['2026-09-22', '2026-09-23']);
    expect(done.version).toBe(before + 1);
    const district = await calendarOf(DISTRICT);
    // The one that held for these units until now is named too: its clocks may move over.
    expect(done.calendarIds.toSorted()).toEqual([district.id, city.id].toSorted());
    expect(district).toMatchObject({ name: '青屿区政府', open: false, version: before + 1 });
    expect(await calendarOf(ROOM)).toBe(district);
    expect(await kindOf(ROOM, '2026-09-22')).toBe('stop');
    expect(await spansOf(ROOM, '2026-09-22')).toEqual([]);
    expect(await kindOf(ROOM, '2026-09-24')).toBe('working');
    expect(await kindOf(ROOM, '2026-10-05')).toBe('off');
    for (const other of [ELSEWHERE, 'ZJJ', null]) {
      expect(await kindOf(other, '2026-09-22')).toBe('working');
    }
  });

  it('says what changes for whoever works there: two dates, not the whole new calendar', async () => {
    const done = await exceptions('DIST_ZHUYUAN', ['2026-09-22', '2026-10-05']);
    expect(done.days).toEqual([
      {
        date: '2026-09-22',
        before: { date: '2026-09-22', kind: 'working', spans: OFFICE, name: '' },
        after: { date: '2026-09-22', kind: 'stop', spans: [], name: '台风停工' },
        calendarName: '竹源县政府',
      },
      {
        date: '2026-10-05',
        before: { date: '2026-10-05', kind: 'off', spans: [], name: '国庆节' },
        after: { date: '2026-10-05', kind: 'stop', spans: [], name: '台风停工' },
        calendarName: '竹源县政府',
      },
    ]);
  });

  it('reaches units below that have a calendar of their own, made before or after', async () => {
    await hours('TOWN_QINGYU_2', { from: '2026-09-01' });
    expect(await kindOf('TOWN_QINGYU_2_ROOM', '2026-09-22')).toBe('stop');
    await exceptions(DISTRICT, ['2026-09-28']);
    expect(await kindOf('TOWN_QINGYU_2_ROOM', '2026-09-28')).toBe('stop');
    expect(await spansOf('TOWN_QINGYU_2_ROOM', '2026-09-29')).toEqual(SUMMER);
    // No unit works where work was stopped above it.
    await exceptions('TOWN_QINGYU_2', ['2026-09-28'], 'makeup', '加班');
    expect(await kindOf('TOWN_QINGYU_2_ROOM', '2026-09-28')).toBe('stop');
    await exceptions(DISTRICT, ['2026-09-28'], 'regular', '解除');
    expect(await kindOf('TOWN_QINGYU_2_ROOM', '2026-09-28')).toBe('makeup');
    expect(await kindOf(ROOM, '2026-09-28')).toBe('working');
  });

  it('lifted, it gives back what the notice said', async () => {
    await exceptions(null, ['2026-10-05', '2026-10-10', '2026-10-12']);
    expect(await kindOf(null, '2026-10-10')).toBe('stop');
    // Said again under another name, it still covers what it covered.
    await exceptions(null, ['2026-10-05', '2026-10-10'], 'stop', '暴雨停工');
    const done = await exceptions(null, ['2026-10-05', '2026-10-10', '2026-10-12'], 'regular');
    expect(await kindOf(null, '2026-10-05')).toBe('off');
    expect(await kindOf(null, '2026-10-10')).toBe('makeup');
    expect(await kindOf(null, '2026-10-12')).toBe('working');
    expect(done.days.filter((d) => d.calendarName === '全市工作日历')).toHaveLength(3);
    const stops = await w.db
      .selectFrom('calendar_exception')
      .select(['date', 'revoked_at'])
      .where('kind', '=', 'stop')
      .where('date', '=', '2026-10-05')
      .where('calendar_id', '=', (await calendarOf(null)).id)
      .execute();
    expect(stops.map((s) => s.revoked_at !== null)).toEqual([true, true]);
  });

  it('of the city stops all who follow it; a utility keeps working, but may stop by itself', async () => {
    await exceptions(null, ['2026-11-02']);
    expect(await kindOf(null, '2026-11-02')).toBe('stop');
    expect(await kindOf(ROOM, '2026-11-02')).toBe('stop');
    expect(await kindOf('WATER', '2026-11-02')).toBe('working');
    await exceptions('WATER', ['2026-11-02', '2027-05-03']);
    expect(await kindOf('WATER', '2026-11-02')).toBe('stop');
    // Ahead of any notice: it waits for none.
    expect(await kindOf('WATER', '2027-05-03')).toBe('stop');
    expect(await kindOf('WATER', '2027-05-04')).toBe('working');
    expect(await kindOf('POWER', '2026-11-02')).toBe('working');
    await exceptions('WATER', ['2027-05-03'], 'regular');
    expect(await kindOf('WATER', '2027-05-03')).toBe('working');
  });

  it('below a utility does not make office hours of it', async () => {
    const id = newId();
    await w.db
      .insertInto('organization')
      .values({
        id,
        code: 'WATER_1',
        name: '城东营业所',
        name_en: '',
        kind: 'station',
        parent_id: await w.unit('WATER'),
      })
      .execute();
    expect(await kindOf('WATER_1', '2026-11-02')).toBe('stop');
    await exceptions('WATER_1', ['2026-11-05'], 'stop', '检修');
    expect(await calendarOf('WATER_1')).toMatchObject({ name: '城东营业所', open: true });
    expect(await kindOf('WATER_1', '2026-11-05')).toBe('stop');
    expect(await kindOf('WATER_1', '2026-11-02')).toBe('stop');
    expect(await spansOf('WATER_1', '2026-10-03')).toEqual(ALWAYS);
  });

  it('given to the city’s government is the city’s', async () => {
    await exceptions('CITY', ['2026-11-03']);
    expect(await kindOf(null, '2026-11-03')).toBe('stop');
    expect((await calendarOf('CITY')).organizationId).toBeNull();
  });
});

describe('weekly hours', () => {
  freshWorld();

  it('summer hours hold from their first date and no longer on the last', async () => {
    const done = await hours(null, { from: '2026-06-15', to: '2026-09-15' });
    expect(await spansOf(null, '2026-06-12')).toEqual(OFFICE);
    expect(await spansOf(null, '2026-06-15')).toEqual(SUMMER);
    expect(await spansOf(null, '2026-09-14')).toEqual(SUMMER);
    expect(await spansOf(null, '2026-09-15')).toEqual(OFFICE);
    expect(await kindOf(null, '2026-06-20')).toBe('off');
    expect((await calendarOf(null)).name).toBe('全市工作日历');
    // Mondays to Fridays of thirteen weeks and one Monday, without 端午 (a Friday).
    expect(done.days).toHaveLength(65);
  });

  it('of the city reach a unit that only has a stop-work day of its own, not one with hours', async () => {
    await exceptions(DISTRICT, ['2026-09-22']);
    await hours('DIST_ZHUYUAN', { from: '2026-01-01', spans: [[540, 1020]] });
    await hours(null, { from: '2026-11-02', spans: [[600, 960]] });
    expect(await spansOf(ROOM, '2026-11-03')).toEqual([[600, 960]]);
    expect(await spansOf(ELSEWHERE, '2026-11-03')).toEqual([[540, 1020]]);
    expect(await kindOf(ELSEWHERE, '2026-10-05')).toBe('off');
  });

  it('reach dates that are only assumed', async () => {
    const before = await calendarOf(null);
    const done = await hours(null, { from: '2027-06-15', spans: [[480, 720]] });
    expect(done.days).toEqual([]);
    expect(await spansOf(null, '2027-06-15')).toEqual([[480, 720]]);
    expect(dayAt(before, '2027-06-15').day.spans).toEqual([[600, 960]]);
  });

  it('may be those of a unit that never closes, or of a night shift', async () => {
    await hours('BUS', { from: '2026-09-01', week: [1, 2, 3, 4, 5, 6, 7], spans: ALWAYS, followsCity: false }); // prettier-ignore
    expect(await calendarOf('BUS')).toMatchObject({ open: true, name: '夏令作息' });
    expect(await kindOf('BUS', '2026-10-05')).toBe('working');
    await hours('BUS', { from: '2026-09-01', spans: [[1200, 1920]], week: FIVE });
    expect(await calendarOf('BUS')).toMatchObject({ open: false });
    expect(await spansOf('BUS', '2026-10-12')).toEqual([[1200, 1920]]);
    expect(await kindOf('BUS', '2026-10-05')).toBe('off');
  });
});

describe('importing a year', () => {
  freshWorld();

  it('publishes every date of it for the city and all other calendars', async () => {
    await exceptions(DISTRICT, ['2026-09-22']);
    const done = await notice(2027, [off('2027-01-01'), work('2027-01-03'), off('2026-12-31')]);
    for (const unit of [null, ROOM]) {
      expect(await kindOf(unit, '2027-01-01')).toBe('off');
      expect(await kindOf(unit, '2027-01-03')).toBe('makeup');
      expect(await kindOf(unit, '2027-01-04')).toBe('working');
      expect(await kindOf(unit, '2027-12-31')).toBe('working');
      expect(await kindOf(unit, '2028-01-03')).toBe('working?');
      expect(await kindOf(unit, '2026-12-31')).toBe('off');
    }
    expect(await kindOf('WATER', '2027-01-01')).toBe('working');
    const city = await calendarOf(null);
    expect(city.days).toHaveLength(730 + 365);
    // Shown: what is special, for the city and the district.
    expect(done.days.map((d) => [d.date, d.before?.kind ?? null, d.after.kind])).toEqual([
      ['2026-12-31', 'working', 'off'],
      ['2027-01-01', null, 'off'],
      ['2027-01-03', null, 'makeup'],
      ['2026-12-31', 'working', 'off'],
      ['2027-01-01', null, 'off'],
      ['2027-01-03', null, 'makeup'],
    ]);
    expect(await publishedUntil(w.db)).toMatchObject({ publishedTo: '2027-12-31' });
  });

  it('again replaces that year; a stop-work day stays, and the notice stands under it', async () => {
    await exceptions(null, ['2027-03-01', '2027-02-08']);
    await exceptions(DISTRICT, ['2027-03-02']);
    await notice(2027, [off('2027-01-01'), off('2027-02-08', '春节'), work('2027-02-14', '春节')]);
    expect(await kindOf(null, '2026-12-31')).toBe('working');
    expect(await kindOf(null, '2027-01-01')).toBe('off');
    expect(await kindOf(null, '2027-01-03')).toBe('weekend');
    expect(await kindOf(null, '2027-02-14')).toBe('makeup');
    expect(await kindOf(null, '2027-03-01')).toBe('stop');
    expect(await kindOf(null, '2027-02-08')).toBe('stop');
    expect(await kindOf(ROOM, '2027-03-02')).toBe('stop');
    expect(await kindOf(null, '2026-10-05')).toBe('off');
    // What stands under the stop follows the notice: once more, this time without 02-08.
    await exceptions(null, ['2027-02-08'], 'regular');
    expect(await kindOf(null, '2027-02-08')).toBe('off');
    await exceptions(null, ['2027-02-08']);
    await notice(2027, [off('2027-01-01')]);
    await exceptions(null, ['2027-02-08'], 'regular');
    expect(await kindOf(null, '2027-02-08')).toBe('working');
  });

  it('of an earlier year leaves what the next year’s notice says of its last week', async () => {
    await notice(2027, [off('2027-01-01'), off('2026-12-31')]);
    await notice(2026, [off('2026-10-01', '国庆节')]);
    expect(await kindOf(null, '2026-12-31')).toBe('off');
    expect(await kindOf(null, '2026-10-01')).toBe('off');
    expect(await kindOf(null, '2026-10-05')).toBe('working');
    expect(await kindOf(null, '2025-10-08')).toBe('off');
  });

  it('unchanged changes no day', async () => {
    const days = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from calendar_day`.execute(w.db)).rows;
    const before = await days();
    const done = await notice(2026, [off('2026-10-01', '国庆节')]);
    expect(done.days).toEqual([]);
    expect(await days()).toEqual(before);
  });
});

describe('versions', () => {
  freshWorld();

  it('the replaced row stays and says by what', async () => {
    const city = await calendarOf(null);
    const { version } = await exceptions(null, ['2026-09-22']);
    expect(await rowsOf(city.id, '2026-09-22')).toEqual([
      { version: 1, replaced_in: version, kind: 'working', name: '' },
      { version, replaced_in: null, kind: 'stop', name: '台风停工' },
    ]);
    expect(await rowsOf(city.id, '2026-09-23')).toHaveLength(1);
    // Who took the calendar before keeps what it was.
    expect(dayAt(city, '2026-09-22').day.kind).toBe('working');
    expect(await kindOf(null, '2026-09-22')).toBe('stop');
    const event = await w.db
      .selectFrom('domain_event')
      .select(['subject_type', 'subject_id', 'payload'])
      .where('type', '=', 'calendar.changed')
      .executeTakeFirstOrThrow();
    expect(event).toEqual({
      subject_type: 'calendar',
      subject_id: city.id,
      payload: { version },
    });
  });

  it('two changes at once both survive, under different numbers', async () => {
    const before = await currentVersion(w.db);
    const done = await Promise.all([
      exceptions(DISTRICT, ['2026-11-02']),
      exceptions(DISTRICT, ['2026-11-03']),
      exceptions(null, ['2026-11-04']),
    ]);
    expect(done.map((d) => d.version).toSorted()).toEqual([before + 1, before + 2, before + 3]);
    for (const date of ['2026-11-02', '2026-11-03', '2026-11-04']) {
      expect(await kindOf(ROOM, date)).toBe('stop');
    }
    const gaps = await sql`select calendar_id from calendar_day where replaced_in is null
      group by calendar_id having count(*) <> max(date) - min(date) + 1`.execute(w.db);
    expect(gaps.rows).toEqual([]);
  });

  it('a change that is taken back leaves nothing, also not in memory', async () => {
    const before = await currentVersion(w.db);
    const district = await w.unit('DIST_KFQ');
    const tryOut = async (tx: Tx) => {
      const { version } = await applyChange(tx, SYSTEM, {
        change: 'exceptions',
        input: { organizationId: district, dates: ['2026-11-09'], kind: 'stop', name: '试', source: '试' }, // prettier-ignore
      });
      const own = (await calendarsFor(tx.db, [district])).get(district)!;
      expect(own).toMatchObject({ version, organizationId: district });
      expect(dayAt(own, '2026-11-09').day.kind).toBe('stop');
      // Meanwhile everybody else sees the calendar of before.
      expect(await kindOf('DIST_KFQ', '2026-11-09')).toBe('working');
      throw new Error('only looked at');
    };
    await expect(inTransaction(w.deps, SYSTEM, tryOut)).rejects.toThrow('only looked at');
    expect(await kindOf('DIST_KFQ', '2026-11-09')).toBe('working');
    // The same number, now for something else.
    const { version } = await exceptions(null, ['2026-11-10']);
    expect(version).toBe(before + 1);
    expect(await kindOf('DIST_KFQ', '2026-11-09')).toBe('working');
    expect(await kindOf('DIST_KFQ', '2026-11-10')).toBe('stop');
  });

  it('the hot path is one query of one row', async () => {
    const ids = [await w.unit(ROOM), await w.unit('WATER'), null];
    await calendarsFor(w.db, ids);
    const asked: string[] = [];
    const connection = connect(w.database.appUrl, { max: 1 });
    connection.pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      client.query = ((...args: unknown[]) => {
        const q = args[0] as string | { text: string };
        asked.push(typeof q === 'string' ? q : q.text);
        return query(...args);
      }) as typeof client.query;
    });
    try {
      const first = await calendarsFor(connection.db, ids);
      expect(asked).toHaveLength(1);
      expect(first.get(ids[0]!)).toBe((await calendarsFor(w.db, ids)).get(ids[0]!));
    } finally {
      await connection.close();
    }
  });
});

describe('two databases in one process', () => {
  const worlds: World[] = [];
  beforeAll(async () => {
    for (let i = 0; i < 2; i++) {
      worlds.push(await createWorld({ at: AT }));
    }
  });
  afterAll(async () => {
    for (const world of worlds) await world.close();
  });

  it('do not take each other’s days, though version and ids are the same', async () => {
    const [one, two] = worlds as [World, World];
    w = one;
    const a = await exceptions(null, ['2026-11-02']);
    expect(await kindOf(null, '2026-11-02')).toBe('stop');
    w = two;
    expect(await kindOf(null, '2026-11-02')).toBe('working');
    const b = await exceptions(null, ['2026-11-03']);
    expect(b.version).toBe(a.version);
    expect(await kindOf(null, '2026-11-02')).toBe('working');
    expect(await kindOf(null, '2026-11-03')).toBe('stop');
    w = one;
    expect(await kindOf(null, '2026-11-03')).toBe('working');
  });
});

describe('what is refused', () => {
  freshWorld();
  let before: number;
  beforeEach(async () => {
    before = await currentVersion(w.db);
  });

  it('files of another year, with dates twice, empty, or leaving a gap', async () => {
    expect(await refused(notice(2027, []))).toEqual(['invalid_input', 'days empty']);
    expect(await refused(notice(2027, [off('2026-10-01')]))).toEqual(['invalid_input', 'days empty']); // prettier-ignore
    expect(
      await refused(
        notice(2027, [off('2027-01-01'), off('2026-12-24'), off('2028-01-08'), work('2027-01-01')]),
      ),
    ).toEqual(['invalid_input', 'days.1.date range', 'days.2.date range', 'days.3 duplicate']);
    for (const year of [2024, 2028]) {
      expect(await refused(notice(year, [off(`${year}-01-01`)]))).toEqual(['invalid_input', 'year range']); // prettier-ignore
    }
    expect(await currentVersion(w.db)).toBe(before);
  });

  it('hours that overlap, go backwards or come twice', async () => {
    const wrong = (spans: number[][]) => refused(hours(null, { from: '2026-10-01', week: [1], spans })); // prettier-ignore
    expect(await wrong([[510, 720], [700, 900]])).toEqual(['invalid_input', 'week.0.spans.1 overlap']); // prettier-ignore
    expect(await wrong([[840, 1050], [510, 720]])).toEqual(['invalid_input', 'week.0.spans.1 overlap']); // prettier-ignore
    expect(await wrong([[720, 510]])).toEqual(['invalid_input', 'week.0.spans.0 order']);
    expect(await refused(hours(null, { from: '2026-10-01', to: '2026-10-01' }))).toEqual(['invalid_input', 'to range']); // prettier-ignore
    expect(await refused(hours(null, { from: '2026-10-01', week: [1, 2, 1] }))).toEqual(['invalid_input', 'week.2 duplicate']); // prettier-ignore
    expect(await currentVersion(w.db)).toBe(before);
  });

  it('dates twice or far away, lifting nothing, and units that do not exist', async () => {
    expect(await refused(exceptions(null, ['2026-10-12', '2026-10-12']))).toEqual(['invalid_input', 'dates.1 duplicate']); // prettier-ignore
    expect(await refused(exceptions(null, ['2024-12-31', '2028-01-01']))).toEqual(['invalid_input', 'dates.0 range', 'dates.1 range']); // prettier-ignore
    expect(await refused(exceptions(null, ['2026-10-12'], 'regular'))).toEqual(['invalid_input', 'dates unknown']); // prettier-ignore
    expect(await refused(exceptions(DISTRICT, ['2026-10-05'], 'regular'))).toEqual(['invalid_input', 'dates unknown']); // prettier-ignore
    const nobody = { organizationId: newId(), dates: ['2026-10-12'], kind: 'stop' as const, name: 'x', source: 'x' }; // prettier-ignore
    expect(await refused(change({ change: 'exceptions', input: nobody }))).toEqual(['unit_unknown']); // prettier-ignore
    expect(await currentVersion(w.db)).toBe(before);
    const calendars = await w.db.selectFrom('calendar').select('id').execute();
    expect(calendars).toHaveLength(4);
  });
});
