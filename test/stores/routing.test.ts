/** The dispatch catalogue of the demo city against a real database: who, and why. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { suggest } from '../../src/routing/index.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
const AT = new Date('2026-09-21T02:24:00Z');
beforeAll(async () => {
  w = await createWorld({ at: AT.toISOString() });
});
afterAll(() => w.close());

const NANTANG = '339902001';
const QINGYU = '339902';
const ask = (
  categoryCode: string,
  more: { areaCode?: string; subjectKind?: string } = {},
  at = AT,
) => suggest(w.db, { categoryCode, ...more }, at);
/** Lead, co-units and the codes of the steps, on one line. */
const said = async (...q: Parameters<typeof ask>) => {
  const a = await ask(...q);
  return [a.lead?.code ?? null, a.co.map((u) => u.code), a.steps.map((s) => s.code)];
};
const addRow = async (r: {
  category: string;
  lead: string;
  area?: string;
  subject?: string;
  from?: string;
  to?: string;
}) => {
  const id = newId();
  await w.db
    .insertInto('dispatch_catalogue')
    .values({
      id,
      category_code: r.category,
      area_code: r.area ?? null,
      subject_kind: r.subject ?? null,
      lead_code: r.lead,
      valid_from: r.from ?? '2025-01-01',
      ...(r.to && { valid_to: r.to }),
    })
    .execute();
  return id;
};
const drop = (id: string) => w.db.deleteFrom('dispatch_catalogue').where('id', '=', id).execute();

describe('rows of categories.tsv', () => {
  it('name the default lead of a category, with the row they stand in', async () => {
    expect(await said('0301', { areaCode: NANTANG })).toEqual(['WATER', [], ['row_category']]);
    expect(await said('0302')).toEqual(['POWER', [], ['row_category']]);
    const a = await ask('0301', { areaCode: NANTANG });
    const row = await w.db
      .selectFrom('dispatch_catalogue')
      .selectAll()
      .where('id', '=', a.catalogueId!)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ category_code: '0301', lead_code: 'WATER', subject_kind: null });
    expect(a.steps[0]!.facts).toEqual({ category: '0301', area: '南塘街道', subject: '' });
    expect(a.lead).toMatchObject({ id: await w.unit('WATER'), name: '市水务集团' });
  });
  it('a finer category without a row of its own falls to the one above', async () => {
    expect(await said('030199')).toEqual(['WATER', [], ['row_parent_category']]);
  });
});

describe('rows of catalogue-extra.tsv', () => {
  it('0209 邻里: neighbours go to the command room of the street, with the police', async () => {
    expect(await said('0209', { areaCode: NANTANG, subjectKind: '邻里' })).toEqual([
      'TOWN_QINGYU_1_ROOM',
      ['GAJ'],
      ['row_category_subject', 'town_of_area'],
    ]);
  });
  it('0209 of other kinds goes to law enforcement; an unknown kind to the general row', async () => {
    expect((await said('0209', { subjectKind: '施工' }))[0]).toBe('ZHZF');
    expect(await said('0209', { subjectKind: '商业' })).toEqual(['ZHZF', ['GAJ'], ['row_category_subject']]); // prettier-ignore
    expect(await said('0209', { subjectKind: '别的' })).toEqual(['ZHZF', [], ['row_category']]);
  });
  it('0211 秸秆: open burning belongs to law enforcement, with agriculture and the street', async () => {
    expect(await said('0211', { areaCode: NANTANG, subjectKind: '秸秆' })).toEqual([
      'ZHZF',
      ['NYNC', 'TOWN_QINGYU_1_ROOM'],
      ['row_category_subject'],
    ]);
    // Without a place there is no street to join in, which is said; the lead is sure all the same.
    expect(await said('0211', { subjectKind: '秸秆' })).toEqual([
      'ZHZF',
      ['NYNC'],
      ['row_category_subject', 'area_unknown'],
    ]);
  });
  it('1105: radiation belongs to environment', async () => {
    expect((await said('1105'))[0]).toBe('STHJ');
    expect(await said('1105', { subjectKind: '辐射' })).toEqual(['STHJ', ['TELE'], ['row_category_subject']]); // prettier-ignore
  });
  it('1603: conduct is a transfer, and never to the unit complained about', async () => {
    expect(await said('1603')).toEqual([null, [], ['row_category', 'transfer_target']]);
    expect(await said('1603', { areaCode: NANTANG, subjectKind: '单位本身' })).toEqual([
      null,
      [],
      ['row_category_subject', 'transfer_target'],
    ]);
  });
});

