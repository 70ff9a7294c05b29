import { sql } from 'kysely';
import type { Reader } from '../platform/db.ts';
import type { AreaView, CategoryView } from './schema.ts';

/** A row of the dispatch catalogue: category × area × subject kind → lead and co-handlers. */
export interface CatalogueRow {
  id: string;
  categoryCode: string;
  areaCode: string | null;
  subjectKind: string | null;
  leadCode: string;
  coCodes: string[];
}

export async function listCategories(db: Reader): Promise<CategoryView[]> {
  const rows = await db
    .selectFrom('category')
    .select(['code', 'parent_code', 'name', 'name_en'])
    .orderBy('code')
    .limit(2000)
    .execute();
  return rows.map((r) => ({
    code: r.code,
    parentCode: r.parent_code,
    name: r.name,
    nameEn: r.name_en,
  }));
}

export async function listAreas(db: Reader): Promise<AreaView[]> {
  const rows = await db
    .selectFrom('area')
    .select(['code', 'parent_code', 'name'])
    .orderBy('code')
    .limit(2000)
    .execute();
  return rows.map((r) => ({ code: r.code, parentCode: r.parent_code, name: r.name }));
}

/** A place people name: an estate, a road, a market; the area it lies in. */
export interface PlaceRow {
  name: string;
  areaCode: string;
  kind: string;
}

/** More names than a city has; the index of them stays in memory. */
const PLACES_MAX = 50_000;

export async function listPlaces(db: Reader): Promise<PlaceRow[]> {
  const rows = await db
    .selectFrom('place')
    .select(['name', 'area_code', 'kind'])
    .orderBy('name')
    .orderBy('area_code')
    .limit(PLACES_MAX)
    .execute();
  return rows.map((r) => ({ name: r.name, areaCode: r.area_code, kind: r.kind }));
}

/** Changes whenever an area or a place does; one pass over two small tables. */
export async function gazetteerStamp(db: Reader): Promise<string> {
  const row = await sql<{ stamp: string }>`select concat_ws('/',
      (select count(*) from area), (select coalesce(sum(hashtext(code || name)::bigint), 0) from area),
      (select count(*) from place),
      (select coalesce(sum(hashtext(name || area_code)::bigint), 0) from place)) as stamp`.execute(
    db,
  );
  return row.rows[0]!.stamp;
}

/** An area and the areas above it, nearest first, each with the unit that governs it. */
export async function areaChain(db: Reader, code: string) {
  const rows = await sql<{ code: string; name: string; organization_id: string; depth: number }>`
    with recursive up as (
      select code, parent_code, name, organization_id, 0 as depth from area where code = ${code}
      union all
      select a.code, a.parent_code, a.name, a.organization_id, up.depth + 1
      from up join area a on a.code = up.parent_code where up.depth < 6
    ) select code, name, organization_id, depth from up order by depth`.execute(db);
  return rows.rows.map((r) => ({ code: r.code, name: r.name, organizationId: r.organization_id }));
}

/** The rows in force on a day for a category or any category above it. */
export async function rowsInForce(
  db: Reader,
  categoryCode: string,
  day: string,
): Promise<CatalogueRow[]> {
  const codes = [];
  for (let n = categoryCode.length; n >= 2; n -= 2) codes.push(categoryCode.slice(0, n));
  const rows = await db
    .selectFrom('dispatch_catalogue')
    .select(['id', 'category_code', 'area_code', 'subject_kind', 'lead_code', 'co_codes'])
    .where('category_code', 'in', codes)
    .where('valid_from', '<=', day)
    .where('valid_to', '>', day)
    .limit(500)
    .execute();
  return rows.map((r) => ({
    id: r.id,
    categoryCode: r.category_code,
    areaCode: r.area_code,
    subjectKind: r.subject_kind,
    leadCode: r.lead_code,
    coCodes: r.co_codes,
  }));
}

/** Subject kinds that rows in force tell apart, by category. */
export async function subjectKinds(db: Reader, day: string): Promise<Record<string, string[]>> {
  const rows = await db
    .selectFrom('dispatch_catalogue')
    .select(['category_code', 'subject_kind'])
    .distinct()
    .where('subject_kind', 'is not', null)
    .where('valid_from', '<=', day)
    .where('valid_to', '>', day)
    .orderBy('category_code')
    .limit(2000)
    .execute();
  const kinds: Record<string, string[]> = {};
  for (const r of rows) (kinds[r.category_code] ??= []).push(r.subject_kind!);
  return kinds;
}

/** Names for codes, for lists. */
export async function categoryNames(db: Reader, codes: readonly string[]) {
  if (codes.length === 0) return new Map<string, CategoryView>();
  const rows = await db
    .selectFrom('category')
    .select(['code', 'parent_code', 'name', 'name_en'])
    .where('code', 'in', [...new Set(codes)])
    .execute();
  return new Map(
    rows.map((r) => [
      r.code,
      { code: r.code, parentCode: r.parent_code, name: r.name, nameEn: r.name_en },
    ]),
  );
}

export async function areaNames(db: Reader, codes: readonly string[]) {
  if (codes.length === 0) return new Map<string, string>();
  const rows = await db
    .selectFrom('area')
    .select(['code', 'name'])
    .where('code', 'in', [...new Set(codes)])
    .execute();
  return new Map(rows.map((r) => [r.code, r.name]));
}
