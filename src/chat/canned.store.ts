import type { Selectable } from 'kysely';
import type { CannedAnswerTable } from '../../db/schema.ts';
import type { DbTx, Reader } from '../platform/db.ts';

export type CannedRow = Selectable<CannedAnswerTable>;

/** Canned answers by shortcut; a city has some hundred. */
export const listCanned = (db: Reader, max: number): Promise<CannedRow[]> =>
  db
    .selectFrom('canned_answer')
    .selectAll()
    .where('active', '=', true)
    .orderBy('shortcut')
    .limit(max)
    .execute();

export async function countCanned(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('canned_answer')
    .select((e) => e.fn.countAll<string>().as('n'))
    .where('active', '=', true)
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** Keeps a new one; a shortcut whose answer was withdrawn is free again. @returns its row; null: taken. */
export async function insertCanned(
  db: DbTx,
  row: { id: string; shortcut: string; zh: string; en: string; at: Date; by: string },
): Promise<CannedRow | null> {
  const made = await db
    .insertInto('canned_answer')
    .values({
      id: row.id,
      shortcut: row.shortcut,
      zh: row.zh,
      en: row.en,
      changed_at: row.at,
      changed_by: row.by,
    })
    .onConflict((c) => c.column('shortcut').doNothing())
    .returningAll()
    .executeTakeFirst();
  return made ?? null;
}

/** Changes the version that was read. @returns its row; null: it is another version by now, or none. */
export async function changeCanned(
  db: DbTx,
  row: {
    id: string;
    version: number;
    shortcut: string;
    zh: string;
    en: string;
    active: boolean;
    at: Date;
    by: string;
  },
): Promise<CannedRow | null> {
  const changed = await db
    .updateTable('canned_answer')
    .set({
      shortcut: row.shortcut,
      zh: row.zh,
      en: row.en,
      active: row.active,
      version: row.version + 1,
      changed_at: row.at,
      changed_by: row.by,
    })
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .returningAll()
    .executeTakeFirst();
  return changed ?? null;
}

export async function findCanned(db: Reader, id: string): Promise<CannedRow | null> {
  const row = await db
    .selectFrom('canned_answer')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}