describe('codes that stand for the unit of the place', () => {
  it('an unknown, missing or too coarse area names nobody, and says so', async () => {
    for (const areaCode of [undefined, '000000', QINGYU]) {
      const q = { subjectKind: '邻里', ...(areaCode && { areaCode }) };
      expect([areaCode, ...(await said('0209', q))]).toEqual([
        areaCode,
        null,
        ['GAJ'],
        ['row_category_subject', 'area_unknown'],
      ]);
    }
  });
  it('0904: communities go to the command room of their own street', async () => {
    for (const [areaCode, room] of [
      [NANTANG, 'TOWN_QINGYU_1_ROOM'],
      ['339902003', 'TOWN_QINGYU_3_ROOM'],
      ['339904001', 'TOWN_ZHUYUAN_1_ROOM'],
    ])
      expect((await said('0904', { areaCode: areaCode! }))[0]).toBe(room);
  });
  it('DIST is the district of the street, and of the district itself', async () => {
    expect(await said('1304', { areaCode: NANTANG, subjectKind: '政府项目' })).toEqual([
      'JXJ',
      ['DIST_QINGYU'],
      ['row_category_subject'],
    ]);
    const id = await addRow({ category: '1304', subject: '试', lead: 'DIST' });
    expect(await said('1304', { areaCode: QINGYU, subjectKind: '试' })).toEqual([
      'DIST_QINGYU',
      [],
      ['row_category_subject', 'district_of_area'],
    ]);
    await drop(id);
  });
  it('an inactive command room is not named', async () => {
    await w.db.updateTable('organization').set({ active: false }).where('code', '=', 'TOWN_KFQ_1_ROOM').execute(); // prettier-ignore
    expect(await said('0904', { areaCode: '339905001' })).toEqual([null, [], ['row_category', 'area_unknown']]); // prettier-ignore
  });
});

describe('no row', () => {
  it('the district answers for its ground; without a place nobody is named', async () => {
    expect(await said('9901', { areaCode: NANTANG })).toEqual([
      'DIST_QINGYU',
      [],
      ['no_row', 'district_fallback'],
    ]);
    expect(await said('9901')).toEqual([null, [], ['no_row', 'area_unknown']]);
    expect((await ask('9901', { areaCode: NANTANG })).catalogueId).toBeNull();
  });
});

describe('the nearer row wins', () => {
  it('street before district before city; area before subject; both before one', async () => {
    const district = await addRow({ category: '0203', area: QINGYU, lead: 'DIST_QINGYU' });
    expect(await said('0203', { areaCode: NANTANG })).toEqual(['DIST_QINGYU', [], ['row_category_area']]); // prettier-ignore
    expect((await said('0203', { areaCode: '339901001' }))[0]).toBe('ZHZF');
    const street = await addRow({ category: '0203', area: NANTANG, lead: 'TOWN_QINGYU_1_ROOM' });
    expect((await said('0203', { areaCode: NANTANG }))[0]).toBe('TOWN_QINGYU_1_ROOM');
    expect((await said('0203', { areaCode: '339902002' }))[0]).toBe('DIST_QINGYU');
    const subject = await addRow({ category: '0203', subject: '大件', lead: 'YLJ' });
    const q = { areaCode: NANTANG, subjectKind: '大件' };
    expect((await said('0203', q))[0]).toBe('TOWN_QINGYU_1_ROOM');
    const both = await addRow({ category: '0203', area: NANTANG, subject: '大件', lead: 'GAJ' });
    expect(await said('0203', q)).toEqual(['GAJ', [], ['row_category_area_subject']]);
    for (const id of [district, street, subject, both]) await drop(id);
  });
});

