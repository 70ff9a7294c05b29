/** Reference data of every deployment, and the fictional city 云汀市 for a demo. Safe to repeat. */
import { sql } from 'kysely';
import { hashPassword } from '../src/identity/index.ts';
import { newId } from '../src/kernel/ids.ts';
import type { OrgKind, Role } from '../src/kernel/words.ts';
import type { DbTx, Db } from '../src/platform/db.ts';
import { DEMO_PASSWORD } from './demo-password.ts';
import { seedCalendar, seedUnitCalendars } from './seed-calendar.ts';
import { seedLexicon } from './seed-lexicon.ts';
import { seedPolicy } from './seed-policy.ts';
import { shipChannelPolicy } from '../src/intake/index.ts';
import { readJson, readTsv } from './tsv.ts';

/** First day of the starter catalogue; later rows follow with their own dates. */
const CATALOGUE_FROM = '2025-01-01';
/** Targets of a transfer; nobody there signs an assignment. */
const EXTERNAL = new Set(['P110', 'P119', 'P120', 'JW']);
/** Codes of the catalogue that stand for the unit of the place. */
const PLACES = new Set(['DIST', 'TOWN']);
const CENTER = 'HOTLINE';

export { DEMO_PASSWORD };

export interface Account {
  login: string;
  password: string;
  name: string;
  role: Role;
  organizationName: string;
}

/** What every deployment starts with: categories, the city's calendar, the deadline policy, the lexicon. */
export async function seedReference(db: DbTx): Promise<void> {
  const rows = readTsv('categories.tsv').map(
    ([code = '', name = '', en = '', , keywords = '']) => ({
      code,
      parent_code: code.length > 2 ? code.slice(0, -2) : null,
      name,
      name_en: en,
      keywords: keywords.split(',').filter(Boolean),
    }),
  );
  await db
    .insertInto('category')
    .values(rows)
    .onConflict((c) => c.doNothing())
    .execute();
  await seedCalendar(db);
  await seedPolicy(db);
  await seedLexicon(db);
  await shipChannelPolicy(db, readJson('channel-policy.json'));
}

interface Unit {
  code: string;
  name: string;
  nameEn: string;
  kind: OrgKind;
  parent: string | null;
  line?: string;
}

const bare = (name: string) => name.replace(/[（(].*[)）]/, '');

function kindOf(code: string, name: string): OrgKind {
  if (code === CENTER) return 'center';
  if (EXTERNAL.has(code)) return 'external';
  return name.includes('公共企业') || name.includes('企业') ? 'enterprise' : 'department';
}

function cityUnits(): Unit[] {
  const city: Unit = {
    code: 'CITY',
    name: '云汀市人民政府',
    nameEn: 'Yunting city',
    kind: 'city',
    parent: null,
  };
  const departments = readTsv('departments.tsv')
    .filter(([code = '']) => !PLACES.has(code))
    .map(([code = '', name = '', nameEn = '']): Unit => ({
      code,
      name: bare(name),
      nameEn,
      kind: kindOf(code, name),
      parent: code === 'JJ' ? 'GAJ' : 'CITY',
    }));
  return [city, ...departments];
}

function placeUnits(): Unit[] {
  const areas = readTsv('demo/areas.tsv');
  const unitOf = new Map(areas.map(([code = '', , , unit = '']) => [code, unit]));
  return areas.flatMap(([, parent = '', name = '', code = '']): Unit[] => {
    if (parent === '')
      return [
        {
          code,
          name: `${name}政府`.replace('开发区政府', '开发区管委会'),
          nameEn: '',
          kind: 'district',
          parent: 'CITY',
        },
      ];
    const street: Unit = { code, name, nameEn: '', kind: 'street', parent: unitOf.get(parent)! };
    const room: Unit = {
      code: `${code}_ROOM`,
      name: `${name}综合信息指挥室`,
      nameEn: '',
      kind: 'command_room',
      parent: code,
    };
    return [street, room];
  });
}

/** A telephone that cannot exist: the city's fictional prefix and a running number. */
const dutyPhone = (i: number) => `0990${String(10_000_000 + i)}`;

async function seedUnits(db: DbTx): Promise<Map<string, { id: string; name: string }>> {
  const units = [...cityUnits(), ...placeUnits()];
  const ids = new Map(
    (await db.selectFrom('organization').select(['id', 'code', 'name']).execute()).map((r) => [
      r.code,
      { id: r.id, name: r.name },
    ]),
  );
  for (const [i, u] of units.entries()) {
    if (ids.has(u.code)) continue;
    const id = newId();
    const staffed = !['city', 'street', 'external'].includes(u.kind);
    await db
      .insertInto('organization')
      .values({
        id,
        code: u.code,
        name: u.name,
        name_en: u.nameEn,
        kind: u.kind,
        parent_id: u.parent ? ids.get(u.parent)!.id : null,
        duty_phone: staffed && u.kind !== 'center' ? dutyPhone(i) : null,
      })
      .execute();
    ids.set(u.code, { id, name: u.name });
  }
  return ids;
}

async function seedAreas(db: DbTx, units: Map<string, { id: string }>): Promise<void> {
  const rows = readTsv('demo/areas.tsv').map(([code = '', parent = '', name = '', unit = '']) => ({
    code,
    parent_code: parent || null,
    name,
    organization_id: units.get(unit)!.id,
  }));
  await db
    .insertInto('area')
    .values(rows)
    .onConflict((c) => c.doNothing())
    .execute();
}

/** The gazetteer of the city: names people tell an address by. */
async function seedPlaces(db: DbTx): Promise<void> {
  const rows = readTsv('demo/places.tsv').map(([name = '', kind = '', area_code = '']) => ({
    name,
    kind,
    area_code,
  }));
  await db
    .insertInto('place')
    .values(rows)
    .onConflict((c) => c.doNothing())
    .execute();
}

