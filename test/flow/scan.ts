/** Looks for words where they must not be: in every row that any table ever held, and in any text. */
import { createHash } from 'node:crypto';
import type pg from 'pg';

/** Every way in which a text could stand somewhere and still be read, or be guessed. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) => {
    // A text inside a longer one starts at any of three places; its edges are shared with neighbours.
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return whole.slice(Math.ceil((shift * 4) / 3), whole.length - 1);
  });
  const digests = ['sha256', 'sha1', 'md5'].flatMap((algorithm) =>
    (['hex', 'base64', 'base64url'] as const).map((encoding) =>
      createHash(algorithm).update(text).digest(encoding),
    ),
  );
  const escaped = (start: string, width: number) =>
    [...text]
      .map((c) => (c < '\u0080' ? c : start + c.charCodeAt(0).toString(16).padStart(width, '0')))
      .join('');
  return [
    text,
    bytes.toString('hex'),
    encodeURIComponent(text),
    escaped('\\u', 4),
    // As Redis shows bytes.
    [...bytes].map((b) => (b < 128 ? String.fromCharCode(b) : `\\x${b.toString(16)}`)).join(''),
    ...base64,
    ...base64.map((b) => b.replaceAll('+', '-').replaceAll('/', '_')),
    ...digests,
  ];
}

/** Which of the words stand in a text, in whatever form. */
export const wordsIn = (haystack: string, words: Record<string, string>): string[] =>
  Object.entries(words)
    .filter(([, word]) => formsOf(word).some((form) => haystack.includes(form)))
    .map(([name]) => name);

/**
 * From now on every row that is written to any table of any schema is also kept as text, so that
 * rows which are deleted a moment later (duties, jobs, sessions) are seen as well.
 * @returns how many tables are watched.
 */
export async function rememberRows(owner: pg.Pool): Promise<number> {
  await owner.query(`
    create schema scan;
    create table scan.seen (tbl text, row text);
    create function scan.remember() returns trigger language plpgsql security definer as $$
    begin
      insert into scan.seen values (tg_table_schema || '.' || tg_table_name, new::text);
      return null;
    end $$;
    create table scan.planted (words text, bytes bytea)`);
  const { rows } = await owner.query(`select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)'
      and c.oid <> 'scan.seen'::regclass`);
  for (const { name } of rows)
    await owner.query(`create trigger zz_scan after insert or update on ${name}
      for each row execute function scan.remember()`);
  return rows.length;
}

/** Names of the tables that ever held one of the words: the watched writes, and all rows there now. */
export async function tablesWith(owner: pg.Pool, word: string): Promise<string[]> {
  const forms = formsOf(word);
  const tables = (
    await owner.query(`select distinct format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^(pg_|information_schema)'
        and c.oid <> 'scan.seen'::regclass`)
  ).rows as { name: string }[];
  const found = new Set<string>();
  const holds = `exists (select 1 from unnest($1::text[]) f where strpos(row, f) > 0)`;
  const seen = await owner.query(`select distinct tbl from scan.seen where ${holds}`, [forms]);
  for (const { tbl } of seen.rows) found.add(tbl);
  for (const { name } of tables) {
    const now = `select 1 from (select t::text as row from ${name} t) r where ${holds} limit 1`;
    if ((await owner.query(now, [forms])).rowCount) found.add(name);
  }
  return [...found].sort();
}

/** Tables that were written to at least once. */
export const tablesSeen = async (owner: pg.Pool): Promise<string[]> =>
  (await owner.query('select distinct tbl from scan.seen')).rows.map((r) => r.tbl as string);