describe('validity', () => {
  it('a row that starts tomorrow does not count today, by the city’s days', async () => {
    const id = await addRow({ category: '0301', area: NANTANG, lead: 'SLJ', from: '2026-09-22' });
    const q = { areaCode: NANTANG };
    expect((await said('0301', q))[0]).toBe('WATER');
    // 23:59:59 there, and one second later, both still the 21st in UTC.
    expect((await said('0301', q, new Date('2026-09-21T15:59:59Z')))[0]).toBe('WATER');
    expect((await said('0301', q, new Date('2026-09-21T16:00:00Z')))[0]).toBe('SLJ');
    await drop(id);
  });
  it('the last day is the one before valid_to', async () => {
    const id = await addRow({ category: '0301', area: NANTANG, lead: 'SLJ', to: '2026-09-21' });
    const q = { areaCode: NANTANG };
    expect((await said('0301', q, new Date('2026-09-20T02:00:00Z')))[0]).toBe('SLJ');
    expect((await said('0301', q))[0]).toBe('WATER');
    await drop(id);
  });
  it('nothing is in force before the catalogue begins', async () => {
    expect(await said('0301', {}, new Date('2024-12-31T00:00:00Z'))).toEqual([null, [], ['no_row', 'area_unknown']]); // prettier-ignore
  });
});

describe('one primary owner', () => {
  const clash = { code: '23P01', constraint: 'one_primary_owner' };
  it('a second row of the same key in the same time is refused by the database', async () => {
    await expect(addRow({ category: '0301', lead: 'SLJ' })).rejects.toMatchObject(clash);
    await expect(addRow({ category: '0209', subject: '邻里', lead: 'GAJ', from: '2030-01-01' })).rejects.toMatchObject(clash); // prettier-ignore
  });
  it('one after the other, or for another area or kind, is fine', async () => {
    await sql`update dispatch_catalogue set valid_to = '2027-01-01'
      where category_code = '0302' and subject_kind is null`.execute(w.db);
    const next = await addRow({ category: '0302', lead: 'GAS', from: '2027-01-01' });
    const area = await addRow({ category: '0302', lead: 'GAS', area: NANTANG });
    expect((await said('0302', {}, new Date('2026-12-31T15:59:59Z')))[0]).toBe('POWER');
    expect((await said('0302', {}, new Date('2026-12-31T16:00:00Z')))[0]).toBe('GAS');
    await expect(addRow({ category: '0302', lead: 'BUS', area: NANTANG, from: '2029-01-01' })).rejects.toMatchObject(clash); // prettier-ignore
    for (const id of [next, area]) await drop(id);
  });
  it('a row that ends before it begins is refused', async () => {
    await expect(addRow({ category: '0301', area: NANTANG, lead: 'SLJ', from: '2026-05-01', to: '2026-05-01' })).rejects.toMatchObject({ code: '23514' }); // prettier-ignore
  });
});

describe('the whole catalogue', () => {
  it('names for every row a unit that exists, or a code that stands for one', async () => {
    const rows = await w.db.selectFrom('dispatch_catalogue').selectAll().execute();
    const units = new Set(
      (await w.db.selectFrom('organization').select('code').execute()).map((o) => o.code),
    );
    const wrong = rows.flatMap((r) =>
      [r.lead_code, ...r.co_codes].filter((c) => !units.has(c) && c !== 'TOWN' && c !== 'DIST'),
    );
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(120);
  });
  it('never suggests a unit that cannot be dispatched to', async () => {
    const rows = await w.db.selectFrom('dispatch_catalogue').selectAll().execute();
    const able = new Set(
      (
        await sql<{ id: string }>`select o.id from organization o where o.active
          and o.kind not in ('external', 'city', 'center') and exists (select 1 from role_grant g
          where g.organization_id = o.id and g.role in ('unit_receiver', 'command_room'))`.execute(
          w.db,
        )
      ).rows.map((r) => r.id),
    );
    const wrong: string[] = [];
    for (const r of rows) {
      const q = { areaCode: NANTANG, ...(r.subject_kind && { subjectKind: r.subject_kind }) };
      const a = await ask(r.category_code, q);
      for (const u of [a.lead, ...a.co]) if (u && !able.has(u.id)) wrong.push(`${r.category_code} ${u.code}`); // prettier-ignore
    }
    expect([...new Set(wrong)]).toEqual([]);
  });
});