async function seedCatalogue(db: DbTx): Promise<void> {
  const known = await db.selectFrom('dispatch_catalogue').select('id').limit(1).execute();
  if (known.length > 0) return;
  const general = readTsv('categories.tsv')
    .filter(([code = '']) => code.length === 4)
    .map(([category_code = '', , , lead_code = '']) => ({
      category_code,
      subject_kind: null,
      lead_code,
      co_codes: [] as string[],
      basis: '',
    }));
  const special = readTsv('catalogue-extra.tsv')
    .filter(([code]) => code !== 'category')
    .map(([category_code = '', subject = '', lead_code = '', co = '', basis = '']) => ({
      category_code,
      subject_kind: subject,
      lead_code,
      co_codes: co.split(',').filter(Boolean),
      basis,
    }));
  const rows = [...general, ...special].map((r) => ({
    id: newId(),
    area_code: null,
    valid_from: CATALOGUE_FROM,
    ...r,
  }));
  await db.insertInto('dispatch_catalogue').values(rows).execute();
}

interface Person {
  login: string;
  name: string;
  role: Role;
  unit: string;
  shown: boolean;
}

const SURNAMES = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜'];
const GIVEN = [...'安平宁远清和文正明达思齐景行若谷如松'];

/** Every unit that takes orders gets a receiver, a handler and a leader. */
function unitStaff(codes: { code: string; kind: OrgKind }[], taken: Set<string>): Person[] {
  return codes.flatMap(({ code, kind }, i): Person[] => {
    const login = code.toLowerCase().replaceAll('_', '.');
    const receiver: Role = kind === 'command_room' ? 'command_room' : 'unit_receiver';
    const roles: [string, Role][] = [
      ['', receiver],
      ['.handler', 'handler'],
      ['.leader', 'unit_leader'],
    ];
    return roles
      .map(([suffix, role], j) => ({
        login: login + suffix,
        name: SURNAMES[(i * 3 + j) % SURNAMES.length]! + GIVEN[(i * 5 + j * 7) % GIVEN.length]!,
        role,
        unit: code,
        shown: false,
      }))
      .filter((p) => !taken.has(`${p.unit}/${p.role}`));
  });
}

const namedStaff = (): Person[] =>
  readTsv('demo/staff.tsv').map(([login = '', name = '', role = '', unit = '', shown = '']) => ({
    login,
    name,
    role: role as Role,
    unit,
    shown: shown === '1',
  }));

/** Those with a name of their own, and the staff of every unit that handles. */
function madeUpStaff(): Person[] {
  const named = namedStaff();
  const taken = new Set(named.map((p) => `${p.unit}/${p.role}`));
  const handling = [...cityUnits(), ...placeUnits()].filter((u) =>
    ['department', 'enterprise', 'district', 'command_room'].includes(u.kind),
  );
  return [...named, ...unitStaff(handling, taken)];
}

async function seedStaff(
  db: DbTx,
  units: Map<string, { id: string; name: string }>,
): Promise<Account[]> {
  const people = madeUpStaff();
  const known = new Set(
    (await db.selectFrom('app_user').select('login').execute()).map((r) => r.login),
  );
  const fresh = people.filter((p) => !known.has(p.login)).map((p) => ({ ...p, id: newId() }));
  if (fresh.length > 0) {
    // One hash for all: a demo password is no secret, and 150 hashes would delay the first page.
    const password_hash = await hashPassword(DEMO_PASSWORD);
    await db
      .insertInto('app_user')
      .values(
        fresh.map((p) => ({
          id: p.id,
          person_id: newId(),
          login: p.login,
          display_name: p.name,
          password_hash,
        })),
      )
      .execute();
    await db
      .insertInto('role_grant')
      .values(
        fresh.map((p) => ({
          id: newId(),
          user_id: p.id,
          organization_id: units.get(p.unit)!.id,
          role: p.role,
        })),
      )
      .execute();
  }
  return people
    .filter((p) => p.shown)
    .map((p) => ({
      login: p.login,
      password: DEMO_PASSWORD,
      name: p.name,
      role: p.role,
      organizationName: units.get(p.unit)!.name,
    }));
}

/**
 * Fills a demo database with the city, its catalogue and its people.
 * @returns the accounts to show.
 * @throws when the database is not marked `demo` or `test`: there are no default credentials elsewhere.
 */
export async function seedDemo(db: Db): Promise<Account[]> {
  return db.transaction().execute(async (tx) => {
    const marked = await tx.selectFrom('deployment').select('kind').executeTakeFirst();
    if (marked?.kind !== 'demo' && marked?.kind !== 'test') throw new Error('not a demo database');
    await sql`select pg_advisory_xact_lock(1234500002)`.execute(tx);
    await seedReference(tx);
    const units = await seedUnits(tx);
    await seedAreas(tx, units);
    await seedPlaces(tx);
    await seedCatalogue(tx);
    await seedUnitCalendars(tx);
    return seedStaff(tx, units);
  });
}

/** Logins of everybody whom a demo makes up; accounts that people add to it later are not among them. */
export const demoLogins = (): ReadonlySet<string> => new Set(madeUpStaff().map((p) => p.login));

/** The accounts a demo shows on its sign-in page. */
export const demoAccounts = async (db: Db): Promise<Account[]> => {
  const names = new Map(
    (await db.selectFrom('organization').select(['code', 'name']).execute()).map((r) => [
      r.code,
      r.name,
    ]),
  );
  return namedStaff()
    .filter((p) => p.shown)
    .map((p) => ({
      login: p.login,
      password: DEMO_PASSWORD,
      name: p.name,
      role: p.role,
      organizationName: names.get(p.unit) ?? '',
    }));
};
