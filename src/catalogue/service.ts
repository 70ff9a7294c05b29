import { cityDay } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { listUnits } from '../identity/index.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { spell } from './pinyin.ts';
import type { Reference } from './schema.ts';
import * as store from './store.ts';

/** Names of places that a form offers. */
const PLACES_MAX = 2000;

const spelt = <T extends { name: string }>(thing: T) => ({ ...thing, pinyin: spell(thing.name) });

/** The lists that every form needs. */
export async function reference(db: Reader): Promise<Reference> {
  const today = cityDay(await appNow(db));
  const [categories, areas, units, places, kinds] = await Promise.all([
    store.listCategories(db),
    store.listAreas(db),
    listUnits(db),
    store.listPlaces(db),
    store.subjectKinds(db, today),
  ]);
  return {
    categories: categories.map(spelt),
    areas: areas.map(spelt),
    places: places.slice(0, PLACES_MAX).map(({ name, areaCode }) => spelt({ name, areaCode })),
    units: units.map(({ id, code, name, nameEn, kind, dispatchable }) => ({
      id,
      code,
      name,
      nameEn,
      kind,
      dispatchable,
      pinyin: spell(name),
    })),
    subjectKinds: kinds,
  };
}

/** Names of areas and places: what an address in a text is recognised by. */
export async function gazetteerOf(db: Reader) {
  const [areas, places] = await Promise.all([store.listAreas(db), store.listPlaces(db)]);
  return { areas, places };
}

/** @throws AppError `invalid_input` when a category or area code does not exist. */
export async function checkCodes(
  db: Reader,
  codes: { categoryCode?: string | undefined; areaCode?: string | undefined },
): Promise<void> {
  const wrong = await wrongCodes(db, [codes]);
  if (wrong[0]!.length > 0) fail('invalid_input', { issues: wrong[0] });
}

/** For many drafts at once: which codes of each do not exist. */
export async function wrongCodes(
  db: Reader,
  list: { categoryCode?: string | undefined; areaCode?: string | undefined }[],
): Promise<{ path: string; message: string; code: string }[][]> {
  const [categories, areas] = await Promise.all([
    store.categoryNames(
      db,
      list.flatMap((c) => c.categoryCode ?? []),
    ),
    store.areaNames(
      db,
      list.flatMap((c) => c.areaCode ?? []),
    ),
  ]);
  const unknown = (path: string) => ({ path, message: 'unknown code', code: 'unknown' });
  return list.map((c) => [
    ...(c.categoryCode && !categories.has(c.categoryCode) ? [unknown('categoryCode')] : []),
    ...(c.areaCode && !areas.has(c.areaCode) ? [unknown('areaCode')] : []),
  ]);
}
